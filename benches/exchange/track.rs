//! Ours: both packets go through a tracker.

use std::hint::black_box;

use flow_core::flow::{Flow, Ip, Protocol, TcpFlags};
use flow_core::record::L7Record;
use flow_l7::http2::PREFACE;
use flow_l7::redact::Redaction;
use flow_l7::track::{Limits, Segment, Tracker};

use crate::lane::{Extract, Sink};
use crate::messages;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Dns,
    Http1,
    Http2,
    Tls,
    Kafka,
}

/// A connection, on which a pair follows the other; of TLS, a connection for each.
pub(crate) struct Pair {
    kind: Kind,
    /// Where the response begins.
    at: usize,
    tracker: Tracker,
    flows: [Flow; 2],
    next: [u32; 2],
    number: u32,
    bytes: Vec<u8>,
}

const SYN: TcpFlags = TcpFlags::SYN;
const ACK: TcpFlags = TcpFlags::ACK;

impl Pair {
    pub(crate) fn new(kind: Kind, at: usize) -> Self {
        let (port, protocol) = match kind {
            Kind::Dns => (53, Protocol::UDP),
            Kind::Http1 => (80, Protocol::TCP),
            Kind::Http2 => (50_051, Protocol::TCP),
            Kind::Tls => (443, Protocol::TCP),
            Kind::Kafka => (9092, Protocol::TCP),
        };
        let mut there = Flow {
            protocol,
            time: 1_000_000_000,
            ..Flow::default()
        };
        (there.source.ip, there.source.port) = (Ip::v4([10, 0, 0, 1]), 40_000);
        (there.destination.ip, there.destination.port) = (Ip::v4([10, 0, 0, 2]), port);
        let mut back = there;
        std::mem::swap(&mut back.source, &mut back.destination);
        let mut pair = Self {
            kind,
            at,
            tracker: Tracker::new(Limits::default(), Redaction::default()),
            flows: [there, back],
            next: [7; 2],
            number: 1,
            bytes: Vec::new(),
        };
        if protocol == Protocol::TCP {
            pair.open(&mut |_, _| {});
        }
        if kind == Kind::Http2 {
            let (client, server) = messages::first_blocks();
            let mut call = messages::frame(1, 5, &client);
            let mut answer = messages::frame(1, 5, &server);
            (call[8], answer[8]) = (1, 1);
            let settings = messages::frame(4, 0, &[]);
            pair.say(
                0,
                &[&PREFACE[..], &settings, &call].concat(),
                &mut |_, _| {},
            );
            pair.say(1, &[&settings[..], &answer].concat(), &mut |_, _| {});
        }
        pair
    }

    fn open(&mut self, emit: &mut dyn FnMut(&Flow, &mut L7Record)) {
        for (side, flags) in [(0, SYN), (1, SYN | ACK)] {
            self.next[side] = self.next[side].wrapping_add(1_000);
            let segment = Segment::stream(&[], self.next[side], flags);
            self.tracker.track(&self.flows[side], &segment, emit);
            self.next[side] = self.next[side].wrapping_add(1);
        }
    }

    fn say(&mut self, side: usize, payload: &[u8], emit: &mut dyn FnMut(&Flow, &mut L7Record)) {
        self.flows[side].time += 1_000;
        let segment = match self.kind {
            Kind::Dns => Segment::datagram(payload),
            _ => Segment::stream(payload, self.next[side], ACK),
        };
        self.next[side] = self.next[side].wrapping_add(payload.len() as u32);
        self.tracker.track(&self.flows[side], &segment, emit);
    }

    /// Numbers that tell the pairs apart.
    fn number(&mut self) {
        self.number = self.number.wrapping_add(2) & 0x7fff_ffff | 1;
        let number = self.number.to_be_bytes();
        for start in [0, self.at] {
            let bytes = &mut self.bytes[start..];
            match self.kind {
                Kind::Dns => bytes[..2].copy_from_slice(&number[2..]),
                Kind::Http2 => bytes[5..9].copy_from_slice(&number),
                Kind::Kafka if start == 0 => bytes[8..12].copy_from_slice(&number),
                Kind::Kafka => bytes[4..8].copy_from_slice(&number),
                Kind::Http1 | Kind::Tls => {}
            }
        }
    }
}

impl Extract for Pair {
    fn extract<S: Sink>(&mut self, input: &[u8], sink: &mut S) {
        self.bytes.clear();
        self.bytes.extend_from_slice(input);
        self.number();
        let bytes = std::mem::take(&mut self.bytes);
        let (request, response) = bytes.split_at(self.at);
        let mut count = 0_u64;
        let mut take =
            |_: &Flow, record: &mut L7Record| count += u64::from(black_box(record).kind.0 != 0);
        if self.kind == Kind::Tls {
            self.open(&mut take);
        }
        self.say(0, request, &mut take);
        self.say(1, response, &mut take);
        self.bytes = bytes;
        assert_eq!(count, 2);
        sink.number(count);
        if self.number < 16 {
            let stats = self.tracker.stats();
            assert_eq!(stats.paired * 2, stats.requests + stats.responses);
        }
    }
}
