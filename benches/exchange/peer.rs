//! Peers: they parse both messages, and pair nothing.

use std::hint::black_box;

use crate::lane::{Extract, Lane, Sink};
use crate::messages;

/// Parses request and response.
pub(crate) struct Parse {
    /// Where the response begins.
    pub(crate) at: usize,
    pub(crate) peer: fn(&[u8], bool),
}

impl Extract for Parse {
    fn extract<S: Sink>(&mut self, input: &[u8], _sink: &mut S) {
        let (request, response) = input.split_at(self.at);
        (self.peer)(request, true);
        (self.peer)(response, false);
    }
}

pub(crate) fn hickory(message: &[u8], _is_request: bool) {
    black_box(hickory_proto::op::Message::from_vec(message).expect("a message"));
}

pub(crate) fn httparse(message: &[u8], is_request: bool) {
    let mut headers = [httparse::EMPTY_HEADER; 64];
    if is_request {
        let mut request = httparse::Request::new(&mut headers);
        black_box(request.parse(message).expect("a request"));
        black_box(&request);
    } else {
        let mut response = httparse::Response::new(&mut headers);
        black_box(response.parse(message).expect("a response"));
        black_box(&response);
    }
}

pub(crate) fn tls(record: &[u8], _is_request: bool) {
    let (_, record) = tls_parser::parse_tls_plaintext(record).expect("a record");
    for message in &record.msg {
        let tls_parser::TlsMessage::Handshake(message) = message else {
            continue;
        };
        if let tls_parser::TlsMessageHandshake::ClientHello(hello) = message {
            let extensions = hello.ext.unwrap_or_default();
            black_box(
                tls_parser::parse_tls_client_hello_extensions(extensions).expect("extensions"),
            );
        }
    }
    black_box(&record);
}

/// Decodes blocks, after those that make the entries.
struct Hpack {
    decoders: [fluke_hpack::Decoder<'static>; 2],
    at: usize,
}

impl Extract for Hpack {
    fn extract<S: Sink>(&mut self, input: &[u8], _sink: &mut S) {
        let (request, response) = input.split_at(self.at);
        for (decoder, frame) in self.decoders.iter_mut().zip([request, response]) {
            black_box(decoder.decode(&frame[9..]).expect("a block"));
        }
    }
}

pub(crate) fn hpack() -> Lane {
    let (client, server) = messages::first_blocks();
    let mut decoders = [fluke_hpack::Decoder::new(), fluke_hpack::Decoder::new()];
    decoders[0].decode(&client).expect("a block");
    decoders[1].decode(&server).expect("a block");
    let (request, response) = messages::http2();
    let at = request.len();
    let input = [&request[..], &response].concat();
    Lane::new(
        "fluke-hpack, blocks decoded",
        &input,
        Hpack { decoders, at },
    )
}
