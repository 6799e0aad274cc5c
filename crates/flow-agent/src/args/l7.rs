//! What of layer 7 is shown, and what of it is redacted.

use std::str::FromStr;

use clap::{ArgAction, Args};
use flow_core::flow::L7Type;
use flow_l7::redact::Redaction;
use flow_l7::{L7Protocol, L7Protocols};

/// Options about layer 7.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Layer 7")]
pub(crate) struct L7 {
    /// Show requests and responses of these protocols: dns, http (with HTTP/2 and gRPC), tls,
    /// kafka, all or none [default: dns; of a capture and the demo: all].
    ///
    /// Live, the payload of these ports is captured: 53 for dns, 80 and 8080 for http, 443 for
    /// tls, 9092 for kafka. There and in captures, a protocol is detected by its first bytes, on
    /// any port.
    #[arg(long = "l7", value_name = "PROTOCOLS", value_delimiter = ',')]
    protocols: Vec<Choice>,

    /// Capture this port too and show its protocol, e.g. http=8000,tls=8443.
    #[arg(long = "l7-port", value_name = "PROTOCOL=PORT", value_delimiter = ',',
        conflicts_with_all = ["pcap", "input_file", "demo"])]
    ports: Vec<Port>,

    /// Redact the query string of URLs.
    #[arg(long, conflicts_with = "input_file")]
    redact_http_url_query: bool,

    /// Redact user and password in URLs.
    #[arg(long, value_name = "BOOL", action = ArgAction::Set, default_value_t = true,
        num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    redact_http_user_info: bool,

    /// Show the values of these header fields, and redact all others.
    #[arg(
        long,
        value_name = "NAMES",
        value_delimiter = ',',
        conflicts_with = "input_file"
    )]
    redact_http_headers_allow: Vec<String>,

    /// Redact the values of these header fields too. Those of Authorization,
    /// Proxy-Authorization, Cookie and Set-Cookie are always redacted.
    #[arg(long, value_name = "NAMES", value_delimiter = ',',
        conflicts_with_all = ["redact_http_headers_allow", "input_file"])]
    redact_http_headers_deny: Vec<String>,

    /// Redact the API key of Kafka requests.
    #[arg(long, conflicts_with = "input_file")]
    redact_kafka_api_key: bool,

    /// Redact what stands before these suffixes in host names: in DNS, TLS and URLs.
    #[arg(
        long,
        value_name = "SUFFIXES",
        value_delimiter = ',',
        conflicts_with = "input_file"
    )]
    redact_dns_suffix: Vec<String>,

    /// Show everything as it was sent, credentials and cookies too.
    #[arg(long, conflicts_with_all = ["redact_http_url_query", "redact_http_headers_allow",
        "redact_http_headers_deny", "redact_kafka_api_key", "redact_dns_suffix"])]
    no_redaction: bool,
}

impl L7 {
    /// What to show, or `default` where nothing was chosen.
    pub(crate) fn protocols(&self, default: Protocols) -> Protocols {
        let chosen = self.protocols.iter().map(|choice| choice.0);
        let mut chosen = match chosen.reduce(Protocols::and) {
            Some(chosen) => chosen,
            None => default,
        };
        for port in &self.ports {
            chosen = chosen.and(Protocols::of(port.protocol));
        }
        chosen
    }

    /// Ports whose payload to capture for these protocols.
    pub(crate) fn ports(&self, protocols: Protocols) -> impl Iterator<Item = u16> {
        let usual = USUAL_PORTS
            .iter()
            .filter(move |(protocol, _)| protocols.contains(*protocol))
            .map(|(_, port)| *port);
        usual.chain(self.ports.iter().map(|port| port.number))
    }

    /// What is redacted.
    pub(crate) fn redaction(&self) -> Redaction {
        if self.no_redaction {
            return Redaction::none();
        }
        let names = |list: &'_ [String]| list.to_vec();
        let mut redaction = Redaction::default();
        if self.redact_http_url_query {
            redaction = redaction.hide_url_query();
        }
        if !self.redact_http_user_info {
            redaction = redaction.show_url_user_info();
        }
        if !self.redact_http_headers_allow.is_empty() {
            let allowed = names(&self.redact_http_headers_allow);
            redaction = redaction.allow_headers(allowed.iter().map(String::as_str));
        }
        let denied = names(&self.redact_http_headers_deny);
        redaction = redaction.also_deny_headers(denied.iter().map(String::as_str));
        if self.redact_kafka_api_key {
            redaction = redaction.hide_kafka_api_key();
        }
        redaction.hide_names_below(self.redact_dns_suffix.iter().map(String::as_str))
    }
}

/// Names that may be asked for.
const NAMES: [(&str, Protocols); 6] = [
    ("dns", Protocols(0x1)),
    ("http", Protocols(0x2)),
    ("tls", Protocols(0x4)),
    ("kafka", Protocols(0x8)),
    ("all", Protocols::ALL),
    ("none", Protocols::NONE),
];

/// Where the protocols are spoken.
const USUAL_PORTS: [(L7Type, u16); 5] = [
    (L7Type::DNS, 53),
    (L7Type::HTTP, 80),
    (L7Type::HTTP, 8080),
    (L7Type::TLS, 443),
    (L7Type::KAFKA, 9092),
];

/// A set of layer 7 protocols.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Protocols(u8);

impl Protocols {
    /// None of them.
    pub(crate) const NONE: Self = Self(0);
    /// DNS alone.
    pub(crate) const DNS: Self = Self(0x1);
    /// Every one that is known.
    pub(crate) const ALL: Self = Self(0xf);

    fn of(protocol: L7Type) -> Self {
        match protocol {
            L7Type::DNS => Self(0x1),
            L7Type::HTTP => Self(0x2),
            L7Type::TLS => Self(0x4),
            L7Type::KAFKA => Self(0x8),
            _ => Self::NONE,
        }
    }

    const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The protocols that have to be followed to see these.
    pub(crate) fn followed(self) -> L7Protocols {
        let parts = [
            (L7Type::DNS, &[L7Protocol::Dns][..]),
            (L7Type::HTTP, &[L7Protocol::Http1, L7Protocol::Http2]),
            (L7Type::TLS, &[L7Protocol::Tls, L7Protocol::Quic]),
            (L7Type::KAFKA, &[L7Protocol::Kafka]),
        ];
        let chosen = parts.iter().filter(|(kind, _)| self.contains(*kind));
        chosen.flat_map(|(_, parts)| *parts).copied().collect()
    }

    /// Whether it is one of them.
    pub(crate) fn contains(self, protocol: L7Type) -> bool {
        self.0 & Self::of(protocol).0 != 0
    }
}

/// A protocol, all or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Choice(Protocols);

impl FromStr for Choice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let known = NAMES.iter().find(|(name, _)| *name == text);
        known
            .map(|(_, protocols)| Self(*protocols))
            .ok_or_else(|| "expected dns, http, tls, kafka, all or none".to_owned())
    }
}

/// A port and what is spoken there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Port {
    protocol: L7Type,
    number: u16,
}

impl FromStr for Port {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || "expected dns, http, tls or kafka, = and a port from 1 on".to_owned();
        let (name, number) = text.split_once('=').ok_or_else(wrong)?;
        let protocol = match name {
            "dns" => L7Type::DNS,
            "http" => L7Type::HTTP,
            "tls" => L7Type::TLS,
            "kafka" => L7Type::KAFKA,
            _ => return Err(wrong()),
        };
        match number.parse() {
            Ok(number @ 1..) => Ok(Self { protocol, number }),
            _ => Err(wrong()),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::super::{Cli, Command};
    use super::*;

    fn parse(args: &[&str]) -> L7 {
        let args = ["agent", "observe"].iter().chain(args);
        match Cli::try_parse_from(args).expect("valid").command {
            Command::Observe(observe) => observe.l7,
            other => panic!("observe expected, found {other:?}"),
        }
    }

    #[test]
    fn protocols_choose_what_is_shown_and_captured() {
        let of = |args: &[&str]| {
            let l7 = parse(args);
            let protocols = l7.protocols(Protocols::DNS);
            (protocols, l7.ports(protocols).collect::<Vec<_>>())
        };
        assert_eq!(of(&[]), (Protocols::DNS, vec![53]));
        assert_eq!(of(&["--l7", "none"]), (Protocols::NONE, vec![]));
        let (http_tls, ports) = of(&["--l7", "http,tls"]);
        assert_eq!((http_tls, ports), (Protocols(0x6), vec![80, 8080, 443]));
        assert!(http_tls.contains(L7Type::TLS) && !http_tls.contains(L7Type::DNS));
        let (all, ports) = of(&["--l7", "all"]);
        assert_eq!((all, ports.len()), (Protocols::ALL, 5));
        let (chosen, ports) = of(&["--l7-port", "http=8000,kafka=9093"]);
        assert_eq!(chosen, Protocols(0xb));
        assert_eq!(ports, [53, 80, 8080, 9092, 8000, 9093]);
        for wrong in ["http", "http=", "http=0", "http=65536", "smtp=25"] {
            assert!(wrong.parse::<Port>().is_err(), "{wrong}");
        }
        assert!("DNS".parse::<Choice>().is_err());
        assert_eq!(Protocols::ALL.followed(), L7Protocols::ALL);
        assert_eq!(Protocols::NONE.followed(), L7Protocols::NONE);
        let tls = [L7Protocol::Tls, L7Protocol::Quic];
        assert_eq!(Protocols(0x4).followed(), tls.into_iter().collect());
    }

    #[test]
    fn redaction_is_as_it_was_asked_for() {
        let of = |args: &[&str]| parse(args).redaction();
        assert_eq!(of(&[]), Redaction::default());
        assert_eq!(of(&["--no-redaction"]), Redaction::none());
        assert_eq!(of(&["--redact-http-user-info"]), Redaction::default());
        assert_eq!(
            of(&["--redact-http-user-info=false", "--redact-http-url-query"]),
            Redaction::default().show_url_user_info().hide_url_query()
        );
        assert_eq!(
            of(&["--redact-http-headers-deny", "X-Key,x-other"]),
            Redaction::default().also_deny_headers(["x-key", "x-other"])
        );
        assert_eq!(
            of(&["--redact-http-headers-allow", "Host"]),
            Redaction::default().allow_headers(["host"])
        );
        assert_eq!(
            of(&[
                "--redact-kafka-api-key",
                "--redact-dns-suffix",
                "corp.example"
            ]),
            Redaction::default()
                .hide_kafka_api_key()
                .hide_names_below(["corp.example"])
        );
    }
}
