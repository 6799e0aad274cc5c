//! What is one connection, and when another one begins in its place.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::time::Duration;

use flow_core::flow::{Flow, FlowFlags, Protocol, Reply};
use flow_ebpf::Mode;
use flow_lab::frame::{Segment, flag};
use flow_lab::require_bpf;
use flow_lab::traffic::{CLIENT_LINK, Ip, Pair, SERVER_LINK};

use crate::watch::{self, Seen, Watch};

/// Sends frames from the client and observes them.
fn send(frames: impl FnOnce(&Pair) -> Vec<Vec<u8>>) -> Seen {
    let pair = Pair::create().expect("namespaces");
    let frames = frames(&pair);
    let watch = Watch::start(watch::of(&pair).drops(false));
    pair.send_frames(&frames).expect("frames are sent");
    watch.finish()
}

/// The flows of an interface in the order of their connections: packets of each, from its first record on.
fn connections(seen: &Seen, interface: &str, choose: impl Fn(&Flow) -> bool) -> usize {
    seen.at(interface)
        .filter(|flow| choose(flow) && flow.flags.contains(FlowFlags::NEW))
        .count()
}

fn packets(seen: &Seen, interface: &str, choose: impl Fn(&Flow) -> bool) -> u32 {
    seen.at(interface)
        .filter(|flow| choose(flow))
        .map(|flow| flow.traffic.forward_packets + flow.traffic.reverse_packets)
        .sum()
}

#[test]
fn each_of_two_vlan_tags_separates_connections() {
    require_bpf!();
    let seen = send(|pair| {
        let mut path = pair.path(Ip::V4).expect("link addresses");
        path.vlan = Some(7);
        let frame = path.udp((4100, 4101), b"tagged twice");
        let tagged = |inner: u16| {
            let mut frame = frame.clone();
            // 802.1ad outside, 802.1Q inside, behind the addresses.
            frame[12..14].copy_from_slice(&[0x88, 0xa8]);
            let tag = [&[0x81, 0x00][..], &inner.to_be_bytes()].concat();
            let rest = frame.split_off(16);
            [frame, tag, rest].concat()
        };
        [1, 2, 3].into_iter().cycle().take(9).map(tagged).collect()
    });
    let ours = |flow: &Flow| flow.source.port == 4100 && flow.vlan == 7;
    for interface in [CLIENT_LINK, SERVER_LINK] {
        assert_eq!(packets(&seen, interface, ours), 9, "{interface}");
        assert_eq!(connections(&seen, interface, ours), 3, "{interface}");
    }
}

#[test]
fn icmp_queries_are_distinct_by_kind_and_identifier() {
    require_bpf!();
    let seen = send(|pair| {
        let path = pair.path(Ip::V4).expect("link addresses");
        // The type is the first byte behind the headers of Ethernet and IPv4.
        let typed = |frame: Vec<u8>, kind: u8| {
            let mut frame = frame;
            frame[34] = kind;
            frame
        };
        let back = path.reversed();
        (1..=3)
            .flat_map(|id| {
                let (query, answer) = (path.echo(false, id, 1, b""), back.echo(true, id, 1, b""));
                // Echo, and timestamp with the same identifiers.
                [
                    typed(query.clone(), 13),
                    typed(answer.clone(), 14),
                    query,
                    answer,
                ]
            })
            .collect()
    });
    for (query, answer) in [(13, 14), (8, 0)] {
        let ours = |flow: &Flow| {
            flow.protocol == Protocol::ICMP && [query, answer].contains(&flow.icmp_type)
        };
        let new = connections(&seen, CLIENT_LINK, ours);
        assert_eq!(
            new,
            3,
            "type {query}: {:#?}",
            seen.at(CLIENT_LINK)
                .filter(|flow| ours(flow))
                .collect::<Vec<_>>()
        );
    }
}

#[test]
fn another_syn_begins_another_connection() {
    require_bpf!();
    let seen = send(|pair| {
        // Nobody refuses it.
        let drop_all = pair.server.run(|| watch::nft("tcp dport 4201 drop"));
        drop_all.expect("namespace");
        let path = pair.path(Ip::V4).expect("link addresses");
        let segment = |flags, sequence| {
            let segment = Segment {
                flags,
                sequence,
                ..Segment::default()
            };
            path.tcp((4200, 4201), segment)
        };
        vec![
            segment(flag::SYN, 100),
            // Sent again.
            segment(flag::SYN, 100),
            segment(flag::ACK, 101),
            segment(flag::ACK, 102),
            // Nobody has seen an end.
            segment(flag::SYN, 5_000_000),
            segment(flag::ACK, 5_000_001),
        ]
    });
    let ours = |flow: &Flow| flow.source.port == 4200 && flow.protocol == Protocol::TCP;
    assert_eq!(connections(&seen, CLIENT_LINK, ours), 2);
    assert_eq!(packets(&seen, CLIENT_LINK, ours), 6);
    let counts: Vec<_> = seen
        .at(CLIENT_LINK)
        .filter(|flow| ours(flow))
        .map(|flow| {
            (
                flow.flags.contains(FlowFlags::NEW),
                flow.traffic.forward_packets,
            )
        })
        .collect();
    let second = counts.iter().rposition(|(new, _)| *new).expect("two begin");
    let of_the_second: u32 = counts[second..].iter().map(|(_, count)| count).sum();
    assert_eq!(of_the_second, 2, "{counts:?}");
}

#[test]
fn a_port_that_another_socket_uses_is_another_connection() {
    require_bpf!();
    let pair = Pair::create().expect("namespaces");
    let to = SocketAddr::new(Ip::V4.server(), 9);
    let from = SocketAddr::new(Ip::V4.client(), 45_001);
    let receiver = pair.server.run(|| UdpSocket::bind(to).expect("a socket"));
    let _receiver = receiver.expect("namespace");
    let watch = Watch::start(watch::of(&pair));
    pair.client
        .run(|| {
            for _ in 0..2 {
                let socket = UdpSocket::bind(from).expect("a socket");
                for _ in 0..3 {
                    socket.send_to(b"whose", to).expect("sent");
                    std::thread::sleep(Duration::from_millis(50));
                }
            }
        })
        .expect("namespace");
    let seen = watch.finish();
    let ours = |flow: &Flow| flow.source.port == 45_001;
    assert_eq!(packets(&seen, CLIENT_LINK, ours), 6);
    let flows: Vec<_> = seen.at(CLIENT_LINK).filter(|flow| ours(flow)).collect();
    let mut sockets: Vec<_> = flows.iter().map(|flow| flow.socket_cookie).collect();
    sockets.dedup();
    assert_eq!(sockets.len(), 2, "{flows:#?}");
    for cookie in sockets {
        let of = |flow: &Flow| ours(flow) && flow.socket_cookie == cookie;
        assert_eq!(packets(&seen, CLIENT_LINK, of), 3, "{flows:#?}");
        assert_eq!(connections(&seen, CLIENT_LINK, of), 1, "{flows:#?}");
    }
}

#[test]
fn a_quiet_connection_goes_on_and_its_counts_are_not_held_back() {
    require_bpf!();
    let interval = Duration::from_millis(300);
    let pair = Pair::create().expect("namespaces");
    let address = SocketAddr::new(Ip::V4.server(), 4300);
    let listener = pair.server.run(|| TcpListener::bind(address));
    let listener = listener.expect("namespace").expect("a listener");
    let echo = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a connection");
        let mut buffer = [0; 4];
        while stream.read_exact(&mut buffer).is_ok() {
            stream.write_all(&buffer).expect("answered");
        }
    });
    let builder = watch::of(&pair)
        .mode(Mode::Aggregated { interval })
        .idle_timeout(Duration::from_secs(1));
    let (watch, missing) = Watch::start_with_missing(builder);
    assert!(missing.is_empty(), "{missing:#?}");
    pair.client
        .run(|| {
            let mut stream = TcpStream::connect(address).expect("connected");
            let socket = UdpSocket::bind((Ip::V4.client(), 4301)).expect("a socket");
            let mut buffer = [0; 4];
            for _ in 0..2 {
                for _ in 0..3 {
                    stream.write_all(b"ping").expect("written");
                    stream.read_exact(&mut buffer).expect("echoed");
                    socket.send_to(b"ping", (Ip::V4.server(), 9)).expect("sent");
                }
                std::thread::sleep(Duration::from_secs(4));
            }
        })
        .expect("namespace");
    echo.join().expect("the server ends");
    let seen = watch.finish();
    let tcp = |flow: &Flow| {
        flow.protocol == Protocol::TCP
            && (flow.source.port == 4300 || flow.destination.port == 4300)
    };
    let udp = |flow: &Flow| flow.protocol == Protocol::UDP && flow.source.port == 4301;
    assert_eq!(connections(&seen, CLIENT_LINK, tcp), 1, "TCP is kept");
    assert_eq!(connections(&seen, CLIENT_LINK, udp), 2, "UDP was idle");
    let flows: Vec<_> = seen.at(CLIENT_LINK).filter(|flow| tcp(flow)).collect();
    let ends: Vec<_> = (0..)
        .zip(&flows)
        .filter(|(_, flow)| flow.flags.contains(FlowFlags::END))
        .collect();
    assert_eq!(ends.len(), 1, "{flows:#?}");
    assert!(flows.iter().all(|flow| flow.is_reply != Reply::UNKNOWN));
    // In the first half of the time: the last record of the six messages before the silence.
    let begin = flows.iter().map(|flow| flow.first_seen).min();
    let middle = begin.expect("flows") + 3_500_000_000;
    let early: u32 = flows
        .iter()
        .filter(|flow| flow.time < middle)
        .map(|flow| flow.traffic.forward_packets + flow.traffic.reverse_packets)
        .sum();
    assert!(early >= 9, "the handshake and six messages: {flows:#?}");
}
