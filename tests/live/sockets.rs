//! What the kernel tells of sockets: loopback traffic, TCP states, retransmits, round-trip time.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};

use flow_core::flow::{EventType, Flow, Protocol, TcpState};
use flow_ebpf::{FlowSource, Interfaces};
use flow_lab::netns::Namespace;
use flow_lab::require_bpf;
use flow_lab::traffic::{CLIENT_LINK, Ip, Pair, Server};

use crate::watch::{self, Seen, Watch, ends, nft};

#[test]
fn loopback_is_counted_once_with_its_owner() {
    require_bpf!();
    const COUNT: usize = 7;
    let space = Namespace::create().expect("a namespace");
    // No interface of it is up but loopback.
    let (watch, _missing) = Watch::start_with_missing(
        FlowSource::builder()
            .interfaces(Interfaces::None)
            .namespace(space.path().as_path()),
    );
    let (from, to) = space
        .run_as("loop-sender", || {
            let receiver = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("a socket");
            let sender = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("a socket");
            let to = receiver.local_addr().expect("its address");
            for _ in 0..COUNT {
                sender.send_to(&[0; 100], to).expect("sent");
            }
            (sender.local_addr().expect("its address"), to)
        })
        .expect("namespace");
    let seen = watch.finish();
    let flows: Vec<&Flow> = seen
        .at("lo")
        .filter(|flow| ends(flow) == (from, to))
        .collect();
    let packets: u32 = flows.iter().map(|flow| flow.traffic.forward_packets).sum();
    let bytes: u64 = flows.iter().map(|flow| flow.traffic.forward_bytes).sum();
    assert_eq!(packets as usize, COUNT, "{flows:#?}");
    // With the empty Ethernet header that loopback frames have.
    assert_eq!(bytes, COUNT as u64 * (14 + 20 + 8 + 100), "{flows:#?}");
    for flow in flows {
        assert_eq!(flow.process.comm.as_bytes(), watch::own_name().as_bytes());
        assert_eq!(flow.process.pid, std::process::id());
    }
}

fn states(seen: &Seen, one: SocketAddr, other: SocketAddr) -> Vec<TcpState> {
    seen.flows
        .iter()
        .filter(|flow| flow.event_type == EventType::TCP_STATE)
        .filter(|flow| ends(flow) == (one, other))
        .map(|flow| flow.tcp_state)
        .collect()
}

#[test]
fn tcp_states_are_reported_from_the_first_to_the_last() {
    require_bpf!();
    let pair = Pair::create().expect("namespaces");
    let _server = Server::start(&pair).expect("server");
    let watch = Watch::start(watch::of(&pair));
    let exchange = pair.http(Ip::V4, 10).expect("a response");
    let seen = watch.finish();
    let client = states(&seen, exchange.source, exchange.destination);
    assert_eq!(client[0], TcpState::ESTABLISHED, "{client:?}");
    assert!(client.len() >= 3, "then it closes: {client:?}");
    // The kernel chooses the port only after this state.
    let begun = SocketAddr::new(exchange.source.ip(), 0);
    let syn_sent = seen.flows.iter().find(|flow| {
        flow.event_type == EventType::TCP_STATE
            && flow.tcp_state == TcpState::SYN_SENT
            && ends(flow) == (begun, exchange.destination)
    });
    let syn_sent = syn_sent.expect("the first state was told");
    assert_eq!(
        syn_sent.process.comm.as_bytes(),
        watch::own_name().as_bytes()
    );
    assert_eq!(syn_sent.process.pid, std::process::id());
    let server = states(&seen, exchange.destination, exchange.source);
    assert!(server.contains(&TcpState::ESTABLISHED), "{server:?}");
}

#[test]
fn a_segment_that_is_lost_is_reported_as_retransmitted() {
    require_bpf!();
    let pair = Pair::create().expect("namespaces");
    // The server's host drops the first two segments with data, then lets everything pass.
    pair.server
        .run(|| {
            nft("tcp dport 7 tcp flags & psh == psh quota until 200 bytes drop");
        })
        .expect("namespace");
    let watch = Watch::start(watch::of(&pair));
    let listener = pair.server.run(|| TcpListener::bind((Ip::V4.server(), 7)));
    let listener = listener.expect("namespace").expect("a listener");
    let echo = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a connection");
        let mut buffer = [0; 100];
        stream.read_exact(&mut buffer).expect("the data");
        stream.write_all(&buffer).expect("answered");
    });
    let local = pair
        .client
        .run(|| {
            let mut stream = TcpStream::connect((Ip::V4.server(), 7)).expect("connected");
            stream.write_all(&[7; 100]).expect("written");
            let mut buffer = [0; 100];
            stream.read_exact(&mut buffer).expect("echoed");
            stream.local_addr().expect("its address")
        })
        .expect("namespace");
    echo.join().expect("the server ends");
    let seen = watch.finish();
    let remote = SocketAddr::new(Ip::V4.server(), 7);
    let again = seen
        .flows
        .iter()
        .filter(|flow| flow.event_type == EventType::TCP_RETRANSMIT)
        .filter(|flow| ends(flow) == (local, remote))
        .count();
    assert!(again >= 1, "no retransmit was told");
    let aggregates: Vec<_> = seen
        .at(CLIENT_LINK)
        .filter(|flow| flow.protocol == Protocol::TCP)
        .collect();
    let rtt = aggregates.iter().map(|flow| flow.traffic.rtt_us).max();
    assert!(rtt > Some(0), "no round-trip time in {aggregates:#?}");
}
