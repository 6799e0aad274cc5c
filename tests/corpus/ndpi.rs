//! nDPI's own results: one line for each flow.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;

/// A connection, in either direction: ends in order, VLAN, IP protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Connection {
    pub(crate) low: SocketAddr,
    pub(crate) high: SocketAddr,
    pub(crate) vlan: u16,
    pub(crate) protocol: u8,
}

/// Packets and bytes that one end sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sent {
    pub(crate) packets: u64,
    pub(crate) bytes: u64,
}

/// Counts of a connection: sent by its lower and its higher end.
pub(crate) type Counts = BTreeMap<Connection, [Sent; 2]>;

/// Adds what went from `source` to `destination`, and back.
pub(crate) fn add(
    counts: &mut Counts,
    (source, destination): (SocketAddr, SocketAddr),
    vlan: u16,
    protocol: u8,
    [ahead, back]: [Sent; 2],
) {
    let (low, high) = (source.min(destination), source.max(destination));
    let entry = counts
        .entry(Connection {
            low,
            high,
            vlan,
            protocol,
        })
        .or_default();
    let (first, second) = if source <= destination {
        (ahead, back)
    } else {
        (back, ahead)
    };
    for (sum, part) in entry.iter_mut().zip([first, second]) {
        sum.packets += part.packets;
        sum.bytes += part.bytes;
    }
}

/// Reads `NAME.out`. Several lines of one connection are added up. Also gives the lines that
/// cannot be read: nDPI abbreviates some IPv6 addresses twice, which no longer tells them.
pub(crate) fn expected(path: &Path) -> (Counts, Vec<String>) {
    let bytes = std::fs::read(path).expect("results are readable");
    let text = String::from_utf8_lossy(&bytes);
    let (mut counts, mut unreadable) = (Counts::new(), Vec::new());
    for line in text.lines() {
        let Some(rest) = line.strip_prefix('\t') else {
            continue;
        };
        let Some((number, flow)) = rest.split_once('\t') else {
            continue;
        };
        // Tables of hosts and of certificates are numbered too.
        if number.parse::<u32>().is_err() || !flow.contains("[proto: ") {
            continue;
        }
        match parse(flow) {
            Some((ends, vlan, protocol, sent)) => add(&mut counts, ends, vlan, protocol, sent),
            None => unreadable.push(format!("cannot be read: {flow}")),
        }
    }
    (counts, unreadable)
}

type Line = ((SocketAddr, SocketAddr), u16, u8, [Sent; 2]);

/// `TCP 10.0.0.1:80 <-> [2001:db8::1]:90 [VLAN: 5][…][6 pkts/578 bytes <-> 4 pkts/2084 bytes]…`
fn parse(line: &str) -> Option<Line> {
    let (name, rest) = line.split_once(' ')?;
    let (source, rest) = rest.split_once(' ')?;
    let (_arrow, rest) = rest.split_once(' ')?;
    let (destination, rest) = rest.split_once(' ')?;
    let vlan = match rest.strip_prefix("[VLAN: ") {
        Some(vlan) => vlan.split_once(']')?.0.parse().ok()?,
        None => 0,
    };
    let counts = rest.split('[').find(|part| part.contains(" pkts/"))?;
    let (ahead, back) = counts
        .trim_end_matches(']')
        .split_once(" <-> ")
        .or_else(|| counts.trim_end_matches(']').split_once(" -> "))?;
    let protocol = match name {
        "ICMP" => 1,
        "IGMP" => 2,
        "TCP" => 6,
        "UDP" => 17,
        "ESP" => 50,
        "AH" => 51,
        "ICMPV6" => 58,
        "PIM" => 103,
        "VRRP" => 112,
        "SCTP" => 132,
        number => number.parse().ok()?,
    };
    Some((
        (end(source)?, end(destination)?),
        vlan,
        protocol,
        [sent(ahead)?, sent(back)?],
    ))
}

fn end(text: &str) -> Option<SocketAddr> {
    let (address, port) = text.rsplit_once(':')?;
    let address: IpAddr = address.trim_matches(['[', ']']).parse().ok()?;
    Some(SocketAddr::new(address, port.parse().ok()?))
}

fn sent(text: &str) -> Option<Sent> {
    let (packets, rest) = text.split_once(" pkts/")?;
    let (bytes, _) = rest.split_once(" bytes")?;
    Some(Sent {
        packets: packets.parse().ok()?,
        bytes: bytes.parse().ok()?,
    })
}
