//! Large transfers: what the stack hands over as one buffer counts as the packets it becomes.

use std::net::SocketAddr;

use flow_core::flow::Protocol;
use flow_lab::netns::Namespace;
use flow_lab::require_bpf;
use flow_lab::traffic::{CLIENT_LINK, Ip, Pair, SERVER_LINK, Server};

use crate::watch::{self, Watch, headers};

/// `Tcp: OutSegs` of `/proc/net/snmp`: segments sent by the namespace, each counted as often as
/// it is on the wire.
fn segments_sent(space: &Namespace) -> u64 {
    let text = space
        .run(|| std::fs::read_to_string("/proc/thread-self/net/snmp"))
        .expect("namespace")
        .expect("/proc/thread-self/net/snmp");
    let mut tcp = text.lines().filter_map(|line| line.strip_prefix("Tcp: "));
    let (names, values) = (tcp.next().expect("names"), tcp.next().expect("values"));
    let at = names
        .split(' ')
        .position(|name| name == "OutSegs")
        .expect("OutSegs");
    values
        .split(' ')
        .nth(at)
        .expect("a value")
        .parse()
        .expect("a number")
}

#[test]
fn segments_of_large_sends_are_counted_one_by_one() {
    require_bpf!();
    const BODY: usize = 4 << 20;
    let pair = Pair::create().expect("namespaces");
    let _server = Server::start(&pair).expect("server");
    for ip in [Ip::V4, Ip::V6] {
        let before = (segments_sent(&pair.client), segments_sent(&pair.server));
        let watch = Watch::start(watch::of(&pair));
        let exchange = pair.http(ip, BODY).expect("a response");
        let seen = watch.finish();
        let sent = segments_sent(&pair.client) - before.0;
        let answered = segments_sent(&pair.server) - before.1;
        let (source, destination): (SocketAddr, _) = (exchange.source, exchange.destination);
        for interface in [CLIENT_LINK, SERVER_LINK] {
            let total = seen.total(interface, Protocol::TCP, source, destination);
            let (ahead, back) = (total.forward, total.reverse);
            assert_eq!(u64::from(ahead.packets), sent, "{ip:?} at {interface}");
            assert_eq!(u64::from(back.packets), answered, "{ip:?} at {interface}");
            // Each segment has its own headers: 32 bytes of TCP, 40 in the first.
            let fixed = headers(source) + 32;
            assert_eq!(
                ahead.bytes,
                sent * fixed + 8 + exchange.sent,
                "{ip:?} at {interface}"
            );
        }
    }
}
