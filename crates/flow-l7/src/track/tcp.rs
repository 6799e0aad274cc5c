//! Packets of TCP.

use std::boxed::Box;

use super::connection::{Connection, Tcp};
use super::context::Context;
use super::conversation::SideReader;
use super::reassembler::{Arrived, Reassembler, distance};
use super::segment::{Segment, TcpPosition};
use super::tracker::{Cause, Tracker};
use flow_core::flow::{ConnectionKey, Flow, Side, TcpFlags};
use flow_core::record::L7Record;

/// How far from the next byte, forwards or back, a RST may stand that ends a connection: a receive window,
/// or bytes that were not seen.
const RST_WINDOW: i32 = 1 << 22;

impl Tracker {
    pub(super) fn tcp(
        &mut self,
        key: ConnectionKey,
        flow: &Flow,
        segment: &Segment<'_>,
        position: TcpPosition,
        emit: &mut dyn FnMut(&Flow, &mut L7Record),
    ) {
        let flags = position.flags;
        let has = |flag| flags.contains(flag);
        let (is_syn, is_end) = (has(TcpFlags::SYN), has(TcpFlags::FIN) || has(TcpFlags::RST));
        let is_empty = segment.length() == 0 && !is_syn && !is_end;
        if is_empty && self.waiting == 0 {
            self.stats.empty += 1;
            return;
        }
        let side = Side::sender(flow);
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
        if segment.length() > 0
            && let Some(place) = found
            && let Some(connection) = self.table.get(place)
            && connection.is_reset_by(side)
        {
            self.give_up(place, Cause::Ended, emit);
            found = None;
        }
        let place = match found {
            Some(place) if !is_empty => place,
            // All that it can do is say what was received.
            Some(place) => {
                self.stats.empty += 1;
                return self.received(place, flow, side, position, emit);
            }
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
        self.follow(place, flow, segment, position, emit);
    }

    /// Takes a packet of a connection that goes on.
    fn follow(
        &mut self,
        place: u32,
        flow: &Flow,
        segment: &Segment<'_>,
        position: TcpPosition,
        emit: &mut dyn FnMut(&Flow, &mut L7Record),
    ) {
        let has = |flag| position.flags.contains(flag);
        let is_syn = has(TcpFlags::SYN);
        let (side, sequence) = (
            Side::sender(flow),
            position.sequence.wrapping_add(u32::from(is_syn)),
        );
        let Some(connection) = self.table.get_mut(place) else {
            return;
        };
        let (before, waited) = (connection.heap_len(), connection.is_waiting());
        let Connection::Tcp(tcp) = connection else {
            return;
        };
        if is_syn && tcp.streams[side.index()].next().is_none() {
            tcp.streams[side.index()] = Reassembler::begin(sequence);
        }
        let mut context = Context::new(&mut self.recorder, &mut self.stats, flow, emit);
        let limits = context.limits();
        let (window, then) = (limits.window, flow.time.saturating_sub(limits.wait));
        acknowledge(tcp, side, position, &mut context);
        if waited {
            tcp.expire(then, &mut context);
        }
        let part = Arrived {
            sequence,
            acknowledged: position.received(),
            payload: segment.payload,
            wire_len: segment.length(),
            is_last: has(TcpFlags::FIN),
            time: flow.time,
        };
        let mut reader = SideReader {
            conversation: &mut tcp.conversation,
            side,
            context: &mut context,
        };
        let stream = &mut tcp.streams[side.index()];
        // A RST that stands elsewhere was sent by somebody who guessed.
        let is_reset = has(TcpFlags::RST)
            && stream
                .next()
                .is_none_or(|next| distance(next, sequence).abs() <= RST_WINDOW);
        stream.accept(&part, window, &mut reader);
        let is_over = is_reset || tcp.streams.iter().all(Reassembler::is_over);
        if is_over {
            tcp.end(&mut context);
            self.stats.unanswered += tcp.conversation.clear();
            *connection = connection.ended(is_reset.then_some(side));
        } else {
            tcp.keep(flow);
        }
        self.heap = self.heap + connection.heap_len() - before;
        self.waiting = self.waiting + usize::from(connection.is_waiting()) - usize::from(waited);
        if is_over {
            self.table.end(place);
        }
    }

    /// Takes what a packet without payload says of the other direction.
    fn received(
        &mut self,
        place: u32,
        flow: &Flow,
        side: Side,
        position: TcpPosition,
        emit: &mut dyn FnMut(&Flow, &mut L7Record),
    ) {
        self.change(place, flow, emit, |tcp, context| {
            acknowledge(tcp, side, position, context);
        });
    }

    /// Goes on behind bytes that are missing for too long, at the time `now`.
    pub(super) fn expire_missing(&mut self, now: u64, emit: &mut dyn FnMut(&Flow, &mut L7Record)) {
        let then = now.saturating_sub(self.recorder.limits().wait);
        for place in self.table.places() {
            if self.waiting == 0 {
                return;
            }
            let Some(Connection::Tcp(tcp)) = self.table.get_mut(place) else {
                continue;
            };
            if let Some(last) = tcp.is_waiting().then(|| tcp.last()).flatten() {
                self.change(place, &last, emit, |tcp, context| tcp.expire(then, context));
            }
        }
    }

    /// Changes a connection that waits for something.
    fn change(
        &mut self,
        place: u32,
        flow: &Flow,
        emit: &mut dyn FnMut(&Flow, &mut L7Record),
        change: impl FnOnce(&mut Tcp, &mut Context<'_>),
    ) {
        let Some(connection) = self.table.get_mut(place) else {
            return;
        };
        let (before, waited) = (connection.heap_len(), connection.is_waiting());
        let Connection::Tcp(tcp) = connection else {
            return;
        };
        if waited {
            let mut context = Context::new(&mut self.recorder, &mut self.stats, flow, emit);
            change(tcp, &mut context);
            let is_over = tcp.streams.iter().all(Reassembler::is_over);
            if is_over {
                tcp.end(&mut context);
                self.stats.unanswered += tcp.conversation.clear();
                *connection = connection.ended(None);
                self.table.end(place);
            } else {
                tcp.keep(flow);
            }
        }
        let Some(connection) = self.table.get(place) else {
            return;
        };
        self.heap = self.heap + connection.heap_len() - before;
        self.waiting = self.waiting + usize::from(connection.is_waiting()) - usize::from(waited);
    }
}

/// Hands what `side` acknowledges to the other direction.
fn acknowledge(tcp: &mut Tcp, side: Side, position: TcpPosition, context: &mut Context<'_>) {
    if let Some(sequence) = position.received() {
        let mut reader = SideReader {
            conversation: &mut tcp.conversation,
            side: side.other(),
            context,
        };
        tcp.streams[side.other().index()].acknowledge(sequence, &mut reader);
    }
}
