//! Large transfers: what the stack hands over as one buffer counts as the packets it becomes.

use std::net::SocketAddr;

use flow_core::flow::Protocol;
use flow_lab::netns::Namespace;
use flow_lab::require_bpf;
use flow_lab::traffic::{CLIENT_LINK, Ip, Pair, SERVER_LINK, Server};

use crate::watch::{self, Watch, headers};

/// `Tcp:` counters of `/proc/net/snmp`: segments that the namespace sent, each counted as often
/// as it is on the wire.
struct Segments {
    /// `OutSegs`, without those that were sent again.
    first: u64,
    /// `RetransSegs`.
    again: u64,
}

fn segments(space: &Namespace) -> Segments {
    let text = space
        .run(|| std::fs::read_to_string("/proc/thread-self/net/snmp"))
        .expect("namespace")
        .expect("/proc/thread-self/net/snmp");
    let mut tcp = text.lines().filter_map(|line| line.strip_prefix("Tcp: "));
    let (names, values) = (tcp.next().expect("names"), tcp.next().expect("values"));
    let counter = |wanted: &str| {
        let mut pairs = names.split(' ').zip(values.split(' '));
        let found = pairs.find(|(name, _)| *name == wanted);
        found.expect(wanted).1.parse().expect("a number")
    };
    Segments {
        first: counter("OutSegs"),
        again: counter("RetransSegs"),
    }
}

#[test]
fn segments_of_large_sends_are_counted_one_by_one() {
    require_bpf!();
    const BODY: usize = 4 << 20;
    let pair = Pair::create().expect("namespaces");
    let _server = Server::start(&pair).expect("server");
    for ip in [Ip::V4, Ip::V6] {
        let before = (segments(&pair.client), segments(&pair.server));
        let watch = Watch::start(watch::of(&pair));
        let exchange = pair.http(ip, BODY).expect("a response");
        let seen = watch.finish();
        let after = (segments(&pair.client), segments(&pair.server));
        let again = after.0.again - before.0.again;
        let sent = after.0.first - before.0.first + again;
        let answered = after.1.first - before.1.first + after.1.again - before.1.again;
        let (source, destination): (SocketAddr, _) = (exchange.source, exchange.destination);
        for interface in [CLIENT_LINK, SERVER_LINK] {
            let total = seen.total(interface, Protocol::TCP, source, destination);
            let (ahead, back) = (total.forward, total.reverse);
            assert_eq!(u64::from(ahead.packets), sent, "{ip:?} at {interface}");
            assert_eq!(u64::from(back.packets), answered, "{ip:?} at {interface}");
            // Each segment has its own headers: 32 bytes of TCP, 40 in the first. A segment
            // that was sent again repeats at most 1,448 bytes.
            let fixed = headers(source) + 32;
            let expected = sent * fixed + 8 + exchange.sent;
            let range = expected..=expected + again * 1448;
            let bytes = ahead.bytes;
            assert!(
                range.contains(&bytes),
                "{ip:?} at {interface}: {bytes} not in {range:?}"
            );
        }
    }
}
