//! What tells connections apart.

use flow_core::flow::{Flow, Ip};

/// One of the two ends of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// The end whose address, and then port, is the lower one.
    Low,
    /// The other.
    High,
}

impl Side {
    /// The sender of a flow's packet.
    #[inline]
    pub(super) fn sender(flow: &Flow) -> Self {
        if end(flow.source.ip, flow.source.port) <= end(flow.destination.ip, flow.destination.port)
        {
            Self::Low
        } else {
            Self::High
        }
    }

    pub(super) const fn other(self) -> Self {
        match self {
            Self::Low => Self::High,
            Self::High => Self::Low,
        }
    }

    pub(super) const fn index(self) -> usize {
        self as usize
    }
}

/// An end in words that compare quickly.
type End = (u64, u64, u16);

#[inline]
fn end(ip: Ip, port: u16) -> End {
    let number = u128::from_be_bytes(ip.0);
    ((number >> 64) as u64, number as u64, port)
}

/// Five-tuple, namespace, interface, VLAN and tunnel: the same for both directions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key([u64; 7]);

impl Key {
    #[inline]
    pub(super) fn of(flow: &Flow) -> Self {
        let source = end(flow.source.ip, flow.source.port);
        let destination = end(flow.destination.ip, flow.destination.port);
        let (low, high) = (source.min(destination), source.max(destination));
        let ports = u64::from(low.2) << 48 | u64::from(high.2) << 32;
        let place = u64::from(flow.interface.netns) << 32 | u64::from(flow.interface.index);
        let tunnel = u64::from(flow.tunnel.protocol.0) << 32 | u64::from(flow.tunnel.vni());
        Self([
            low.0,
            low.1,
            high.0,
            high.1,
            ports | u64::from(flow.vlan) << 16 | u64::from(flow.protocol.0),
            place,
            tunnel,
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flow(source: (u8, u16), destination: (u8, u16)) -> Flow {
        let mut flow = Flow::default();
        (flow.source.ip, flow.source.port) = (Ip::v4([10, 0, 0, source.0]), source.1);
        flow.destination.ip = Ip::v4([10, 0, 0, destination.0]);
        flow.destination.port = destination.1;
        flow
    }

    #[test]
    fn both_directions_are_one_connection() {
        let (there, back) = (flow((1, 80), (2, 40)), flow((2, 40), (1, 80)));
        assert_eq!(Key::of(&there), Key::of(&back));
        assert_eq!(Side::sender(&there), Side::Low);
        assert_eq!(Side::sender(&back), Side::High);
        assert_eq!(Side::Low.other(), Side::High);
        let (there, back) = (flow((1, 80), (1, 40)), flow((1, 40), (1, 80)));
        assert_eq!(Key::of(&there), Key::of(&back));
        assert_eq!(Side::sender(&there), Side::High);
    }

    #[test]
    fn every_part_tells_connections_apart() {
        let base = flow((1, 80), (2, 40));
        let changes: [fn(&mut Flow); 9] = [
            |flow| flow.source.port = 81,
            |flow| flow.destination.port = 41,
            |flow| flow.source.ip = Ip::v4([10, 0, 0, 3]),
            |flow| flow.interface.netns = 1,
            |flow| flow.interface.index = 1,
            |flow| flow.vlan = 1,
            |flow| flow.protocol.0 = 6,
            |flow| flow.tunnel.set_vni(1),
            |flow| flow.tunnel.protocol.0 = 1,
        ];
        for change in changes {
            let mut other = base;
            change(&mut other);
            assert_ne!(Key::of(&base), Key::of(&other));
        }
    }
}
