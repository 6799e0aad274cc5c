use core::hash::BuildHasher;
use std::hash::{BuildHasherDefault, DefaultHasher};

use proptest::prelude::*;

use super::*;
use crate::flow::Protocol;
use crate::flow::arbitrary::flows;

fn flow(source: (u8, u16), destination: (u8, u16)) -> Flow {
    let mut flow = Flow::default();
    (flow.source.ip, flow.source.port) = (Ip::v4([10, 0, 0, source.0]), source.1);
    flow.destination.ip = Ip::v4([10, 0, 0, destination.0]);
    flow.destination.port = destination.1;
    flow
}

fn reversed(flow: &Flow) -> Flow {
    let mut other = *flow;
    (other.source, other.destination) = (flow.destination, flow.source);
    other.tunnel.source_ip = flow.tunnel.destination_ip;
    other.tunnel.destination_ip = flow.tunnel.source_ip;
    other
}

fn hash(key: &ConnectionKey) -> u64 {
    BuildHasherDefault::<DefaultHasher>::default().hash_one(key)
}

#[test]
fn the_lower_address_and_then_the_lower_port_is_the_low_side() {
    assert_eq!(Side::sender(&flow((1, 80), (2, 40))), Side::Low);
    assert_eq!(Side::sender(&flow((2, 40), (1, 80))), Side::High);
    assert_eq!(Side::sender(&flow((1, 80), (1, 40))), Side::High);
    assert_eq!(Side::sender(&flow((1, 80), (1, 80))), Side::Low);
    assert_eq!((Side::Low.index(), Side::High.index()), (0, 1));
}

#[test]
fn every_part_separates_connections() {
    let mut base = flow((1, 80), (2, 40));
    base.tunnel.protocol = TunnelProtocol::VXLAN;
    base.tunnel.source_ip = Ip::v4([192, 0, 2, 1]);
    base.tunnel.destination_ip = Ip::v4([192, 0, 2, 2]);
    let changes: [fn(&mut Flow); 13] = [
        |flow| flow.source.port = 81,
        |flow| flow.destination.port = 41,
        |flow| flow.source.ip = Ip::v4([10, 0, 0, 3]),
        |flow| flow.destination.ip = Ip::v6([0x20; 16]),
        |flow| flow.interface.netns = 1,
        |flow| flow.interface.index = 1,
        |flow| flow.vlan = 1,
        |flow| flow.protocol = Protocol::TCP,
        |flow| flow.icmp_type = 1,
        |flow| flow.icmp_code = 1,
        |flow| flow.tunnel.set_vni(1),
        |flow| flow.tunnel.protocol = TunnelProtocol::GENEVE,
        |flow| flow.tunnel.source_ip = Ip::v4([192, 0, 2, 3]),
    ];
    let mut keys = std::vec![ConnectionKey::of(&base)];
    for change in changes {
        let mut other = base;
        change(&mut other);
        keys.push(ConnectionKey::of(&other));
    }
    for (index, key) in keys.iter().enumerate() {
        for other in &keys[index + 1..] {
            assert_ne!(key, other);
            assert_ne!(hash(key), hash(other));
        }
    }
}

#[test]
fn outer_ports_and_what_is_no_tunnel_tell_nothing() {
    let mut base = flow((1, 80), (2, 40));
    base.tunnel.source_ip = Ip::v4([192, 0, 2, 1]);
    assert_eq!(
        ConnectionKey::of(&base),
        ConnectionKey::of(&flow((1, 80), (2, 40)))
    );
    base.tunnel.protocol = TunnelProtocol::VXLAN;
    let mut other = base;
    other.tunnel.source_port = 55_555;
    assert_eq!(ConnectionKey::of(&base), ConnectionKey::of(&other));
}

#[test]
fn an_answer_has_the_key_of_its_query() {
    for (protocol, query, answer) in [
        (Protocol::ICMP, 8, 0),
        (Protocol::ICMP, 13, 14),
        (Protocol::ICMP, 17, 18),
        (Protocol::ICMPV6, 128, 129),
        (Protocol::ICMPV6, 139, 140),
    ] {
        let mut one = flow((1, 0), (2, 0));
        (one.protocol, one.icmp_type) = (protocol, query);
        let mut other = reversed(&one);
        other.icmp_type = answer;
        assert_eq!(ConnectionKey::of(&one), ConnectionKey::of(&other));
        other.protocol = Protocol::IGMP;
        one.protocol = Protocol::IGMP;
        assert_ne!(ConnectionKey::of(&one), ConnectionKey::of(&other));
    }
}

proptest! {
    /// Whatever a flow holds, both directions have one key, and the two sides are the two ends.
    #[test]
    fn both_directions_are_one_connection(flow in flows()) {
        let back = reversed(&flow);
        let (there, here) = (ConnectionKey::of(&flow), ConnectionKey::of(&back));
        prop_assert_eq!(there, here);
        prop_assert_eq!(hash(&there), hash(&here));
        let ends = |end: &crate::flow::Endpoint| (end.ip, end.port);
        if ends(&flow.source) != ends(&flow.destination) {
            prop_assert_eq!(Side::sender(&flow), Side::sender(&back).other());
        }
    }
}
