//! The tracker itself.

use core::fmt;
use std::boxed::Box;

use super::connection::{Connection, Tcp};
use super::desk::Desk;
use super::dns::{self, Queries};
use super::key::{Key, Side};
use super::limits::Limits;
#[cfg(feature = "quic")]
use super::quic::Quic;
use super::recorder::Recorder;
use super::segment::{Segment, TcpPosition};
use super::stats::TrackerStats;
use super::stream::{Part, Stream};
use super::table::Table;
use super::talk::Ear;
use crate::redact::Redaction;
use crate::{L7Protocol, detect_datagram};
use flow_core::flow::{Flow, FlowFlags, Protocol, TcpFlags, Verdict};
use flow_core::record::L7Record;

/// Why a connection goes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Cause {
    Ended,
    Expired,
    Full,
    Memory,
}

/// Makes layer 7 flows of the payloads of packets: see the [module](super).
pub struct Tracker {
    table: Table<Connection>,
    recorder: Recorder,
    stats: TrackerStats,
    /// Bytes that connections hold on the heap.
    heap: usize,
}

impl Tracker {
    /// Returns a tracker that redacts its records as `redaction` says.
    #[must_use]
    pub fn new(limits: Limits, redaction: Redaction) -> Self {
        Self {
            table: Table::with_capacity(limits.connections),
            recorder: Recorder::new(redaction, limits),
            stats: TrackerStats::default(),
            heap: 0,
        }
    }

    /// What it did so far.
    #[must_use]
    pub const fn stats(&self) -> TrackerStats {
        self.stats
    }

    /// Connections that are followed; ended ones count until their place is needed.
    #[must_use]
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.table.len() == 0
    }

    /// Requests that wait for their response. Looks at every connection.
    #[must_use]
    pub fn waiting(&self) -> u64 {
        self.table
            .values()
            .map(|connection| connection.waiting() as u64)
            .sum()
    }

    /// Bytes in use: places of connections, what they hold, and buffers that serve again.
    #[must_use]
    pub fn memory(&self) -> usize {
        self.table.memory() + self.heap + self.recorder.spare.heap_len()
    }

    /// Takes a packet: its flow and its payload. Packets should come in the order of their
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
            Some(_) => flow.protocol == Protocol::TCP,
            None => flow.protocol == Protocol::UDP,
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
        let ports = (flow.source.port, flow.destination.port);
        if segment.payload.is_empty() {
            self.stats.empty += 1;
            return;
        }
        let wire_len = segment.length() as usize;
        let protocols = self.recorder.limits().protocols;
        let found = detect_datagram(segment.payload, wire_len, ports);
        let Some(protocol) = found.filter(|protocol| protocols.contains(*protocol)) else {
            self.stats.not_recognised += 1;
            return;
        };
        let key = Key::of(flow);
        let found = self.table.find(&key);
        let connection = found.and_then(|place| self.table.get_mut(place));
        let begins = match (protocol, connection) {
            (L7Protocol::Dns, Some(Connection::Dns(_))) => None,
            (L7Protocol::Dns, None) => Some(Connection::Dns(Queries::default())),
            #[cfg(feature = "quic")]
            (L7Protocol::Quic, Some(Connection::Quic(_))) => None,
            #[cfg(feature = "quic")]
            (L7Protocol::Quic, None) => match Quic::begin(Side::sender(flow), segment) {
                Some(quic) => Some(Connection::Quic(Box::new(quic))),
                None => {
                    self.stats.not_recognised += 1;
                    return;
                }
            },
            (_, Some(Connection::Over(_))) => {
                self.stats.after_end += 1;
                return;
            }
            _ => {
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
        let mut desk = Desk {
            recorder: &mut self.recorder,
            stats: &mut self.stats,
            flow,
            emit,
        };
        let side = Side::sender(flow);
        let is_kept = match connection {
            Connection::Dns(queries) => {
                let message = (segment.payload, wire_len);
                dns::message(queries, side, message, flow.time, &mut desk);
                !queries.is_empty()
            }
            #[cfg(feature = "quic")]
            Connection::Quic(quic) => {
                if quic.datagram(side, segment, &mut desk) {
                    self.stats.unanswered += quic.clear();
                    *connection = Connection::Over(connection.class());
                }
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
                let tcp = Tcp::new(side, sequence, flags);
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
            tcp.streams[side.index()] = Stream::begin(sequence);
        }
        let mut desk = Desk {
            recorder: &mut self.recorder,
            stats: &mut self.stats,
            flow,
            emit,
        };
        let part = Part {
            sequence,
            payload: segment.payload,
            wire_len: segment.length(),
            is_last: has(TcpFlags::FIN),
            time: flow.time,
        };
        let window = desk.limits().window;
        let mut ear = Ear {
            talk: &mut tcp.talk,
            side,
            desk: &mut desk,
        };
        tcp.streams[side.index()].accept(&part, window, &mut ear);
        let is_over = has(TcpFlags::RST) || tcp.streams.iter().all(Stream::is_over);
        if is_over {
            tcp.end(&mut desk);
            self.stats.unanswered += tcp.talk.clear();
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

    /// Gives up the connections without a packet for longer than the [`Limits`] have it, at the
    /// time `now` (nanoseconds since the Unix epoch), and tells what is there of heads that are
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
            let mut desk = Desk {
                recorder: &mut self.recorder,
                stats: &mut self.stats,
                flow: &last,
                emit,
            };
            tcp.end(&mut desk);
        }
        let waiting = connection.clear();
        if is_evicted {
            self.stats.evicted += waiting;
        } else {
            self.stats.unanswered += waiting;
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
