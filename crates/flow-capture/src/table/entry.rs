//! One connection of the table.

use flow_core::flow::{ConnectionKey, Flow, FlowFlags, Protocol, Reply, TcpFlags};
use flow_core::wire::Packet;

/// No entry.
pub(super) const NONE: u32 = u32::MAX;
/// Bytes that a SYN may carry (RFC 7413) and that its answer acknowledges too.
const LONGEST_SYN: u32 = 0xffff;

/// Sequence numbers of a segment with SYN.
#[derive(Clone, Copy, Debug)]
pub(super) struct Handshake {
    /// The sender's initial sequence number.
    sequence: u32,
    /// The receiver's initial sequence number, where ACK is set.
    answered: Option<u32>,
}

impl Handshake {
    /// That of a TCP segment with SYN whose header is whole.
    pub(super) fn of(packet: &Packet<'_>) -> Option<Self> {
        let innermost = packet.innermost();
        let segment = innermost.tcp()?;
        let flags = TcpFlags(segment.flags());
        flags.contains(TcpFlags::SYN).then(|| Self {
            sequence: segment.sequence(),
            answered: flags
                .contains(TcpFlags::ACK)
                .then(|| segment.acknowledgement().wrapping_sub(1)),
        })
    }

    /// Whether it answers a SYN with this sequence number.
    fn answers(self, sequence: u32) -> bool {
        self.answered
            .is_some_and(|answered| answered.wrapping_sub(sequence) <= LONGEST_SYN)
    }
}

#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) key: ConnectionKey,
    pub(super) flow: Flow,
    /// Rises with each connection that is begun.
    pub(super) serial: u64,
    /// Initial sequence numbers of source and destination, where they were seen.
    initial: [Option<u32>; 2],
    /// FIN seen: 1 from the source, 2 from the destination.
    fin: u8,
    /// Neighbours in the order of use.
    pub(super) older: u32,
    pub(super) newer: u32,
}

impl Entry {
    pub(super) fn new(key: ConnectionKey) -> Self {
        Self {
            key,
            flow: Flow::default(),
            initial: [None; 2],
            serial: 0,
            fin: 0,
            older: NONE,
            newer: NONE,
        }
    }

    /// Begins a connection with its first packet.
    pub(super) fn begin(&mut self, packet: &Flow, handshake: Option<Handshake>) {
        self.flow = *packet;
        self.flow.flags |= FlowFlags::NEW | FlowFlags::AGGREGATED;
        self.fin = 0;
        self.initial = [None; 2];
        let tcp = packet.protocol == Protocol::TCP;
        let (syn, ack) = (
            packet.tcp_flags.contains(TcpFlags::SYN),
            packet.tcp_flags.contains(TcpFlags::ACK),
        );
        self.flow.is_reply = if tcp && !syn {
            Reply::UNKNOWN
        } else {
            Reply::NO
        };
        let mut forward = true;
        if tcp && syn && ack {
            forward = false;
            let flow = &mut self.flow;
            core::mem::swap(&mut flow.source, &mut flow.destination);
            let traffic = &mut flow.traffic;
            core::mem::swap(&mut traffic.forward_bytes, &mut traffic.reverse_bytes);
            core::mem::swap(&mut traffic.forward_packets, &mut traffic.reverse_packets);
            flow.tcp_flags = TcpFlags::NONE;
        }
        self.note_start(handshake, forward);
        self.note_end(packet.tcp_flags, forward);
    }

    fn is_forward(&self, packet: &Flow) -> bool {
        let source = (packet.source.ip, packet.source.port);
        source == (self.flow.source.ip, self.flow.source.port)
    }

    /// Whether a packet of the same key begins another connection.
    pub(super) fn is_followed_by(&self, packet: &Flow, handshake: Option<Handshake>) -> bool {
        if packet.protocol != Protocol::TCP || !packet.tcp_flags.contains(TcpFlags::SYN) {
            return false;
        }
        let answers = packet.tcp_flags.contains(TcpFlags::ACK);
        if !answers && self.flow.flags.contains(FlowFlags::END) {
            return true;
        }
        let Some(handshake) = handshake else {
            return false;
        };
        let [mut own, mut other] = self.initial;
        if !self.is_forward(packet) {
            (own, other) = (other, own);
        }
        match (own, other) {
            (_, Some(other)) if answers => !handshake.answers(other),
            (Some(own), _) => handshake.sequence != own,
            // Both sides open at once, or the SYN was captured after its answer.
            (None, Some(_)) => false,
            // The connection before was joined in its middle.
            (None, None) => self.flow.is_reply == Reply::UNKNOWN,
        }
    }

    /// Adds a packet of the connection.
    pub(super) fn add(
        &mut self,
        packet: &Flow,
        handshake: Option<Handshake>,
        emit: &mut dyn FnMut(&Flow),
    ) {
        let forward = self.is_forward(packet);
        let (ahead, back) = if forward {
            (packet.traffic.forward(), packet.traffic.reverse())
        } else {
            (packet.traffic.reverse(), packet.traffic.forward())
        };
        let mine = &self.flow.traffic;
        let full = mine.forward_packets.checked_add(ahead.packets).is_none()
            || mine.reverse_packets.checked_add(back.packets).is_none();
        if full {
            // The next flow counts what this one has no room for.
            emit(&self.flow);
            self.go_on();
        }
        if !self.is_due() {
            self.flow.first_seen = packet.first_seen;
        }
        let flow = &mut self.flow;
        flow.traffic.forward_packets += ahead.packets;
        flow.traffic.reverse_packets += back.packets;
        flow.traffic.forward_bytes += ahead.bytes;
        flow.traffic.reverse_bytes += back.bytes;
        flow.time = flow.time.max(packet.time);
        flow.first_seen = flow.first_seen.min(packet.first_seen);
        flow.flags |= packet.flags;
        if forward {
            flow.tcp_flags |= packet.tcp_flags;
        }
        self.note_start(handshake, forward);
        self.note_end(packet.tcp_flags, forward);
    }

    /// Whether anything was counted since the last flow.
    pub(super) const fn is_due(&self) -> bool {
        self.flow.traffic.forward_packets != 0 || self.flow.traffic.reverse_packets != 0
    }

    /// The last flow of a connection, unless there is nothing in it.
    pub(super) fn emit(&self, emit: &mut dyn FnMut(&Flow)) {
        if self.is_due() {
            emit(&self.flow);
        }
    }

    /// The next flow goes on where this one, which was emitted, ends.
    pub(super) fn go_on(&mut self) {
        let traffic = &mut self.flow.traffic;
        (traffic.forward_packets, traffic.reverse_packets) = (0, 0);
        (traffic.forward_bytes, traffic.reverse_bytes) = (0, 0);
        self.flow.flags.0 &= !FlowFlags::NEW.0;
        self.flow.tcp_flags = TcpFlags::NONE;
    }

    /// Keeps the sequence numbers with which both sides begin.
    fn note_start(&mut self, handshake: Option<Handshake>, forward: bool) {
        let Some(handshake) = handshake else { return };
        let (own, other) = if forward { (0, 1) } else { (1, 0) };
        self.initial[own].get_or_insert(handshake.sequence);
        if let Some(answered) = handshake.answered {
            self.initial[other].get_or_insert(answered);
        }
    }

    /// A TCP connection ends with a reset, or a FIN from both sides.
    fn note_end(&mut self, flags: TcpFlags, forward: bool) {
        if flags.contains(TcpFlags::FIN) {
            self.fin |= if forward { 1 } else { 2 };
        }
        if self.fin == 3 || flags.contains(TcpFlags::RST) {
            self.flow.flags |= FlowFlags::END;
        }
    }
}
