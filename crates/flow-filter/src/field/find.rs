//! Fields by name.

use std::sync::OnceLock;

use super::part::End;
use super::table::{Def, all};

/// A field that a filter reads: of one end, of either, or of the flow as a whole.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field {
    pub(crate) def: &'static Def,
    /// The end that is meant; `None` where either is, or where it is not of an end.
    pub(crate) end: Option<End>,
}

impl Field {
    /// The ends that are read; for a field that is of no end, the source stands for the flow.
    pub(crate) fn ends(&self) -> &'static [End] {
        match (self.def.is_of_end, self.end) {
            (true, None) => &End::BOTH,
            (true, Some(End::Destination)) => &End::BOTH[1..],
            _ => &End::BOTH[..1],
        }
    }

    /// Its full name.
    pub(crate) fn name(&self) -> String {
        match self.end {
            None => self.def.name.to_owned(),
            Some(End::Source) => format!("src.{}", self.def.name),
            Some(End::Destination) => format!("dst.{}", self.def.name),
        }
    }
}

impl PartialEq for Field {
    fn eq(&self, other: &Self) -> bool {
        self.def.name == other.def.name && self.end == other.end
    }
}

impl Eq for Field {}

/// Other names of fields.
const ALIASES: [(&str, &str); 19] = [
    ("labels", "label"),
    ("dns_name", "fqdn"),
    ("dns_names", "fqdn"),
    ("comm", "process"),
    ("iface", "interface"),
    ("http.status", "http.code"),
    ("http.headers", "http.header"),
    ("dns.ips", "dns.ip"),
    ("dns.cnames", "dns.cname"),
    ("dns.qtypes", "dns.qtype"),
    ("dns.rrtypes", "dns.rrtype"),
    ("l7.type", "l7"),
    ("tls.server_name", "tls.sni"),
    ("is_reply", "reply"),
    ("traffic_direction", "direction"),
    ("event.type", "event"),
    ("drop_reason_desc", "drop_reason"),
    ("tcp_flags", "tcp.flags"),
    ("node_name", "node"),
];

/// Words that stand for a comparison: `tcp` is `protocol == tcp`.
#[rustfmt::skip]
const SHORTHANDS: [(&str, &str, &str); 30] = [
    ("tcp", "protocol", "tcp"), ("udp", "protocol", "udp"), ("sctp", "protocol", "sctp"),
    ("icmp", "protocol", "icmp"), ("icmpv4", "protocol", "icmpv4"), ("icmpv6", "protocol", "icmpv6"),
    ("icmp6", "protocol", "icmpv6"), ("igmp", "protocol", "igmp"), ("vrrp", "protocol", "vrrp"),
    ("gre", "protocol", "gre"), ("esp", "protocol", "esp"),
    ("ipv4", "ip_version", "v4"), ("ip4", "ip_version", "v4"),
    ("ipv6", "ip_version", "v6"), ("ip6", "ip_version", "v6"),
    ("dns", "l7", "dns"), ("http", "l7", "http"), ("kafka", "l7", "kafka"), ("tls", "l7", "tls"),
    ("forwarded", "verdict", "forwarded"), ("dropped", "verdict", "dropped"),
    ("audit", "verdict", "audit"), ("redirected", "verdict", "redirected"),
    ("traced", "verdict", "traced"), ("translated", "verdict", "translated"),
    ("ingress", "direction", "ingress"), ("egress", "direction", "egress"),
    ("reply", "reply", "true"),
    ("request", "l7.kind", "request"), ("response", "l7.kind", "response"),
];

/// Flags of the observation that stand for themselves: `encrypted` is `flags has encrypted`.
const FLAGS: [&str; 5] = ["encrypted", "fragment", "truncated", "malformed", "sampled"];

/// Returns what a word stands for: the field that has this value, or this flag.
pub(crate) fn shorthand(name: &str) -> Option<(Field, &'static str)> {
    let whole = |name| find(name).filter(|field| field.end.is_none());
    if let Some(flag) = FLAGS.iter().find(|flag| **flag == name) {
        return Some((whole("flags")?, flag));
    }
    let (_, field, value) = SHORTHANDS.iter().find(|(word, ..)| *word == name)?;
    Some((whole(field)?, value))
}

/// Returns the field of a name.
pub(crate) fn find(name: &str) -> Option<Field> {
    let (end, rest) = match name.split_once('.') {
        Some(("src" | "source", rest)) => (Some(End::Source), rest),
        Some(("dst" | "destination", rest)) => (Some(End::Destination), rest),
        _ => (None, name),
    };
    let alias = ALIASES.iter().find(|(alias, _)| *alias == rest);
    let rest = alias.map_or(rest, |(_, name)| name);
    let def = *defs().get(rest)?;
    match end {
        Some(_) if !def.is_of_end => None,
        end => Some(Field { def, end }),
    }
}

fn defs() -> &'static std::collections::HashMap<&'static str, &'static Def> {
    static DEFS: OnceLock<std::collections::HashMap<&'static str, &'static Def>> = OnceLock::new();
    DEFS.get_or_init(|| all().map(|def| (def.name, def)).collect())
}

/// Returns the name of a field or a word that is nearest to a name that is not known.
pub(crate) fn nearest_field(name: &str) -> Option<String> {
    let fields = all().map(|def| def.name.to_owned());
    let ends = all().filter(|def| def.is_of_end);
    let ends = ends.flat_map(|def| ["src", "dst"].map(|end| format!("{end}.{}", def.name)));
    let words = SHORTHANDS.iter().map(|(word, ..)| (*word).to_owned());
    let flags = FLAGS.iter().map(|flag| (*flag).to_owned());
    let aliases = ALIASES.iter().map(|(alias, _)| (*alias).to_owned());
    nearest(
        name,
        fields.chain(ends).chain(words).chain(flags).chain(aliases),
    )
}

/// Returns the known name that is nearest to `name`, if it is near: at most a third of it differs.
pub(crate) fn nearest(name: &str, known: impl IntoIterator<Item = String>) -> Option<String> {
    // Distances take the product of both lengths.
    if name.len() > 64 {
        return None;
    }
    let name = name.to_ascii_lowercase().replace('_', "-");
    let distance = |other: &str| strsim::damerau_levenshtein(&name, &other.replace('_', "-"));
    let near = known
        .into_iter()
        .map(|other| (distance(&other), other))
        .min()?;
    (near.0 <= (name.len() / 3).max(1)).then_some(near.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_leads_to_its_field() {
        for def in all() {
            assert_eq!(find(def.name).expect(def.name).def.name, def.name);
            let of_end = find(&format!("src.{}", def.name));
            assert_eq!(of_end.is_some(), def.is_of_end, "{}", def.name);
        }
        for (alias, name) in ALIASES {
            assert_eq!(find(alias).expect(alias).def.name, name);
            assert!(all().all(|def| def.name != alias), "{alias} is a name");
        }
        for (word, ..) in SHORTHANDS {
            assert!(shorthand(word).is_some(), "{word}");
        }
        assert!(find("src.verdict").is_none() && find("src").is_none());
    }

    #[test]
    fn names_stand_once() {
        let names: std::collections::HashSet<_> = all().map(|def| def.name).collect();
        assert_eq!(names.len(), all().count());
    }

    #[test]
    fn the_nearest_name_is_near() {
        assert_eq!(nearest_field("prot").as_deref(), Some("port"));
        assert_eq!(nearest_field("src.prot").as_deref(), Some("src.port"));
        assert_eq!(nearest_field("namesapce").as_deref(), Some("namespace"));
        assert_eq!(nearest_field("something_else"), None);
        assert_eq!(nearest_field(&"x".repeat(10_000)), None);
    }
}
