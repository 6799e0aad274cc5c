use super::*;
use crate::wire::frames::{ethernet, ipv4, ipv4_with, ipv6, tcp, udp};
use crate::wire::{Layer, Problem};

fn whole(frame: &[u8]) -> Result<Flow, NoFlow> {
    flow_of(&Capture::whole(LinkType::Ethernet, frame))
}

#[test]
fn a_tcp_segment() {
    let frame = ethernet(0x0800, &ipv4(6, &tcp(0x112, &[], b"data")));
    let mut capture = Capture::whole(LinkType::Ethernet, &frame);
    capture.time = 7;
    let flow = flow_of(&capture).unwrap();
    assert_eq!((flow.time, flow.first_seen), (7, 7));
    assert_eq!(
        (flow.source.ip, flow.destination.ip),
        (Ip::v4([10, 0, 0, 1]), Ip::v4([10, 0, 0, 2]))
    );
    assert_eq!((flow.source.port, flow.destination.port), (1000, 80));
    assert_eq!(flow.source.mac, Mac([2, 0, 0, 0, 0, 1]));
    assert_eq!(flow.destination.mac, Mac([2, 0, 0, 0, 0, 2]));
    assert_eq!(
        (flow.protocol, flow.ip_version),
        (Protocol::TCP, IpVersion::V4)
    );
    assert_eq!(flow.tcp_flags, TcpFlags(0x112), "NS, ACK and SYN");
    assert_eq!(
        (flow.verdict, flow.event_type),
        (Verdict::FORWARDED, EventType::TRACE)
    );
    assert_eq!(
        (flow.traffic.forward_packets, flow.traffic.forward_bytes),
        (1, 58)
    );
    assert_eq!(
        (flow.traffic.reverse_packets, flow.traffic.reverse_bytes),
        (0, 0)
    );
    assert!(flow.flags.is_empty());
    assert_eq!((flow.vlan, flow.tunnel), (0, Tunnel::default()));
}

#[test]
fn bytes_are_those_on_the_wire() {
    let frame = ethernet(0x86dd, &ipv6(17, &udp(53, &[0; 100])));
    let capture = |data, wire_len| Capture {
        wire_len,
        ..Capture::whole(LinkType::Ethernet, data)
    };
    let flow = flow_of(&capture(&frame[..62], 162)).unwrap();
    assert_eq!(
        (flow.destination.port, flow.traffic.forward_bytes),
        (53, 162)
    );
    assert_eq!(
        (flow.flags, flow.ip_version),
        (FlowFlags::TRUNCATED, IpVersion::V6)
    );
    // A writer that left the length out.
    let flow = flow_of(&capture(&frame, 0)).unwrap();
    assert_eq!(
        (flow.traffic.forward_bytes, flow.flags),
        (162, FlowFlags::NONE)
    );
}

#[test]
fn tags_and_link_addresses_are_those_of_the_outside() {
    let mut frame = ethernet(0x88a8, &[0x20, 5, 0x81, 0, 0, 6, 8, 0]);
    frame.extend(ipv4(17, &udp(53, b"")));
    assert_eq!(whole(&frame).unwrap().vlan, 5);
    let mut cooked = [0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 9, 0, 0, 8, 0].to_vec();
    cooked.extend(ipv4(17, &udp(53, b"")));
    let flow = flow_of(&Capture::whole(LinkType::LinuxSll, &cooked)).unwrap();
    assert_eq!(
        (flow.source.mac, flow.destination.mac),
        (Mac([2, 0, 0, 0, 0, 9]), Mac([0; 6]))
    );
    assert_eq!(flow.interface.index, 0);
    let header = [8, 0, 0, 0, 0, 0, 0, 3, 0, 1, 0, 6, 2, 0, 0, 0, 0, 9, 0, 0];
    let cooked = [&header, &ipv4(17, &udp(53, b""))[..]].concat();
    let flow = flow_of(&Capture::whole(LinkType::LinuxSll2, &cooked)).unwrap();
    assert_eq!(flow.source.mac, Mac([2, 0, 0, 0, 0, 9]));
    assert_eq!(flow.interface.index, 3);
}

#[test]
fn control_messages_have_type_and_code() {
    for (protocol, body, expected) in [
        (1, &[3, 1, 0, 0, 0, 0, 0, 0][..], (3, 1)),
        (58, &[128, 0, 0, 0, 0, 0, 0, 0][..], (128, 0)),
        (2, &[0x16, 0, 0, 0, 224, 0, 0, 5][..], (0x16, 0)),
        (112, &[0x31, 7, 100, 1, 0, 100, 0, 0][..], (1, 0)),
    ] {
        let frame = ethernet(0x0800, &ipv4(protocol, body));
        let flow = whole(&frame).unwrap();
        assert_eq!((flow.icmp_type, flow.icmp_code), expected);
        assert_eq!((flow.protocol, flow.source.port), (Protocol(protocol), 0));
    }
    // An error is a flow of its own, not one of the packet it quotes.
    let quoted = ipv4(6, &tcp(2, &[], b""));
    let body = [&[3, 3, 0, 0, 0, 0, 0, 0][..], &quoted[..28]].concat();
    let flow = whole(&ethernet(0x0800, &ipv4(1, &body))).unwrap();
    assert_eq!((flow.protocol, flow.destination.port), (Protocol::ICMP, 0));
    assert_eq!(flow.flags, FlowFlags::NONE);
}

/// VXLAN with identifier 7 around an Ethernet frame.
fn vxlan(frame: &[u8]) -> Vec<u8> {
    let body = [&[8, 0, 0, 0, 0, 0, 7, 0][..], frame].concat();
    ethernet(0x0800, &ipv4(17, &udp(4789, &body)))
}

#[test]
fn a_packet_in_a_packet_gives_the_tuple() {
    let inner = ethernet(0x86dd, &ipv6(6, &tcp(0x011, &[], b"")));
    let frame = vxlan(&inner);
    let flow = whole(&frame).unwrap();
    assert_eq!(
        (flow.protocol, flow.ip_version),
        (Protocol::TCP, IpVersion::V6)
    );
    assert_eq!((flow.source.port, flow.destination.port), (1000, 80));
    assert_eq!(flow.source.ip.to_string(), "2001:db8::1");
    assert_eq!(
        (flow.tcp_flags, flow.flags),
        (TcpFlags(0x011), FlowFlags::NONE)
    );
    let tunnel = flow.tunnel;
    assert_eq!((tunnel.protocol, tunnel.vni()), (TunnelProtocol::VXLAN, 7));
    assert_eq!(tunnel.source_ip, Ip::v4([10, 0, 0, 1]));
    assert_eq!((tunnel.source_port, tunnel.destination_port), (1000, 4789));
    assert_eq!(
        flow.traffic.forward_bytes,
        frame.len() as u64,
        "the packet as a whole"
    );
}

#[test]
fn each_tunnel_has_its_name_and_the_outermost_is_reported() {
    let inner = ipv4(17, &udp(53, b""));
    let gre = [&[0x20, 0, 8, 0, 1, 0, 0, 9][..], &inner].concat();
    let geneve = [&[0, 0, 8, 0, 0, 0, 5, 0][..], &inner].concat();
    for (body, name, vni) in [
        (ipv4(4, &inner), TunnelProtocol::IPIP, 0),
        (ipv4(47, &gre), TunnelProtocol::GRE, 9),
        (ipv4(17, &udp(6081, &geneve)), TunnelProtocol::GENEVE, 5),
        (ipv4(4, &ipv4(47, &gre)), TunnelProtocol::IPIP, 0),
    ] {
        let flow = whole(&ethernet(0x0800, &body)).unwrap();
        assert_eq!((flow.tunnel.protocol, flow.tunnel.vni()), (name, vni));
        assert_eq!((flow.protocol, flow.destination.port), (Protocol::UDP, 53));
    }
}

#[test]
fn a_tunnel_with_nothing_of_ip_inside_is_a_flow_of_its_own() {
    for inner in [
        ethernet(0x0806, &[0, 1, 8, 0, 6, 4, 0, 1]),
        ethernet(0x88cc, b"LLDP"),
    ] {
        let flow = whole(&vxlan(&inner)).unwrap();
        assert_eq!(
            (flow.destination.port, flow.tunnel),
            (4789, Tunnel::default())
        );
        assert_eq!(flow.flags, FlowFlags::NONE);
    }
    let flow = whole(&vxlan(&[0; 13])).unwrap();
    assert_eq!(
        (flow.destination.port, flow.flags),
        (4789, FlowFlags::MALFORMED)
    );
}

#[test]
fn what_is_special_inside_is_reported_too() {
    let fragment = ipv4_with(&[], [0x20, 0], 17, &udp(53, b""));
    let flow = whole(&vxlan(&ethernet(0x0800, &fragment))).unwrap();
    assert_eq!(
        (flow.destination.port, flow.flags),
        (53, FlowFlags::FRAGMENT)
    );
    let mut deep = ipv4(17, &udp(53, b""));
    for _ in 0..Packet::MAX_DEPTH {
        deep = ipv4(4, &deep);
    }
    let flow = whole(&ethernet(0x0800, &deep)).unwrap();
    assert_eq!(
        (flow.protocol, flow.flags),
        (Protocol(4), FlowFlags::DEPTH_LIMIT)
    );
}

#[test]
fn why_there_is_no_flow() {
    let arp = ethernet(0x0806, &[0, 1, 8, 0, 6, 4, 0, 1]);
    let error = whole(&arp).unwrap_err();
    assert_eq!(error, NoFlow::NotIp { ethertype: 0x0806 });
    assert_eq!(error.to_string(), "no IP header: EtherType 0x0806");
    let frame = ethernet(0x0800, &ipv4(17, &udp(53, b"")));
    let capture = Capture {
        wire_len: 42,
        ..Capture::whole(LinkType::Ethernet, &frame[..33])
    };
    assert_eq!(
        flow_of(&capture).unwrap_err(),
        NoFlow::Truncated { captured: 33 }
    );
    // What cannot hold IP is no IP wherever it is cut off.
    let lldp = ethernet(0x88cc, &[2; 46]);
    let lldp = Capture {
        wire_len: 114,
        ..Capture::whole(LinkType::Ethernet, &lldp)
    };
    assert_eq!(
        flow_of(&lldp).unwrap_err(),
        NoFlow::NotIp { ethertype: 0x88cc }
    );
    let error = whole(&frame[..33]).unwrap_err();
    let NoFlow::Malformed(inner) = error else {
        panic!("{error}")
    };
    assert_eq!((inner.layer, inner.problem), (Layer::Ipv4, Problem::Header));
    assert_eq!(
        error.to_string(),
        "IPv4 at offset 14: header beyond the end of what contains it: needed 20, got 19"
    );
    // After the IP header all is told, and that something is wrong.
    let flow = whole(&frame[..36]).unwrap();
    assert_eq!(
        (flow.protocol, flow.flags),
        (Protocol::UDP, FlowFlags::MALFORMED)
    );
}
