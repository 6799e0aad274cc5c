//! Words and names that label values are made of, in the spelling of Hubble's metrics.

use std::borrow::Cow;

use flow_core::flow::{Flow, IpVersion, Protocol};

macro_rules! words {
    ($($name:ident => $text:literal),+ $(,)?) => {
        /// A word that labels have as their value.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Word { $($name),+ }

        impl Word {
            /// Every word, by its number.
            pub(crate) const ALL: &'static [Self] = &[$(Self::$name),+];

            pub(crate) const fn text(self) -> &'static str {
                match self { $(Self::$name => $text),+ }
            }
        }
    };
}

words! {
    // Protocols.
    Tcp => "TCP", Udp => "UDP", Icmpv4 => "ICMPv4", Icmpv6 => "ICMPv6", Sctp => "SCTP",
    Vrrp => "VRRP", Igmp => "IGMP", Dns => "DNS", Http => "HTTP", Kafka => "Kafka",
    UnknownL4 => "Unknown L4", UnknownL7 => "Unknown L7", UnknownFlow => "Unknown flow",
    // Types of flows.
    L7 => "L7", Drop => "Drop", Capture => "Capture", Trace => "Trace",
    PolicyVerdict => "PolicyVerdict", UnknownType => "Unknown",
    // TCP flags.
    Syn => "SYN", SynAck => "SYN-ACK", Fin => "FIN", Rst => "RST",
    // IP versions.
    Ipv4 => "IPv4", Ipv6 => "IPv6", NoIp => "IP_NOT_USED",
    // Who reports an exchange, and directions.
    Client => "client", Server => "server", Unknown => "unknown",
    Ingress => "ingress", Egress => "egress", DirectionUnknown => "traffic_direction_unknown",
    // How a policy matched.
    MatchNone => "none", L3Only => "l3-only", L3L4 => "l3-l4", L4Only => "l4-only", All => "all",
    L3Proto => "l3-proto", ProtoOnly => "proto-only",
    L7None => "l7/", L7Dns => "l7/dns", L7Http => "l7/http", L7Kafka => "l7/kafka",
    // Outcomes.
    PolicyDenied => "Policy denied", Other => "other",
    // Directions of counts, and sides.
    Forward => "forward", Reverse => "reverse",
    // Places of losses.
    PerfRing => "perf_event_ring_buffer", Queue => "observer_events_queue",
    HubbleRing => "hubble_ring_buffer",
}

/// Name of an ICMP message: its type, with its code where that has a name or is not 0.
pub(crate) fn icmp(is_v6: bool, kind: u8, code: u8) -> Cow<'static, str> {
    // gopacket's table, which Hubble's names come of, ends before it.
    if is_v6 && kind == 143 {
        return format!("{kind}({code})").into();
    }
    let flow = Flow {
        protocol: if is_v6 {
            Protocol::ICMPV6
        } else {
            Protocol::ICMP
        },
        ip_version: IpVersion::V4,
        icmp_type: kind,
        icmp_code: code,
        ..Flow::default()
    };
    let summary = flow.summary().to_string();
    match summary.split_once(' ') {
        Some((_, name)) => name.to_owned().into(),
        None => summary.into(),
    }
}

/// Name of a trace observation point by its number in Cilium's events; empty where there is none.
pub(crate) const fn trace_point(number: u8) -> &'static str {
    match number {
        0 => "to-endpoint",
        1 => "to-proxy",
        2 => "to-host",
        3 => "to-stack",
        4 => "to-overlay",
        5 => "from-endpoint",
        6 => "from-proxy",
        7 => "from-host",
        8 => "from-stack",
        9 => "from-overlay",
        10 => "from-network",
        11 => "to-network",
        12 => "from-crypto",
        13 => "to-crypto",
        _ => "",
    }
}

/// Description of a response code: the IANA registry "DNS RCODEs". Empty where there is none.
pub(crate) const fn rcode(number: u16) -> &'static str {
    match number {
        0 => "No Error",
        1 => "Format Error",
        2 => "Server Failure",
        3 => "Non-Existent Domain",
        4 => "Not Implemented",
        5 => "Query Refused",
        6 => "Name Exists when it should not",
        7 => "RR Set Exists when it should not",
        8 => "RR Set that should exist does not",
        9 => "Server Not Authoritative for zone",
        10 => "Name not contained in zone",
        11 => "DSO-TYPE Not Implemented",
        16 => "Bad OPT Version",
        17 => "Key not recognized",
        18 => "Signature out of time window",
        19 => "Bad TKEY Mode",
        20 => "Duplicate key name",
        21 => "Algorithm not supported",
        22 => "Bad Truncation",
        23 => "Bad/missing Server Cookie",
        _ => "",
    }
}

/// Name of a type of chunk: numbers of Hubble's `flow.SCTPChunkType`.
pub(crate) const fn sctp_chunk(number: u8) -> Option<&'static str> {
    Some(match number {
        0 => "UNSUPPORTED",
        1 => "INIT",
        2 => "INIT_ACK",
        3 => "SHUTDOWN",
        4 => "SHUTDOWN_ACK",
        5 => "SHUTDOWN_COMPLETE",
        6 => "ABORT",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stand_at_their_number() {
        for (number, word) in Word::ALL.iter().enumerate() {
            assert_eq!(*word as usize, number);
        }
    }
}
