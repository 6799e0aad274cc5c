//! The tracker itself.

use core::fmt;
use std::sync::Arc;
use std::vec::Vec;

use super::connection::Connection;
use super::context::Context;
use super::limits::Limits;
use super::protocol::Protocol;
use super::recorder::Recorder;
use super::segment::Segment;
use super::stats::TrackerStats;
use super::table::Table;
use super::unanswered::WaitingQueries;
use crate::redact::Redaction;
use flow_core::flow::{ConnectionKey, Flow, FlowFlags, Protocol as Transport, Verdict};
use flow_core::record::L7Record;
use flow_core::wire::Packet;

/// Why a connection goes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Cause {
    Ended,
    Expired,
    Full,
    Memory,
}

/// Pairs requests with responses in the payloads of packets. See the [module](super).
pub struct Tracker {
    pub(super) table: Table<Connection>,
    pub(super) recorder: Recorder,
    pub(super) stats: TrackerStats,
    pub(super) protocols: Arc<[Arc<dyn Protocol>]>,
    /// Bytes that connections hold on the heap.
    pub(super) heap: usize,
    /// Connections in which something waits for bytes that are missing.
    pub(super) waiting: usize,
    pub(super) waiting_queries: WaitingQueries,
    /// The number of the newest query of DNS.
    pub(super) queries: u32,
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
            waiting: 0,
            waiting_queries: WaitingQueries::default(),
            queries: 0,
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
        self.table.memory()
            + self.heap
            + self.recorder.buffers.heap_len()
            + self.waiting_queries.heap_len()
    }

    /// Reads a packet: its flow and its payload. Packets should come in the order of their
    /// times.
    ///
    /// Calls `emit` with each message that is complete now: its flow, whose
    /// [`l7`](Flow::l7) is 0, and its record. Whoever keeps a record takes it
    /// ([`core::mem::take`]) or swaps it for one that is no longer needed; of a record that is left
    /// here, or left in its place, the tracker uses the buffer for the next message.
    ///
    /// The [key](ConnectionKey::of) of the connection is that of the flow. Where a flow has no
    /// room for all VLAN tags of its packet, [`track_packet`](Self::track_packet) keeps connections
    /// apart that this does not.
    pub fn track(
        &mut self,
        flow: &Flow,
        segment: &Segment<'_>,
        emit: &mut dyn FnMut(&Flow, &mut L7Record),
    ) {
        self.take(ConnectionKey::of(flow), flow, segment, emit);
    }

    /// Reads a packet from which `flow` was made, as [`track`](Self::track) does, with the
    /// [key](ConnectionKey::of_packet) of the packet. Packets that hold neither TCP nor UDP, and
    /// fragments but for the first of a datagram, are left out.
    ///
    /// One tracker should read its packets by one of the two methods.
    pub fn track_packet(
        &mut self,
        flow: &Flow,
        packet: &Packet<'_>,
        emit: &mut dyn FnMut(&Flow, &mut L7Record),
    ) {
        if let Some(segment) = Segment::of_packet(packet) {
            let key = ConnectionKey::of_packet(flow, packet);
            self.take(key, flow, &segment, emit);
        }
    }

    fn take(
        &mut self,
        key: ConnectionKey,
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
            Some(position) => self.tcp(key, flow, segment, position, emit),
            None => self.datagram(key, flow, segment, emit),
        }
        while self.heap > self.recorder.limits().memory {
            let Some(place) = self.table.first() else {
                break;
            };
            self.give_up(place, Cause::Memory, emit);
        }
    }

    pub(super) fn begin(
        &mut self,
        key: ConnectionKey,
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
    /// not whole. In the others it waits no longer for bytes that are missing for too long. Reports
    /// queries of DNS that were not answered in time.
    pub fn expire(&mut self, now: u64, emit: &mut dyn FnMut(&Flow, &mut L7Record)) {
        self.expire_missing(now, emit);
        self.expire_queries(now, emit);
        self.give_up_idle(now, usize::MAX, emit);
    }

    /// Gives up every connection: nothing more comes.
    pub fn finish(&mut self, emit: &mut dyn FnMut(&Flow, &mut L7Record)) {
        while let Some(place) = self.table.first() {
            self.give_up(place, Cause::Ended, emit);
        }
    }

    pub(super) fn give_up(
        &mut self,
        place: u32,
        cause: Cause,
        emit: &mut dyn FnMut(&Flow, &mut L7Record),
    ) {
        let Some(mut connection) = self.table.remove(place) else {
            return;
        };
        self.heap -= connection.heap_len();
        self.waiting -= usize::from(connection.is_waiting());
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
            tcp.end(&mut Context::new(
                &mut self.recorder,
                &mut self.stats,
                &last,
                emit,
            ));
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
