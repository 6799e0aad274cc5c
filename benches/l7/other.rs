//! HTTP/2 beside fluke-hpack; Kafka, and finding the protocol, for which there is no peer.

use flow_core::wire::protocol;
use flow_l7::http2::hpack::{Decoder, FieldBlock};
use flow_l7::{detect, kafka};

use crate::input;
use crate::lane::{Extract, Group, Lane, Sink};

/// A block as a second request on a connection has it: entries of both tables, and a literal
/// with Huffman's code. The first one made the entries.
fn blocks() -> (Vec<u8>, Vec<u8>) {
    let literal = |name: &str, value: &str| {
        let length = |text: &str| u8::try_from(text.len()).expect("short");
        let parts = [
            &[0x40, length(name)][..],
            name.as_bytes(),
            &[length(value)],
            value.as_bytes(),
        ];
        parts.concat()
    };
    let first = [
        literal("user-agent", "grpc-go/1.60.1"),
        literal("content-type", "application/grpc"),
        literal(":authority", "orders.shop.svc:50051"),
        literal(":path", "/shop.Orders/Place"),
    ]
    .concat();
    // POST, http, the path, authority, type and agent of the first; and custom-key, coded.
    let coded = [
        0x00, 0x88, 0x25, 0xa8, 0x49, 0xe9, 0x5b, 0xa9, 0x7d, 0x7f, 0x89, 0x25, 0xa8,
    ];
    let rest = [0x49, 0xe9, 0x5b, 0xb8, 0xe8, 0xb4, 0xbf];
    let second = [&[0x83, 0x86, 0xbe, 0xbf, 0xc0, 0xc1][..], &coded, &rest].concat();
    (first, second)
}

struct Ours(Decoder, FieldBlock);

impl Extract for Ours {
    #[inline]
    fn extract<S: Sink>(&mut self, input: &[u8], sink: &mut S) {
        self.0.decode(input, &mut self.1).expect("a block");
        for field in self.1.fields() {
            sink.text(field.name.unwrap_or_default());
            sink.text(field.value.unwrap_or_default());
        }
    }
}

struct Peer(fluke_hpack::Decoder<'static>);

impl Extract for Peer {
    fn extract<S: Sink>(&mut self, input: &[u8], sink: &mut S) {
        for (name, value) in self.0.decode(input).expect("a block") {
            sink.text(&name);
            sink.text(&value);
        }
    }
}

struct Kafka;

impl Extract for Kafka {
    #[inline]
    fn extract<S: Sink>(&mut self, input: &[u8], sink: &mut S) {
        for frame in kafka::Frames::new(input).flatten() {
            let request = kafka::Request::parse(frame.data, frame.length).expect("a request");
            sink.number(request.correlation_id.unsigned_abs().into());
            sink.text(request.client_id().unwrap_or_default());
            for topic in request.topics() {
                sink.text(topic.name.unwrap_or_default());
            }
        }
    }
}

struct Detect(u8);

impl Extract for Detect {
    #[inline]
    fn extract<S: Sink>(&mut self, input: &[u8], sink: &mut S) {
        let found = detect(input, (40_000, 50_000), self.0);
        sink.text(found.map_or("none", |l7| l7.name()).as_bytes());
    }
}

fn produce() -> Vec<u8> {
    let body = [
        &b"\x00\x00\x00\x07\x00\x00\x00\x09\x00\x0aproducer-1"[..],
        b"\xff\xff\xff\xff\x00\x00\x05\xdc\x00\x00\x00\x01\x00\x06orders",
        b"\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x40",
        &[0; 64],
    ]
    .concat();
    let length = u32::try_from(body.len()).expect("short");
    [&length.to_be_bytes()[..], &body].concat()
}

pub(crate) fn groups() -> Vec<Group> {
    let (first, second) = blocks();
    let mut ours = Ours(Decoder::new(4096), FieldBlock::default());
    ours.0.decode(&first, &mut ours.1).expect("a block");
    let mut peer = Peer(fluke_hpack::Decoder::new());
    peer.0.decode(&first).expect("a block");
    let produce = produce();
    let mut noise = vec![0x81_u8; 1400];
    noise
        .iter_mut()
        .enumerate()
        .for_each(|(at, byte)| *byte ^= (at * 89) as u8);
    let detected = |title, input: &[u8], transport| Group {
        title,
        input: input.len(),
        lanes: vec![Lane::new("flow", input, Detect(transport))],
    };
    vec![
        Group {
            title: "HTTP/2 block: every field",
            input: second.len(),
            lanes: vec![
                Lane::new("flow", &second, ours),
                Lane::new("fluke-hpack", &second, peer),
            ],
        },
        Group {
            title: "Kafka produce request: client, topic",
            input: produce.len(),
            lanes: vec![Lane::new("flow", &produce, Kafka)],
        },
        detected("detect: HTTP/1", &input::http_request(), protocol::TCP),
        detected("detect: TLS", &input::client_hello_record(), protocol::TCP),
        detected("detect: DNS", &input::dns_response(), protocol::UDP),
        detected("detect: nothing, TCP", &noise, protocol::TCP),
        detected("detect: nothing, UDP", &noise, protocol::UDP),
    ]
}
