//! Names of numbers: enumerations and flags.

use flow_core::flow::{
    Direction, DropReason, EventType, FlowFlags, FlowType, IpVersion, L7Type, Protocol, Reply,
    TcpFlags, TcpState, TracePoint, TraceReason, TunnelProtocol, Verdict,
};
use flow_core::record::{L7Kind, RecordType};

/// Names of numbers.
#[derive(Debug)]
pub(crate) struct Names {
    /// What the numbers are, with an article.
    pub(crate) describe: &'static str,
    /// The numbers of a name in lower case and with hyphens.
    find: fn(&str) -> Vec<u64>,
    /// All names.
    all: fn() -> Vec<String>,
    /// Largest number.
    pub(crate) max: u64,
}

impl Names {
    /// Returns the numbers of a name, in any letter case, with `-` or `_`.
    pub(crate) fn find(&self, name: &str) -> Vec<u64> {
        (self.find)(&normal(name))
    }

    /// Returns all names, as they are best written.
    pub(crate) fn all(&self) -> Vec<String> {
        (self.all)()
    }
}

fn normal(name: &str) -> String {
    name.to_ascii_lowercase().replace('_', "-")
}

macro_rules! known {
    ($constant:ident, $type:ident, $max:expr, $describe:literal, $aliases:expr) => {
        pub(super) static $constant: Names = Names {
            describe: $describe,
            find: |name| {
                let aliases: &[(&str, &[$type])] = &$aliases;
                if let Some((_, values)) = aliases.iter().find(|(alias, _)| *alias == name) {
                    return values.iter().map(|value| u64::from(value.0)).collect();
                }
                let known = $type::KNOWN.iter();
                known
                    .filter(|value| value.name().is_some_and(|text| normal(text) == name))
                    .map(|value| u64::from(value.0))
                    .collect()
            },
            all: || {
                $type::KNOWN
                    .iter()
                    .filter_map(|value| value.name())
                    .map(normal)
                    .collect()
            },
            max: $max,
        };
    };
}

known!(
    VERDICT,
    Verdict,
    255,
    "a verdict",
    [("unknown", &[Verdict::UNKNOWN])]
);
known!(
    DIRECTION,
    Direction,
    255,
    "a direction",
    [("unknown", &[Direction::UNKNOWN])]
);
known!(
    REPLY,
    Reply,
    255,
    "true, false or unknown",
    [("yes", &[Reply::YES]), ("no", &[Reply::NO])]
);
known!(
    FLOW_TYPE,
    FlowType,
    255,
    "a type of flow",
    [("unknown", &[FlowType::UNKNOWN])]
);
known!(
    IP_VERSION,
    IpVersion,
    255,
    "a version of IP",
    [
        ("none", &[IpVersion::NONE]),
        ("v4", &[IpVersion::V4]),
        ("v6", &[IpVersion::V6])
    ]
);
known!(
    PROTOCOL,
    Protocol,
    255,
    "a protocol",
    [("icmp", &[Protocol::ICMP, Protocol::ICMPV6])]
);
known!(EVENT_TYPE, EventType, 255, "a type of event", []);
known!(TRACE_POINT, TracePoint, 255, "an observation point", []);
known!(TRACE_REASON, TraceReason, 255, "a trace reason", []);
known!(TCP_STATE, TcpState, 255, "a state of TCP", []);
known!(TUNNEL, TunnelProtocol, 255, "an encapsulation", []);
known!(L7_TYPE, L7Type, 255, "a layer 7 protocol", []);
known!(
    L7_KIND,
    L7Kind,
    255,
    "a kind of message",
    [("unknown", &[L7Kind::UNKNOWN])]
);

macro_rules! bits {
    ($constant:ident, $type:ident, $describe:literal) => {
        pub(super) static $constant: Names = Names {
            describe: $describe,
            find: |name| {
                let named = $type::NAMES.iter();
                named
                    .filter(|(_, text)| normal(text) == name)
                    .map(|(bit, _)| u64::from(bit.0))
                    .collect()
            },
            all: || $type::NAMES.iter().map(|(_, text)| normal(text)).collect(),
            max: u16::MAX as u64,
        };
    };
}

bits!(TCP_FLAGS, TcpFlags, "a flag of TCP");
bits!(FLOW_FLAGS, FlowFlags, "a flag of the observation");

/// Every number of 16 bits that has a name: those of drop reasons are sparse.
fn drop_reasons() -> impl Iterator<Item = (u64, &'static str)> {
    (0..=u16::MAX).filter_map(|number| Some((u64::from(number), DropReason(number).name()?)))
}

pub(super) static DROP_REASON: Names = Names {
    describe: "a drop reason",
    find: |name| match name {
        "none" => vec![0],
        _ => {
            let named = drop_reasons().filter(|(_, text)| normal(text) == name);
            named.map(|(number, _)| number).collect()
        }
    },
    all: || drop_reasons().map(|(_, name)| normal(name)).collect(),
    max: u16::MAX as u64,
};

fn record_types() -> impl Iterator<Item = (u64, &'static str)> {
    (0..=u16::MAX).filter_map(|number| Some((u64::from(number), RecordType(number).name()?)))
}

pub(super) static RECORD_TYPE: Names = Names {
    describe: "a type of DNS records",
    find: |name| {
        let number = name
            .strip_prefix("type")
            .and_then(|number| number.parse::<u16>().ok());
        if let Some(number) = number {
            return vec![number.into()];
        }
        let named = record_types().filter(|(_, text)| normal(text) == name);
        named.map(|(number, _)| number).collect()
    },
    all: || record_types().map(|(_, name)| normal(name)).collect(),
    max: u16::MAX as u64,
};

/// The IANA registry "DNS RCODEs".
const RCODES: [(u64, &str); 18] = [
    (0, "noerror"),
    (1, "formerr"),
    (2, "servfail"),
    (3, "nxdomain"),
    (4, "notimp"),
    (5, "refused"),
    (6, "yxdomain"),
    (7, "yxrrset"),
    (8, "nxrrset"),
    (9, "notauth"),
    (10, "notzone"),
    (16, "badvers"),
    (17, "badkey"),
    (18, "badtime"),
    (19, "badmode"),
    (20, "badname"),
    (22, "badtrunc"),
    (23, "badcookie"),
];

/// Versions of TLS, RFC 8446 section 4.2.1 and RFC 9147.
const TLS_VERSIONS: [(u64, &str); 9] = [
    (0x0002, "ssl2"),
    (0x0300, "ssl3"),
    (0x0301, "1.0"),
    (0x0302, "1.1"),
    (0x0303, "1.2"),
    (0x0304, "1.3"),
    (0xfeff, "dtls1.0"),
    (0xfefd, "dtls1.2"),
    (0xfefc, "dtls1.3"),
];

fn find_in(table: &[(u64, &str)], name: &str) -> Vec<u64> {
    let found = table.iter().filter(|(_, text)| *text == name);
    found.map(|(number, _)| *number).collect()
}

fn all_of(table: &[(u64, &str)]) -> Vec<String> {
    table.iter().map(|(_, name)| (*name).to_owned()).collect()
}

pub(super) static RCODE: Names = Names {
    describe: "a response code of the DNS",
    find: |name| find_in(&RCODES, name),
    all: || all_of(&RCODES),
    max: u16::MAX as u64,
};

pub(super) static TLS_VERSION: Names = Names {
    describe: "a version of TLS",
    find: |name| find_in(&TLS_VERSIONS, name.strip_prefix("tls").unwrap_or(name)),
    all: || all_of(&TLS_VERSIONS),
    max: u16::MAX as u64,
};
