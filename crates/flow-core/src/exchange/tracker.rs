//! The tracker itself.

use core::fmt;
use std::boxed::Box;
use std::sync::Arc;

use super::choose::is_dns_datagram;
use super::desk::Desk;
use super::dns::{self, Queries};
use super::key::{Key, Side};
use super::limits::Limits;
use super::recorder::Recorder;
use super::segment::{Segment, TcpPosition};
use super::stats::TrackerStats;
use super::stream::{Part, Stream};
use super::table::Table;
use super::talk::{Ear, Talk};
use crate::flow::{Flow, FlowFlags, Protocol, TcpFlags, Verdict};
use crate::record::L7Shelf;
use crate::redact::Redaction;

/// A TCP connection.
struct Tcp {
    streams: [Stream; 2],
    talk: Talk,
    /// Sequence number of the first SYN, and who sent it.
    began: Option<(Side, u32)>,
    /// Flow of the last packet, while something of it would be told at the end.
    last: Option<Box<Flow>>,
}

enum Connection {
    Dns(Queries),
    Tcp(Box<Tcp>),
    /// It ended; what is sent again is left out.
    Over,
}

impl Connection {
    fn heap_len(&self) -> usize {
        match self {
            Self::Dns(queries) => queries.heap_len(),
            Self::Tcp(tcp) => {
                let streams: usize = tcp.streams.iter().map(Stream::heap_len).sum();
                let last = tcp.last.as_ref().map_or(0, |_| Flow::SIZE);
                size_of::<Tcp>() + streams + tcp.talk.heap_len() + last
            }
            Self::Over => 0,
        }
    }

    fn waiting(&self) -> usize {
        match self {
            Self::Dns(queries) => queries.len(),
            Self::Tcp(tcp) => tcp.talk.waiting(),
            Self::Over => 0,
        }
    }
}

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
    shelf: Arc<L7Shelf>,
    stats: TrackerStats,
    /// Bytes that connections hold on the heap.
    heap: usize,
}

impl Tracker {
    /// A tracker that puts its records on `shelf`.
    #[must_use]
    pub fn new(limits: Limits, redaction: Redaction, shelf: Arc<L7Shelf>) -> Self {
        Self {
            table: Table::with_capacity(limits.connections),
            recorder: Recorder::new(redaction, limits),
            shelf,
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

    /// Bytes in use: places of connections and what they hold.
    #[must_use]
    pub fn memory(&self) -> usize {
        self.table.memory() + self.heap
    }

    /// Takes a packet: its flow and its payload. Packets should come in the order of their
    /// times. Hands out the flows of the messages that are complete now.
    pub fn track(&mut self, flow: &Flow, segment: &Segment<'_>, emit: &mut dyn FnMut(&Flow)) {
        self.stats.segments += 1;
        let idle = self.recorder.limits().idle;
        self.give_up_idle(flow.time.saturating_sub(idle), 2, emit);
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

    fn datagram(&mut self, flow: &Flow, segment: &Segment<'_>, emit: &mut dyn FnMut(&Flow)) {
        let ports = [flow.source.port, flow.destination.port];
        let wire_len = segment.length() as usize;
        if segment.payload.is_empty() {
            self.stats.empty += 1;
            return;
        }
        if !is_dns_datagram(segment.payload, wire_len, ports) {
            self.stats.not_recognised += 1;
            return;
        }
        self.stats.datagrams += 1;
        let key = Key::of(flow);
        let place = match self.table.find(&key) {
            Some(place) => place,
            None => self.begin(key, flow.time, Connection::Dns(Queries::default()), emit),
        };
        self.table.touch(place, flow.time);
        let Some(Connection::Dns(queries)) = self.table.get_mut(place) else {
            return;
        };
        let before = queries.heap_len();
        let mut desk = Desk {
            recorder: &mut self.recorder,
            stats: &mut self.stats,
            shelf: &self.shelf,
            flow,
            emit,
        };
        let message = (segment.payload, wire_len);
        dns::message(queries, Side::sender(flow), message, flow.time, &mut desk);
        let is_over = queries.is_empty();
        self.heap = self.heap + queries.heap_len() - before;
        if is_over {
            self.give_up(place, Cause::Ended, emit);
        }
    }

    fn tcp(
        &mut self,
        flow: &Flow,
        segment: &Segment<'_>,
        position: TcpPosition,
        emit: &mut dyn FnMut(&Flow),
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
            && !self.is_same(place, side, sequence)
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
                let tcp = self.connection(side, sequence, flags);
                let connection = Connection::Tcp(Box::new(tcp));
                self.heap += connection.heap_len();
                self.begin(key, flow.time, connection, emit)
            }
        };
        if matches!(self.table.get_mut(place), Some(Connection::Over)) {
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
            shelf: &self.shelf,
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
            for side in [side, side.other()] {
                tcp.talk.end(side, &mut desk);
            }
            self.stats.unanswered += tcp.talk.clear();
            *connection = Connection::Over;
        } else if tcp.talk.is_unfinished() {
            **tcp.last.get_or_insert_default() = *flow;
        } else {
            tcp.last = None;
        }
        self.heap = self.heap + connection.heap_len() - before;
        if is_over {
            self.table.end(place);
        }
    }

    /// A connection that begins with this segment.
    fn connection(&mut self, side: Side, sequence: u32, flags: TcpFlags) -> Tcp {
        let is_begun = flags.contains(TcpFlags::SYN);
        if !is_begun {
            self.stats.joined += 1;
        }
        let is_client = is_begun && !flags.contains(TcpFlags::ACK);
        Tcp {
            streams: Default::default(),
            talk: Talk::new([!is_begun; 2]),
            began: is_client.then_some((side, sequence)),
            last: None,
        }
    }

    /// Whether a SYN belongs to the connection that is there.
    fn is_same(&mut self, place: u32, side: Side, sequence: u32) -> bool {
        match self.table.get_mut(place) {
            Some(Connection::Tcp(tcp)) => match tcp.began {
                Some(began) => began == (side, sequence),
                None => tcp.streams[side.index()].next().is_none(),
            },
            _ => false,
        }
    }

    fn begin(
        &mut self,
        key: Key,
        time: u64,
        connection: Connection,
        emit: &mut dyn FnMut(&Flow),
    ) -> u32 {
        if self.table.is_full()
            && let Some(first) = self.table.first()
        {
            self.give_up(first, Cause::Full, emit);
        }
        self.stats.connections += 1;
        self.table.insert(key, time, connection)
    }

    fn give_up_idle(&mut self, before: u64, most: usize, emit: &mut dyn FnMut(&Flow)) {
        for _ in 0..most {
            let Some(place) = self.table.idle(before) else {
                return;
            };
            self.give_up(place, Cause::Expired, emit);
        }
    }

    /// Gives up the connections without a packet since `before` (nanoseconds since the Unix
    /// epoch), and tells what is there of heads that are not whole.
    pub fn expire(&mut self, before: u64, emit: &mut dyn FnMut(&Flow)) {
        self.give_up_idle(before, usize::MAX, emit);
    }

    /// Gives up every connection: nothing more comes.
    pub fn finish(&mut self, emit: &mut dyn FnMut(&Flow)) {
        while let Some(place) = self.table.first() {
            self.give_up(place, Cause::Ended, emit);
        }
    }

    fn give_up(&mut self, place: u32, cause: Cause, emit: &mut dyn FnMut(&Flow)) {
        let Some(mut connection) = self.table.remove(place) else {
            return;
        };
        self.heap -= connection.heap_len();
        let is_over = matches!(connection, Connection::Over);
        match cause {
            _ if is_over => self.stats.ended += 1,
            Cause::Ended => self.stats.ended += 1,
            Cause::Expired => self.stats.expired += 1,
            Cause::Full => self.stats.evicted_full += 1,
            Cause::Memory => self.stats.evicted_memory += 1,
        }
        let is_evicted = matches!(cause, Cause::Full | Cause::Memory);
        if let Connection::Tcp(tcp) = &mut connection
            && let Some(last) = tcp.last.take()
        {
            let mut desk = Desk {
                recorder: &mut self.recorder,
                stats: &mut self.stats,
                shelf: &self.shelf,
                flow: &last,
                emit,
            };
            for side in [Side::Low, Side::High] {
                tcp.talk.end(side, &mut desk);
            }
        }
        let waiting = match &mut connection {
            Connection::Dns(queries) => queries.clear(),
            Connection::Tcp(tcp) => tcp.talk.clear(),
            Connection::Over => 0,
        };
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
