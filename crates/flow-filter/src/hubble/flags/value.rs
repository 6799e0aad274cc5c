//! Values of flags.

use flow_core::flow::reserved_identity;
use flow_hubble::flow as pb;

/// What is wrong with a value.
pub(crate) type Reason = String;

/// Classes of events by name.
const EVENT_TYPES: [(&str, i32); 9] = [
    ("drop", 1),
    ("debug", 2),
    ("capture", 3),
    ("trace", 4),
    ("policy-verdict", 5),
    ("recorder", 6),
    ("trace-sock", 7),
    ("l7", 129),
    ("agent", 130),
];
const TRACE: i32 = 4;
const AGENT: i32 = 130;

/// Trace points by name, with the numbers of the datapath.
const TRACE_POINTS: [(&str, i32); 14] = [
    ("to-endpoint", 0),
    ("to-proxy", 1),
    ("to-host", 2),
    ("to-stack", 3),
    ("to-overlay", 4),
    ("from-endpoint", 5),
    ("from-proxy", 6),
    ("from-host", 7),
    ("from-stack", 8),
    ("from-overlay", 9),
    ("from-network", 10),
    ("to-network", 11),
    ("from-crypto", 12),
    ("to-crypto", 13),
];

/// Events of the agent by name: numbers of `flow.AgentEventType`.
const AGENT_EVENTS: [(&str, i32); 13] = [
    ("unspecified", 0),
    ("message", 1),
    ("agent-started", 2),
    ("policy-updated", 3),
    ("policy-deleted", 4),
    ("endpoint-regenerate-success", 5),
    ("endpoint-regenerate-failure", 6),
    ("endpoint-created", 7),
    ("endpoint-deleted", 8),
    ("ipcache-upserted", 9),
    ("ipcache-deleted", 10),
    ("service-upserted", 11),
    ("service-deleted", 12),
];

fn named(names: &[(&str, i32)], name: &str) -> Option<i32> {
    let found = names.iter().find(|(one, _)| *one == name);
    found.map(|(_, number)| *number)
}

/// A number as Go's `strconv.ParseUint` reads it, with its words for what is none.
fn unsigned(text: &str, limit: u64) -> Result<u64, Reason> {
    let are_digits = !text.is_empty() && text.bytes().all(|digit| digit.is_ascii_digit());
    let what = if are_digits {
        match text.parse() {
            Ok(number) if number <= limit => return Ok(number),
            _ => "value out of range",
        }
    } else {
        "invalid syntax"
    };
    Err(format!("strconv.ParseUint: parsing {text:?}: {what}"))
}

/// A number of 32 bits, whose highest one is that of the sign.
fn wrapped(text: &str) -> Result<i32, Reason> {
    let number = unsigned(text, u64::from(u32::MAX))?;
    Ok((number as u32).cast_signed())
}

pub(crate) fn event_type(text: &str) -> Result<pb::EventTypeFilter, Reason> {
    let (name, sub_name) = match text.split_once(':') {
        Some((name, sub_name)) => (name, Some(sub_name)),
        None => (text, None),
    };
    let unable = |what: &str, name: &str, reason: Reason| {
        format!(
            "unable to parse {what} '{name}', not a known {} name and unable to parse as numeric value: {reason}",
            what.trim_start_matches("event ")
        )
    };
    let kind = match named(&EVENT_TYPES, name) {
        Some(kind) => kind,
        None => wrapped(name).map_err(|reason| unable("type", name, reason))?,
    };
    let sub_kind = match sub_name {
        None => None,
        Some(sub_name) => {
            let known = match kind {
                TRACE => named(&TRACE_POINTS, sub_name),
                AGENT => named(&AGENT_EVENTS, sub_name),
                _ => None,
            };
            Some(match known {
                Some(sub_kind) => sub_kind,
                None => wrapped(sub_name)
                    .map_err(|reason| unable("event sub-type", sub_name, reason))?,
            })
        }
    };
    Ok(pb::EventTypeFilter {
        r#type: kind,
        match_sub_type: sub_kind.is_some(),
        sub_type: sub_kind.unwrap_or_default(),
    })
}

pub(crate) fn verdict(text: &str) -> Result<i32, Reason> {
    let verdict = pb::Verdict::from_str_name(text);
    let verdict = verdict.ok_or_else(|| format!("invalid --verdict value: {text}"))?;
    Ok(verdict as i32)
}

pub(crate) fn drop_reason(text: &str) -> Result<i32, Reason> {
    if text.is_empty() {
        return Err("empty --drop-reason-desc value".into());
    }
    let reason = pb::DropReason::from_str_name(text);
    let reason = reason.ok_or_else(|| format!("invalid --drop-reason-desc value: {text}"))?;
    Ok(reason as i32)
}

pub(crate) fn direction(text: &str) -> Result<i32, Reason> {
    let text = text.to_lowercase();
    match text.as_str() {
        "ingress" => Ok(1),
        "egress" => Ok(2),
        _ => Err(format!(
            "{text}: invalid traffic direction, expected ingress or egress"
        )),
    }
}

/// A version of IP; what is no version stands for none.
pub(crate) fn ip_version(text: &str) -> i32 {
    match text.to_lowercase().as_str() {
        "4" | "v4" | "ip4" | "ipv4" => 1,
        "6" | "v6" | "ip6" | "ipv6" => 2,
        _ => 0,
    }
}

pub(crate) fn identity(text: &str) -> Result<u32, Reason> {
    let reserved = || (1..=10).map(|number| (number, reserved_identity(number)));
    let known = reserved().find(|(_, name)| *name == Some(text));
    let number = known.map(|(number, _)| number);
    let number = number.or_else(|| {
        let number = unsigned(text, u64::from(u32::MAX)).ok()?;
        u32::try_from(number).ok()
    });
    number.ok_or_else(|| {
        let names: Vec<&str> = reserved().filter_map(|(_, name)| name).collect();
        format!(
            "invalid security identity, expected one of [{}] or a numeric value",
            names.join(" ")
        )
    })
}

pub(crate) fn workload(text: &str) -> pb::Workload {
    let (kind, name) = text.split_once('/').unwrap_or(("", text));
    pb::Workload {
        name: name.into(),
        kind: kind.into(),
    }
}

pub(crate) fn header(text: &str) -> Result<pb::HttpHeader, Reason> {
    let parts = text.split_once(':');
    let (key, value) =
        parts.ok_or_else(|| format!("invalid http-header value {text:?}, expected name:value"))?;
    Ok(pb::HttpHeader {
        key: key.into(),
        value: value.into(),
    })
}

pub(crate) fn ip_trace_id(text: &str) -> Result<u64, Reason> {
    if text == "0" {
        return Err("invalid --ip-trace-id value; must be greater than 0".into());
    }
    unsigned(text, u64::MAX).map_err(|reason| format!("invalid --ip-trace-id value: {reason}"))
}

pub(crate) fn tcp_flags(text: &str) -> Result<pb::TcpFlags, Reason> {
    let mut flags = pb::TcpFlags::default();
    for name in text.split(',') {
        let flag = match name.to_uppercase().as_str() {
            "SYN" => &mut flags.syn,
            "FIN" => &mut flags.fin,
            "RST" => &mut flags.rst,
            "PSH" => &mut flags.psh,
            "ACK" => &mut flags.ack,
            "URG" => &mut flags.urg,
            "ECE" => &mut flags.ece,
            "CWR" => &mut flags.cwr,
            "NS" => &mut flags.ns,
            _ => return Err(format!("unknown tcp flag: {name}")),
        };
        *flag = true;
    }
    Ok(flags)
}
