//! Seeds of application payloads.

use crate::seed::Seed;

const QUERY: &[u8] =
    b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x02go\x03dev\x00\x00\x01\x00\x01";
const RESPONSE: &[u8] = b"\x12\x34\x81\x80\x00\x01\x00\x03\x00\x00\x00\x01\x03www\x07example\x03com\x00\x00\x01\x00\x01\
    \xc0\x0c\x00\x05\x00\x01\x00\x00\x01\x2c\x00\x12\x04edge\x07example\x03net\x00\
    \xc0\x2d\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04\xc0\x00\x02\x07\
    \xc0\x2d\x00\x41\x00\x01\x00\x00\x00\x3c\x00\x0e\x00\x01\x00\x00\x01\x00\x03\x02h2\x00\x03\x00\x02\x20\xfb\
    \x00\x00\x29\x04\xd0\x00\x00\x80\x00\x00\x06\x00\x0a\x00\x02\x07\x08";
const REQUEST: &[u8] = b"POST http://u:p@h:80/a?x=1#f HTTP/1.1\r\nHost: h\r\nUser-Agent: curl\r\n\
    Content-Length: 3\r\n\
    traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n\r\nabc\
    GET / HTTP/1.0\r\nConnection: close\r\n\r\n";
const CHUNKED: &[u8] =
    b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\
    \r\n5;x=y\r\nhello\r\n0\r\nT: x\r\n\r\nHTTP/1.1 101 Up\r\nUpgrade: h2c\r\n\r\n\x00";
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// Settings, a request with entries, padding and priority, its rest, a body, trailers, an end.
const FRAMES: &[u8] = b"\x00\x00\x06\x04\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x64\
    \x00\x00\x15\x01\x28\x00\x00\x00\x01\x02\x80\x00\x00\x00\x09\x82\x86\x84\x41\x03a.b\x40\x01c\x01d\x00\x00\
    \x00\x00\x02\x09\x04\x00\x00\x00\x01\xbe\xbf\
    \x00\x00\x02\x00\x00\x00\x00\x00\x01hi\
    \x00\x00\x0e\x01\x05\x00\x00\x00\x01\x00\x88\x25\xa8\x49\xe9\x5b\xa9\x7d\x7f\x02ok\x20\
    \x00\x00\x08\x07\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00";
const PRODUCE: &[u8] = b"\x00\x00\x00\x40\x00\x00\x00\x07\x00\x00\x00\x09\x00\x04prod\xff\xff\xff\xff\x00\x00\x05\xdc\
    \x00\x00\x00\x01\x00\x06orders\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x0a0123456789\x00\x00\x00\x00";
const METADATA: &[u8] =
    b"\x00\x00\x00\x17\x00\x03\x00\x09\x00\x00\x00\x01\x00\x01c\x00\x02\x07orders\x00\x00";
const PRODUCED: &[u8] = b"\x00\x00\x00\x30\x00\x00\x00\x09\x00\x00\x00\x01\x00\x06orders\x00\x00\x00\x01\
    \x00\x00\x00\x00\x00\x03\x00\x00\x00\x00\x00\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff\x00\x00\x00\x00";
/// A long header, and frames of every kind as they stand in a packet.
const INITIAL: &[u8] = b"\xc3\x00\x00\x00\x01\x08\x83\x94\xc8\xf0\x3e\x51\x57\x08\x00\x00\x40\x20\
    0123456789abcdef0123456789abcdef";
const QUIC_FRAMES: &[u8] =
    b"\x06\x00\x04\x01\x00\x00\x08\x00\x01\x02\x09\x00\x01\x00\x03\x04\x06\x08\x04abcd\
    \x06\x04\x04efgh\x03\x09\x00\x00\x00\x01\x02\x03\x1c\x01\x06\x02no";

fn with_length(bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).expect("short");
    [&length.to_be_bytes()[..], bytes].concat()
}

/// A hello with a name, protocols, versions, groups and signature schemes.
fn client_hello() -> Vec<u8> {
    let name = [&[0][..], &with_length(b"a.example")].concat();
    let extensions = [
        (0_u16, with_length(&name)),
        (16, with_length(b"\x02h2\x08http/1.1")),
        (43, b"\x04\x0a\x0a\x03\x04".to_vec()),
        (10, with_length(&[0, 29, 0, 23])),
        (13, with_length(&[4, 3, 8, 4])),
        (0xfe0d, vec![0; 4]),
    ];
    let extensions: Vec<u8> = extensions
        .iter()
        .flat_map(|(kind, data)| [kind.to_be_bytes().to_vec(), with_length(data)].concat())
        .collect();
    let body = [
        &[3, 3][..],
        &[5; 32],
        &[4, 1, 2, 3, 4],
        &with_length(&[0x1a, 0x1a, 0x13, 1, 0xc0, 0x2f]),
        &[1, 0],
        &with_length(&extensions),
    ]
    .concat();
    let length = u32::try_from(body.len()).expect("short").to_be_bytes();
    [&[1][..], &length[1..], &body].concat()
}

fn server_hello() -> Vec<u8> {
    let extensions = b"\x00\x2b\x00\x02\x03\x04\x00\x10\x00\x05\x00\x03\x02h2";
    let body = [
        &[3, 3][..],
        &[6; 32],
        &[0, 0x13, 1, 0],
        &with_length(extensions),
    ]
    .concat();
    let length = u32::try_from(body.len()).expect("short").to_be_bytes();
    [&[2][..], &length[1..], &body].concat()
}

fn record(kind: u8, fragment: &[u8]) -> Vec<u8> {
    [&[kind, 3, 1][..], &with_length(fragment)].concat()
}

/// Every seed of application payloads.
pub(crate) fn all() -> Vec<Seed> {
    let (client, server) = (client_hello(), server_hello());
    let split: Vec<u8> = client
        .chunks(40)
        .flat_map(|part| record(22, part))
        .collect();
    let alert = [record(21, &[2, 40]), record(22, &server), record(20, &[1])].concat();
    // The first byte says how it is split.
    let http2 = [&[7][..], PREFACE, FRAMES].concat();
    let server_frames = [&[200][..], FRAMES].concat();
    let seeds: [(&str, &str, Vec<u8>); 21] = [
        ("l7_dns", "query", QUERY.to_vec()),
        ("l7_dns", "response", RESPONSE.to_vec()),
        (
            "l7_dns",
            "stream",
            [with_length(QUERY), with_length(RESPONSE)].concat(),
        ),
        ("l7_http1", "request", REQUEST.to_vec()),
        ("l7_http1", "chunked", CHUNKED.to_vec()),
        ("l7_http2", "client", http2),
        ("l7_http2", "server", server_frames),
        ("l7_tls", "client_hello", record(22, &client)),
        ("l7_tls", "split_hello", split),
        ("l7_tls", "server_hello", alert),
        ("l7_tls", "body", client[4..].to_vec()),
        ("l7_quic", "initial", INITIAL.to_vec()),
        ("l7_quic", "frames", QUIC_FRAMES.to_vec()),
        ("l7_kafka", "produce", PRODUCE.to_vec()),
        ("l7_kafka", "metadata", METADATA.to_vec()),
        ("l7_kafka", "produced", PRODUCED.to_vec()),
        ("l7_detect", "dns", RESPONSE.to_vec()),
        ("l7_detect", "http", REQUEST.to_vec()),
        ("l7_detect", "tls", record(22, &client)),
        ("l7_detect", "kafka", PRODUCE.to_vec()),
        ("l7_detect", "http2", FRAMES.to_vec()),
    ];
    seeds
        .into_iter()
        .map(|(target, name, bytes)| (target, name.to_owned(), bytes))
        .collect()
}
