//! Packets that go through a tracker of requests and responses.

use crate::seed::Seed;

/// Packets, each after three bytes: what it is, its port and how much later it comes, and the
/// length of its payload. See `flow_l7::track::exercise`.
pub fn exchange(data: &[u8]) {
    flow_l7::track::exercise::exchange(data);
}

/// Bits of the first byte.
const SERVER: u8 = 1;
const UDP: u8 = 2;
const SYN: u8 = 4;
const FIN: u8 = 8;
/// Places of ports.
const DNS: u8 = 0;
const HTTP: u8 = 1;
const TLS: u8 = 2;
const KAFKA: u8 = 3;
const GRPC: u8 = 4;

const QUERY: &[u8] =
    b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x02go\x03dev\x00\x00\x01\x00\x01";
const ANSWER: &[u8] =
    b"\x12\x34\x81\x80\x00\x01\x00\x00\x00\x00\x00\x00\x02go\x03dev\x00\x00\x01\x00\x01";
const UPGRADE: &[u8] = b"GET / HTTP/1.1\r\nHost: h\r\nUpgrade: h2c\r\n\r\n";
const SWITCH: &[u8] = b"HTTP/1.1 101 S\r\nUpgrade: h2c\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00\
    \x00\x00\x01\x01\x05\x00\x00\x00\x01\x88";
/// The preface, settings, and a call.
const CALL: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00\
    \x00\x00\x1a\x01\x05\x00\x00\x00\x01\x83\x86\x44\x04/a/b\x5f\x10application/grpc";
/// Settings, and an answer without a body.
const OUTCOME: &[u8] = b"\x00\x00\x00\x04\x00\x00\x00\x00\x00\
    \x00\x00\x10\x01\x05\x00\x00\x00\x01\x88\x40\x0bgrpc-status\x010";
const VERSIONS: &[u8] = b"\x00\x00\x00\x0b\x00\x12\x00\x00\x00\x00\x00\x07\x00\x01c";
const KNOWN: &[u8] = b"\x00\x00\x00\x0a\x00\x00\x00\x07\x00\x23\x00\x00\x00\x00";
const HELLO: &[u8] =
    b"\x16\x03\x01\x00\x2f\x01\x00\x00\x2b\x03\x0301234567890123456789012345678901\
    \x00\x00\x02\xc0\x2f\x01\x00\x00\x00";
const CHOICE: &[u8] =
    b"\x16\x03\x03\x00\x2c\x02\x00\x00\x28\x03\x0301234567890123456789012345678901\
    \x00\xc0\x2f\x00\x00\x00";

fn packet(what: u8, place: u8, payload: &[u8]) -> Vec<u8> {
    let length = u8::try_from(payload.len()).expect("short");
    [&[what, place, length][..], payload].concat()
}

/// A connection over TCP: what both say.
fn connection(place: u8, request: &[u8], response: &[u8]) -> Vec<u8> {
    [
        packet(SYN, place, &[]),
        packet(SYN | SERVER, place, &[]),
        packet(0, place, request),
        packet(SERVER, place, response),
        packet(FIN, place, &[]),
        packet(FIN | SERVER, place, &[]),
    ]
    .concat()
}

pub(crate) fn seeds() -> Vec<Seed> {
    let in_stream = |message: &[u8]| [&[0, 24][..], message].concat();
    let datagrams = [(UDP, QUERY), (UDP, QUERY), (UDP | SERVER, ANSWER)];
    let datagrams = datagrams.map(|(what, payload)| packet(what, DNS, payload));
    [
        ("dns", datagrams.concat()),
        (
            "dns_tcp",
            connection(DNS, &in_stream(QUERY), &in_stream(ANSWER)),
        ),
        ("upgrade", connection(HTTP, UPGRADE, SWITCH)),
        ("grpc", connection(GRPC, CALL, OUTCOME)),
        ("kafka", connection(KAFKA, VERSIONS, KNOWN)),
        ("tls", connection(TLS, HELLO, CHOICE)),
    ]
    .map(|(name, bytes)| ("exchange", name.to_owned(), bytes))
    .into()
}

// The lengths that are told are right.
const _: () = {
    assert!(QUERY.len() == 24 && ANSWER.len() == 24);
    assert!(HELLO.len() == 5 + 0x2f && CHOICE.len() == 5 + 0x2c);
    assert!(VERSIONS.len() == 4 + 0x0b && KNOWN.len() == 4 + 0x0a);
    assert!(CALL.len() == 24 + 9 + 9 + 0x1a && OUTCOME.len() == 9 + 9 + 0x10);
};
