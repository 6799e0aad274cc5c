//! Following a connection allocates nothing once its buffers have grown.

use allocation_counter::measure;
use flow_core::flow::{Flow, Ip, L7Type, Protocol, TcpFlags};
use flow_core::record::L7Record;
use flow_l7::http2::PREFACE;
use flow_l7::redact::Redaction;
use flow_l7::track::{Limits, Segment, Tracker};

/// Ends of a connection.
const CLIENT: usize = 0;
const SERVER: usize = 1;

struct Connection {
    tracker: Tracker,
    flows: [Flow; 2],
    next: [u32; 2],
    /// Records that somebody keeps: each new one takes the place of the oldest.
    kept: Vec<L7Record>,
    count: usize,
}

impl Connection {
    fn new(protocol: Protocol, port: u16) -> Self {
        let mut there = Flow {
            protocol,
            time: 1_000,
            ..Flow::default()
        };
        (there.source.ip, there.source.port) = (Ip::v4([10, 0, 0, 1]), 40_000);
        (there.destination.ip, there.destination.port) = (Ip::v4([10, 0, 0, 2]), port);
        let mut back = there;
        std::mem::swap(&mut back.source, &mut back.destination);
        let mut connection = Self {
            tracker: Tracker::new(Limits::default(), Redaction::default()),
            flows: [there, back],
            next: [7; 2],
            kept: vec![L7Record::default(); 4],
            count: 0,
        };
        if protocol == Protocol::TCP {
            connection.packet(CLIENT, b"", TcpFlags::SYN);
            connection.packet(SERVER, b"", TcpFlags::SYN | TcpFlags::ACK);
            connection.next = [8; 2];
        }
        connection
    }

    fn packet(&mut self, side: usize, payload: &[u8], flags: TcpFlags) {
        self.flows[side].time += 1_000;
        let segment = match self.flows[side].protocol {
            Protocol::UDP => Segment::datagram(payload),
            _ => Segment::stream(payload, self.next[side], flags),
        };
        self.next[side] = self.next[side].wrapping_add(payload.len() as u32);
        let (kept, count) = (&mut self.kept, &mut self.count);
        self.tracker
            .track(&self.flows[side], &segment, &mut |_, record| {
                assert_ne!(record.protocol(), L7Type::NONE);
                let place = *count % kept.len();
                std::mem::swap(&mut kept[place], record);
                *count += 1;
            });
    }

    fn send(&mut self, side: usize, payload: &[u8]) {
        self.packet(side, payload, TcpFlags::ACK);
    }
}

/// The same pair again and again, with numbers that `number` puts in.
fn check(connection: &mut Connection, pair: [&[u8]; 2], number: impl Fn(&mut [Vec<u8>; 2], u32)) {
    let mut messages = pair.map(<[u8]>::to_vec);
    let mut round = |connection: &mut Connection, at: u32| {
        number(&mut messages, at);
        connection.send(CLIENT, &messages[CLIENT]);
        connection.send(SERVER, &messages[SERVER]);
    };
    (1..100).for_each(|at| round(connection, at));
    let before = connection.count;
    let info = measure(|| (100..200).for_each(|at| round(connection, at)));
    assert_eq!(connection.count - before, 200);
    assert_eq!(info.count_total, 0, "{info:?}");
    let stats = connection.tracker.stats();
    assert_eq!(stats.paired * 2, connection.count as u64, "{stats:?}");
    assert!(
        connection
            .kept
            .iter()
            .all(|record| record.flags.0 & !0x10 == 0)
    );
}

#[test]
fn dns() {
    let query =
        b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x02go\x03dev\x00\x00\x01\x00\x01";
    let answer = [
        &b"\x12\x34\x81\x80\x00\x01\x00\x02\x00\x00\x00\x00\x02go\x03dev\x00\x00\x01\x00\x01"[..],
        b"\xc0\x0c\x00\x05\x00\x01\x00\x00\x00\x09\x00\x05\x02aa\xc0\x0f",
        b"\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x09\x00\x04\xc0\x00\x02\x01",
    ]
    .concat();
    let mut connection = Connection::new(Protocol::UDP, 53);
    check(&mut connection, [query, &answer], |messages, at| {
        let id = (at as u16).to_be_bytes();
        messages
            .iter_mut()
            .for_each(|bytes| bytes[..2].copy_from_slice(&id));
    });
}

#[test]
fn http1_with_secrets() {
    let request = b"GET /a?b=http://u:p@h/ HTTP/1.1\r\nHost: h.example\r\nCookie: s3cret\r\n\
        Referer: http://u:p@h.example/\r\nUser-Agent: curl/8.0\r\n\r\n";
    let response = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nSet-Cookie: s3cret\r\n\
        Content-Length: 5\r\n\r\nhello";
    let mut connection = Connection::new(Protocol::TCP, 80);
    check(&mut connection, [request, response], |_, _| {});
}

fn frame(kind: u8, flags: u8, payload: &[u8]) -> Vec<u8> {
    let length = (payload.len() as u32).to_be_bytes();
    [&length[1..], &[kind, flags, 0, 0, 0, 1], payload].concat()
}

#[test]
fn calls_over_http2() {
    const GRPC: &[u8] = b"\x0f\x10\x10application/grpc";
    let call = frame(
        1,
        5,
        &[&b"\x83\x86\x04\x04/a/b\x01\x01h"[..], GRPC].concat(),
    );
    let head = frame(1, 4, &[&b"\x88"[..], GRPC].concat());
    let outcome = frame(1, 5, b"\x00\x0bgrpc-status\x010");
    let mut connection = Connection::new(Protocol::TCP, 50_051);
    let settings = frame(4, 0, b"");
    let mut settings = settings;
    settings[8] = 0;
    connection.send(CLIENT, &[&PREFACE[..], &settings].concat());
    connection.send(SERVER, &settings);
    let at = head.len();
    let answer = [head, outcome].concat();
    check(&mut connection, [&call, &answer], |messages, number| {
        let stream = (number * 2 + 1).to_be_bytes();
        messages[CLIENT][5..9].copy_from_slice(&stream);
        messages[SERVER][5..9].copy_from_slice(&stream);
        messages[SERVER][at + 5..at + 9].copy_from_slice(&stream);
    });
}

#[test]
fn kafka() {
    let framed = |message: &[u8]| [&(message.len() as u32).to_be_bytes()[..], message].concat();
    let request = framed(b"\x00\x12\x00\x00\x00\x00\x00\x07\x00\x06client");
    let response = framed(b"\x00\x00\x00\x07\x00\x23\x00\x00\x00\x00");
    let mut connection = Connection::new(Protocol::TCP, 9092);
    check(&mut connection, [&request, &response], |messages, at| {
        messages[CLIENT][8..12].copy_from_slice(&at.to_be_bytes());
        messages[SERVER][4..8].copy_from_slice(&at.to_be_bytes());
    });
}
