use std::string::{String, ToString};
use std::vec::Vec;

use proptest::prelude::*;

use super::*;
use crate::flow::L7Type;

fn shown(mut record: L7Record, latency_ns: u64) -> String {
    record.latency_ns = latency_ns;
    record.summary().to_string()
}

#[test]
fn dns_in_a_few_words() {
    let asked = |dns: &mut DnsWriter<'_>| {
        dns.query("cilium.io.")
            .qtype(RecordType(1))
            .qtype(RecordType(65_000));
    };
    let query = L7Record::dns(L7Kind::REQUEST, asked);
    let answer = L7Record::dns(L7Kind::RESPONSE, |dns| {
        asked(dns);
        dns.ip("192.0.2.1".parse().unwrap())
            .cname("a.example.")
            .ip("2001:db8::1".parse().unwrap())
            .ttl(30);
    });
    let refused = L7Record::dns(L7Kind::RESPONSE, |dns| {
        asked(dns);
        dns.rcode(3);
    });
    assert_eq!(shown(query, 0), "DNS Query cilium.io. A,TYPE65000");
    assert_eq!(
        shown(answer, 1_500_000),
        "DNS Answer \"192.0.2.1,2001:db8::1\" TTL: 30 CNAMEs: \"a.example.\" 1ms (cilium.io. A,TYPE65000)"
    );
    assert_eq!(
        shown(refused, 0),
        "DNS Answer RCode: Non-Existent Domain (cilium.io. A,TYPE65000)"
    );
}

#[test]
fn http_in_a_few_words() {
    let asked = |http: &mut HttpWriter<'_>| {
        http.method("GET")
            .url("http://host/\u{1b}[31mpath")
            .protocol("HTTP/1.1");
    };
    let request = L7Record::http(L7Kind::REQUEST, asked);
    let response = L7Record::http(L7Kind::RESPONSE, |http| {
        asked(http);
        http.code(200);
    });
    let alone = L7Record::http(L7Kind::RESPONSE, |http| {
        http.code(503).protocol("HTTP/2").grpc_status(Some(14));
    });
    assert_eq!(
        shown(request, 0),
        "HTTP/1.1 GET http://host/\\u{1b}[31mpath"
    );
    assert_eq!(
        shown(response, 12_000_000),
        "HTTP/1.1 200 12ms (GET http://host/\\u{1b}[31mpath)"
    );
    assert_eq!(shown(alone, 0), "HTTP/2 503 grpc-status 14");
}

#[test]
fn kafka_and_tls_in_a_few_words() {
    let asked = |kafka: &mut KafkaWriter<'_>| {
        kafka.api_key("produce").correlation_id(7).topic("orders");
    };
    let request = L7Record::kafka(L7Kind::REQUEST, asked);
    let response = L7Record::kafka(L7Kind::RESPONSE, |kafka| {
        asked(kafka);
        kafka.error_code(3);
    });
    assert_eq!(
        shown(request, 0),
        "Kafka request produce correlation id 7 topic 'orders'"
    );
    assert_eq!(
        shown(response, 2_345_000_000),
        "Kafka response produce correlation id 7 topic 'orders' return code: 3 2.345s"
    );
    let hello = L7Record::tls(L7Kind::REQUEST, |tls| {
        tls.version(0x0304)
            .server_name("example.org")
            .alpn("h2")
            .alpn("http/1.1");
    });
    assert_eq!(
        shown(hello, 0),
        "TLS 1.3 ClientHello SNI example.org ALPN h2,http/1.1"
    );
}

#[test]
fn another_protocol_in_a_few_words() {
    let request = L7Record::message(L7Kind::REQUEST, |message| {
        message
            .protocol("redis")
            .operation("GET")
            .attribute("key", "user:1");
    });
    assert_eq!(request.protocol(), L7Type::OTHER);
    let L7Body::Message(message) = request.body() else {
        panic!("a message")
    };
    let key = Attribute {
        key: "key".into(),
        value: "user:1".into(),
    };
    assert!(message.attributes().eq([key]));
    assert_eq!(shown(request.clone(), 0), "redis GET");
    let response = L7Record::message(L7Kind::RESPONSE, |message| {
        message.protocol("redis").operation("GET").status("OK");
    });
    assert_eq!(shown(response, 1_000), "redis OK 1µs (GET)");
    assert_eq!(L7Record::default().summary().to_string(), "");
}

#[test]
fn header_names_match_in_any_case() {
    let record = L7Record::http(L7Kind::REQUEST, |http| {
        http.header("X-Request-Id", "7");
    });
    let L7Body::Http(http) = record.body() else {
        panic!("HTTP")
    };
    assert_eq!(http.header("x-request-id"), Some("7".into()));
    assert_eq!(http.header("x-request"), None);
}

#[test]
fn a_trace_id_is_hexadecimal() {
    assert_eq!(TraceId([0xab; 16]).to_string(), "ab".repeat(16));
    assert!(TraceId::default().is_none());
}

type Pair = (Vec<u8>, Vec<u8>);

proptest! {
    /// What is written is read, in a record that held another message before.
    #[test]
    fn what_is_written_is_read(
        method: Vec<u8>, url: Vec<u8>, headers: Vec<Pair>, names: Vec<Vec<u8>>,
        ips: Vec<core::net::IpAddr>, types: Vec<u16>, status: Option<u16>,
    ) {
        let mut record = L7Record::default();
        let mut dns = record.write_dns(L7Kind::RESPONSE);
        for name in &names {
            dns.cname(name);
        }
        for ip in &ips {
            dns.ip(*ip);
        }
        for kind in &types {
            dns.rrtype(RecordType(*kind)).qtype(RecordType(!*kind));
        }
        let first = record.clone();
        let L7Body::Dns(dns) = first.body() else { panic!("DNS") };
        prop_assert!(dns.cnames().map(Text::as_bytes).eq(names.iter().map(|name| &**name)));
        prop_assert!(dns.ips().eq(ips));
        prop_assert!(dns.rrtypes().map(|kind| kind.0).eq(types.iter().copied()));
        prop_assert!(dns.qtypes().map(|kind| !kind.0).eq(types));

        let mut http = record.write_http(L7Kind::REQUEST);
        http.method(&method).grpc_status(status);
        for (key, value) in &headers {
            http.header(key, value);
        }
        http.url(&url);
        prop_assert_ne!(&record, &first);
        let L7Body::Http(http) = record.body() else { panic!("HTTP") };
        prop_assert_eq!((http.method().as_bytes(), http.url().as_bytes()), (&*method, &*url));
        prop_assert_eq!(http.grpc_status(), status);
        let read = http.headers().map(|header| (header.key.as_bytes(), header.value.as_bytes()));
        prop_assert!(read.eq(headers.iter().map(|(key, value)| (&**key, &**value))));
    }
}
