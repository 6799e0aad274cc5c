//! The packet decoder, for each link type.

use flow_core::decode::Capture;
use flow_core::wire::LinkType;

use flow_core::wire::exercise::{check, flow_agrees, part_agrees};

/// The bytes as a packet, as the beginning of a longer one, and beginnings of them; and the flow
/// of each.
fn packet(link: LinkType, data: &[u8]) {
    let whole = check(link, data, data.len());
    for cut in [data.len() / 4, data.len() / 2, data.len().saturating_sub(1)] {
        part_agrees(&check(link, &data[..cut], data.len()), &whole);
    }
    check(link, data, data.len() + 64);
    check(link, data, usize::MAX);
    let capture = Capture::whole(link, data);
    flow_agrees(&capture);
    flow_agrees(&Capture {
        wire_len: capture.wire_len.saturating_add(64),
        ..capture
    });
}

/// Ethernet.
pub fn wire_ethernet(data: &[u8]) {
    packet(LinkType::Ethernet, data);
}

/// IP without a link header, told apart by the version, and as either one.
pub fn wire_raw_ip(data: &[u8]) {
    packet(LinkType::RawIp, data);
    packet(LinkType::Ipv4, data);
    packet(LinkType::Ipv6, data);
}

/// Linux cooked captures, version 1.
pub fn wire_linux_sll(data: &[u8]) {
    packet(LinkType::LinuxSll, data);
}

/// Linux cooked captures, version 2.
pub fn wire_linux_sll2(data: &[u8]) {
    packet(LinkType::LinuxSll2, data);
}

/// BSD loopback.
pub fn wire_null(data: &[u8]) {
    packet(LinkType::Null, data);
}

/// OpenBSD loopback.
pub fn wire_loop(data: &[u8]) {
    packet(LinkType::Loop, data);
}
