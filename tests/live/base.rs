//! A kernel without type information: everything that does not need it works the same.

use flow_core::flow::Protocol;
use flow_ebpf::FlowSource;
use flow_lab::require_bpf;
use flow_lab::traffic::{CLIENT_LINK, Ip, Pair, Server};

use crate::watch::{self, Watch, headers};

#[test]
fn counts_are_exact_and_what_is_missing_is_named() {
    require_bpf!();
    for attach in watch::ways() {
        let pair = Pair::create().expect("namespaces");
        let _server = Server::start(&pair).expect("server");
        // Loaded inside: its own namespace is the only one it observes.
        let (watch, missing) = pair
            .client
            .run(|| Watch::start_with_missing(FlowSource::builder().btf(false).attach_with(attach)))
            .expect("namespace");
        for name in ["drops", "tcp-state", "retransmits", "existing sockets"] {
            assert!(
                missing.iter().any(|line| line.starts_with(name)),
                "{name}: {missing:#?}"
            );
        }
        assert_eq!(missing.len(), 4, "{missing:#?}");
        let exchange = pair.dns(Ip::V4).expect("an answer");
        let seen = watch.finish();
        let (source, destination) = (exchange.source, exchange.destination);
        let total = seen.total(CLIENT_LINK, Protocol::UDP, source, destination);
        assert_eq!((total.forward.packets, total.reverse.packets), (1, 1));
        assert_eq!(total.forward.bytes, headers(source) + 8 + exchange.sent);
        assert_eq!(total.reverse.bytes, headers(source) + 8 + exchange.received);
    }
}
