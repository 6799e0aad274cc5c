//! Packets of UDP.

use std::boxed::Box;

use super::added::Messages;
use super::connection::Connection;
use super::context::Context;
use super::dns::{self, Queries};
use super::protocol;
#[cfg(feature = "quic")]
use super::quic::Quic;
use super::roles::TransportKind;
use super::segment::Segment;
use super::tracker::{Cause, Tracker};
use super::unanswered::Waiting;
use crate::dns::Message;
use crate::{Datagram, L7Protocol, with_datagram};
use flow_core::flow::{ConnectionKey, Flow, Side};
use flow_core::record::L7Record;

/// A datagram that came.
struct Arrival<'a> {
    key: ConnectionKey,
    /// The place of the connection between its ends.
    found: Option<u32>,
    flow: &'a Flow,
    segment: &'a Segment<'a>,
}

/// Where a datagram belongs.
enum Belongs {
    Known,
    Begins(Connection),
    AfterEnd,
    NotRecognised,
}

impl Tracker {
    pub(super) fn datagram(
        &mut self,
        key: ConnectionKey,
        flow: &Flow,
        segment: &Segment<'_>,
        emit: &mut dyn FnMut(&Flow, &mut L7Record),
    ) {
        if segment.payload.is_empty() {
            self.stats.empty += 1;
            return;
        }
        let arrival = Arrival {
            found: self.table.find(&key),
            key,
            flow,
            segment,
        };
        if let Some(belongs) = self.added(&arrival) {
            return self.put(&arrival, belongs, None, emit);
        }
        let ports = (flow.source.port, flow.destination.port);
        let length = segment.length() as usize;
        let is_dns = matches!(self.known(&arrival), Some(Connection::Dns(_)));
        with_datagram(segment.payload, length, ports, is_dns, |is| {
            let belongs = self.own(&arrival, is.as_ref());
            let message = match is {
                Some(Datagram::Dns(message)) => Some(message),
                _ => None,
            };
            self.put(&arrival, belongs, message, emit);
        });
    }

    /// Takes a datagram that belongs to the connection that was found, or begins one.
    fn put(
        &mut self,
        arrival: &Arrival<'_>,
        belongs: Belongs,
        message: Option<&Message<'_>>,
        emit: &mut dyn FnMut(&Flow, &mut L7Record),
    ) {
        let (found, flow) = (arrival.found, arrival.flow);
        let begins = match belongs {
            Belongs::Known => None,
            Belongs::Begins(connection) => Some(connection),
            Belongs::AfterEnd => {
                self.stats.after_end += 1;
                return;
            }
            Belongs::NotRecognised => {
                self.stats.not_recognised += 1;
                return;
            }
        };
        self.stats.datagrams += 1;
        let place = match (found, begins) {
            (Some(place), None) => place,
            (found, Some(connection)) => {
                // Another connection between the same ends.
                if let Some(place) = found {
                    self.give_up(place, Cause::Ended, emit);
                }
                self.begin(arrival.key, flow.time, connection, emit)
            }
            (None, None) => return,
        };
        self.table.touch(place, flow.time);
        let Some(connection) = self.table.get_mut(place) else {
            return;
        };
        let before = connection.heap_len();
        let mut context = Context::new(&mut self.recorder, &mut self.stats, flow, emit);
        let side = Side::sender(flow);
        let is_kept = match connection {
            Connection::Dns(queries) => {
                if let Some(message) = message {
                    dns::parsed(queries, side, message, flow.time, &mut context);
                }
                !queries.is_empty()
            }
            #[cfg(feature = "quic")]
            Connection::Quic(quic) => {
                if quic.datagram(side, arrival.segment, &mut context) {
                    self.stats.unanswered += quic.clear();
                }
                true
            }
            Connection::Messages(messages) => {
                messages.datagram(side, arrival.segment.payload, &mut context);
                true
            }
            Connection::Tcp(_) | Connection::Over(_) => true,
        };
        let is_over = connection.is_over();
        self.heap = self.heap + connection.heap_len() - before;
        let number = self.queries.checked_add(1).unwrap_or(1);
        if let Connection::Dns(queries) = connection
            && queries.watch(number)
        {
            self.queries = number;
            let waiting = Waiting {
                place,
                number,
                flow: *flow,
            };
            self.waiting_queries.push(waiting, &self.table);
        }
        if !is_kept {
            self.give_up(place, Cause::Ended, emit);
        } else if is_over {
            self.table.end(place);
        }
    }

    /// Reports the queries that have waited for an answer for too long at the time `now`.
    pub(super) fn expire_queries(&mut self, now: u64, emit: &mut dyn FnMut(&Flow, &mut L7Record)) {
        let timeout = self.recorder.limits().dns_timeout;
        let Some(then) = now.checked_sub(timeout) else {
            return;
        };
        while let Some(waiting) = self.waiting_queries.pop(then) {
            if let Some(Connection::Dns(queries)) = self.table.get(waiting.place) {
                let flow = &waiting.flow;
                let mut context = Context::new(&mut self.recorder, &mut self.stats, flow, emit);
                context.now = flow.time.saturating_add(timeout);
                dns::unanswered(queries, waiting.number, &mut context);
            }
        }
    }

    /// The connection that was found.
    fn known(&self, arrival: &Arrival<'_>) -> Option<&Connection> {
        self.table.get(arrival.found?)
    }

    /// Where a datagram belongs that is of a protocol of the embedder's.
    fn added(&self, arrival: &Arrival<'_>) -> Option<Belongs> {
        match self.known(arrival) {
            Some(Connection::Messages(_)) => return Some(Belongs::Known),
            Some(_) => return None,
            None => {}
        }
        let (kind, payload) = (TransportKind::Datagram, arrival.segment.payload);
        let found = protocol::find(&self.protocols, kind, arrival.flow, payload);
        let (protocol, is_client) = found.ok()?;
        let sender = Side::sender(arrival.flow);
        let client = if is_client { sender } else { sender.other() };
        let messages = Messages::new(protocol, client, [false; 2]);
        Some(Belongs::Begins(Connection::Messages(Box::new(messages))))
    }

    /// Where another datagram belongs.
    fn own(&self, arrival: &Arrival<'_>, is: Option<&Datagram<'_, '_>>) -> Belongs {
        let protocol = match is {
            Some(Datagram::Dns(_)) => L7Protocol::Dns,
            Some(Datagram::Quic) => L7Protocol::Quic,
            None => return Belongs::NotRecognised,
        };
        if !self.recorder.limits().protocols.contains(protocol) {
            return Belongs::NotRecognised;
        }
        match (protocol, self.known(arrival)) {
            (L7Protocol::Dns, Some(Connection::Dns(_))) => Belongs::Known,
            (L7Protocol::Dns, None) => Belongs::Begins(Connection::Dns(Queries::default())),
            #[cfg(feature = "quic")]
            (L7Protocol::Quic, Some(Connection::Quic(quic))) => {
                let sender = Side::sender(arrival.flow);
                if quic.is_other(sender, arrival.segment) {
                    return match Quic::begin(sender, arrival.segment) {
                        Some(quic) => Belongs::Begins(Connection::Quic(Box::new(quic))),
                        None => Belongs::NotRecognised,
                    };
                }
                match quic.is_over() {
                    true => Belongs::AfterEnd,
                    false => Belongs::Known,
                }
            }
            #[cfg(feature = "quic")]
            (L7Protocol::Quic, None) => {
                match Quic::begin(Side::sender(arrival.flow), arrival.segment) {
                    Some(quic) => Belongs::Begins(Connection::Quic(Box::new(quic))),
                    None => Belongs::NotRecognised,
                }
            }
            (_, Some(Connection::Over(_))) => Belongs::AfterEnd,
            _ => Belongs::NotRecognised,
        }
    }
}
