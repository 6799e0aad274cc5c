use std::string::{String, ToString};
use std::vec::Vec;

use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::flow::{EventType, Flow, FlowType, Ip, L7Type, Protocol, Reply, TcpFlags};
use crate::record::{L7Body, L7Record, L7Shelf, RecordFlags};
use crate::redact::Redaction;

const SYN: TcpFlags = TcpFlags::SYN;
const ACK: TcpFlags = TcpFlags::ACK;

/// A tracker, and all that it told.
struct Lab {
    tracker: Tracker,
    shelf: Arc<L7Shelf>,
    flows: Vec<Flow>,
}

impl Lab {
    fn new(limits: Limits) -> Self {
        let shelf = Arc::new(L7Shelf::with_capacity(1 << 12));
        Self {
            tracker: Tracker::new(limits, Redaction::default(), Arc::clone(&shelf)),
            shelf,
            flows: Vec::new(),
        }
    }

    fn give(&mut self, flow: &Flow, segment: &Segment<'_>) {
        let flows = &mut self.flows;
        self.tracker
            .track(flow, segment, &mut |flow| flows.push(*flow));
        self.check();
    }

    /// The laws of [`TrackerStats`].
    fn check(&self) {
        let stats = self.tracker.stats();
        let waiting = self.tracker.waiting();
        let packets = stats.ignored + stats.empty + stats.not_recognised + stats.after_end;
        assert_eq!(stats.segments, packets + stats.datagrams + stats.followed);
        let gone = stats.paired + stats.repeated + stats.unanswered + stats.evicted + stats.one_way;
        assert_eq!(stats.requests, gone + waiting, "{stats:?}");
        assert_eq!(stats.responses, stats.paired + stats.unmatched);
        assert_eq!(self.flows.len() as u64, stats.requests + stats.responses);
        let ended = stats.ended + stats.expired + stats.evicted_full + stats.evicted_memory;
        assert_eq!(stats.connections, ended + self.tracker.len() as u64);
    }

    fn records(&self) -> Vec<Arc<L7Record>> {
        let get = |flow: &Flow| self.shelf.get(flow.l7).expect("on the shelf");
        self.flows.iter().map(get).collect()
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
    next: [u32; 2],
    time: u64,
}

impl Wire {
    fn new(limits: Limits) -> Self {
        let mut wire = Self {
            lab: Lab::new(limits),
            // One of them wraps soon.
            next: [u32::MAX - 20, 5_000],
            time: 1_000,
        };
        wire.raw(true, b"", SYN);
        wire.raw(false, b"", SYN | ACK);
        wire.next = wire.next.map(|next| next.wrapping_add(1));
        wire
    }

    fn raw(&mut self, is_client: bool, payload: &[u8], flags: TcpFlags) {
        let flow = packet(is_client, Protocol::TCP, 80, self.time);
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
}

const GET: &[u8] = b"GET /a?b HTTP/1.1\r\nHost: h.example\r\n\r\n";
const OK: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

#[test]
fn a_request_and_its_response() {
    let mut wire = Wire::new(Limits::default());
    wire.say(true, GET);
    wire.say(false, OK);
    assert_eq!(
        wire.lab.summaries(),
        [
            "HTTP/1.1 GET http://h.example/a?b",
            "HTTP/1.1 200 1µs (GET http://h.example/a?b)"
        ]
    );
    let [request, response] = wire.lab.flows[..] else {
        panic!("two flows")
    };
    for flow in [&request, &response] {
        assert_eq!(
            (flow.flow_type, flow.event_type),
            (FlowType::L7, EventType::L7)
        );
        assert_eq!(
            (flow.l7_type, flow.traffic),
            (L7Type::HTTP, Default::default())
        );
        assert!(flow.tcp_flags.is_empty());
    }
    assert_eq!(
        (request.is_reply, request.destination.port),
        (Reply::NO, 80)
    );
    assert_eq!((response.is_reply, response.source.port), (Reply::YES, 80));
    let latency = wire.lab.records()[1].latency_ns;
    assert_eq!(latency, response.time - request.time);
}

#[test]
fn pipelined_requests_are_answered_in_order() {
    let mut wire = Wire::new(Limits::default());
    wire.say(true, b"HEAD /1 HTTP/1.1\r\n\r\nPOST /2 HTTP/1.1\r\nContent-Length: 2\r\n\r\nxxGET /3 HTTP/1.1\r\n\r\n");
    wire.say(
        false,
        b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n",
    );
    wire.say(false, b"HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nCookie: s3cret\r\n\r\n");
    let shown = wire.lab.summaries();
    assert_eq!(
        &shown[3..],
        [
            "HTTP/1.1 200 1µs (HEAD /1)",
            "HTTP/1.1 204 2µs (POST /2)",
            "HTTP/1.1 404 2µs (GET /3)",
        ]
    );
    assert_eq!(wire.lab.tracker.stats().interim, 1);
}

#[test]
fn a_response_alone_is_unmatched() {
    let mut lab = Lab::new(Limits::default());
    let flow = packet(false, Protocol::TCP, 80, 9);
    lab.give(&flow, &Segment::stream(OK, 77, ACK));
    assert!(lab.records()[0].flags.contains(RecordFlags::UNMATCHED));
    let stats = lab.tracker.stats();
    assert_eq!((stats.joined, stats.unmatched), (1, 1));
}

#[test]
fn a_head_that_is_cut_is_told_and_the_next_is_found() {
    let mut wire = Wire::new(Limits::default());
    let flow = packet(true, Protocol::TCP, 80, 2_000);
    let mut segment = Segment::stream(&GET[..30], wire.next[0], ACK);
    segment.wire_len = 900;
    wire.lab.give(&flow, &segment);
    wire.next[0] = wire.next[0].wrapping_add(900);
    wire.say(false, OK);
    wire.say(true, GET);
    wire.say(false, OK);
    let records = wire.lab.records();
    assert_eq!(records.len(), 4);
    assert_eq!(records[0].flags, RecordFlags::TRUNCATED);
    // At the same time: the latency is not known.
    assert_eq!(wire.lab.summaries()[1], "HTTP/1.1 200 (GET /a?b)");
    let stats = wire.lab.tracker.stats();
    assert_eq!((stats.paired, stats.gaps, stats.truncated), (2, 1, 1));
}

#[test]
fn what_waits_at_the_end_is_unanswered() {
    let mut wire = Wire::new(Limits::default());
    wire.say(true, GET);
    wire.say(true, b"GET /half HTTP/1.1\r\nHost: x\r\n");
    let lab = &mut wire.lab;
    let flows = &mut lab.flows;
    lab.tracker.expire(u64::MAX, &mut |flow| flows.push(*flow));
    lab.check();
    assert_eq!(lab.flows.len(), 2);
    assert!(lab.records()[1].flags.contains(RecordFlags::TRUNCATED));
    assert_eq!(
        (lab.tracker.stats().unanswered, lab.tracker.memory() > 0),
        (2, true)
    );
    assert!(lab.tracker.is_empty());
}

fn dns(id: u8, is_response: bool, label: &str) -> Vec<u8> {
    let bit = if is_response { 0x81 } else { 0x01 };
    let mut bytes = vec![0, id, bit, 0, 0, 1, 0, u8::from(is_response), 0, 0, 0, 0];
    bytes.push(label.len() as u8);
    bytes.extend_from_slice(label.as_bytes());
    bytes.extend_from_slice(&[0, 0, 1, 0, 1]);
    if is_response {
        bytes.extend_from_slice(&[0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 9, 0, 4, 192, 0, 2, 1]);
    }
    bytes
}

#[test]
fn a_query_and_its_answer() {
    let mut lab = Lab::new(Limits::default());
    for (is_client, time, message) in [
        (true, 1_000, dns(7, false, "Host")),
        (true, 2_000, dns(7, false, "host")),
        (false, 3_000, dns(7, true, "hOst")),
        (false, 4_000, dns(7, true, "host")),
    ] {
        let flow = packet(is_client, Protocol::UDP, 53, time);
        lab.give(&flow, &Segment::datagram(&message));
    }
    assert_eq!(
        lab.summaries()[2],
        "DNS Answer \"192.0.2.1\" TTL: 9 2µs (hOst. A)"
    );
    let stats = lab.tracker.stats();
    assert_eq!((stats.repeated, stats.paired, stats.unmatched), (1, 1, 0));
    assert_eq!((stats.repeated_responses, lab.flows.len()), (1, 3));
}

/// What secrets are called here.
const CANARY: &str = "c4n4ry";

#[test]
fn no_secret_is_told() {
    let mut wire = Wire::new(Limits::default());
    let request = "GET http://u:c4n4ry@x@h/?u=http%3A%2F%2Fu%3Ac4n4ry%40h HTTP/1.1\r\n\
        Host: c4n4ry@h\r\nAUTHORIZATION: Basic c4n4ry\r\nauthorization: c4n4ry\r\n\
        Cookie: a=c4n4ry\r\n c4n4ry: folded\r\nProxy-Authorization: c4n4ry\r\n\
        Referer: https://c4n4ry@h/\r\nLink: <//u:c4n4ry@h/>\r\n\r\n";
    wire.say(true, request.as_bytes());
    wire.say(false, b"HTTP/1.1 302 Found\r\nSet-Cookie: c4n4ry\r\nLocation: http://c4n4ry@h/\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nSet-Cookie: c4n4ry\r\n\r\n");
    wire.say(true, b"GET http://u:c4n4ry");
    let flows = &mut wire.lab.flows;
    wire.lab.tracker.finish(&mut |flow| flows.push(*flow));
    assert_eq!(wire.lab.flows.len(), 3);
    for record in wire.lab.records() {
        assert!(record.flags.contains(RecordFlags::REDACTED), "{record:?}");
        let L7Body::Http(http) = &record.body else {
            panic!("HTTP")
        };
        let texts = http
            .headers
            .iter()
            .flat_map(|header| [&header.key, &header.value]);
        for text in texts.chain([&http.url, &http.method, &http.protocol]) {
            assert!(!text.to_str_lossy().contains(CANARY), "{text}");
        }
        assert!(!std::format!("{record:?} {}", record.summary()).contains(CANARY));
    }
    let debug = std::format!(
        "{:?} {:?}",
        wire.lab.tracker,
        Segment::datagram(CANARY.as_bytes())
    );
    assert!(!debug.contains(CANARY));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// However a stream is cut, and whatever is sent again or too early, it says the same.
    #[test]
    fn order_does_not_matter(
        cuts in proptest::collection::vec(1..60_usize, 1..40),
        swaps in proptest::collection::vec((any::<u8>(), any::<u8>()), 0..20),
        again in proptest::collection::vec(any::<u8>(), 0..9),
    ) {
        let body = b"POST /2 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n0\r\n\r\n";
        let said = [GET, body, GET, body].concat();
        let mut whole = Wire::new(Limits::default());
        whole.say(true, &said);
        let mut wire = Wire::new(Limits::default());
        let (mut parts, mut at) = (Vec::new(), 0);
        for cut in cuts.iter().cycle() {
            let end = (at + cut).min(said.len());
            parts.push((at, &said[at..end]));
            at = end;
            if at == said.len() {
                break;
            }
        }
        for index in again {
            let part = parts[usize::from(index) % parts.len()];
            parts.push(part);
        }
        for (one, other) in swaps {
            let (one, other) = (usize::from(one) % parts.len(), usize::from(other) % parts.len());
            parts.swap(one, other);
        }
        prop_assume!(parts.len() < 64);
        let flow = packet(true, Protocol::TCP, 80, 2_000);
        for (at, part) in parts {
            let sequence = wire.next[0].wrapping_add(at as u32);
            wire.lab.give(&flow, &Segment::stream(part, sequence, ACK));
        }
        prop_assert_eq!(wire.lab.records(), whole.lab.records());
    }

    /// Any packets in any order keep to the limits and to the laws.
    #[test]
    fn anything_is_taken(
        packets in proptest::collection::vec(
            (any::<bool>(), 0..6_u16, 0..4000_u32, 0..32_u16, 0..6_usize, 0..90_usize, any::<u8>()),
            0..120,
        ),
    ) {
        let limits = Limits { connections: 4, memory: 6_000, head: 200, window: 200, waiting: 2, ..Limits::default() };
        let mut lab = Lab::new(limits);
        let texts = [GET, OK, b"HTTP/1.1 200", b"\x16\x03\x01\x00\x80\x01\x00\x00\x7c\x03", b"junk\r\n\r\n", b""];
        let slots = 4 * 400;
        for (is_client, port, sequence, flags, text, cut, extra) in packets {
            let is_udp = port == 5;
            let protocol = if is_udp { Protocol::UDP } else { Protocol::TCP };
            let flow = packet(is_client, protocol, 50 + port, u64::from(sequence));
            let text = &texts[text][cut.min(texts[text].len()) / 2..];
            let message = dns(extra % 3, !is_client, "a");
            let mut segment = match is_udp {
                true => Segment::datagram(&message),
                false => Segment::stream(text, sequence, TcpFlags(flags)),
            };
            segment.wire_len += u32::from(extra % 4 == 0) * 9;
            lab.give(&flow, &segment);
            prop_assert!(lab.tracker.memory() <= limits.memory + slots);
        }
        let flows = &mut lab.flows;
        lab.tracker.finish(&mut |flow| flows.push(*flow));
        lab.check();
        prop_assert_eq!(lab.tracker.waiting(), 0);
    }
}
