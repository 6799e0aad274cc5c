//! The tracker itself.

use core::fmt;
use std::boxed::Box;
use std::sync::Arc;
use std::vec::Vec;

use super::added::Messages;
use super::connection::{Connection, Tcp};
use super::context::Context;
use super::conversation::SideReader;
use super::dns::{self, Queries};
use super::key::{Key, Side};
use super::limits::Limits;
use super::protocol::{self, Protocol};
#[cfg(feature = "quic")]
use super::quic::Quic;
use super::reassembler::{Arrived, Reassembler};
use super::recorder::Recorder;
use super::roles::TransportKind;
use super::segment::{Segment, TcpPosition};
use super::stats::TrackerStats;
use super::table::Table;
use crate::redact::Redaction;
use crate::{L7Protocol, detect_datagram};
use flow_core::flow::{Flow, FlowFlags, Protocol as Transport, TcpFlags, Verdict};
use flow_core::record::L7Record;

/// Why a connection goes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Cause {
    Ended,
    Expired,
    Full,
    Memory,
}

/// Where a datagram belongs.
enum Datagram {
    Known,
    Begins(Connection),
    AfterEnd,
    NotRecognised,
}

/// Pairs requests with responses in the payloads of packets. See the [module](super).
pub struct Tracker {
    table: Table<Connection>,
    recorder: Recorder,
    stats: TrackerStats,
    protocols: Arc<[Arc<dyn Protocol>]>,
    /// Bytes that connections hold on the heap.
    heap: usize,
}

impl Tracker {
    pub(super) fn build(
        limits: Limits,
        redaction: Redaction,
        protocols: Vec<Arc<dyn Protocol>>,
    ) -> Self {
        Self {
            table: Table::with_capacity(limits.connections),
            recorder: Recorder::new(redaction, limits),
            stats: TrackerStats::default(),
            protocols: protocols.into(),
            heap: 0,
        }
    }

    /// Returns its counters.
    #[must_use]
    pub const fn stats(&self) -> TrackerStats {
        self.stats
    }

    /// Returns the number of connections that it holds; ended ones count until their place is
    /// needed.
    #[must_use]
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Returns whether it holds no connection.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.table.len() == 0
    }

    /// Returns the number of pending requests: those that wait for their response. Looks at every
    /// connection.
    #[must_use]
    pub fn pending(&self) -> u64 {
        self.table
            .values()
            .map(|connection| connection.pending() as u64)
            .sum()
    }

    /// Returns the bytes in use: places of connections, what they hold, and buffers that serve
    /// again.
    #[must_use]
    pub fn memory(&self) -> usize {
        self.table.memory() + self.heap + self.recorder.buffers.heap_len()
    }

    /// Reads a packet: its flow and its payload. Packets should come in the order of their
    /// times.
    ///
    /// Calls `emit` with each message that is complete now: its flow, whose
    /// [`l7`](Flow::l7) is 0, and its record. Whoever keeps a record takes it
    /// ([`core::mem::take`]) or swaps it for one that is no longer needed; of a record that is left
    /// here, or left in its place, the tracker uses the buffer for the next message.
    pub fn track(
        &mut self,
        flow: &Flow,
        segment: &Segment<'_>,
        emit: &mut dyn FnMut(&Flow, &mut L7Record),
    ) {
        self.stats.segments += 1;
        self.give_up_idle(flow.time, 2, emit);
        let is_known = match segment.tcp {
            Some(_) => flow.protocol == Transport::TCP,
            None => flow.protocol == Transport::UDP,
        };
        let is_later = flow.flags.contains(FlowFlags::FRAGMENT) && flow.source.port == 0;
        if !is_known || is_later || flow.verdict == Verdict::DROPPED {
            self.stats.ignored += 1;
            return;
        }
        match segment.tcp {
            Some(position) => self.tcp(flow, segment, position, emit),
            None => self.datagram(flow, segment, emit),
        }
        while self.heap > self.recorder.limits().memory {
            let Some(place) = self.table.first() else {
                break;
            };
            self.give_up(place, Cause::Memory, emit);
        }
    }

    fn datagram(
        &mut self,
        flow: &Flow,
        segment: &Segment<'_>,
        emit: &mut dyn FnMut(&Flow, &mut L7Record),
    ) {
        if segment.payload.is_empty() {
            self.stats.empty += 1;
            return;
        }
        let wire_len = segment.length() as usize;
        let key = Key::of(flow);
        let found = self.table.find(&key);
        let known = found.and_then(|place| self.table.get(place));
        let begins = match self.place_of(known, flow, segment) {
            Datagram::Known => None,
            Datagram::Begins(connection) => Some(connection),
            Datagram::AfterEnd => {
                self.stats.after_end += 1;
                return;
            }
            Datagram::NotRecognised => {
                self.stats.not_recognised += 1;
                return;
            }
        };
        self.stats.datagrams += 1;
        let place = match (found, begins) {
            (Some(place), None) => place,
            (_, Some(connection)) => self.begin(key, flow.time, connection, emit),
            (None, None) => return,
        };
        self.table.touch(place, flow.time);
        let Some(connection) = self.table.get_mut(place) else {
            return;
        };
        let before = connection.heap_len();
        let mut context = Context {
            recorder: &mut self.recorder,
            stats: &mut self.stats,
            flow,
            emit,
        };
        let side = Side::sender(flow);
        let is_kept = match connection {
            Connection::Dns(queries) => {
                let message = (segment.payload, wire_len);
                dns::message(queries, side, message, flow.time, &mut context);
                !queries.is_empty()
            }
            #[cfg(feature = "quic")]
            Connection::Quic(quic) => {
                if quic.datagram(side, segment, &mut context) {
                    self.stats.unanswered += quic.clear();
                    *connection = Connection::Over(connection.class());
                }
                true
            }
            Connection::Messages(messages) => {
                messages.datagram(side, segment.payload, &mut context);
                true
            }
            Connection::Tcp(_) | Connection::Over(_) => true,
        };
        let is_over = connection.is_over();
        self.heap = self.heap + connection.heap_len() - before;
        if !is_kept {
            self.give_up(place, Cause::Ended, emit);
        } else if is_over {
            self.table.end(place);
        }
    }

    /// Where a datagram belongs; `known` is the connection between its ends.
    fn place_of(&self, known: Option<&Connection>, flow: &Flow, segment: &Segment<'_>) -> Datagram {
        if matches!(known, Some(Connection::Messages(_))) {
            return Datagram::Known;
        }
        if known.is_none()
            && let Ok((protocol, is_client)) = protocol::find(
                &self.protocols,
                TransportKind::Datagram,
                flow,
                segment.payload,
            )
        {
            let sender = Side::sender(flow);
            let client = if is_client { sender } else { sender.other() };
            let messages = Messages::new(protocol, client, [false; 2]);
            return Datagram::Begins(Connection::Messages(Box::new(messages)));
        }
        let ports = (flow.source.port, flow.destination.port);
        let protocols = self.recorder.limits().protocols;
        let found = detect_datagram(segment.payload, segment.length() as usize, ports);
        let Some(protocol) = found.filter(|protocol| protocols.contains(*protocol)) else {
            return Datagram::NotRecognised;
        };
        match (protocol, known) {
            (L7Protocol::Dns, Some(Connection::Dns(_))) => Datagram::Known,
            (L7Protocol::Dns, None) => Datagram::Begins(Connection::Dns(Queries::default())),
            #[cfg(feature = "quic")]
            (L7Protocol::Quic, Some(Connection::Quic(_))) => Datagram::Known,
            #[cfg(feature = "quic")]
            (L7Protocol::Quic, None) => match Quic::begin(Side::sender(flow), segment) {
                Some(quic) => Datagram::Begins(Connection::Quic(Box::new(quic))),
                None => Datagram::NotRecognised,
            },
            (_, Some(Connection::Over(_))) => Datagram::AfterEnd,
            _ => Datagram::NotRecognised,
        }
    }

    fn tcp(
        &mut self,
        flow: &Flow,
        segment: &Segment<'_>,
        position: TcpPosition,
        emit: &mut dyn FnMut(&Flow, &mut L7Record),
    ) {
        let flags = position.flags;
        let has = |flag| flags.contains(flag);
        let (is_syn, is_end) = (has(TcpFlags::SYN), has(TcpFlags::FIN) || has(TcpFlags::RST));
        if segment.length() == 0 && !is_syn && !is_end {
            self.stats.empty += 1;
            return;
        }
        let (key, side) = (Key::of(flow), Side::sender(flow));
        let sequence = position.sequence.wrapping_add(u32::from(is_syn));
        let mut found = self.table.find(&key);
        if is_syn
            && !has(TcpFlags::ACK)
            && let Some(place) = found
            && let Some(connection) = self.table.get_mut(place)
            && !connection.is_same(side, sequence)
        {
            self.give_up(place, Cause::Ended, emit);
            found = None;
        }
        let place = match found {
            Some(place) => place,
            None if segment.length() == 0 && !is_syn => {
                self.stats.empty += 1;
                return;
            }
            None => {
                self.stats.joined += u64::from(!is_syn);
                let tcp = Tcp::new(side, sequence, flags, &self.protocols);
                let connection = Connection::Tcp(Box::new(tcp));
                self.begin(key, flow.time, connection, emit)
            }
        };
        if matches!(self.table.get_mut(place), Some(Connection::Over(_))) {
            self.stats.after_end += 1;
            return;
        }
        self.stats.followed += 1;
        self.table.touch(place, flow.time);
        let Some(connection) = self.table.get_mut(place) else {
            return;
        };
        let before = connection.heap_len();
        let Connection::Tcp(tcp) = connection else {
            return;
        };
        if is_syn && tcp.streams[side.index()].next().is_none() {
            tcp.streams[side.index()] = Reassembler::begin(sequence);
        }
        let mut context = Context {
            recorder: &mut self.recorder,
            stats: &mut self.stats,
            flow,
            emit,
        };
        let part = Arrived {
            sequence,
            payload: segment.payload,
            wire_len: segment.length(),
            is_last: has(TcpFlags::FIN),
            time: flow.time,
        };
        let window = context.limits().window;
        let mut reader = SideReader {
            conversation: &mut tcp.conversation,
            side,
            context: &mut context,
        };
        tcp.streams[side.index()].accept(&part, window, &mut reader);
        let is_over = has(TcpFlags::RST) || tcp.streams.iter().all(Reassembler::is_over);
        if is_over {
            tcp.end(&mut context);
            self.stats.unanswered += tcp.conversation.clear();
            *connection = Connection::Over(connection.class());
        } else {
            tcp.keep(flow);
        }
        self.heap = self.heap + connection.heap_len() - before;
        if is_over {
            self.table.end(place);
        }
    }

    fn begin(
        &mut self,
        key: Key,
        time: u64,
        connection: Connection,
        emit: &mut dyn FnMut(&Flow, &mut L7Record),
    ) -> u32 {
        if self.table.is_full()
            && let Some(first) = self.table.first()
        {
            self.give_up(first, Cause::Full, emit);
        }
        self.stats.connections += 1;
        self.heap += connection.heap_len();
        self.table.insert(key, connection.class(), time, connection)
    }

    fn give_up_idle(&mut self, now: u64, most: usize, emit: &mut dyn FnMut(&Flow, &mut L7Record)) {
        let limits = self.recorder.limits();
        let [udp, tcp] = [limits.idle_udp, limits.idle_tcp].map(|idle| now.saturating_sub(idle));
        for _ in 0..most {
            let Some(place) = self.table.idle([udp, tcp, udp]) else {
                return;
            };
            self.give_up(place, Cause::Expired, emit);
        }
    }

    /// Gives up the connections without a packet for longer than the [`Limits`] allow, at the
    /// time `now` (nanoseconds since the Unix epoch), and reports what is there of heads that are
    /// not whole.
    pub fn expire(&mut self, now: u64, emit: &mut dyn FnMut(&Flow, &mut L7Record)) {
        self.give_up_idle(now, usize::MAX, emit);
    }

    /// Gives up every connection: nothing more comes.
    pub fn finish(&mut self, emit: &mut dyn FnMut(&Flow, &mut L7Record)) {
        while let Some(place) = self.table.first() {
            self.give_up(place, Cause::Ended, emit);
        }
    }

    fn give_up(&mut self, place: u32, cause: Cause, emit: &mut dyn FnMut(&Flow, &mut L7Record)) {
        let Some(mut connection) = self.table.remove(place) else {
            return;
        };
        self.heap -= connection.heap_len();
        let is_over = connection.is_over();
        match cause {
            _ if is_over => self.stats.ended += 1,
            Cause::Ended => self.stats.ended += 1,
            Cause::Expired => self.stats.expired += 1,
            Cause::Full => self.stats.evicted_full += 1,
            Cause::Memory => self.stats.evicted_memory += 1,
        }
        let is_evicted = matches!(cause, Cause::Full | Cause::Memory);
        if let Some(last) = connection.last()
            && let Connection::Tcp(tcp) = &mut connection
        {
            let mut context = Context {
                recorder: &mut self.recorder,
                stats: &mut self.stats,
                flow: &last,
                emit,
            };
            tcp.end(&mut context);
        }
        let pending = connection.clear();
        if is_evicted {
            self.stats.evicted += pending;
        } else {
            self.stats.unanswered += pending;
        }
    }
}

/// Counters only: what is being put together may be secret.
impl fmt::Debug for Tracker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tracker")
            .field("connections", &self.len())
            .field("stats", &self.stats)
            .finish_non_exhaustive()
    }
}
