//! Captures in which nDPI's results differ from ours, each with the reason.

use flow_core::decode::{Capture, NoFlow, flow_of};
use flow_core::flow::{Flow, Protocol};
use flow_core::wire::{Layer, Packet, PacketFlags, Problem, WireError};

/// What nDPI does otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    /// It tells the innermost of several VLAN tags; we the outermost.
    InnermostTag,
    /// It leaves out fragments after the first, which have no ports; we count them.
    NoLaterFragments,
    /// It leaves out packets whose IP header claims more than the frame holds; we count them and
    /// flag them as malformed.
    NoOverlongIp,
    /// It tells no ports of a TCP header that is not whole; we do, where they are there.
    NoPortsOfShortTcp,
    /// It stops at an authentication header; we tell what is behind.
    StopsAtAuthentication,
}

impl Rule {
    /// What nDPI does, and we do not.
    pub(crate) const fn reason(self) -> &'static str {
        match self {
            Self::InnermostTag => "nDPI tells the innermost of several VLAN tags, we the outermost",
            Self::NoLaterFragments => {
                "nDPI leaves out fragments after the first, we count them without ports"
            }
            Self::NoOverlongIp => {
                "nDPI leaves out packets that claim more than their frame holds, we flag them"
            }
            Self::NoPortsOfShortTcp => {
                "nDPI tells no ports of a TCP header that is not whole, we do"
            }
            Self::StopsAtAuthentication => {
                "nDPI stops at the authentication header, we tell what is behind"
            }
        }
    }

    /// Makes of our flow of a packet what nDPI makes of it.
    fn apply(self, packet: &Packet<'_>, mut flow: Flow) -> Option<Flow> {
        match self {
            Self::InnermostTag => {
                flow.vlan = packet.vlans().last().map_or(0, |tag| tag.id());
            }
            Self::NoLaterFragments => {
                if packet.flags().contains(PacketFlags::LATER_FRAGMENT) {
                    return None;
                }
            }
            Self::NoOverlongIp => {
                let is_it = |error: WireError| error.problem == Problem::Beyond;
                if packet.error().is_some_and(is_it) {
                    return None;
                }
            }
            Self::NoPortsOfShortTcp => {
                let is_it = |error: WireError| error.layer == Layer::Tcp && error.got < 20;
                if packet.error().is_some_and(is_it) {
                    (flow.source.port, flow.destination.port) = (0, 0);
                }
            }
            Self::StopsAtAuthentication => {
                if packet.ipv4().is_some_and(|header| header.protocol() == 51) {
                    flow.protocol = Protocol(51);
                    (flow.source.port, flow.destination.port) = (0, 0);
                }
            }
        }
        Some(flow)
    }
}

/// The flow of a packet under `rules`.
pub(crate) fn flow_by(rules: &[Rule], capture: &Capture<'_>) -> Result<Option<Flow>, NoFlow> {
    let flow = flow_of(capture)?;
    let packet = Packet::parse(capture.link, capture.data, capture.wire_len as usize);
    let outermost = packet.vlans().next().map_or(0, |tag| tag.id());
    assert_eq!(flow.vlan, outermost, "a flow has the outermost tag");
    let apply = |flow: Option<Flow>, rule: &Rule| rule.apply(&packet, flow?);
    Ok(rules.iter().fold(Some(flow), apply))
}

/// Captures with which nDPI does something else. Done to our flows too, all agrees; without it,
/// it does not: the test fails for a rule that is not needed.
pub(crate) const BY_RULE: &[(&str, &[Rule])] = &[
    ("4in4tunnel.pcap", &[Rule::InnermostTag]),
    ("ah.pcapng", &[Rule::StopsAtAuthentication]),
    ("dns_fragmented.pcap", &[Rule::NoLaterFragments]),
    (
        "dnscrypt-v1-and-resolver-pings.pcap",
        &[Rule::NoLaterFragments],
    ),
    (
        "fuzz-2006-09-29-28586.pcap",
        &[
            Rule::NoLaterFragments,
            Rule::NoOverlongIp,
            Rule::NoPortsOfShortTcp,
        ],
    ),
    ("ja3_lots_of_cipher_suites.pcap", &[Rule::InnermostTag]),
    (
        "ndpi_match_string_subprotocol__error.pcapng",
        &[Rule::NoOverlongIp],
    ),
];

/// Captures that differ, in how many connections (exactly), and why.
pub(crate) const DIFFERENT: &[(&str, usize, &str)] = &[
    (
        "dtls.pcap",
        2,
        "nDPI tells the packet inside GTP, which we do not decode",
    ),
    (
        "false_positives.pcapng",
        8,
        "nDPI tells the packet inside GTP, which we do not decode",
    ),
    (
        "fuzz-2021-10-13.pcap",
        1,
        "nDPI abbreviates an IPv6 address twice in its result, which cannot be read",
    ),
    (
        "gre.pcapng",
        2,
        "nDPI follows PPP in GRE version 1 (PPTP), which we do not decode",
    ),
    (
        "ipv6_in_gtp.pcap",
        4,
        "nDPI tells the packet inside GTP, which we do not decode",
    ),
    (
        "someip_sd_sample.pcap",
        2,
        "link type PPI (192), which we do not decode",
    ),
];
