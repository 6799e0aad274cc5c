//! Names of ICMP messages: the IANA registries "ICMP Type Numbers" and "ICMPv6 Parameters",
//! in the spelling Hubble uses; and of IGMP.

use core::fmt;

use super::Protocol;

/// Writes the name of a type and code, or their numbers.
pub(super) fn write_name(
    f: &mut fmt::Formatter<'_>,
    protocol: Protocol,
    kind: u8,
    code: u8,
) -> fmt::Result {
    let name = if protocol == Protocol::ICMP {
        v4(kind)
    } else {
        v6(kind)
    };
    let detail = if protocol == Protocol::ICMP {
        v4_code(kind, code)
    } else {
        v6_code(kind, code)
    };
    match (name, detail) {
        (Some(name), Some(detail)) => write!(f, "{name}({detail})"),
        (Some(name), None) if code == 0 => f.write_str(name),
        (Some(name), None) => write!(f, "{name}(Code: {code})"),
        (None, _) => write!(f, "{kind}({code})"),
    }
}

/// Returns the type of the query that a message of this type answers; else the type itself.
///
/// The pairs are those that Linux's connection tracking knows, and those of RFC 8335.
pub(super) const fn query_of(protocol: Protocol, kind: u8) -> u8 {
    match (protocol, kind) {
        (Protocol::ICMP, 0) => 8,
        (Protocol::ICMP, 14 | 16 | 18 | 43) | (Protocol::ICMPV6, 129 | 140 | 161) => kind - 1,
        _ => kind,
    }
}

const fn v4(kind: u8) -> Option<&'static str> {
    Some(match kind {
        0 => "EchoReply",
        3 => "DestinationUnreachable",
        4 => "SourceQuench",
        5 => "Redirect",
        8 => "EchoRequest",
        9 => "RouterAdvertisement",
        10 => "RouterSolicitation",
        11 => "TimeExceeded",
        12 => "ParameterProblem",
        13 => "TimestampRequest",
        14 => "TimestampReply",
        15 => "InfoRequest",
        16 => "InfoReply",
        17 => "AddressMaskRequest",
        18 => "AddressMaskReply",
        _ => return None,
    })
}

const fn v4_code(kind: u8, code: u8) -> Option<&'static str> {
    Some(match (kind, code) {
        (3, 0) => "Net",
        (3, 1) => "Host",
        (3, 2) => "Protocol",
        (3, 3) => "Port",
        (3, 4) => "FragmentationNeeded",
        (3, 5) => "SourceRoutingFailed",
        (3, 6) => "NetUnknown",
        (3, 7) => "HostUnknown",
        (3, 8) => "SourceIsolated",
        (3, 9) => "NetAdminProhibited",
        (3, 10) => "HostAdminProhibited",
        (3, 11) => "NetTOS",
        (3, 12) => "HostTOS",
        (3, 13) => "CommAdminProhibited",
        (3, 14) => "HostPrecedence",
        (3, 15) => "PrecedenceCutoff",
        (5, 0) => "Net",
        (5, 1) => "Host",
        (5, 2) => "TOS+Net",
        (5, 3) => "TOS+Host",
        (11, 0) => "TTLExceeded",
        (11, 1) => "FragmentReassemblyTimeExceeded",
        (12, 0) => "PointerIndicatesError",
        (12, 1) => "MissingOption",
        (12, 2) => "BadLength",
        _ => return None,
    })
}

const fn v6(kind: u8) -> Option<&'static str> {
    Some(match kind {
        1 => "DestinationUnreachable",
        2 => "PacketTooBig",
        3 => "TimeExceeded",
        4 => "ParameterProblem",
        128 => "EchoRequest",
        129 => "EchoReply",
        130 => "MLDv1MulticastListenerQueryMessage",
        131 => "MLDv1MulticastListenerReportMessage",
        132 => "MLDv1MulticastListenerDoneMessage",
        133 => "RouterSolicitation",
        134 => "RouterAdvertisement",
        135 => "NeighborSolicitation",
        136 => "NeighborAdvertisement",
        137 => "Redirect",
        143 => "MLDv2MulticastListenerReportMessageV2",
        _ => return None,
    })
}

const fn v6_code(kind: u8, code: u8) -> Option<&'static str> {
    Some(match (kind, code) {
        (1, 0) => "NoRouteToDst",
        (1, 1) => "AdminProhibited",
        (1, 2) => "BeyondScopeOfSrc",
        (1, 3) => "AddressUnreachable",
        (1, 4) => "PortUnreachable",
        (3, 0) => "HopLimitExceeded",
        (3, 1) => "FragmentReassemblyTimeExceeded",
        (4, 0) => "ErroneousHeaderField",
        (4, 1) => "UnrecognizedNextHeader",
        (4, 2) => "UnrecognizedIPv6Option",
        _ => return None,
    })
}

/// Returns the name of a type of IGMP: RFC 3376 section 4 and the RFCs before it.
pub(super) const fn igmp(kind: u8) -> Option<&'static str> {
    Some(match kind {
        0x11 => "IGMP Membership Query",
        0x12 => "IGMPv1 Membership Report",
        0x16 => "IGMPv2 Membership Report",
        0x17 => "Leave Group",
        0x22 => "IGMPv3 Membership Report",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use std::string::{String, ToString};

    use super::*;

    struct Message(Protocol, u8, u8);

    impl fmt::Display for Message {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write_name(f, self.0, self.1, self.2)
        }
    }

    #[test]
    fn messages_have_the_names_of_their_registry() {
        for (kind, code, name) in [
            (0, 0, "EchoReply"),
            (8, 0, "EchoRequest"),
            (8, 1, "EchoRequest(Code: 1)"),
            (3, 0, "DestinationUnreachable(Net)"),
            (3, 4, "DestinationUnreachable(FragmentationNeeded)"),
            (3, 99, "DestinationUnreachable(Code: 99)"),
            (11, 0, "TimeExceeded(TTLExceeded)"),
            (250, 3, "250(3)"),
        ] {
            assert_eq!(Message(Protocol::ICMP, kind, code).to_string(), name);
        }
        for (kind, code, name) in [
            (1, 4, "DestinationUnreachable(PortUnreachable)"),
            (2, 0, "PacketTooBig"),
            (128, 0, "EchoRequest"),
            (135, 0, "NeighborSolicitation"),
            (8, 0, "8(0)"),
        ] {
            assert_eq!(Message(Protocol::ICMPV6, kind, code).to_string(), name);
        }
    }

    #[test]
    fn every_type_and_code_is_reported() {
        for protocol in [Protocol::ICMP, Protocol::ICMPV6] {
            for kind in 0..=u8::MAX {
                let mut last = String::new();
                for code in 0..=u8::MAX {
                    let name = Message(protocol, kind, code).to_string();
                    assert!(!name.is_empty() && name != last, "{kind} {code}: {name}");
                    last = name;
                }
            }
        }
    }
}
