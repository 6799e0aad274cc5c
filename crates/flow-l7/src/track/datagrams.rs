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
use crate::{L7Protocol, detect_datagram};
use flow_core::flow::{ConnectionKey, Flow, Side};
use flow_core::record::L7Record;

/// Where a datagram belongs.
enum Datagram {
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
        let wire_len = segment.length() as usize;
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
        let mut context = Context::new(&mut self.recorder, &mut self.stats, flow, emit);
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
}
