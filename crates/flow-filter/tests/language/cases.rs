//! What filters mean, one rule after the other.

use flow_core::flow::Flow;
use flow_core::record::L7Record;
use flow_core::view::FlowView;
use flow_filter::{Filter, FlowExpr};

use crate::sample;

fn is_true(text: &str, view: &FlowView<'_>) -> bool {
    let expr = FlowExpr::parse(text).unwrap_or_else(|error| panic!("{error}"));
    let is_true = expr.compile().matches(view);
    assert_eq!(expr.matches_naively(view), is_true, "{text}");
    let again = FlowExpr::parse(&expr.to_string()).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(again, expr, "{text}");
    is_true
}

fn check(cases: &[(&str, bool)], flow: &Flow, record: Option<&L7Record>) {
    let (web, outside) = (sample::web(), sample::outside());
    let mut view = FlowView::from(flow)
        .with_source(&web)
        .with_destination(&outside);
    if let Some(record) = record {
        view = view.with_l7(record);
    }
    for (text, expected) in cases {
        assert_eq!(is_true(text, &view), *expected, "{text}");
    }
}

#[test]
fn numbers_times_and_enumerations() {
    let cases = [
        ("verdict == dropped", true),
        ("verdict == DROPPED && verdict != forwarded", true),
        ("verdict in {forwarded, dropped}", true),
        ("verdict == 2", true),
        ("dropped and egress and tcp", true),
        ("drop_reason == policy_denied", true),
        ("drop_reason == policy-denied", true),
        ("protocol == tcp", true),
        ("protocol == icmp || icmpv6", false),
        ("ipv4 && !ip6", true),
        ("reply", false),
        ("reply == false", true),
        ("reply == unknown", false),
        ("trace_point == to-stack", true),
        ("event == drop", true),
        ("bytes >= 1500 && bytes < 1.5KiB && bytes == 1.5KB", true),
        ("forward.bytes > 1KiB && reverse.bytes <= 100B", true),
        ("packets == 3", true),
        ("rtt == 1.5ms && rtt < 2ms && rtt > 1499us", true),
        ("rtt in 1ms..2ms", true),
        ("duration == 2.5s", true),
        ("time == 2026-03-01T12:00:00Z", true),
        ("time in 2026-03-01T00:00:00Z..2026-03-02T00:00:00Z", true),
        ("time < 2026-03-01T12:00:00Z", false),
        ("identity == 2", true),
        ("src.identity == 2", false),
        ("true", true),
        ("!true || false", false),
    ];
    check(&cases, &sample::flow(), None);
}

#[test]
fn what_is_not_known_is_nothing_but_different() {
    let mut flow = sample::flow();
    flow.traffic.rtt_us = 0;
    flow.destination.port = 0;
    let cases = [
        ("rtt < 1s", false),
        ("rtt >= 0", false),
        ("rtt != 1ms", true),
        ("has(rtt)", false),
        ("dst.port < 1024", false),
        ("dst.port != 53", true),
        ("has(dst.port)", false),
        ("vlan", false),
        ("src.service == db", false),
        ("src.service != db", true),
        ("dst.pod", false),
        ("dst.pod == \"*\"", false),
        ("dns.query == \"*\"", false),
        ("latency > 0", false),
        ("all(dns.ip in 10.0.0.0/8)", false),
    ];
    check(&cases, &flow, None);
}

#[test]
fn addresses_and_ports_of_either_end() {
    let cases = [
        ("ip == 10.0.0.1", true),
        ("dst.ip == 10.0.0.1", false),
        ("ip == 192.0.2.7 && src.ip == 10.0.0.1", true),
        ("ip != 10.0.0.1", false),
        ("ip != 10.0.0.3", true),
        ("ip in 10.0.0.0/8", true),
        ("all(ip in 10.0.0.0/8)", false),
        ("all(ip in {10.0.0.0/8, 192.0.2.0/24})", true),
        ("any(ip != 10.0.0.1)", true),
        ("ip in ::/0", false),
        ("ip in 0.0.0.0/0", true),
        ("src.ip in 10.0.0.0..10.0.0.255", true),
        ("src.ip == ::ffff:10.0.0.1", true),
        ("port in {80, 443, 8000..8099}", true),
        ("port not in {80, 443}", false),
        ("src.port in 40000..50000", true),
        ("host 10.0.0.1", true),
        ("dst host 10.0.0.1", false),
        ("net 192.0.2.0/24", true),
        ("tcp port 443", true),
        ("tcp dst port 443 and not udp", true),
        ("udp port 443", false),
        ("src portrange 1-1024", false),
        ("portrange 1-1024", true),
        ("src.mac == 02:00:00:00:00:01", true),
        ("process == curl && src.pid == 77 && !dst.process", true),
    ];
    check(&cases, &sample::flow(), None);
}

#[test]
fn names_of_endpoints() {
    let cases = [
        ("pod == \"shop/web-*\"", true),
        ("pod == shop/web-*", true),
        ("pod == \"web-0\"", true),
        ("pod == \"other/web-0\"", false),
        ("pod == \"shop/\"", true),
        ("pod == \"/web-0\"", true),
        ("pod == \"web-\\*\"", false),
        ("pod wildcard \"SHOP/WEB-?\"", true),
        ("pod contains \"eb-\"", true),
        ("pod matches \"^web-\\d$\"", true),
        ("pod ~ r\"^web-\\d$\"", true),
        ("pod !~ \"^db\"", true),
        ("dst.pod == \"shop/web-*\"", false),
        ("namespace in {shop, bank}", true),
        ("cluster == prod", true),
        ("label == \"k8s:app=web\"", true),
        ("label[\"app\"] == web", true),
        ("label[\"k8s:app\"] == web", true),
        ("label[\"any:app\"] == web", false),
        ("label[\"app\"]", true),
        ("label[\"nope\"]", false),
        ("label contains \"tier\"", true),
        ("label select \"app in (web, db), tier\"", true),
        ("dst.label select \"app\"", false),
        ("src.label select \"!canary\"", true),
        ("workload == Deployment/web", true),
        ("workload == web", true),
        ("service == shop/db", true),
        ("fqdn == \"*.example.org.\"", true),
        ("fqdn == db.EXAMPLE.org", true),
        ("dst.fqdn matches \"EXAMPLE\"", true),
        ("endpoint == 12", true),
    ];
    check(&cases, &sample::flow(), None);
}

#[test]
fn flags() {
    let cases = [
        ("tcp.flags has syn", true),
        ("tcp.flags has {syn, ece}", true),
        ("tcp.flags has all {syn, ack}", false),
        ("tcp.flags has any {syn, ack}", true),
        ("tcp.flags has any {fin, ack}", false),
        ("tcp.flags == {syn, ece}", true),
        ("tcp.flags == syn", false),
        ("tcp.flags != syn", true),
        ("flags has new && !encrypted", true),
    ];
    check(&cases, &sample::flow(), None);
}

#[test]
fn layer_7() {
    let (flow, record) = sample::http();
    let cases = [
        ("http && !dns", true),
        ("http.code == 503", true),
        ("http.code in 500..599", true),
        ("http.status >= 500", true),
        ("http.method == get", true),
        ("http.url contains \"users\"", true),
        ("http.url contains {\"nope\", \"users\"}", true),
        ("http.url contains \"a\\*b\"", true),
        ("http.host == API.shop.test", true),
        ("http.path == /v1/users", true),
        ("http.path == \"/v1/*\"", true),
        ("http.path matches \"^/v\\d+/\"", true),
        ("http.path matches {\"^/x\", \"/users$\"}", true),
        ("http.header[\"content-type\"] == \"text/*\"", true),
        ("http.header contains \"html\"", true),
        ("all(http.header contains \"html\")", false),
        ("http.protocol == \"HTTP/1.1\"", true),
        ("latency > 10ms && latency < 0.0121s", true),
        ("response && l7.kind != request", true),
        ("trace_id == abababab-abab-abab-abab-abababababab", true),
        ("dns.query", false),
        ("dns.query != \"x\"", true),
        ("grpc.status", false),
    ];
    check(&cases, &flow, Some(&record));
    let (flow, record) = sample::dns();
    let cases = [
        ("dns && udp", true),
        ("dns.query == go.dev", true),
        ("dns.query == \"GO.DEV.\"", true),
        ("dns.query == \"*.dev\"", true),
        ("dns.query in {a.example, go.dev}", true),
        ("dns.qtype == A", true),
        ("dns.qtype == AAAA", false),
        ("all(dns.qtype == a)", true),
        ("all(dns.rrtype == a)", false),
        ("any(dns.rrtype != a)", true),
        ("dns.rrtype != a", false),
        ("dns.ip in 10.0.0.0/8", true),
        ("all(dns.ip in 10.0.0.0/8)", false),
        ("dns.cname == \"A.example\"", true),
        ("dns.rcode == noerror", true),
        ("dns.rcode == nxdomain", false),
        ("dns.ttl == 30s", true),
    ];
    check(&cases, &flow, Some(&record));
}

#[test]
fn words_bind_as_documented() {
    let cases = [
        ("true or false and false", true),
        ("(true or false) and false", false),
        ("true xor true or true", true),
        ("true xor (true or true)", false),
        ("true xor true and false", true),
        ("not false and false", false),
        ("not (false and false)", true),
        ("true ^^ true ^^ true", true),
        ("!!true", true),
        ("true # a comment\n&& # another\ntrue", true),
    ];
    check(&cases, &sample::flow(), None);
}
