//! Every connection of known traffic, with its exact counts.

use flow_core::flow::{Protocol, TcpFlags};
use flow_lab::require_bpf;
use flow_lab::traffic::{CLIENT_LINK, Ip, Pair, SERVER_LINK, Server};

use crate::watch::{self, Watch, headers};

/// Bytes of a UDP header, and of an ICMP echo header.
const UDP: u64 = 8;
const ECHO: u64 = 8;

#[test]
fn udp_both_ways_over_both_ip_versions() {
    require_bpf!();
    let pair = Pair::create().expect("namespaces");
    let _server = Server::start(&pair).expect("server");
    let watch = Watch::start(watch::of(&pair));
    let sent: Vec<_> = [Ip::V4, Ip::V6]
        .map(|ip| pair.dns(ip).expect("an answer"))
        .into();
    let seen = watch.finish();
    assert_eq!(seen.lost, 0);
    for exchange in sent {
        for interface in [CLIENT_LINK, SERVER_LINK] {
            let (source, destination) = (exchange.source, exchange.destination);
            let total = seen.total(interface, Protocol::UDP, source, destination);
            let header = headers(source) + UDP;
            assert_eq!(total.forward.packets, 1, "{interface} {source}");
            assert_eq!(total.reverse.packets, 1, "{interface} {source}");
            assert_eq!(
                total.forward.bytes,
                header + exchange.sent,
                "{interface} {source}"
            );
            assert_eq!(
                total.reverse.bytes,
                header + exchange.received,
                "{interface} {source}"
            );
        }
    }
}

#[test]
fn icmp_echo_over_both_ip_versions() {
    require_bpf!();
    const COUNT: u16 = 5;
    const PAYLOAD: usize = 56;
    let pair = Pair::create().expect("namespaces");
    let watch = Watch::start(watch::of(&pair));
    let sent = [Ip::V4, Ip::V6].map(|ip| (ip, pair.ping(ip, COUNT, PAYLOAD).expect("replies")));
    let seen = watch.finish();
    assert_eq!(seen.lost, 0);
    for (ip, exchange) in sent {
        let (protocol, request) = match ip {
            Ip::V4 => (Protocol::ICMP, 8),
            Ip::V6 => (Protocol::ICMPV6, 128),
        };
        for interface in [CLIENT_LINK, SERVER_LINK] {
            let echo: Vec<_> = seen
                .at(interface)
                .filter(|flow| flow.protocol == protocol)
                .filter(|flow| matches!(flow.icmp_type, 8 | 0 | 128 | 129))
                .collect();
            let requests: u32 = echo
                .iter()
                .map(|flow| {
                    let is_request = flow.icmp_type == request;
                    let traffic = flow.traffic;
                    if is_request {
                        traffic.forward_packets
                    } else {
                        traffic.reverse_packets
                    }
                })
                .sum();
            let all: u32 = echo
                .iter()
                .map(|flow| flow.traffic.forward_packets + flow.traffic.reverse_packets)
                .sum();
            let bytes: u64 = echo
                .iter()
                .map(|flow| flow.traffic.forward_bytes + flow.traffic.reverse_bytes)
                .sum();
            assert_eq!(requests, u32::from(COUNT), "{ip:?} at {interface}");
            assert_eq!(all, 2 * u32::from(COUNT), "{ip:?} at {interface}");
            let length = headers(exchange.source) + ECHO + PAYLOAD as u64;
            assert_eq!(
                bytes,
                2 * u64::from(COUNT) * length,
                "{ip:?} at {interface}"
            );
        }
    }
}

#[test]
fn tcp_from_its_first_to_its_last_segment() {
    require_bpf!();
    let pair = Pair::create().expect("namespaces");
    let _server = Server::start(&pair).expect("server");
    let watch = Watch::start(watch::of(&pair));
    let sent = [Ip::V4, Ip::V6].map(|ip| pair.http(ip, 100).expect("a response"));
    let seen = watch.finish();
    let whole = TcpFlags::SYN | TcpFlags::ACK | TcpFlags::PSH | TcpFlags::FIN;
    for exchange in sent {
        let (source, destination) = (exchange.source, exchange.destination);
        let at_client = seen.total(CLIENT_LINK, Protocol::TCP, source, destination);
        let at_server = seen.total(SERVER_LINK, Protocol::TCP, source, destination);
        assert_eq!(
            at_client.forward, at_server.forward,
            "both ends count the same"
        );
        assert_eq!(
            at_client.reverse, at_server.reverse,
            "both ends count the same"
        );
        assert_eq!(
            (at_client.forward_flags, at_client.reverse_flags),
            (whole, whole)
        );
        // 32 bytes of header with timestamps, 40 in the segment with SYN (RFC 7323, RFC 2018).
        let fixed = headers(source) + 32;
        let ahead = u64::from(at_client.forward.packets) * fixed + 8 + exchange.sent;
        let back = u64::from(at_client.reverse.packets) * fixed + 8 + exchange.received;
        assert_eq!(at_client.forward.bytes, ahead);
        assert_eq!(at_client.reverse.bytes, back);
    }
}

#[test]
fn a_closed_port_answers_with_a_reset() {
    require_bpf!();
    let pair = Pair::create().expect("namespaces");
    let watch = Watch::start(watch::of(&pair));
    let sent = [Ip::V4, Ip::V6].map(|ip| pair.refused(ip).expect("refused"));
    let seen = watch.finish();
    for exchange in sent {
        let (source, destination) = (exchange.source, exchange.destination);
        let total = seen.total(CLIENT_LINK, Protocol::TCP, source, destination);
        assert_eq!((total.forward.packets, total.reverse.packets), (1, 1));
        assert_eq!(total.forward_flags, TcpFlags::SYN);
        assert_eq!(total.reverse_flags, TcpFlags::RST | TcpFlags::ACK);
        assert_eq!(total.forward.bytes, headers(source) + 40);
        assert_eq!(total.reverse.bytes, headers(source) + 20);
    }
}

#[test]
fn frames_of_a_vlan_keep_its_id() {
    require_bpf!();
    let pair = Pair::create().expect("namespaces");
    let mut path = pair.path(Ip::V4).expect("link addresses");
    path.vlan = Some(7);
    let frames: Vec<_> = (0..9).map(|_| path.udp((4007, 4008), b"tagged")).collect();
    let watch = Watch::start(watch::of(&pair));
    pair.send_frames(&frames).expect("frames are sent");
    let seen = watch.finish();
    for interface in [CLIENT_LINK, SERVER_LINK] {
        let tagged: Vec<_> = seen
            .at(interface)
            .filter(|flow| flow.source.port == 4007)
            .collect();
        assert!(tagged.iter().all(|flow| flow.vlan == 7), "{tagged:#?}");
        let packets: u32 = tagged.iter().map(|flow| flow.traffic.forward_packets).sum();
        let bytes: u64 = tagged.iter().map(|flow| flow.traffic.forward_bytes).sum();
        assert_eq!(packets, 9, "{interface}");
        assert_eq!(
            bytes,
            9 * frames[0].len() as u64,
            "{interface}: with the tag"
        );
    }
}

#[test]
fn each_side_knows_the_process_that_owns_its_socket() {
    require_bpf!();
    let pair = Pair::create().expect("namespaces");
    // Before the observer, so that the listening sockets are found, not seen made.
    let _server = Server::start(&pair).expect("server");
    let watch = Watch::start(watch::of(&pair));
    let exchange = pair.http(Ip::V4, 10).expect("a response");
    pair.dns(Ip::V6).expect("an answer");
    let seen = watch.finish();
    // The same of a socket that is seen made and of one that is found, whatever thread made it.
    let comm = watch::own_name();
    for interface in [CLIENT_LINK, SERVER_LINK] {
        for port in [exchange.destination.port(), 53] {
            let owned = seen
                .at(interface)
                .filter(|flow| flow.destination.port == port || flow.source.port == port)
                .filter(|flow| flow.process.pid != 0)
                .inspect(|flow| {
                    assert_eq!(flow.process.pid, std::process::id(), "{flow:?}");
                    assert_eq!(flow.process.comm.as_bytes(), comm.as_bytes(), "{flow:?}");
                    assert_ne!(flow.cgroup_id, 0, "{flow:?}");
                })
                .count();
            assert!(
                owned > 0,
                "no record at {interface}, port {port}, has an owner"
            );
        }
    }
}
