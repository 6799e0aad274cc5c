//! What client and server say.

use crate::input;

/// A query and its answer.
pub(crate) fn dns() -> (Vec<u8>, Vec<u8>) {
    let response = input::dns_response();
    let mut query = response[..33].to_vec();
    query[2..12].copy_from_slice(&[1, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
    (query, response)
}

pub(crate) fn http1() -> (Vec<u8>, Vec<u8>) {
    let response = [input::http_response(), vec![b'x'; 88]].concat();
    (input::http_request(), response)
}

fn text(text: &str) -> Vec<u8> {
    let length = u8::try_from(text.len()).expect("short");
    [&[length][..], text.as_bytes()].concat()
}

fn entry(name: &str, value: &str) -> Vec<u8> {
    [vec![0x40], text(name), text(value)].concat()
}

/// Blocks that make the entries which later ones name: of the client, and of the server.
pub(crate) fn first_blocks() -> (Vec<u8>, Vec<u8>) {
    let client = [
        vec![0x83, 0x86],
        entry("user-agent", "grpc-go/1.60.1"),
        entry("content-type", "application/grpc"),
        entry(":authority", "orders.shop.svc:50051"),
        entry(":path", "/shop.Orders/Place"),
    ];
    let server = [
        vec![0x88],
        entry("content-type", "application/grpc"),
        entry("grpc-status", "0"),
    ];
    (client.concat(), server.concat())
}

/// Blocks by the entries: of a call, and of an answer without a body.
pub(crate) fn later_blocks() -> (Vec<u8>, Vec<u8>) {
    (
        vec![0x83, 0x86, 0xc1, 0xc0, 0xbf, 0xbe],
        vec![0x88, 0xbf, 0xbe],
    )
}

/// A frame; the stream is filled in where it is used.
pub(crate) fn frame(kind: u8, flags: u8, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("short").to_be_bytes();
    [&length[1..], &[kind, flags, 0, 0, 0, 0], payload].concat()
}

/// A call with a message of 64 bytes, and its answer.
pub(crate) fn http2() -> (Vec<u8>, Vec<u8>) {
    let (client, server) = later_blocks();
    (frame(1, 5, &client), frame(1, 5, &server))
}

pub(crate) fn tls() -> (Vec<u8>, Vec<u8>) {
    let body = [
        &[3, 3][..],
        &[7; 32],
        &[0, 0x13, 0x01, 0, 0, 6, 0, 43, 0, 2, 3, 4],
    ]
    .concat();
    let length = u8::try_from(body.len()).expect("short");
    let head = [22, 3, 3, 0, length + 4, 2, 0, 0, length];
    (input::client_hello_record(), [&head[..], &body].concat())
}

fn framed(message: &[u8]) -> Vec<u8> {
    let length = u32::try_from(message.len()).expect("short");
    [&length.to_be_bytes()[..], message].concat()
}

/// A produce request of version 7 with a batch of 64 bytes, and its response.
pub(crate) fn kafka() -> (Vec<u8>, Vec<u8>) {
    let request = [
        &b"\x00\x00\x00\x07\x00\x00\x00\x09\x00\x0aproducer-1"[..],
        b"\xff\xff\xff\xff\x00\x00\x05\xdc\x00\x00\x00\x01\x00\x06orders",
        b"\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x40",
        &[0; 64],
    ];
    let response = [
        &b"\x00\x00\x00\x09\x00\x00\x00\x01\x00\x06orders\x00\x00\x00\x01"[..],
        b"\x00\x00\x00\x00\x00\x00",
        &[0; 24],
        &[0; 4],
    ];
    (framed(&request.concat()), framed(&response.concat()))
}
