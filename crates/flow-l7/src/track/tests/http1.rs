use super::*;
use flow_core::flow::{EventType, FlowType, L7Type, Reply};
use flow_core::record::{L7Body, RecordFlags};

const GET: &[u8] = b"GET /a?b HTTP/1.1\r\nHost: h.example\r\n\r\n";
const OK: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

/// Conversations of several messages.
pub(super) fn conversations() -> Vec<Conversation> {
    let body = b"POST /2 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n0\r\n\r\n";
    let early = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";
    vec![
        (
            80,
            vec![
                (true, [GET, body, GET].concat()),
                (false, [OK, early, OK].concat()),
                (true, body.to_vec()),
                (false, early.to_vec()),
            ],
        ),
        (
            8080,
            vec![
                (true, b"HEAD / HTTP/1.0\r\n\r\n".to_vec()),
                (
                    false,
                    b"HTTP/1.0 304 Not Modified\r\nContent-Length: 9\r\n\r\n".to_vec(),
                ),
            ],
        ),
    ]
}

#[test]
fn a_request_and_its_response() {
    let mut wire = Wire::on(80);
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
    let mut wire = Wire::on(80);
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
fn a_head_that_is_cut_is_reported_and_the_next_is_found() {
    let mut wire = Wire::on(80);
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
    let mut wire = Wire::on(80);
    wire.say(true, GET);
    wire.say(true, b"GET /half HTTP/1.1\r\nHost: x\r\n");
    let lab = &mut wire.lab;
    let (flows, records) = (&mut lab.flows, &mut lab.records);
    lab.tracker.expire(u64::MAX, &mut |flow, record| {
        flows.push(*flow);
        records.push(record.clone());
    });
    laws(&lab.tracker, lab.flows.len() as u64);
    assert_eq!(lab.flows.len(), 2);
    assert!(lab.records()[1].flags.contains(RecordFlags::TRUNCATED));
    assert_eq!(
        (lab.tracker.stats().unanswered, lab.tracker.memory() > 0),
        (2, true)
    );
    assert!(lab.tracker.is_empty());
}

#[test]
fn responses_without_a_body_whatever_their_length_says() {
    let mut wire = Wire::on(80);
    wire.say(
        true,
        b"HEAD /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\n\r\nGET /3 HTTP/1.1\r\n\r\n",
    );
    wire.say(
        false,
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n\
        HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n\
        HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n",
    );
    let shown = wire.lab.summaries();
    assert_eq!(
        shown[3..],
        [
            "HTTP/1.1 200 1µs (HEAD /1)",
            "HTTP/1.1 304 1µs (GET /2)",
            "HTTP/1.1 204 1µs (GET /3)"
        ]
    );
    let stats = wire.lab.tracker.stats();
    assert_eq!((stats.interim, stats.malformed, stats.paired), (1, 0, 3));
}

#[test]
fn what_goes_through_a_tunnel_is_found() {
    let mut wire = Wire::on(3128);
    wire.say(true, b"CONNECT h.example:443 HTTP/1.1\r\n\r\n");
    wire.say(false, b"HTTP/1.1 200 Connected\r\n\r\n");
    wire.say(true, &tls::client_hello(b"h.example"));
    wire.say(false, &tls::server_hello(0));
    let shown = wire.lab.summaries();
    assert_eq!(shown[1], "HTTP/1.1 200 1µs (CONNECT h.example:443)");
    assert!(
        shown[2].starts_with("TLS 1.2 ClientHello SNI h.example"),
        "{shown:?}"
    );
    assert!(shown[3].starts_with("TLS 1.2 ServerHello"), "{shown:?}");
}

#[test]
fn after_an_upgrade_it_is_no_http() {
    let mut wire = Wire::on(80);
    wire.say(true, b"GET /chat HTTP/1.1\r\nUpgrade: websocket\r\n\r\n");
    wire.say(
        false,
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n\x81\x05hello",
    );
    wire.say(true, GET);
    assert_eq!(
        wire.lab.summaries(),
        ["HTTP/1.1 GET /chat", "HTTP/1.1 101 1µs (GET /chat)"]
    );
}

#[test]
fn the_trace_is_that_of_the_request() {
    let mut wire = Wire::on(80);
    wire.say(
        true,
        b"GET / HTTP/1.1\r\n\
        traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n\r\n",
    );
    wire.say(false, OK);
    for record in wire.lab.records() {
        assert_eq!(record.trace.to_string(), "4bf92f3577b34da6a3ce929d0e0e4736");
    }
}

#[test]
fn a_response_that_comes_first_is_paired_with_nothing() {
    let mut wire = Wire::on(80);
    wire.say(true, GET);
    wire.say(false, &[OK, OK].concat());
    wire.say(true, b"GET /late HTTP/1.1\r\n\r\nGET /3 HTTP/1.1\r\n\r\n");
    wire.say(false, OK);
    let records = wire.lab.records();
    assert!(records[2].flags.contains(RecordFlags::UNMATCHED));
    assert_eq!(wire.lab.summaries()[5], "HTTP/1.1 200 1µs (GET /3)");
    let stats = wire.lab.tracker.stats();
    assert_eq!((stats.paired, stats.unmatched, stats.unanswered), (2, 1, 1));
}

#[test]
fn ages_are_those_of_the_limits() {
    let mut wire = Wire::on(80);
    wire.say(true, GET);
    let limits = Limits::default();
    let query = dns::dns(1, false, "a");
    let flow = packet(true, Protocol::UDP, 53, wire.time);
    wire.lab.give(&flow, &Segment::datagram(&query));
    let (time, lab) = (wire.time, &mut wire.lab);
    for (age, left) in [
        (limits.idle_udp, 2),
        (limits.idle_udp + 1, 1),
        (limits.idle_tcp, 1),
        (limits.idle_tcp + 1, 0),
    ] {
        // What is reported is the query, once, for it had no answer in time.
        let mut reported = 0;
        lab.tracker.expire(time + age, &mut |_, _| reported += 1);
        assert_eq!(reported, usize::from(age == limits.idle_udp), "{age}");
        assert_eq!(lab.tracker.len(), left, "{age}");
    }
    assert_eq!(
        (lab.tracker.stats().expired, lab.tracker.stats().unanswered),
        (2, 2)
    );
}

#[test]
fn the_body_of_a_record_is_http() {
    let mut wire = Wire::on(80);
    wire.say(true, GET);
    let records = wire.lab.records();
    assert!(matches!(records[0].body(), L7Body::Http(http) if http.headers().count() == 1));
}

#[test]
fn what_is_not_asked_for_is_not_followed() {
    for (protocols, told) in [
        (crate::L7Protocols::ALL, 4),
        (crate::L7Protocols::ALL.without(crate::L7Protocol::Http1), 2),
        (crate::L7Protocols::ALL.without(crate::L7Protocol::Dns), 2),
        (crate::L7Protocols::NONE, 0),
    ] {
        let mut wire = Wire::joined(80);
        wire.lab = Lab::new(Limits {
            protocols,
            ..Limits::default()
        });
        wire.say(true, GET);
        wire.say(false, OK);
        for is_response in [false, true] {
            let flow = packet(!is_response, Protocol::UDP, 53, 1_000);
            let message = dns::dns(1, is_response, "a");
            wire.lab.give(&flow, &Segment::datagram(&message));
        }
        assert_eq!(wire.lab.records.len(), told, "{protocols:?}");
        assert!(wire.lab.flows.iter().all(|flow| flow.l7 == 0));
    }
}

#[test]
fn what_precedes_the_first_request_is_left_out() {
    let proxy = b"PROXY TCP4 192.0.2.7 198.51.100.2 5555 80\r\n";
    let proxy_2 =
        b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c";
    for preface in [&proxy[..], proxy_2, b"\r\n", b"\r\n\r\n\r\n"] {
        for cut in [0, 1, preface.len() / 2, preface.len()] {
            let mut wire = Wire::on(80);
            let whole = [preface, GET].concat();
            let (one, other) = whole.split_at(cut);
            if !one.is_empty() {
                wire.say(true, one);
            }
            wire.say(true, other);
            wire.say(false, OK);
            wire.say(true, GET);
            wire.say(false, OK);
            let stats = wire.lab.tracker.stats();
            assert_eq!((stats.requests, stats.paired), (2, 2), "{preface:?} {cut}");
        }
    }
}
