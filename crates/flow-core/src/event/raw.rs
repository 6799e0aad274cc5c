//! Layout of a kernel record; the C twin is `struct flow_event` in
//! `crates/flow-ebpf/bpf/flow_event.h`.
//!
//! All fields are in the byte order of the machine. A record is [`RawEvent::SIZE`] bytes,
//! followed by [`RawEvent::payload_len`] captured bytes.

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use crate::open_enum::open_enum;

open_enum! {
    /// Kinds of kernel records.
    EventKind(u8) {
        /// An aggregate: counts of a connection at one interface since its last record.
        FLOW = 1 => "flow",
        /// One packet.
        PACKET = 2 => "packet",
        /// A packet that the kernel dropped.
        DROP = 3 => "drop",
        /// A TCP socket changed its state.
        TCP_STATE = 4 => "tcp-state",
        /// A TCP segment was sent again.
        TCP_RETRANSMIT = 5 => "tcp-retransmit",
    }
}

open_enum! {
    /// The place in the kernel at which a record was made.
    Hook(u8) {
        /// Traffic control, incoming.
        TC_INGRESS = 1 => "tc-ingress",
        /// Traffic control, outgoing.
        TC_EGRESS = 2 => "tc-egress",
        /// Control group, incoming.
        CGROUP_INGRESS = 3 => "cgroup-ingress",
        /// Control group, outgoing.
        CGROUP_EGRESS = 4 => "cgroup-egress",
        /// Tracepoint `kfree_skb`.
        KFREE_SKB = 5 => "kfree-skb",
        /// Tracepoint `inet_sock_set_state`.
        SOCK_STATE = 6 => "sock-state",
        /// Tracepoint `tcp_retransmit_skb`.
        TCP_RETRANSMIT = 7 => "tcp-retransmit",
        /// Tracepoint `netif_receive_skb`.
        NETIF_RECEIVE = 8 => "netif-receive",
        /// Tracepoint `net_dev_queue`.
        NET_DEV_QUEUE = 9 => "net-dev-queue",
    }
}

open_enum! {
    /// Reasons to emit an aggregate.
    Trigger(u8) {
        /// First packet of the connection.
        NEW = 1 => "new",
        /// A TCP flag that this direction had not shown before.
        TCP_FLAG = 2 => "tcp-flag",
        /// The reporting interval has passed.
        INTERVAL = 3 => "interval",
        /// The connection ended.
        END = 4 => "end",
        /// Swept after it had been idle, or when the observer stopped.
        IDLE = 5 => "idle",
        /// The table had no room: this packet is reported on its own.
        TABLE_FULL = 6 => "table-full",
    }
}

open_enum! {
    /// Where the captured bytes of a record begin.
    CaptureKind(u8) {
        /// Nothing was captured.
        NONE = 0 => "none",
        /// The IP header.
        NETWORK = 2 => "network",
    }
}

/// Bits of [`RawEvent::flags`].
#[non_exhaustive]
pub struct EventFlags;

impl EventFlags {
    /// The packet is an IP fragment that is not the first: ports are not known.
    pub const FRAGMENT: u16 = 0x0001;
    /// Headers were not all readable.
    pub const TRUNCATED: u16 = 0x0002;
    /// A header contradicted itself.
    pub const MALFORMED: u16 = 0x0004;
    /// `pid`, `uid`, `comm` and `cgroup_id` belong to the sender (else to the receiver).
    pub const OWNER_IS_SOURCE: u16 = 0x0008;
}

/// One kernel record, 184 bytes. Each field has its offset in front.
#[derive(
    Clone, Copy, Default, Debug, PartialEq, Eq, FromBytes, IntoBytes, Immutable, KnownLayout,
)]
#[repr(C)]
#[allow(
    clippy::exhaustive_structs,
    reason = "the layout of a record; another has another version"
)]
pub struct RawEvent {
    /// 0: what is reported.
    pub kind: EventKind,
    /// 1: layout version, [`RawEvent::VERSION`].
    pub version: u8,
    /// 2: see [`EventFlags`].
    pub flags: u16,
    /// 4: length of this header in bytes, where the captured bytes begin.
    pub header_len: u16,
    /// 6: number of captured bytes.
    pub payload_len: u16,
    /// 8: `CLOCK_BOOTTIME` nanoseconds of the newest packet.
    pub time_ns: u64,
    /// 16: `CLOCK_BOOTTIME` nanoseconds of the oldest packet counted.
    pub first_ns: u64,
    /// 24: sender's address, IPv4 as IPv4-mapped IPv6.
    pub saddr: [u8; 16],
    /// 40: receiver's address.
    pub daddr: [u8; 16],
    /// 56: sender's port.
    pub sport: u16,
    /// 58: receiver's port.
    pub dport: u16,
    /// 60: IP protocol number.
    pub proto: u8,
    /// 61: 4 or 6; 0 where there is no IP header.
    pub ip_version: u8,
    /// 62: 0 unknown, 1 ingress, 2 egress.
    pub direction: u8,
    /// 63: Hubble's verdict number.
    pub verdict: u8,
    /// 64: TCP flags of the packets from `saddr` in this record.
    pub tcp_flags: u16,
    /// 66: ICMP type.
    pub icmp_type: u8,
    /// 67: ICMP code.
    pub icmp_code: u8,
    /// 68: `enum skb_drop_reason` of the running kernel.
    pub drop_reason: u32,
    /// 72: interface index.
    pub ifindex: u32,
    /// 76: inode of the network namespace, 0 if not known.
    pub netns: u32,
    /// 80: control group id of the local socket.
    pub cgroup_id: u64,
    /// 88: socket cookie.
    pub socket_cookie: u64,
    /// 96: process id (thread group), initial namespace.
    pub pid: u32,
    /// 100: user id.
    pub uid: u32,
    /// 104: command name, zero padded.
    pub comm: [u8; 16],
    /// 120: bytes from `saddr`.
    pub forward_bytes: u64,
    /// 128: bytes from `daddr`.
    pub reverse_bytes: u64,
    /// 136: packets from `saddr`.
    pub forward_packets: u32,
    /// 140: packets from `daddr`.
    pub reverse_packets: u32,
    /// 144: smoothed round-trip time in microseconds.
    pub rtt_us: u32,
    /// 148: segments sent again by the local socket.
    pub retransmits: u32,
    /// 152: sender's MAC address.
    pub smac: [u8; 6],
    /// 158: receiver's MAC address.
    pub dmac: [u8; 6],
    /// 164: EtherType after any VLAN tags, host order.
    pub ethertype: u16,
    /// 166: outermost VLAN id, 0 if none.
    pub vlan: u16,
    /// 168: 0 unknown, 1 no, 2 yes.
    pub is_reply: u8,
    /// 169: new state of the TCP socket, for [`EventKind::TCP_STATE`].
    pub tcp_state: u8,
    /// 170: where the record was made.
    pub hook: Hook,
    /// 171: why an aggregate was emitted.
    pub trigger: Trigger,
    /// 172: length of the packet on the wire in bytes, from the link header on.
    pub packet_len: u32,
    /// 176: one packet in this many is observed.
    pub sample_rate: u16,
    /// 178: what the captured bytes begin with.
    pub capture_kind: CaptureKind,
    /// 179: previous state of the TCP socket, for [`EventKind::TCP_STATE`].
    pub tcp_state_old: u8,
    /// 180: processor that made the record.
    pub cpu: u32,
}

impl RawEvent {
    /// Size in bytes of the header this version writes.
    pub const SIZE: usize = 184;
    /// The version this decoder knows.
    pub const VERSION: u8 = 1;
}

const _: () = assert!(size_of::<RawEvent>() == RawEvent::SIZE);
