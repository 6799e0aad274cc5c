//! What the agent itself tells.

use flow_cilium::log::{LogBody, LogRecord};
use flow_cilium::{AgentDecoder, AgentError, AgentEvent, AgentNotifyKind};
use flow_core::flow::{
    Direction, EventType, Flow, FlowType, Ip, IpVersion, L7Type, Protocol, Reply, Verdict,
};
use flow_core::record::{L7Body, L7Kind, L7Record, RecordType};

use super::golden;

const TIME: u64 = 1_795_530_906_000_000_123;

/// Reads the record of a file, twice: definitions of types are remembered.
fn record<T>(name: &str, check: impl Fn(&LogRecord<'_>) -> T) -> T {
    let bytes = golden(name);
    let mut decoder = AgentDecoder::default();
    for _ in 0..2 {
        let AgentEvent::AccessLog(record) = decoder.decode(&bytes).unwrap() else {
            panic!("a record of the access log");
        };
        check(&record);
    }
    let other = golden("labels.event");
    assert!(decoder.decode(&other).is_ok(), "other types than before");
    let AgentEvent::AccessLog(record) = decoder.decode(&bytes).unwrap() else {
        panic!("a record of the access log");
    };
    check(&record)
}

fn flow_and_record(name: &str) -> (Flow, Option<L7Record>) {
    record(name, |record| (record.to_flow(5), record.to_record()))
}

fn texts(list: &flow_cilium::log::Texts<'_>) -> Vec<String> {
    let text = |text: &[u8]| String::from_utf8_lossy(text).into_owned();
    list.iter().map(text).collect()
}

#[test]
fn an_http_request() {
    let (flow, owned) = flow_and_record("http-request.event");
    let mut expected = Flow {
        time: TIME,
        first_seen: TIME,
        protocol: Protocol::TCP,
        ip_version: IpVersion::V4,
        direction: Direction::INGRESS,
        verdict: Verdict::FORWARDED,
        is_reply: Reply::NO,
        flow_type: FlowType::L7,
        event_type: EventType::L7,
        l7_type: L7Type::HTTP,
        ..Flow::default()
    };
    expected.source.ip = Ip::v4([10, 0, 0, 1]);
    expected.destination.ip = Ip::v4([10, 0, 0, 2]);
    (expected.source.port, expected.destination.port) = (40000, 80);
    (expected.source.identity, expected.destination.identity) = (1234, 16_777_217);
    assert_eq!(flow, expected);

    let owned = owned.unwrap();
    assert_eq!(
        (owned.kind, owned.protocol()),
        (L7Kind::REQUEST, L7Type::HTTP)
    );
    assert_eq!(owned.trace.to_string(), "0af7651916cd43dd8448eb211c80319c");
    let L7Body::Http(http) = owned.body() else {
        panic!("HTTP")
    };
    assert_eq!(
        (http.code(), http.method().as_bytes()),
        (0, b"GET".as_slice())
    );
    let url = "http://user:hunter2@shop.example:8080/cart?item=1#top";
    assert_eq!(http.url().to_str_lossy(), url);
    assert_eq!(http.protocol().to_str_lossy(), "HTTP/1.1");
    let headers: Vec<_> = http
        .headers()
        .map(|header| format!("{}: {}", header.key, header.value))
        .collect();
    assert_eq!(
        headers,
        [
            "Accept: text/html",
            "Accept: */*",
            "Traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "X-Request-Id: 4711",
        ]
    );

    record("http-request.event", |record| {
        assert_eq!(
            (record.node_ipv4, record.node_ipv6),
            (&b"192.168.1.1"[..], &b"fd01::1"[..])
        );
        assert_eq!((record.source.id, record.destination.id), (7, 8));
        let labels: Vec<_> = record
            .source
            .labels
            .iter()
            .map(|label| label.to_string())
            .collect();
        assert_eq!(
            labels,
            ["k8s:app=web", "k8s:io.kubernetes.pod.namespace=shop"]
        );
        assert_eq!(texts(&record.metadata), ["a", "b"]);
        let service = record.service.unwrap();
        assert_eq!(
            (service.name, service.ip, service.port),
            (&b"cart"[..], &b"10.96.0.1"[..], 443)
        );
        assert_eq!(record.drop_reason, None);
        let LogBody::Http(http) = record.body else {
            panic!("HTTP")
        };
        assert_eq!(http.missing_headers.get(b"x-token"), Some(&b"canary"[..]));
        assert_eq!(http.rejected_headers.get(b"X-BAD"), Some(&b"canary"[..]));
        assert_eq!(http.headers.get(b"cookie"), None);
    });
}

#[test]
fn an_http_response_that_was_refused() {
    let (flow, owned) = flow_and_record("http-response.event");
    assert_eq!(
        (flow.is_reply, flow.verdict),
        (Reply::YES, Verdict::DROPPED)
    );
    assert_eq!(
        (flow.direction, flow.ip_version),
        (Direction::EGRESS, IpVersion::V6)
    );
    assert_eq!(flow.source.ip.to_std().to_string(), "fd00::1");
    assert_eq!(flow.destination.ip.to_std().to_string(), "fd00::2");
    let owned = owned.unwrap();
    assert_eq!(owned.kind, L7Kind::RESPONSE);
    let L7Body::Http(http) = owned.body() else {
        panic!("HTTP")
    };
    assert_eq!((http.code(), http.grpc_status()), (403, Some(7)));
    record("http-response.event", |record| {
        assert_eq!(
            (record.drop_reason, record.info),
            (Some(133), &b"rule 1"[..])
        );
        assert!(record.service.is_none());
    });
}

#[test]
fn a_kafka_request() {
    let (flow, owned) = flow_and_record("kafka.event");
    assert_eq!(
        (flow.verdict, flow.l7_type),
        (Verdict::REDIRECTED, L7Type::KAFKA)
    );
    let owned = owned.unwrap();
    let L7Body::Kafka(kafka) = owned.body() else {
        panic!("Kafka")
    };
    assert_eq!(
        (
            kafka.error_code(),
            kafka.api_version(),
            kafka.correlation_id()
        ),
        (-1, 9, -5)
    );
    assert_eq!(
        (kafka.api_key().as_bytes(), kafka.topic().as_bytes()),
        (&b"produce"[..], &b"orders"[..])
    );
}

#[test]
fn kafka_as_older_agents_tell_it() {
    let (flow, owned) = flow_and_record("kafka-topics.event");
    assert_eq!((flow.time, flow.is_reply), (5, Reply::YES));
    let owned = owned.unwrap();
    let L7Body::Kafka(kafka) = owned.body() else {
        panic!("Kafka")
    };
    assert_eq!(
        (kafka.error_code(), kafka.api_key().as_bytes()),
        (6, &b"1"[..])
    );
    assert_eq!(kafka.topic().as_bytes(), b"first");
}

#[test]
fn a_dns_query_bare_or_wrapped() {
    for name in ["dns-query.event", "bare.event"] {
        let (flow, owned) = flow_and_record(name);
        assert_eq!((flow.protocol, flow.destination.port), (Protocol::UDP, 53));
        assert_eq!(flow.l7_type, L7Type::DNS);
        let owned = owned.unwrap();
        let L7Body::Dns(dns) = owned.body() else {
            panic!("DNS")
        };
        assert_eq!(dns.query().as_bytes(), b"shop.example.");
        assert!(dns.qtypes().eq([1, 28, 65].map(RecordType)));
        assert_eq!((dns.ips().count(), dns.rrtypes().count()), (0, 0));
    }
}

#[test]
fn a_dns_answer() {
    let (flow, owned) = flow_and_record("dns-answer.event");
    assert_eq!((flow.verdict, flow.is_reply), (Verdict::ERROR, Reply::YES));
    let owned = owned.unwrap();
    let L7Body::Dns(dns) = owned.body() else {
        panic!("DNS")
    };
    let ips: Vec<_> = dns.ips().map(|ip| ip.to_string()).collect();
    assert_eq!(ips, ["192.0.2.1", "192.0.2.2", "2001:db8::1"]);
    assert_eq!((dns.ttl(), dns.rcode()), (u32::MAX, 3));
    assert!(dns.rrtypes().eq([5, 1, 65535].map(RecordType)));
    let names: Vec<_> = dns.cnames().map(|name| name.to_string()).collect();
    assert_eq!(names, ["a.example.", "b.example."]);
    record("dns-answer.event", |record| match record.body {
        LogBody::Dns(dns) => assert_eq!(dns.observation_source, b"proxy"),
        _ => panic!("DNS"),
    });
}

#[test]
fn another_protocol_and_nothing_at_all() {
    let (flow, owned) = flow_and_record("other.event");
    assert_eq!(
        (flow.l7_type, flow.direction),
        (L7Type::NONE, Direction::UNKNOWN)
    );
    assert!(owned.is_none());
    record("other.event", |record| {
        assert_eq!(record.kind, L7Kind::SAMPLE);
        let LogBody::Other(other) = record.body else {
            panic!("another protocol")
        };
        assert_eq!(other.protocol, b"memcache");
        let mut fields: Vec<_> = other.fields.iter().collect();
        fields.sort_unstable();
        assert_eq!(fields, [(&b"command"[..], &b"get"[..]), (b"status", b"ok")]);
    });
    let (flow, owned) = flow_and_record("empty.event");
    assert_eq!((flow.time, flow.verdict), (5, Verdict::UNKNOWN));
    assert!(flow.source.ip.is_unspecified() && owned.is_none());
}

#[test]
fn labels_as_newer_agents_send_them() {
    record("labels.event", |record| {
        let labels: Vec<_> = record
            .source
            .labels
            .iter()
            .map(|label| label.to_string())
            .collect();
        assert_eq!(labels, ["k8s:app=web", "reserved:world", "x"]);
    });
}

#[test]
fn a_notification() {
    let bytes = golden("notify.event");
    let mut decoder = AgentDecoder::default();
    for _ in 0..2 {
        let AgentEvent::Notify(notify) = decoder.decode(&bytes).unwrap() else {
            panic!("a notification");
        };
        assert_eq!(notify.kind, AgentNotifyKind::ENDPOINT_CREATED);
        assert_eq!(notify.text, br#"{"id":7,"pod-name":"web"}"#);
    }
}

/// Secrets stay out of what is written to logs.
#[test]
fn debug_shows_no_secret() {
    for name in ["http-request.event", "kafka.event", "dns-answer.event"] {
        let shown = record(name, |record| format!("{record:?} {record:#?}"));
        for secret in ["hunter2", "canary", "4711", "orders", "shop.example"] {
            assert!(!shown.contains(secret), "{secret} in {shown}");
        }
    }
}

#[test]
fn what_no_agent_writes() {
    let mut decoder = AgentDecoder::default();
    let kind = |got| AgentError::Kind { got };
    assert_eq!(decoder.decode(&[]).unwrap_err(), kind(EventType::UNKNOWN));
    assert_eq!(decoder.decode(&[4, 1]).unwrap_err(), kind(EventType::TRACE));
    let event = EventType::AGENT;
    let mut mixed = golden("http-request.event");
    mixed[0] = 130;
    assert_eq!(
        decoder.decode(&mixed).unwrap_err(),
        AgentError::Shape { event }
    );
    let mut mixed = golden("notify.event");
    mixed[0] = 129;
    let event = EventType::L7;
    assert_eq!(
        decoder.decode(&mixed).unwrap_err(),
        AgentError::Shape { event }
    );
}

/// Every length, and every byte changed: a record or an error, and the next record is read.
#[test]
fn what_is_cut_off_or_changed() {
    for name in [
        "http-request.event",
        "dns-answer.event",
        "notify.event",
        "kafka.event",
    ] {
        let whole = golden(name);
        let mut decoder = AgentDecoder::default();
        for length in 0..whole.len() {
            let error = decoder.decode(&whole[..length]).map(|_| ()).unwrap_err();
            let told = matches!(error, AgentError::Length { .. } | AgentError::Kind { .. });
            assert!(told, "{name} {length}: {error}");
        }
        for at in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[at] ^= 0xff;
            if let Ok(AgentEvent::AccessLog(record)) = decoder.decode(&bytes) {
                let _ = (record.to_flow(0), record.to_record(), format!("{record:?}"));
            }
            assert!(decoder.decode(&whole).is_ok(), "{name} {at}");
        }
    }
}
