mod added;
mod dns;
mod http1;
mod http2;
mod kafka;
mod loss;
mod order;
#[cfg(feature = "quic")]
mod quic;
mod secret;
mod tls;

use std::string::{String, ToString};
use std::vec::Vec;

use super::exercise::laws;
use super::*;
use crate::redact::Redaction;
use flow_core::flow::{Flow, Ip, Protocol, TcpFlags};
use flow_core::record::L7Record;

const SYN: TcpFlags = TcpFlags::SYN;
const ACK: TcpFlags = TcpFlags::ACK;

/// A tracker, and all that it told.
struct Lab {
    tracker: Tracker,
    flows: Vec<Flow>,
    records: Vec<L7Record>,
}

impl Lab {
    fn new(limits: Limits) -> Self {
        Self {
            tracker: Tracker::new(limits, Redaction::default()),
            flows: Vec::new(),
            records: Vec::new(),
        }
    }

    fn give(&mut self, flow: &Flow, segment: &Segment<'_>) {
        let (flows, records) = (&mut self.flows, &mut self.records);
        self.tracker.track(flow, segment, &mut |flow, record| {
            flows.push(*flow);
            records.push(core::mem::take(record));
        });
        laws(&self.tracker, self.flows.len() as u64);
    }

    /// Lets the tracker know the time.
    fn expire(&mut self, now: u64) {
        let (flows, records) = (&mut self.flows, &mut self.records);
        self.tracker.expire(now, &mut |flow, record| {
            flows.push(*flow);
            records.push(core::mem::take(record));
        });
        laws(&self.tracker, self.flows.len() as u64);
    }

    /// Gives up every connection.
    fn finish(&mut self) {
        let (flows, records) = (&mut self.flows, &mut self.records);
        self.tracker.finish(&mut |flow, record| {
            flows.push(*flow);
            records.push(core::mem::take(record));
        });
        laws(&self.tracker, self.flows.len() as u64);
        assert_eq!(self.tracker.pending(), 0);
    }

    fn records(&self) -> Vec<L7Record> {
        self.records.clone()
    }

    fn summaries(&self) -> Vec<String> {
        let records = self.records();
        records
            .iter()
            .map(|record| record.summary().to_string())
            .collect()
    }
}

/// A packet of client or server.
fn packet(is_client: bool, protocol: Protocol, port: u16, time: u64) -> Flow {
    let mut flow = Flow {
        protocol,
        time,
        ..Flow::default()
    };
    (flow.source.ip, flow.source.port) = (Ip::v4([10, 0, 0, 1]), 40_000);
    (flow.destination.ip, flow.destination.port) = (Ip::v4([10, 0, 0, 2]), port);
    flow.traffic.forward_packets = 1;
    if !is_client {
        core::mem::swap(&mut flow.source, &mut flow.destination);
    }
    flow
}

/// A conversation over TCP: the lower layers of it.
struct Wire {
    lab: Lab,
    port: u16,
    next: [u32; 2],
    time: u64,
}

impl Wire {
    /// On a port of the server, from the first packet on.
    fn on(port: u16) -> Self {
        let mut wire = Self::joined(port);
        wire.raw(true, b"", SYN);
        wire.raw(false, b"", SYN | ACK);
        wire.next = wire.next.map(|next| next.wrapping_add(1));
        wire
    }

    /// One whose beginning is not seen.
    fn joined(port: u16) -> Self {
        Self {
            lab: Lab::new(Limits::default()),
            port,
            // One of them wraps soon.
            next: [u32::MAX - 20, 5_000],
            time: 1_000,
        }
    }

    fn raw(&mut self, is_client: bool, payload: &[u8], flags: TcpFlags) {
        let flow = packet(is_client, Protocol::TCP, self.port, self.time);
        let sequence = self.next[usize::from(!is_client)];
        self.lab
            .give(&flow, &Segment::stream(payload, sequence, flags));
    }

    fn say(&mut self, is_client: bool, payload: &[u8]) {
        self.time += 1_000;
        self.raw(is_client, payload, ACK);
        let next = &mut self.next[usize::from(!is_client)];
        *next = next.wrapping_add(payload.len() as u32);
    }

    /// Bytes that are not seen.
    fn lose(&mut self, is_client: bool, length: u32) {
        let next = &mut self.next[usize::from(!is_client)];
        *next = next.wrapping_add(length);
    }

    /// A conversation: who says what.
    fn conversation(port: u16, said: &[(bool, Vec<u8>)]) -> Self {
        let mut wire = Self::on(port);
        for (is_client, text) in said {
            wire.say(*is_client, text);
        }
        wire
    }
}

/// Who says what.
type Said = Vec<(bool, Vec<u8>)>;

/// A port, and a conversation on it.
type Conversation = (u16, Said);
