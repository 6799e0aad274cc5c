use super::*;
use crate::quic::{InitialKeys, QuicVersion, Side};
use flow_core::record::L7Body;

const ID: [u8; 8] = [0x83, 0x94, 0xc8, 0xf0, 0x3e, 0x51, 0x57, 0x08];

/// An Initial packet of a side that holds a part of a handshake, padded to `length` bytes.
fn initial(side: Side, id: &[u8; 8], offset: u8, part: &[u8], length: usize) -> Vec<u8> {
    let number = [0, offset];
    let crypto = [&[6, offset, 0x40, part.len() as u8][..], part].concat();
    // First byte, version, both identifiers, token, length.
    let head_len = 1 + 4 + 9 + 1 + 1 + 2;
    let text_len = (length - head_len - number.len() - 16).max(crypto.len());
    let text = [&crypto[..], &vec![0; text_len - crypto.len()]].concat();
    let rest = (0x4000 | (number.len() + text.len() + 16) as u16).to_be_bytes();
    let head = [&[0xc1, 0, 0, 0, 1, 8][..], id, &[0, 0], &rest].concat();
    let mut packet = [&head[..], &number, &text, &[0; 16]].concat();
    let keys = InitialKeys::new(QuicVersion::V1, &ID, side).expect("a known version");
    keys.seal(&mut packet, head.len(), number.len());
    packet
}

fn give(lab: &mut Lab, is_client: bool, time: u64, datagram: &[u8]) {
    let flow = packet(is_client, Protocol::UDP, 443, time);
    lab.give(&flow, &Segment::datagram(datagram));
}

#[test]
fn hellos_over_quic() {
    let hello = tls::client_message(b"h.example");
    let (first, rest) = hello.split_at(40);
    let mut lab = Lab::new(Limits::default());
    // In two datagrams, the second one first.
    give(
        &mut lab,
        true,
        1_000,
        &initial(Side::Client, &ID, 40, rest, 1_200),
    );
    assert!(lab.flows.is_empty() && lab.tracker.memory() > 1_200);
    give(
        &mut lab,
        true,
        2_000,
        &initial(Side::Client, &ID, 0, first, 1_200),
    );
    let server = tls::server_message(&[5; 32]);
    let answer = initial(Side::Server, &[1; 8], 0, &server, 200);
    give(&mut lab, false, 5_000, &answer);
    give(&mut lab, false, 6_000, &answer);
    let records = lab.records();
    let [request, response] = &records[..] else {
        panic!("two of them")
    };
    let (L7Body::Tls(client), L7Body::Tls(server)) = (request.body(), response.body()) else {
        panic!("TLS")
    };
    assert!(client.is_quic() && server.is_quic());
    assert_eq!(client.server_name().as_bytes(), b"h.example");
    assert!(
        client.ja4().as_bytes().starts_with(b"q12d"),
        "{}",
        client.ja4()
    );
    assert_eq!((server.cipher(), response.latency_ns), (0xc02f, 3_000));
    let stats = lab.tracker.stats();
    assert_eq!((stats.paired, stats.after_end, stats.unanswered), (1, 1, 0));
    assert!(lab.tracker.memory() < 1_200 + 4_000);
}

#[test]
fn what_cannot_be_decrypted_is_counted() {
    let hello = tls::client_message(b"h.example");
    let mut datagram = initial(Side::Client, &ID, 0, &hello, 1_200);
    let mut lab = Lab::new(Limits::default());
    give(&mut lab, true, 1_000, &datagram[..600]);
    assert_eq!(
        lab.tracker.stats().not_recognised,
        1,
        "no first one is so short"
    );
    let flow = packet(true, Protocol::UDP, 443, 2_000);
    let mut cut = Segment::datagram(&datagram[..600]);
    cut.wire_len = 1_200;
    lab.give(&flow, &cut);
    datagram[700] ^= 1;
    give(&mut lab, true, 3_000, &datagram);
    let stats = lab.tracker.stats();
    assert_eq!(
        (stats.truncated, stats.malformed, stats.requests),
        (1, 1, 0)
    );
    lab.finish();
}
