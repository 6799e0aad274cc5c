//! Names of ICMP messages: the IANA registries "ICMP Type Numbers" and "ICMPv6 Parameters",
//! in the spelling Hubble uses.

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
        (Some(name), None) => write!(f, "{name}(code {code})"),
        (None, _) => write!(f, "type {kind} code {code}"),
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
        (3, 9) => "NetAdminProhibited",
        (3, 10) => "HostAdminProhibited",
        (3, 13) => "CommAdminProhibited",
        (11, 0) => "TTLExceeded",
        (11, 1) => "FragmentReassemblyTimeExceeded",
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
        _ => return None,
    })
}
