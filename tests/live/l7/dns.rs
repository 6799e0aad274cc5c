//! dnsmasq asked by dig.

use std::net::IpAddr;
use std::time::Duration;

use flow_core::flow::Protocol;
use flow_core::record::{DnsRecord, L7Body, RecordType};
use flow_lab::require_bpf;
use flow_lab::traffic::{Pair, SERVER_V4};

use super::server::{DELAY, Server, Upstream};
use super::{Message, assert_latency, client, listen, pairs};

const A: RecordType = RecordType(1);
const CNAME: RecordType = RecordType(5);
const TXT: RecordType = RecordType(16);
const AAAA: RecordType = RecordType(28);
const SRV: RecordType = RecordType(33);

fn dns(message: &Message) -> DnsRecord<'_> {
    match message.record.body() {
        L7Body::Dns(dns) => dns,
        other => panic!("{other:?}"),
    }
}

/// Asks, and gives how long the slowest answer took as dig measured it.
fn dig(pair: &Pair, arguments: &[&str]) -> Duration {
    let server = format!("@{SERVER_V4}");
    let mut all = vec![server.as_str(), "-u", "+tries=1", "+noedns"];
    all.extend(arguments);
    let printed = client(pair, "bind9-dnsutils", "dig", &all);
    let microseconds = printed
        .lines()
        .filter_map(|line| line.strip_prefix(";; Query time: ")?.strip_suffix(" usec"))
        .filter_map(|time| time.parse::<u64>().ok())
        .max();
    // Whole microseconds.
    Duration::from_micros(1 + microseconds.unwrap_or_else(|| panic!("no time in {printed}")))
}

#[test]
fn answers_of_dnsmasq_are_reported_with_their_latency() {
    require_bpf!();
    let pair = Pair::create().expect("namespaces");
    let _upstream = Upstream::start(&pair);
    let _server = Server::dns(&pair);
    let questions: [(&str, &str, RecordType); 7] = [
        ("www.flow.test", "A", A),
        ("www.flow.test", "AAAA", AAAA),
        ("alias.flow.test", "A", A),
        ("text.flow.test", "TXT", TXT),
        ("_http._tcp.flow.test", "SRV", SRV),
        ("nothing.flow.test", "A", A),
        ("name.slow.test", "A", A),
    ];
    let mut times = Vec::new();
    let (messages, stats) = listen(&pair, &[53], || {
        for (name, qtype, _) in questions {
            times.push(dig(&pair, &[name, qtype]));
        }
    });
    let pairs = pairs(&messages);
    assert_eq!(pairs.len(), questions.len(), "{stats:#?}");
    for (((query, answer), (name, _, qtype)), time) in pairs.iter().zip(questions).zip(&times) {
        assert_eq!(query.flow.protocol, Protocol::UDP);
        for message in [query, answer] {
            assert_eq!(dns(message).query().to_string(), format!("{name}."));
            assert!(dns(message).qtypes().eq([qtype]));
        }
        assert_latency(answer, Duration::from_nanos(1), *time);
    }
    let answer = |index: usize| dns(pairs[index].1);
    let ip = |text: &str| text.parse::<IpAddr>().expect("an address");
    assert!(answer(0).ips().eq([ip("192.0.2.80")]));
    assert_eq!((answer(0).ttl(), answer(0).rcode()), (300, 0));
    assert!(answer(1).ips().eq([ip("2001:db8::80")]));
    assert!(answer(2).ips().eq([ip("192.0.2.80")]));
    assert_eq!(
        answer(2).cnames().next().expect("a name").to_string(),
        "www.flow.test."
    );
    assert!(answer(2).rrtypes().eq([CNAME, A]));
    assert_eq!(answer(2).ttl(), 120);
    assert!(answer(3).rrtypes().eq([TXT]));
    assert_eq!(answer(4).rrtypes().next(), Some(SRV));
    assert_eq!((answer(5).rcode(), answer(6).rcode()), (3, 3));
    assert_latency(pairs[6].1, DELAY, times[6]);
}

#[test]
fn dns_over_tcp_is_reported_too() {
    require_bpf!();
    let pair = Pair::create().expect("namespaces");
    let _server = Server::dns(&pair);
    let mut times = Vec::new();
    let (messages, stats) = listen(&pair, &[53], || {
        times.push(dig(&pair, &["+tcp", "www.flow.test", "A"]));
        // Two questions in one connection.
        times.push(dig(
            &pair,
            &[
                "+tcp",
                "+keepopen",
                "www.flow.test",
                "AAAA",
                "www.flow.test",
                "A",
            ],
        ));
    });
    let pairs = pairs(&messages);
    let types: Vec<_> = pairs
        .iter()
        .map(|pair| dns(pair.1).qtypes().next())
        .collect();
    assert_eq!(types, [A, AAAA, A].map(Some), "{stats:#?}");
    for (query, answer) in &pairs {
        assert_eq!(query.flow.protocol, Protocol::TCP);
        assert_eq!(dns(answer).query().to_string(), "www.flow.test.");
        assert_eq!(dns(answer).ips().count(), 1);
        let most = times.iter().max().expect("some");
        assert_latency(answer, Duration::from_nanos(1), *most);
    }
    assert_eq!(pairs[1].0.flow.source, pairs[2].0.flow.source);
}
