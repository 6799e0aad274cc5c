//! Application payloads. The functions are those of the property tests.

use flow_core::wire::protocol::{TCP, UDP};
use flow_l7::{L7Protocol, detect, dns, exercise, http1};

/// DNS, as a datagram and as a stream.
pub fn l7_dns(data: &[u8]) {
    exercise::dns(data);
}

/// HTTP/1: heads, header fields, bodies that go on.
pub fn l7_http1(data: &[u8]) {
    exercise::http1(data);
}

/// HTTP/2 however it is split into payloads, and blocks of header fields.
pub fn l7_http2(data: &[u8]) {
    exercise::http2(data);
    exercise::hpack(data);
}

/// TLS: records, handshakes in several of them, hellos, fingerprints.
pub fn l7_tls(data: &[u8]) {
    exercise::tls(data);
}

/// QUIC: headers, and frames as if they had been decrypted.
pub fn l7_quic(data: &[u8]) {
    exercise::quic(data);
}

/// Kafka: requests and responses in every version.
pub fn l7_kafka(data: &[u8]) {
    exercise::kafka(data);
}

/// The protocol of a payload: what is found can be decoded.
pub fn l7_detect(data: &[u8]) {
    for (transport, ports) in [
        (TCP, (40_000, 50_000)),
        (TCP, (40_000, 443)),
        (TCP, (80, 50_000)),
        (TCP, (9092, 50_000)),
        (TCP, (53, 50_000)),
        (UDP, (40_000, 50_000)),
        (UDP, (53, 50_000)),
    ] {
        match (detect(data, ports, transport), transport) {
            (Some(L7Protocol::Dns), UDP) => {
                let message = dns::Message::parse(data, data.len()).expect("a header");
                let count: usize = message
                    .counts()
                    .iter()
                    .map(|count| usize::from(*count))
                    .sum();
                // On its port a header alone is one too: it refuses a query.
                assert!(count > 0 || (data.len() == 12 && ports.0 == 53));
            }
            (Some(L7Protocol::Http1), _) if data.len() >= 16 => {
                assert!(http1::Message::parse(data).is_ok() || !data.contains(&b'\n'));
            }
            _ => {}
        }
    }
}
