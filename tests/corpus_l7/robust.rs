//! No payload of any capture, and no beginning of one, makes a decoder panic; a beginning of a
//! message that is whole is said to be one.

use flow_core::wire::protocol::{TCP, UDP};
use flow_l7::http1::{Answering, Message, Messages};
use flow_l7::http2::{EventKind, Half, Limits};
use flow_l7::quic::Initials;
use flow_l7::tls::{ClientHello, HandshakeBytes, HandshakeType, Ja4Transport, Records};
use flow_l7::{L7Flags, detect, dns, kafka};

use crate::captures::{announce, captures, folder, packets};

/// Beginnings of each payload that are tried.
const CUTS: usize = 24;

#[derive(Debug, Default)]
struct Seen {
    payloads: usize,
    beginnings: usize,
    dns: usize,
    http: usize,
    hellos: usize,
    frames: usize,
    requests: usize,
    initials: usize,
}

#[test]
fn no_payload_makes_a_decoder_panic() {
    let mut seen = Seen::default();
    for collection in ["ndpi", "tcpdump"] {
        let Some(folder) = folder(collection) else {
            return;
        };
        for path in captures(&folder) {
            packets(&path, &mut |packet| {
                let payload = packet.payload();
                if !payload.is_empty() {
                    seen.payloads += 1;
                    decode(payload, packet.payload_len(), &mut seen);
                    for cut in 1..CUTS {
                        let end = payload.len() * cut / CUTS;
                        seen.beginnings += 1;
                        decode(&payload[..end], payload.len(), &mut Seen::default());
                    }
                    for transport in [TCP, UDP] {
                        let ports = (packet.source_port(), packet.destination_port());
                        let _ = detect(payload, ports, transport);
                    }
                }
            });
        }
    }
    announce(&format!("{seen:?}"));
    assert!(seen.dns > 0 && seen.http > 0 && seen.hellos > 0 && seen.initials > 0);
}

fn decode(payload: &[u8], length: usize, seen: &mut Seen) {
    if let Ok(message) = dns::Message::parse(payload, length) {
        seen.dns += usize::from(message.flags().is_empty());
        let mut text = dns::NameText::new();
        let names = message.questions().map(|question| question.name);
        let records = message
            .answers()
            .chain(message.authorities())
            .chain(message.additionals());
        for name in names.chain(records.map(|record| record.name)) {
            if let Ok(written) = name.text(&mut text) {
                assert_eq!(written, name.to_string());
            }
        }
        dns_beginning(payload, &message);
    }
    for answering in [Answering::Other, Answering::Head] {
        let mut messages = Messages::new(payload);
        while let Some(Ok(exchange)) = messages.next_message(answering) {
            seen.http += usize::from(exchange.message.flags().is_empty());
            if let Message::Request(request) = exchange.message {
                let _ = (request.target(), request.authority(), request.traceparent());
                let _ = request.headers().count();
            }
        }
    }
    let _ = Records::new(payload).count();
    let mut room = [0; 4096];
    if let Ok(bytes) = HandshakeBytes::join(payload, &mut room) {
        for message in bytes.messages() {
            if message.kind == HandshakeType::CLIENT_HELLO
                && let Ok(hello) = ClientHello::parse(message.body, message.length)
            {
                let ja4 = hello.ja4(Ja4Transport::Tcp);
                seen.hellos += usize::from(ja4.is_some());
                assert!(ja4.is_none() || hello.flags().is_empty());
            }
        }
    }
    let mut initials = Initials::client(&mut room);
    seen.initials += usize::from(initials.take(payload).is_ok());
    for half in [
        &mut Half::server(Limits::default()),
        &mut Half::joined(Limits::default()),
    ] {
        half.feed(payload, &mut |event| {
            seen.frames += usize::from(!matches!(event.kind, EventKind::Broken(_)));
        });
    }
    for frame in kafka::Frames::new(payload).flatten() {
        if let Ok(request) = kafka::Request::parse(frame.data, frame.length) {
            seen.requests += request.topics().count();
        }
    }
}

/// The same message, one byte shorter, lacks something: unless that byte belongs to no record.
fn dns_beginning(payload: &[u8], message: &dns::Message<'_>) {
    if !message.flags().is_empty() || message.understood_len() <= 12 {
        return;
    }
    let end = message.understood_len() - 1;
    let part = dns::Message::parse(&payload[..end], payload.len()).expect("the header is there");
    assert_eq!(part.flags(), L7Flags::TRUNCATED);
}
