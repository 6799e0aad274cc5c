//! The key of a connection.

use core::hash::{Hash, Hasher};

use super::{Flow, Ip, TunnelProtocol, icmp};

/// VLAN tags that are part of a key.
const TAGS: usize = 8;
/// Marks a tag of a packet inside of a tunnel.
const INNER_TAG: u16 = 0x8000;

/// The identity of a connection, the same for both directions.
///
/// Two packets belong to one connection where their keys are equal. Part of the key are
///
/// - both addresses and ports, and the protocol;
/// - the network namespace and the interface;
/// - the tunnel: its protocol, its network identifier and both outer addresses. Outer ports are
///   not, for VXLAN and Geneve choose a source port for each direction;
/// - the VLAN tags;
/// - the type and code of an ICMP message, and its identifier. A query and its answer have the
///   same key: an echo reply has that of its request.
///
/// The kernel programs' table has a key with the same meaning (`struct flow_key` in `crates/flow-ebpf/bpf/maps.h`), but for
/// this: they see two VLAN tags at most, and do not look into tunnels, so that what a tunnel carries is a connection at
/// the interface that stands for it.
///
/// A [`Flow`] has no room for the inner tags of a packet with several, and none for the
/// identifier of ICMP. [`ConnectionKey::of`] makes the key without them, which is right for flows
/// of a source that separates such connections itself, as the kernel programs do;
/// [`ConnectionKey::of_packet`] has everything. The two are equal for a packet that has none of
/// these; keys of both kinds do not belong in one table.
///
/// ```
/// use flow_core::flow::{ConnectionKey, Flow, Ip, Side};
///
/// let mut request = Flow::default();
/// (request.source.ip, request.source.port) = (Ip::v4([10, 0, 0, 1]), 4242);
/// (request.destination.ip, request.destination.port) = (Ip::v4([10, 0, 0, 2]), 53);
/// let mut response = request;
/// (response.source, response.destination) = (request.destination, request.source);
/// assert_eq!(ConnectionKey::of(&request), ConnectionKey::of(&response));
/// assert_eq!(Side::sender(&request), Side::sender(&response).other());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ConnectionKey {
    /// Addresses, ports, protocol and message, place, tunnel.
    words: [u64; 7],
    /// Four VLAN tags a word, the outermost in the highest bits.
    tags: [u64; TAGS / 4],
    /// Outer addresses.
    outer: [u64; 4],
}

impl ConnectionKey {
    /// Returns the key that can be made of a flow alone.
    #[inline]
    #[must_use]
    pub fn of(flow: &Flow) -> Self {
        let mut tags = VlanTags::default();
        tags.push(flow.vlan & 0x0fff, false);
        Self::with(flow, 0, tags)
    }

    /// The key of a flow with what it has no room for: the identifier of an ICMP query, 0 where
    /// there is none, and the VLAN tags.
    #[inline]
    pub(crate) fn with(flow: &Flow, identifier: u16, tags: VlanTags) -> Self {
        let source = end(flow.source.ip, flow.source.port);
        let destination = end(flow.destination.ip, flow.destination.port);
        let (low, high) = (source.min(destination), source.max(destination));
        let ports = u64::from(low.2) << 48 | u64::from(high.2) << 32;
        let message = u64::from(message(flow)) << 8;
        let place = u64::from(flow.interface.netns) << 32 | u64::from(flow.interface.index);
        let tunnel = u64::from(flow.tunnel.protocol.0) << 24 | u64::from(flow.tunnel.vni());
        let outer = if flow.tunnel.protocol == TunnelProtocol::NONE {
            [0; 4]
        } else {
            let source = end(flow.tunnel.source_ip, 0);
            let destination = end(flow.tunnel.destination_ip, 0);
            let (low, high) = (source.min(destination), source.max(destination));
            [low.0, low.1, high.0, high.1]
        };
        Self {
            words: [
                low.0,
                low.1,
                high.0,
                high.1,
                ports | message | u64::from(flow.protocol.0),
                place,
                u64::from(identifier) << 32 | tunnel,
            ],
            tags: tags.words,
            outer,
        }
    }
}

/// Equal keys have equal hashes; what few packets have is hashed only where it is there.
impl Hash for ConnectionKey {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.words.hash(state);
        self.tags[0].hash(state);
        if self.tags[1] != 0 || self.outer != [0; 4] {
            self.tags[1].hash(state);
            self.outer.hash(state);
        }
    }
}

/// VLAN ids in order, from the outermost one on; those beyond the eighth are left out.
#[derive(Clone, Copy, Default)]
pub(crate) struct VlanTags {
    words: [u64; TAGS / 4],
    count: usize,
}

impl VlanTags {
    /// Adds the id of the next tag, `inner` where it is one of a packet in a tunnel. A tag with id 0
    /// has a priority only and is no VLAN.
    #[inline]
    pub(crate) fn push(&mut self, id: u16, inner: bool) {
        if id == 0 || self.count == TAGS {
            return;
        }
        let mark = if inner { INNER_TAG } else { 0 };
        let shift = 48 - 16 * (self.count % 4);
        self.words[self.count / 4] |= u64::from(id | mark) << shift;
        self.count += 1;
    }
}

/// Type and code of a control message, those of the query for an answer to one.
#[inline]
fn message(flow: &Flow) -> u16 {
    u16::from(icmp::query_of(flow.protocol, flow.icmp_type)) << 8 | u16::from(flow.icmp_code)
}

/// An end in words that compare quickly.
type End = (u64, u64, u16);

#[inline]
fn end(ip: Ip, port: u16) -> End {
    let number = u128::from_be_bytes(ip.0);
    ((number >> 64) as u64, number as u64, port)
}

/// One of the two ends of a connection, named by their order and not by who began it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(clippy::exhaustive_enums, reason = "a connection has two ends")]
pub enum Side {
    /// The end whose address, and then port, is the lower one.
    Low,
    /// The other end.
    High,
}

impl Side {
    /// Returns the side that sent the packet of a flow.
    #[inline]
    #[must_use]
    pub fn sender(flow: &Flow) -> Self {
        if end(flow.source.ip, flow.source.port) <= end(flow.destination.ip, flow.destination.port)
        {
            Self::Low
        } else {
            Self::High
        }
    }

    /// Returns the opposite side.
    #[inline]
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Low => Self::High,
            Self::High => Self::Low,
        }
    }

    /// Returns 0 for the low side and 1 for the high one, to index an array of two.
    #[inline]
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }
}

#[cfg(test)]
mod tests;
