//! From a kernel record to a [`Flow`].

use zerocopy::FromBytes;

use super::view::{payload, short};
use super::{
    DropReasonTable, EventError, EventFlags, EventKind, EventView, Hook, RawEvent, Trigger,
};
use crate::clock::BootClock;
use crate::flow::{
    Direction, Endpoint, EventType, Flow, FlowFlags, FlowType, Interface, Ip, IpVersion, Mac,
    Name16, Process, Protocol, Reply, TcpFlags, TcpState, TracePoint, TraceReason, Traffic,
    Verdict,
};

/// Looks up the name of an interface by network namespace inode and interface index.
pub trait InterfaceNaming {
    /// Returns the name, which is empty where it is not known.
    fn name(&mut self, netns: u32, index: u32) -> Name16;
}

impl<F: FnMut(u32, u32) -> Name16> InterfaceNaming for F {
    fn name(&mut self, netns: u32, index: u32) -> Name16 {
        self(netns, index)
    }
}

/// No names at all.
impl InterfaceNaming for () {
    fn name(&mut self, _netns: u32, _index: u32) -> Name16 {
        Name16::default()
    }
}

/// Decodes kernel records into flows. Allocates nothing.
///
/// ```
/// use flow_core::clock::BootClock;
/// use flow_core::event::{DropReasonTable, EventDecoder, EventKind, RawEvent};
///
/// let clock = BootClock::new(1_000, 1_700_000_000_000_001_000);
/// let mut decoder = EventDecoder::new(clock, DropReasonTable::default(), ());
/// let record = RawEvent {
///     kind: EventKind::PACKET,
///     version: RawEvent::VERSION,
///     header_len: 184,
///     time_ns: 5_000,
///     sport: 53,
///     ..RawEvent::default()
/// };
/// let flow = decoder.decode(record.as_ref())?;
/// assert_eq!((flow.time, flow.source.port), (1_700_000_000_000_005_000, 53));
/// # Ok::<(), flow_core::event::EventError>(())
/// ```
#[derive(Clone, Debug)]
pub struct EventDecoder<N> {
    clock: BootClock,
    reasons: DropReasonTable,
    names: N,
}

impl<N: InterfaceNaming> EventDecoder<N> {
    /// Creates a decoder from what only the running system knows: its clock, the names of drop
    /// reasons, and those of interfaces.
    pub const fn new(clock: BootClock, reasons: DropReasonTable, names: N) -> Self {
        Self {
            clock,
            reasons,
            names,
        }
    }

    /// Takes a new sample of the clocks: see [`BootClock::update`].
    pub fn update_clock(&mut self, boot_ns: u64, wall_ns: u64) {
        self.clock.update(boot_ns, wall_ns);
    }

    /// Decodes the bytes of one record, aligned or not.
    ///
    /// # Errors
    /// Where the bytes are no whole record; the caller should count it as lost.
    #[inline]
    pub fn decode(&mut self, record: &[u8]) -> Result<Flow, EventError> {
        match EventView::parse(record) {
            Ok(view) => Ok(self.flow(view.header())),
            Err(EventError::Alignment { .. }) => {
                let (header, _) = RawEvent::read_from_prefix(record).map_err(|_| short(record))?;
                payload(&header, record)?;
                Ok(self.flow(&header))
            }
            Err(error) => Err(error),
        }
    }

    /// Makes the flow of a record's header.
    #[inline]
    pub fn flow(&mut self, raw: &RawEvent) -> Flow {
        let time = self.clock.to_wall(raw.time_ns);
        let mut flow = Flow {
            time,
            // Not all kinds of records have it; no packet was seen at 0, when the system started.
            first_seen: match raw.first_ns {
                0 => time,
                first => self.clock.to_wall(first),
            },
            source: endpoint(raw.saddr, raw.sport, raw.smac),
            destination: endpoint(raw.daddr, raw.dport, raw.dmac),
            traffic: traffic(raw),
            process: Process {
                pid: raw.pid,
                uid: raw.uid,
                comm: Name16(raw.comm),
            },
            cgroup_id: raw.cgroup_id,
            socket_cookie: raw.socket_cookie,
            interface: Interface {
                index: raw.ifindex,
                netns: raw.netns,
                name: self.names.name(raw.netns, raw.ifindex),
            },
            protocol: Protocol(raw.proto),
            ip_version: match raw.ip_version {
                4 => IpVersion::V4,
                6 => IpVersion::V6,
                _ => IpVersion::NONE,
            },
            direction: Direction(raw.direction),
            verdict: Verdict(raw.verdict),
            is_reply: Reply(raw.is_reply),
            flow_type: FlowType::L3_L4,
            tcp_state: TcpState(raw.tcp_state),
            tcp_flags: TcpFlags(raw.tcp_flags),
            icmp_type: raw.icmp_type,
            icmp_code: raw.icmp_code,
            flags: flags(raw),
            vlan: raw.vlan,
            sample_rate: raw.sample_rate,
            ..Flow::default()
        };
        self.classify(raw, &mut flow);
        flow
    }

    fn classify(&self, raw: &RawEvent, flow: &mut Flow) {
        match raw.kind {
            EventKind::DROP => {
                flow.event_type = EventType::DROP;
                flow.drop_reason = self.reasons.get(raw.drop_reason);
                flow.trace_point = TracePoint::UNKNOWN;
            }
            EventKind::TCP_STATE => {
                flow.event_type = EventType::TCP_STATE;
                flow.flow_type = FlowType::SOCK;
            }
            EventKind::TCP_RETRANSMIT => flow.event_type = EventType::TCP_RETRANSMIT,
            EventKind::FLOW | EventKind::PACKET => {
                flow.event_type = EventType::TRACE;
                (flow.trace_point, flow.event_sub_type) = match raw.hook {
                    // Cilium's datapath writes "to endpoint" as 0.
                    Hook::CGROUP_INGRESS => (TracePoint::TO_ENDPOINT, 0),
                    Hook::CGROUP_EGRESS => (TracePoint::FROM_ENDPOINT, TracePoint::FROM_ENDPOINT.0),
                    Hook::TC_INGRESS | Hook::NETIF_RECEIVE => {
                        (TracePoint::FROM_NETWORK, TracePoint::FROM_NETWORK.0)
                    }
                    Hook::TC_EGRESS | Hook::NET_DEV_QUEUE => {
                        (TracePoint::TO_NETWORK, TracePoint::TO_NETWORK.0)
                    }
                    _ => (TracePoint::UNKNOWN, 0),
                };
                flow.trace_reason = match (raw.trigger, flow.is_reply) {
                    (Trigger::NEW, _) => TraceReason::NEW,
                    (_, Reply::YES) => TraceReason::REPLY,
                    (_, Reply::NO) => TraceReason::ESTABLISHED,
                    _ => TraceReason::UNKNOWN,
                };
            }
            // A kind of a newer version: what the header holds is decoded, its class is not.
            _ => flow.flags |= FlowFlags::UNKNOWN_VERSION,
        }
    }
}

fn endpoint(address: [u8; 16], port: u16, mac: [u8; 6]) -> Endpoint {
    Endpoint {
        ip: Ip(address),
        port,
        mac: Mac(mac),
        ..Endpoint::default()
    }
}

fn traffic(raw: &RawEvent) -> Traffic {
    let retransmits = u16::try_from(raw.retransmits).unwrap_or(u16::MAX);
    // The kernel reports them of the local socket.
    let from_source =
        raw.kind == EventKind::TCP_RETRANSMIT || raw.flags & EventFlags::OWNER_IS_SOURCE != 0;
    Traffic {
        forward_bytes: raw.forward_bytes,
        reverse_bytes: raw.reverse_bytes,
        forward_packets: raw.forward_packets,
        reverse_packets: raw.reverse_packets,
        rtt_us: raw.rtt_us,
        forward_retransmits: if from_source { retransmits } else { 0 },
        reverse_retransmits: if from_source { 0 } else { retransmits },
    }
}

fn flags(raw: &RawEvent) -> FlowFlags {
    const SAME: [(u16, FlowFlags); 4] = [
        (EventFlags::FRAGMENT, FlowFlags::FRAGMENT),
        (EventFlags::TRUNCATED, FlowFlags::TRUNCATED),
        (EventFlags::MALFORMED, FlowFlags::MALFORMED),
        (EventFlags::OWNER_IS_SOURCE, FlowFlags::PROCESS_IS_SOURCE),
    ];
    let mut flags = FlowFlags::NONE;
    let mut set = |when: bool, flag: FlowFlags| flags.0 |= if when { flag.0 } else { 0 };
    for (bit, flag) in SAME {
        set(raw.flags & bit != 0, flag);
    }
    set(raw.kind == EventKind::FLOW, FlowFlags::AGGREGATED);
    set(raw.trigger == Trigger::NEW, FlowFlags::NEW);
    // What was idle left the table, and may go on.
    set(raw.trigger == Trigger::END, FlowFlags::END);
    set(raw.sample_rate > 1, FlowFlags::SAMPLED);
    set(raw.version != RawEvent::VERSION, FlowFlags::UNKNOWN_VERSION);
    set(raw.retransmits > u32::from(u16::MAX), FlowFlags::SATURATED);
    flags
}
