//! The flow and its parts.

use core::fmt;

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use super::{
    Direction, DropReason, Endpoint, EventType, FlowFlags, FlowType, Ip, IpVersion, L7Type,
    Protocol, Reply, TcpFlags, TcpState, TracePoint, TraceReason, TunnelProtocol, Verdict,
};

/// A short name of at most 16 bytes, as the kernel keeps them: `comm` of a task
/// (`TASK_COMM_LEN`) and interface names (`IFNAMSIZ`). Unused bytes are zero.
///
/// The bytes are untrusted: a process chooses its own name. `Display` escapes them.
#[derive(
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    FromBytes,
    IntoBytes,
    Immutable,
    KnownLayout,
)]
#[repr(transparent)]
#[allow(clippy::exhaustive_structs, reason = "a value and nothing else")]
pub struct Name16(pub [u8; 16]);

impl Name16 {
    /// The first 16 bytes of `name`, up to a zero.
    #[must_use]
    pub fn new(name: &[u8]) -> Self {
        let mut bytes = [0; 16];
        for (byte, letter) in bytes.iter_mut().zip(name) {
            if *letter == 0 {
                break;
            }
            *byte = *letter;
        }
        Self(bytes)
    }

    /// The bytes before the first zero.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        let end = self.0.iter().position(|byte| *byte == 0).unwrap_or(16);
        &self.0[..end]
    }

    /// Whether there is no name.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0[0] == 0
    }
}

impl fmt::Debug for Name16 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.as_bytes().escape_ascii())
    }
}

/// Packets and bytes of one direction.
#[derive(Clone, Copy, Default, Debug, PartialEq, Eq, Hash)]
#[allow(
    clippy::exhaustive_structs,
    reason = "plain data that callers build field by field"
)]
pub struct Counters {
    /// Packets, where a segment that the network card splits or joins counts as often as it
    /// is on the wire (`gso_segs`).
    pub packets: u32,
    /// Bytes of those packets from the link header on, without preamble and checksum.
    pub bytes: u64,
}

/// Packets and bytes of each direction since the previous record of the same connection.
///
/// Counts are increments, never totals: the sum over all records of a connection is its
/// total, and a record that is lost is in the loss counters of the ring.
#[derive(
    Clone, Copy, Default, Debug, PartialEq, Eq, Hash, FromBytes, IntoBytes, Immutable, KnownLayout,
)]
#[repr(C)]
#[allow(
    clippy::exhaustive_structs,
    reason = "plain data that callers build field by field"
)]
pub struct Traffic {
    /// Bytes from source to destination.
    pub forward_bytes: u64,
    /// Bytes from destination to source.
    pub reverse_bytes: u64,
    /// Packets from source to destination.
    pub forward_packets: u32,
    /// Packets from destination to source.
    pub reverse_packets: u32,
    /// Smoothed round-trip time in microseconds, as the kernel's socket has it; 0 is unknown.
    pub rtt_us: u32,
    /// Segments that the source sent again.
    pub forward_retransmits: u16,
    /// Segments that the destination sent again.
    pub reverse_retransmits: u16,
}

impl Traffic {
    /// Counts from source to destination.
    #[must_use]
    pub const fn forward(&self) -> Counters {
        Counters {
            packets: self.forward_packets,
            bytes: self.forward_bytes,
        }
    }

    /// Counts from destination to source.
    #[must_use]
    pub const fn reverse(&self) -> Counters {
        Counters {
            packets: self.reverse_packets,
            bytes: self.reverse_bytes,
        }
    }
}

/// The encapsulation around the observed packet, outermost where there are several.
#[derive(
    Clone, Copy, Default, Debug, PartialEq, Eq, Hash, FromBytes, IntoBytes, Immutable, KnownLayout,
)]
#[repr(C)]
pub struct Tunnel {
    /// Outer source address.
    pub source_ip: Ip,
    /// Outer destination address.
    pub destination_ip: Ip,
    /// Network identifier: VXLAN and Geneve VNI (24 bits), or the GRE key (low 24 bits).
    vni: [u8; 3],
    /// Kind of encapsulation; [`TunnelProtocol::NONE`] where there is none.
    pub protocol: TunnelProtocol,
    /// Outer source port, 0 where the encapsulation has none.
    pub source_port: u16,
    /// Outer destination port, 0 where the encapsulation has none.
    pub destination_port: u16,
}

impl Tunnel {
    /// Network identifier: VXLAN and Geneve VNI (24 bits), or the low 24 bits of the GRE key.
    #[must_use]
    pub const fn vni(&self) -> u32 {
        u32::from_le_bytes([self.vni[0], self.vni[1], self.vni[2], 0])
    }

    /// Sets the network identifier to the low 24 bits of `vni`.
    pub const fn set_vni(&mut self, vni: u32) {
        let [a, b, c, _] = vni.to_le_bytes();
        self.vni = [a, b, c];
    }
}

/// The process that owns the local socket.
#[derive(
    Clone, Copy, Default, Debug, PartialEq, Eq, Hash, FromBytes, IntoBytes, Immutable, KnownLayout,
)]
#[repr(C)]
#[allow(
    clippy::exhaustive_structs,
    reason = "plain data that callers build field by field"
)]
pub struct Process {
    /// Process id in the initial PID namespace; 0 is unknown.
    pub pid: u32,
    /// User id in the initial user namespace; meaningful where `pid` is.
    pub uid: u32,
    /// Command name.
    pub comm: Name16,
}

/// The interface at which the packet was seen.
#[derive(
    Clone, Copy, Default, Debug, PartialEq, Eq, Hash, FromBytes, IntoBytes, Immutable, KnownLayout,
)]
#[repr(C)]
#[allow(
    clippy::exhaustive_structs,
    reason = "plain data that callers build field by field"
)]
pub struct Interface {
    /// Interface index in its network namespace; 0 is unknown.
    pub index: u32,
    /// Inode of the network namespace, as `lsns` prints it; 0 is unknown.
    pub netns: u32,
    /// Interface name; empty where unknown.
    pub name: Name16,
}

/// One observation of a connection or packet.
///
/// Addresses are those of the observed packet: `source` sent it. [`Flow::is_reply`] is
/// whether that side answers. Everything is plain data, so a `Flow` is copied
/// into the ring and out of it; what is shared by many flows (names, labels, layer 7 records)
/// stands behind a handle.
#[derive(
    Clone, Copy, Default, Debug, PartialEq, Eq, Hash, FromBytes, IntoBytes, Immutable, KnownLayout,
)]
#[repr(C)]
#[allow(
    clippy::exhaustive_structs,
    reason = "plain data that callers build field by field"
)]
pub struct Flow {
    /// When the newest packet of this observation was seen: nanoseconds since the Unix epoch.
    pub time: u64,
    /// When the oldest packet of this observation was seen: nanoseconds since the Unix epoch.
    pub first_seen: u64,
    /// Sender of the observed packet.
    pub source: Endpoint,
    /// Receiver of the observed packet.
    pub destination: Endpoint,
    /// Counts since the previous record of the same connection.
    pub traffic: Traffic,
    /// Outer headers, if the packet was encapsulated.
    pub tunnel: Tunnel,
    /// Owner of the local socket.
    pub process: Process,
    /// Control group id of the local socket: the inode of its directory in cgroup v2; 0 is unknown.
    pub cgroup_id: u64,
    /// The kernel's socket cookie; 0 is unknown.
    pub socket_cookie: u64,
    /// Interface and network namespace at which it was observed.
    pub interface: Interface,
    /// Protocol above IP.
    pub protocol: Protocol,
    /// IP version of the observed packet.
    pub ip_version: IpVersion,
    /// Direction at the observed interface.
    pub direction: Direction,
    /// Verdict on the packet: forwarded, dropped, ...
    pub verdict: Verdict,
    /// Whether the sender answers: it did not begin the connection.
    pub is_reply: Reply,
    /// Kind of observation.
    pub flow_type: FlowType,
    /// State of the TCP socket, for [`EventType::TCP_STATE`].
    pub tcp_state: TcpState,
    /// Layer 7 protocol of the record that [`Flow::l7`] refers to.
    pub l7_type: L7Type,
    /// TCP flags: of the one packet, or of all packets the source sent in this observation.
    pub tcp_flags: TcpFlags,
    /// ICMP type, for ICMP and ICMPv6; VRRP and IGMP type for those.
    pub icmp_type: u8,
    /// ICMP code.
    pub icmp_code: u8,
    /// Drop reason.
    pub drop_reason: DropReason,
    /// Flags of the observation.
    pub flags: FlowFlags,
    /// Class of event.
    pub event_type: EventType,
    /// Second half of Hubble's `event_type`: trace point, drop reason or capture point number.
    pub event_sub_type: u8,
    /// Observation point in the datapath.
    pub trace_point: TracePoint,
    /// State of its connection by connection tracking: new, established, reply, ...
    pub trace_reason: TraceReason,
    /// Outermost VLAN id (12 bits); 0 is none.
    pub vlan: u16,
    /// One packet in this many is observed; 0 and 1 both mean every packet.
    pub sample_rate: u16,
    /// Handle of the layer 7 record; 0 is none.
    pub l7: u32,
    /// Handle of rarely present attributes (policies, trace ids); 0 is none.
    pub ext: u32,
}

impl Flow {
    /// Size of a flow in bytes. With the ring's sequence word it fills four cache lines.
    pub const SIZE: usize = 248;

    /// When the newest packet was seen: nanoseconds since the Unix epoch.
    #[must_use]
    pub const fn last_seen(&self) -> u64 {
        self.time
    }
}

const _: () = assert!(size_of::<Flow>() == Flow::SIZE && align_of::<Flow>() == 8);

#[cfg(test)]
mod tests {
    use std::string::ToString;
    use std::vec::Vec;

    use proptest::prelude::*;

    use super::*;
    use crate::flow::arbitrary::flows;

    #[test]
    fn a_name_ends_at_its_first_zero() {
        assert_eq!(Name16::new(b"eth0\0left over"), Name16::new(b"eth0"));
        assert_eq!(
            Name16::new(b"a-name-of-17-byte").as_bytes(),
            b"a-name-of-17-byt"
        );
    }

    #[test]
    fn names_end_at_the_first_zero() {
        assert_eq!(Name16::new(b"eth0").as_bytes(), b"eth0");
        assert_eq!(Name16::new(b"").as_bytes(), b"");
        assert!(Name16::default().is_empty() && !Name16::new(b"x").is_empty());
        let full = Name16::new(b"0123456789abcdefgh");
        assert_eq!(full.as_bytes(), b"0123456789abcdef");
        assert_eq!(Name16::new(b"a\0b").as_bytes(), b"a");
        assert_eq!(Name16::new(b"\xff\n").to_string(), "\\xff\\n");
        assert_eq!(std::format!("{:?}", Name16::new(b"\x1b\"")), r#""\x1b\"""#);
    }

    #[test]
    fn a_tunnel_keeps_24_bits_of_its_number() {
        let mut tunnel = Tunnel::default();
        for (given, kept) in [(0, 0), (1, 1), (0xff_ffff, 0xff_ffff), (0x0100_0002, 2)] {
            tunnel.set_vni(given);
            assert_eq!(tunnel.vni(), kept);
        }
    }

    #[test]
    fn counts_of_both_directions_are_distinct() {
        let traffic = Traffic {
            forward_bytes: 1,
            reverse_bytes: 2,
            forward_packets: 3,
            reverse_packets: 4,
            ..Traffic::default()
        };
        let counters = |packets, bytes| Counters { packets, bytes };
        assert_eq!(traffic.forward(), counters(3, 1));
        assert_eq!(traffic.reverse(), counters(4, 2));
    }

    proptest! {
        /// A flow is its bytes, whatever they are: nothing is lost on the way into the ring and out.
        #[test]
        fn any_bytes_are_a_flow(flow in flows(), bytes in proptest::collection::vec(any::<u8>(), Flow::SIZE)) {
            let copy = Flow::read_from_bytes(flow.as_bytes()).expect("its own bytes");
            prop_assert_eq!(copy, flow);
            let other = Flow::read_from_bytes(&bytes).expect("any bytes");
            prop_assert_eq!(other.as_bytes().to_vec(), bytes);
            prop_assert_eq!(other.last_seen(), other.time);
        }
    }

    #[test]
    fn fewer_or_more_bytes_are_no_flow() {
        for length in [0, 1, Flow::SIZE - 1, Flow::SIZE + 1] {
            let bytes: Vec<u8> = (0..length).map(|_| 1).collect();
            assert!(Flow::read_from_bytes(&bytes).is_err(), "{length}");
        }
    }
}
