use std::string::{String, ToString};
use std::vec;

use super::*;

fn record(kind: L7Kind, latency_ns: u64, body: L7Body) -> L7Record {
    L7Record {
        kind,
        flags: RecordFlags::NONE,
        latency_ns,
        trace: TraceId::default(),
        body,
    }
}

fn shown(kind: L7Kind, latency_ns: u64, body: L7Body) -> String {
    record(kind, latency_ns, body).summary().to_string()
}

#[test]
fn dns_in_a_few_words() {
    let query = DnsRecord {
        query: "cilium.io.".into(),
        qtypes: vec![RecordType(1), RecordType(65_000)],
        ..DnsRecord::default()
    };
    let answer = DnsRecord {
        ips: vec!["192.0.2.1".parse().unwrap(), "2001:db8::1".parse().unwrap()],
        ttl: 30,
        cnames: vec!["a.example.".into()],
        ..query.clone()
    };
    let refused = DnsRecord {
        rcode: 3,
        ..query.clone()
    };
    assert_eq!(
        shown(L7Kind::REQUEST, 0, L7Body::Dns(query)),
        "DNS Query cilium.io. A,TYPE65000"
    );
    assert_eq!(
        shown(L7Kind::RESPONSE, 1_500_000, L7Body::Dns(answer)),
        "DNS Answer \"192.0.2.1,2001:db8::1\" TTL: 30 CNAMEs: \"a.example.\" 1ms (cilium.io. A,TYPE65000)"
    );
    assert_eq!(
        shown(L7Kind::RESPONSE, 0, L7Body::Dns(refused)),
        "DNS Answer RCode: Non-Existent Domain (cilium.io. A,TYPE65000)"
    );
}

#[test]
fn http_in_a_few_words() {
    let request = HttpRecord {
        method: "GET".into(),
        url: "http://host/\u{1b}[31mpath".into(),
        protocol: "HTTP/1.1".into(),
        ..HttpRecord::default()
    };
    let response = HttpRecord {
        code: 200,
        ..request.clone()
    };
    let alone = HttpRecord {
        code: 503,
        protocol: "HTTP/2".into(),
        grpc_status: Some(14),
        ..HttpRecord::default()
    };
    assert_eq!(
        shown(L7Kind::REQUEST, 0, L7Body::Http(request)),
        "HTTP/1.1 GET http://host/\\u{1b}[31mpath"
    );
    assert_eq!(
        shown(L7Kind::RESPONSE, 12_000_000, L7Body::Http(response)),
        "HTTP/1.1 200 12ms (GET http://host/\\u{1b}[31mpath)"
    );
    assert_eq!(
        shown(L7Kind::RESPONSE, 0, L7Body::Http(alone)),
        "HTTP/2 503 grpc-status 14"
    );
}

#[test]
fn kafka_and_tls_in_a_few_words() {
    let kafka = KafkaRecord {
        api_key: "produce".into(),
        correlation_id: 7,
        topic: "orders".into(),
        error_code: 3,
        ..KafkaRecord::default()
    };
    assert_eq!(
        shown(L7Kind::REQUEST, 0, L7Body::Kafka(kafka.clone())),
        "Kafka request produce correlation id 7 topic 'orders'"
    );
    assert_eq!(
        shown(L7Kind::RESPONSE, 2_345_000_000, L7Body::Kafka(kafka)),
        "Kafka response produce correlation id 7 topic 'orders' return code: 3 2.345s"
    );
    let hello = TlsRecord {
        version: 0x0304,
        server_name: "example.org".into(),
        alpn: vec!["h2".into(), "http/1.1".into()],
        ..TlsRecord::default()
    };
    assert_eq!(
        shown(L7Kind::REQUEST, 0, L7Body::Tls(hello)),
        "TLS 1.3 ClientHello SNI example.org ALPN h2,http/1.1"
    );
}

#[test]
fn header_names_match_in_any_case() {
    let http = HttpRecord {
        headers: vec![Header {
            key: "X-Request-Id".into(),
            value: "7".into(),
        }],
        ..HttpRecord::default()
    };
    assert_eq!(http.header("x-request-id"), Some(&"7".into()));
    assert_eq!(http.header("x-request"), None);
}

#[test]
fn a_trace_id_is_hexadecimal() {
    assert_eq!(TraceId([0xab; 16]).to_string(), "ab".repeat(16));
    assert!(TraceId::default().is_none());
}
