use std::borrow::ToOwned;
use std::string::{String, ToString};

use proptest::prelude::*;

use super::*;
use crate::flow::arbitrary::flows;
use crate::flow::{Ip, Mac, TcpFlags, TcpState, TracePoint, Traffic, TunnelProtocol, Verdict};
use crate::text::tests::is_dangerous;

fn syn() -> Flow {
    Flow {
        time: 1_795_530_906_123_456_789,
        source: Endpoint {
            ip: Ip::v4([10, 0, 0, 1]),
            port: 4242,
            ..Endpoint::default()
        },
        destination: Endpoint {
            ip: Ip("2001:db8::1"
                .parse::<core::net::Ipv6Addr>()
                .unwrap()
                .octets()),
            port: 80,
            identity: 1234,
            ..Endpoint::default()
        },
        event_type: EventType::TRACE,
        trace_point: TracePoint::TO_NETWORK,
        protocol: Protocol::TCP,
        ip_version: IpVersion::V4,
        verdict: Verdict::FORWARDED,
        is_reply: Reply::NO,
        tcp_flags: TcpFlags::SYN,
        ..Flow::default()
    }
}

#[test]
fn the_side_that_began_stands_on_the_left() {
    let mut flow = syn();
    assert_eq!(
        flow.to_string(),
        "Nov 24 14:35:06.123: 10.0.0.1:4242 (unknown) -> [2001:db8::1]:80 (ID:1234) \
         to-network FORWARDED (TCP Flags: SYN)"
    );
    flow.is_reply = Reply::YES;
    flow.tcp_flags |= TcpFlags::ACK;
    assert_eq!(
        flow.compact().with_node("node\n1").to_string(),
        "Nov 24 14:35:06.123 [node\\n1]: [2001:db8::1]:80 (ID:1234) <- 10.0.0.1:4242 (unknown) \
         to-network FORWARDED (TCP Flags: SYN, ACK)"
    );
    flow.is_reply = Reply::UNKNOWN;
    flow.source.identity = 1;
    assert!(
        flow.to_string()
            .contains(": 10.0.0.1:4242 (host) <> [2001:db8::1]:80 (ID:1234) ")
    );
}

#[test]
fn the_long_form_leaves_out_what_is_not_known() {
    let mut flow = syn();
    flow.traffic = Traffic {
        forward_packets: 3,
        forward_bytes: 180,
        reverse_packets: 2,
        reverse_bytes: 120,
        rtt_us: 90,
        forward_retransmits: 1,
        ..Traffic::default()
    };
    flow.interface.name = Name16::new(b"eth0");
    flow.direction = Direction::EGRESS;
    flow.vlan = 42;
    flow.tunnel.protocol = TunnelProtocol::VXLAN;
    flow.tunnel.source_ip = Ip::v4([192, 0, 2, 1]);
    flow.tunnel.destination_ip = Ip::v4([192, 0, 2, 2]);
    flow.tunnel.set_vni(7);
    flow.process.pid = 5;
    flow.process.comm = Name16::new(b"curl");
    flow.flags = FlowFlags::NEW | FlowFlags::AGGREGATED | FlowFlags::PROCESS_IS_SOURCE;
    let long = "Nov 24 14:35:06.123: 10.0.0.1:4242 -> [2001:db8::1]:80 (ID:1234) to-network \
         FORWARDED (TCP Flags: SYN) [3/2 packets, 180/120 B, rtt 90 us, retransmits 1/0, eth0 out, \
         vlan 42, curl/5, VXLAN 7 in 192.0.2.1 -> 192.0.2.2, new]";
    assert_eq!(std::format!("{flow:#}"), long);
    assert_eq!(flow.compact().with_extras().to_string(), long);
    let with_netns = long.replace("eth0 out,", "eth0 out, netns blue,");
    assert_eq!(
        flow.compact().with_netns(&"blue").with_extras().to_string(),
        with_netns
    );
}

#[test]
fn there_are_no_brackets_around_nothing() {
    let mut flow = syn();
    let short = flow.to_string().replace(" (unknown)", "");
    assert_eq!(std::format!("{flow:#}"), short);
    flow.direction = Direction::INGRESS;
    assert_eq!(std::format!("{flow:#}"), std::format!("{short} [in]"));
    flow.interface.index = 7;
    assert_eq!(
        std::format!("{flow:#}"),
        std::format!("{short} [interface 7 in]")
    );
}

#[test]
fn each_kind_of_observation_has_its_word() {
    let mut flow = syn();
    for (event, word) in [
        (EventType::TRACE, "to-network"),
        (EventType::TCP_STATE, "tcp-state"),
        (EventType::TCP_RETRANSMIT, "tcp-retransmit"),
        (EventType::UNKNOWN, "unknown"),
        (EventType(99), "99"),
    ] {
        flow.event_type = event;
        assert_eq!(flow.kind().to_string(), word);
    }
    flow.event_type = EventType::TRACE;
    flow.trace_point = TracePoint::UNKNOWN;
    assert_eq!(flow.kind().to_string(), "trace");
}

#[test]
fn each_protocol_has_its_summary() {
    let mut flow = syn();
    let mut summary = |protocol, kind, code| {
        flow.protocol = protocol;
        (flow.icmp_type, flow.icmp_code) = (kind, code);
        flow.summary().to_string()
    };
    assert_eq!(summary(Protocol::TCP, 0, 0), "TCP Flags: SYN");
    assert_eq!(summary(Protocol::UDP, 0, 0), "UDP");
    assert_eq!(summary(Protocol::SCTP, 0, 0), "SCTP");
    assert_eq!(summary(Protocol::ICMP, 8, 0), "ICMPv4 EchoRequest");
    assert_eq!(
        summary(Protocol::ICMP, 3, 3),
        "ICMPv4 DestinationUnreachable(Port)"
    );
    assert_eq!(summary(Protocol::ICMPV6, 129, 0), "ICMPv6 EchoReply");
    assert_eq!(summary(Protocol::ICMPV6, 200, 9), "ICMPv6 200(9)");
    assert_eq!(summary(Protocol(253), 0, 0), "IP protocol 253");
    assert_eq!(
        summary(Protocol::IGMP, 0x16, 0),
        "IGMP IGMPv2 Membership Report"
    );
    assert_eq!(summary(Protocol::VRRP, 1, 0), "VRRP VRRPv2 Advertisement");
    // An export without layer 4.
    assert_eq!(summary(Protocol::HOPOPT, 0, 0), "IPv4");
    flow.tcp_flags = TcpFlags::NONE;
    flow.protocol = Protocol::TCP;
    assert_eq!(flow.summary().to_string(), "TCP");
    flow.event_type = EventType::TCP_STATE;
    flow.tcp_state = TcpState::SYN_SENT;
    assert_eq!(flow.summary().to_string(), "TCP SYN_SENT");
    flow.event_type = EventType::TRACE;
    flow.ip_version = IpVersion::NONE;
    assert_eq!(flow.summary().to_string(), "no IP");
}

#[test]
fn without_ip_the_link_addresses_tell_the_ends() {
    let flow = Flow {
        source: Endpoint {
            mac: Mac([2, 0, 0, 0, 0, 1]),
            ..Endpoint::default()
        },
        ..Flow::default()
    };
    assert_eq!(
        flow.to_string(),
        "Jan  1 00:00:00.000: 02:00:00:00:00:01 (unknown) <> :: (unknown) \
         unknown VERDICT_UNKNOWN (Ethernet)"
    );
}

#[test]
fn a_drop_reports_its_reason() {
    let mut flow = Flow {
        event_type: EventType::DROP,
        verdict: Verdict::DROPPED,
        drop_reason: DropReason::from_kernel_name("NO_SOCKET"),
        ..syn()
    };
    let mut line = |reason| {
        flow.drop_reason = reason;
        let line = flow.to_string();
        let (_, kind) = line.split_once("(ID:1234) ").expect("two ends");
        kind.to_owned()
    };
    let kernel = DropReason::from_kernel_name("NO_SOCKET");
    assert_eq!(line(kernel), "NO_SOCKET DROPPED (TCP Flags: SYN)");
    let denied = DropReason::from_cilium(133);
    assert_eq!(line(denied), "Policy denied DROPPED (TCP Flags: SYN)");
    let unknown = DropReason::from_cilium(159);
    assert_eq!(line(unknown), "159 DROPPED (TCP Flags: SYN)");
    assert_eq!(line(DropReason::NONE), "drop DROPPED (TCP Flags: SYN)");
}

#[test]
fn names_of_processes_are_escaped() {
    let mut flow = syn();
    flow.process.pid = 7;
    flow.process.comm = Name16::new(b"\x1b[31m\xff\n");
    flow.traffic = Traffic {
        forward_packets: 1,
        forward_bytes: 60,
        ..Traffic::default()
    };
    let text = std::format!("{flow:#}");
    assert!(
        text.ends_with(" [1/0 packets, 60/0 B, \\u{1b}[31m\\xff\\n/7]"),
        "{text}"
    );
}

#[test]
fn words_take_the_place_of_what_a_flow_says() {
    let mut flow = syn();
    flow.is_reply = Reply::YES;
    let texts = LineTexts {
        source: Some(&"shop/web-0"),
        kind: Some(&"http-response"),
        ..LineTexts::default()
    };
    let line = flow.compact().with_texts(texts).to_string();
    assert_eq!(
        line.split_once(": ").unwrap().1,
        "[2001:db8::1]:80 (ID:1234) <- shop/web-0:4242 (unknown) http-response FORWARDED \
         (TCP Flags: SYN)"
    );
    let texts = LineTexts {
        destination: Some(&"db"),
        summary: Some(&"HTTP/1.1 200"),
        ..LineTexts::default()
    };
    let line = flow.compact().with_texts(texts).with_extras().to_string();
    assert_eq!(
        line.split_once(": ").unwrap().1,
        "db:80 (ID:1234) <- 10.0.0.1:4242 to-network FORWARDED (HTTP/1.1 200)"
    );
    assert_eq!(
        std::format!("{:?}", flow.destination.named(&"db")),
        "Named(db:80 (ID:1234))"
    );
}

proptest! {
    /// Whatever is in a flow, its lines are lines and hold nothing that a terminal would obey.
    #[test]
    fn no_flow_reaches_the_terminal_raw(flow in flows(), node in any::<String>()) {
        for line in [
            flow.to_string(),
            std::format!("{flow:#}"),
            flow.compact().with_node(&node).to_string(),
        ] {
            prop_assert!(!is_dangerous(&line), "{:?}", line);
            prop_assert!(line.contains(": ") && line.contains(" ("), "{}", line);
        }
    }
}
