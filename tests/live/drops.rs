//! Packets that the kernel drops, with its own reason.

use flow_core::flow::{DropReason, Flow, Protocol, Verdict};
use flow_lab::require_bpf;
use flow_lab::traffic::{Ip, Pair};

use crate::watch::{self, Watch, ends, nft};

fn reason(name: &str) -> DropReason {
    let reason = DropReason::from_kernel_name(name);
    assert_eq!(reason.to_string(), name);
    reason
}

fn assert_is_drop(flow: &Flow) {
    assert_eq!(flow.verdict, Verdict::DROPPED, "{flow:?}");
    assert_ne!(flow.drop_reason, DropReason::NONE, "{flow:?}");
}

#[test]
fn a_packet_that_netfilter_drops() {
    require_bpf!();
    let pair = Pair::create().expect("namespaces");
    pair.server
        .run(|| {
            nft("udp dport 4053 drop");
        })
        .expect("namespace");
    let path = pair.path(Ip::V4).expect("link addresses");
    let frames = vec![path.udp((4052, 4053), b"not wanted"); 3];
    let watch = Watch::start(watch::of(&pair));
    pair.send_frames(&frames).expect("frames are sent");
    let seen = watch.finish();
    let drops: Vec<_> = seen
        .drops()
        .filter(|flow| flow.destination.port == 4053)
        .collect();
    assert_eq!(drops.len(), 3, "{drops:#?}");
    for flow in drops {
        assert_is_drop(flow);
        assert_eq!(flow.drop_reason, reason("NETFILTER_DROP"));
        assert_eq!(flow.protocol, Protocol::UDP);
        assert_eq!(flow.source.ip.to_std(), Ip::V4.client());
        assert_eq!(flow.source.port, 4052);
    }
}

#[test]
fn a_packet_to_a_blackhole() {
    require_bpf!();
    let pair = Pair::create().expect("namespaces");
    let watch = Watch::start(watch::of(&pair));
    let exchange = pair.dropped(33).expect("sent");
    let seen = watch.finish();
    let tuple = (exchange.source, exchange.destination);
    let drops: Vec<_> = seen.drops().filter(|flow| ends(flow) == tuple).collect();
    assert_eq!(drops.len(), 1, "{drops:#?}");
    assert_is_drop(drops[0]);
}

#[test]
fn a_connection_to_a_closed_port_is_a_drop_too() {
    require_bpf!();
    let pair = Pair::create().expect("namespaces");
    let watch = Watch::start(watch::of(&pair));
    let exchange = pair.refused(Ip::V4).expect("refused");
    let seen = watch.finish();
    let tuple = (exchange.source, exchange.destination);
    let drops: Vec<_> = seen.drops().filter(|flow| ends(flow) == tuple).collect();
    assert_eq!(drops.len(), 1, "{drops:#?}");
    assert_is_drop(drops[0]);
    assert_eq!(drops[0].drop_reason, reason("NO_SOCKET"));
}
