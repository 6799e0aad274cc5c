use super::*;
use crate::http2::PREFACE;
use flow_core::record::{HttpRecord, L7Body, RecordFlags};

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = (payload.len() as u32).to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

fn text(text: &str) -> Vec<u8> {
    [&[text.len() as u8][..], text.as_bytes()].concat()
}

/// A field that becomes an entry of the table.
fn entry(name: &str, value: &str) -> Vec<u8> {
    [vec![0x40], text(name), text(value)].concat()
}

const TRACE: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

fn start() -> Vec<u8> {
    [PREFACE.to_vec(), frame(4, 0, 0, &[])].concat()
}

/// A call that makes four entries.
fn call(stream: u32) -> Vec<u8> {
    let block = [
        vec![0x83, 0x86],
        entry(":path", "/pkg.Greeter/SayHello"),
        entry(":authority", "h:50051"),
        entry("content-type", "application/grpc"),
        entry("traceparent", TRACE),
    ];
    [
        frame(1, 4, stream, &block.concat()),
        frame(0, 1, stream, b"\0\0\0\0\x02hi"),
    ]
    .concat()
}

/// The same call by its entries.
fn again(stream: u32) -> Vec<u8> {
    frame(1, 5, stream, &[0x83, 0x86, 0xc1, 0xc0, 0xbf, 0xbe])
}

fn response(stream: u32) -> Vec<u8> {
    let block = [vec![0x88], entry("content-type", "application/grpc")].concat();
    [
        frame(1, 4, stream, &block),
        frame(0, 0, stream, b"\0\0\0\0\x02ho"),
    ]
    .concat()
}

fn trailers(stream: u32, status: &str) -> Vec<u8> {
    frame(1, 5, stream, &entry("grpc-status", status))
}

fn get(stream: u32) -> Vec<u8> {
    frame(
        1,
        5,
        stream,
        &[&[0x82, 0x86, 0x84][..], &[1], &text("h")].concat(),
    )
}

/// Conversations of several messages.
pub(super) fn conversations() -> Vec<Conversation> {
    let settings = frame(4, 0, 0, &[]);
    vec![(
        50_051,
        vec![
            (true, [start(), call(1), get(3), again(5)].concat()),
            (
                false,
                [
                    settings,
                    response(1),
                    frame(1, 5, 3, &[0x8d]),
                    trailers(1, "0"),
                ]
                .concat(),
            ),
            (false, [response(5), trailers(5, "5")].concat()),
            (true, again(7)),
            (
                false,
                [frame(
                    1,
                    5,
                    7,
                    &[&[0x88][..], &entry("grpc-status", "7")].concat(),
                )]
                .concat(),
            ),
        ],
    )]
}

fn https(lab: &Lab) -> Vec<HttpRecord<'_>> {
    let http = |record| match L7Record::body(record) {
        L7Body::Http(http) => http,
        _ => panic!("HTTP"),
    };
    lab.records.iter().map(http).collect()
}

#[test]
fn calls_and_their_outcomes() {
    let (port, said) = conversations().remove(0);
    let wire = Wire::conversation(port, &said);
    let path = "http://h:50051/pkg.Greeter/SayHello";
    assert_eq!(
        wire.lab.summaries(),
        [
            format!("HTTP/2 POST {path}"),
            "HTTP/2 GET http://h/".to_owned(),
            format!("HTTP/2 POST {path}"),
            "HTTP/2 404 1µs (GET http://h/)".to_owned(),
            format!("HTTP/2 200 grpc-status 0 1µs (POST {path})"),
            format!("HTTP/2 200 grpc-status 5 2µs (POST {path})"),
            format!("HTTP/2 POST {path}"),
            format!("HTTP/2 200 grpc-status 7 1µs (POST {path})"),
        ]
    );
    let streams: Vec<_> = https(&wire.lab).iter().map(|http| http.stream()).collect();
    assert_eq!(streams, [1, 3, 5, 3, 1, 5, 7, 7]);
    let records = wire.lab.records();
    for at in [0, 2, 4, 5, 6, 7] {
        assert_eq!(records[at].trace.to_string(), &TRACE[3..35]);
        assert_eq!(records[at].flags, RecordFlags::NONE);
    }
    assert!(https(&wire.lab)[0].header("content-type").is_some());
    let stats = wire.lab.tracker.stats();
    assert_eq!((stats.paired, stats.unmatched, stats.malformed), (4, 0, 0));
}

#[test]
fn after_an_upgrade() {
    let mut wire = Wire::on(80);
    wire.say(
        true,
        b"GET /up HTTP/1.1\r\nHost: h\r\nUpgrade: h2c\r\nHTTP2-Settings: x\r\n\r\n",
    );
    let settings = frame(4, 0, 0, &[]);
    let switch = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n";
    wire.say(
        false,
        &[&switch[..], &settings, &frame(1, 5, 1, &[0x89])].concat(),
    );
    wire.say(true, &[start(), get(3)].concat());
    wire.say(false, &frame(1, 5, 3, &[0x88]));
    assert_eq!(
        wire.lab.summaries(),
        [
            "HTTP/1.1 GET http://h/up",
            "HTTP/2 204 1µs (GET http://h/up)",
            "HTTP/2 GET http://h/",
            "HTTP/2 200 1µs (GET http://h/)"
        ]
    );
    assert_eq!(wire.lab.tracker.stats().interim, 1);
}

#[test]
fn a_missed_start_is_flagged() {
    for port in [80, 60_000] {
        let mut wire = Wire::joined(port);
        wire.say(true, &again(7));
        wire.say(false, &[response(7), trailers(7, "0")].concat());
        let records = wire.lab.records();
        assert_eq!(records[0].flags, RecordFlags::MISSED_START, "{port}");
        assert_eq!(
            wire.lab.summaries(),
            ["HTTP/2 POST ", "HTTP/2 200 grpc-status 0 1µs (POST )"]
        );
        assert_eq!(wire.lab.tracker.stats().joined, 1);
    }
}

#[test]
fn a_hole_in_a_body_matters_not_and_elsewhere_is_flagged() {
    let mut wire = Wire::on(50_051);
    let body = frame(0, 0, 1, &[7; 1000]);
    wire.say(true, &[start(), call(1), body[..60].to_vec()].concat());
    wire.lose(true, 1009 - 60);
    wire.say(true, &again(3));
    let records = wire.lab.records();
    assert_eq!(records[1].flags, RecordFlags::NONE);
    // Now a hole of which it is not known what was in it.
    wire.lose(true, 40);
    for _ in 0..70 {
        wire.say(true, &again(5));
    }
    let records = wire.lab.records();
    let last = records.last().expect("more of them");
    assert_eq!(last.flags, RecordFlags::MISSED_START);
    assert_eq!(wire.lab.tracker.stats().gaps, 1);
}

#[test]
fn what_was_not_answered() {
    let mut wire = Wire::on(50_051);
    wire.say(true, &[start(), call(1), get(3), get(5)].concat());
    wire.say(true, &frame(3, 0, 3, &[0, 0, 0, 8]));
    wire.say(
        false,
        &[frame(4, 0, 0, &[]), response(1), frame(1, 5, 9, &[0x88])].concat(),
    );
    wire.lab.finish();
    let shown = wire.lab.summaries();
    // The response without a request, and at the end that without its trailers.
    assert_eq!(shown[3], "HTTP/2 200");
    assert_eq!(
        shown[4],
        "HTTP/2 200 2µs (POST http://h:50051/pkg.Greeter/SayHello)"
    );
    let records = wire.lab.records();
    assert_eq!(records[3].flags, RecordFlags::UNMATCHED);
    assert_eq!(records[4].flags, RecordFlags::TRUNCATED);
    let stats = wire.lab.tracker.stats();
    assert_eq!((stats.unanswered, stats.paired, stats.unmatched), (2, 1, 1));
}

#[test]
fn memory_is_counted_and_bounded() {
    let limits = Limits {
        memory: 20_000,
        ..Limits::default()
    };
    let mut wire = Wire::on(50_051);
    wire.lab = Lab::new(limits);
    let before = wire.lab.tracker.memory();
    wire.say(true, &start());
    for stream in 0..200_u32 {
        let block = entry(&format!("x-{stream}"), &"y".repeat(200));
        let block = [&[0x82, 0x86, 0x84][..], &block].concat();
        wire.say(true, &frame(1, 5, 2 * stream + 1, &block));
        assert!(wire.lab.tracker.memory() <= limits.memory + 2_000);
    }
    assert!(
        wire.lab.tracker.memory() > before + 4_096,
        "the table is part of it"
    );
    let mut small = Wire::on(50_051);
    small.lab = Lab::new(Limits {
        memory: 4_000,
        ..limits
    });
    small.say(true, &[start(), call(1)].concat());
    small.say(
        true,
        &frame(
            1,
            4,
            3,
            &[&[0x82][..], &entry("z", &"y".repeat(120))].concat(),
        )
        .repeat(9),
    );
    assert!(small.lab.tracker.memory() <= 4_000 + 2_000);
}
