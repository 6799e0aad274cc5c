use super::*;
use flow_core::record::{L7Body, RecordFlags};

/// The random bytes of a HelloRetryRequest.
const RETRY: [u8; 32] = [
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
    0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
];
const CCS: &[u8] = &[20, 3, 3, 0, 1, 1];

fn with_length(bytes: &[u8]) -> Vec<u8> {
    [&(bytes.len() as u16).to_be_bytes()[..], bytes].concat()
}

pub(super) fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    [&[kind, 0][..], &with_length(body)].concat()
}

fn record(fragment: &[u8]) -> Vec<u8> {
    [&[22, 3, 1][..], &with_length(fragment)].concat()
}

pub(super) fn client_message(name: &[u8]) -> Vec<u8> {
    let name = with_length(&[&[0][..], &with_length(name)].concat());
    let extension = [&[0, 0][..], &with_length(&name)].concat();
    let body = [
        &[3, 3][..],
        &[7; 32],
        &[0, 0, 2, 0xc0, 0x2f, 1, 0],
        &with_length(&extension),
    ];
    message(1, &body.concat())
}

pub(super) fn server_message(random: &[u8; 32]) -> Vec<u8> {
    message(
        2,
        &[&[3, 3][..], random, &[0, 0xc0, 0x2f, 0, 0, 0]].concat(),
    )
}

pub(super) fn client_hello(name: &[u8]) -> Vec<u8> {
    record(&client_message(name))
}

pub(super) fn server_hello(random: u8) -> Vec<u8> {
    record(&server_message(&[random; 32]))
}

/// Conversations of several messages.
pub(super) fn conversations() -> Vec<Conversation> {
    let retry = [record(&server_message(&RETRY)), CCS.to_vec()].concat();
    let hello = client_message(b"h.example");
    let split = [
        record(&hello[..3]),
        record(&hello[3..20]),
        record(&hello[20..]),
    ]
    .concat();
    vec![
        (
            443,
            vec![
                (true, split),
                (false, retry),
                (true, [CCS.to_vec(), client_hello(b"h.example")].concat()),
                (false, server_hello(1)),
                (true, vec![23, 3, 3, 0, 2, 9, 9]),
            ],
        ),
        (
            7_000,
            vec![(true, client_hello(b"a")), (false, server_hello(2))],
        ),
    ]
}

#[test]
fn hellos() {
    let mut wire = Wire::on(443);
    wire.say(true, &client_hello(b"h.example"));
    wire.say(false, &server_hello(0));
    let records = wire.lab.records();
    let (L7Body::Tls(client), L7Body::Tls(server)) = (records[0].body(), records[1].body()) else {
        panic!("TLS")
    };
    assert_eq!(
        (client.version(), client.server_name().as_bytes()),
        (0x303, &b"h.example"[..])
    );
    assert!(
        client.ja4().as_bytes().starts_with(b"t12d0101"),
        "{}",
        client.ja4()
    );
    assert_eq!(
        (server.cipher(), server.server_name().as_bytes()),
        (0xc02f, &b"h.example"[..])
    );
    assert_eq!(records[1].latency_ns, 1_000);
    assert_eq!(wire.lab.tracker.stats().paired, 1);
}

#[test]
fn a_second_hello_and_one_in_several_records() {
    let (port, said) = conversations().remove(0);
    let wire = Wire::conversation(port, &said);
    let shown = wire.lab.summaries();
    let kinds: Vec<_> = shown
        .iter()
        .map(|shown| shown.contains("ServerHello"))
        .collect();
    assert_eq!(kinds, [false, true, false, true], "{shown:?}");
    assert!(
        shown.iter().all(|shown| shown.contains("SNI h.example")),
        "{shown:?}"
    );
    let stats = wire.lab.tracker.stats();
    assert_eq!((stats.paired, stats.unmatched, stats.malformed), (2, 0, 0));
}

#[test]
fn what_is_there_of_a_hello_that_is_cut_is_reported() {
    let mut wire = Wire::on(443);
    let hello = client_hello(b"h.example");
    let flow = packet(true, Protocol::TCP, 443, wire.time);
    let mut segment = Segment::stream(&hello[..hello.len() - 1], wire.next[0], ACK);
    segment.wire_len = 1_400;
    wire.lab.give(&flow, &segment);
    let records = wire.lab.records();
    assert!(
        records[0].flags.contains(RecordFlags::TRUNCATED),
        "{:?}",
        records[0]
    );
    // An alert instead of a hello.
    wire.say(false, &[21, 3, 3, 0, 2, 2, 40]);
    wire.lab.finish();
    let stats = wire.lab.tracker.stats();
    assert_eq!((stats.unanswered, stats.requests, stats.gaps), (1, 1, 1));
}

#[test]
fn hellos_after_a_request_for_tls_are_paired() {
    for answer in [b"S", b"N"] {
        let mut wire = Wire::on(5432);
        wire.say(true, b"\x00\x00\x00\x08\x04\xd2\x16\x2f");
        wire.say(false, answer);
        wire.say(true, &client_hello(b"db.example"));
        wire.say(false, &server_hello(0));
        let stats = wire.lab.tracker.stats();
        assert_eq!((stats.requests, stats.paired), (1, 1));
    }
}
