//! What is asked for by namespace and interface is what is seen: loopback traffic, drops and events of sockets too.

use std::net::{Ipv4Addr, TcpListener, TcpStream, UdpSocket};
use std::os::unix::fs::MetadataExt as _;

use flow_core::flow::{EventType, Flow};
use flow_ebpf::{FlowSource, FlowSourceBuilder, Interfaces};
use flow_lab::netns::Namespace;
use flow_lab::require_bpf;
use flow_lab::traffic::{CLIENT_LINK, Ip, Pair, SERVER_LINK};

use crate::watch::{Seen, Watch};

fn inode(space: &Namespace) -> u32 {
    let inode = space.path().metadata().expect("its file").ino();
    u32::try_from(inode).expect("the inode of a namespace")
}

/// Loopback traffic, a connection over loopback, and a drop at it.
fn chatter(space: &Namespace) {
    space
        .run(|| {
            let receiver = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("a socket");
            let sender = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("a socket");
            let to = receiver.local_addr().expect("its address");
            sender.send_to(b"loopback", to).expect("sent");
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a listener");
            let to = listener.local_addr().expect("its address");
            let stream = TcpStream::connect(to).expect("connected");
            drop((listener.accept().expect("accepted"), stream));
            drop(listener);
            assert!(TcpStream::connect(to).is_err(), "NO_SOCKET");
        })
        .expect("namespace");
}

/// The same in both namespaces of a pair, and a connection between them, refused, with a drop at the server.
fn observe(builder: FlowSourceBuilder, pair: &Pair) -> Seen {
    let watch = pair
        .client
        .run(|| Watch::start(builder))
        .expect("namespace");
    chatter(&pair.client);
    chatter(&pair.server);
    pair.refused(Ip::V4).expect("refused");
    watch.finish()
}

/// How many records of a kind there are of each of two namespaces, and of all others.
fn count(seen: &Seen, pair: &Pair, choose: impl Fn(&Flow) -> bool) -> [usize; 3] {
    let places = [inode(&pair.client), inode(&pair.server)];
    let mut counts = [0; 3];
    for flow in seen.flows.iter().filter(|flow| choose(flow)) {
        let place = places
            .iter()
            .position(|inode| *inode == flow.interface.netns);
        if place.is_none() {
            eprintln!("elsewhere, in {}: {flow:#}", flow.interface.netns);
        }
        counts[place.unwrap_or(2)] += 1;
    }
    counts
}

fn is_loopback(flow: &Flow) -> bool {
    flow.event_type == EventType::TRACE && flow.interface.index == 1
}

fn is(kind: EventType) -> impl Fn(&Flow) -> bool {
    move |flow| flow.event_type == kind
}

#[test]
fn by_default_only_the_own_namespace_is_seen() {
    require_bpf!();
    let pair = Pair::create().expect("namespaces");
    let seen = observe(FlowSource::builder(), &pair);
    for (what, [own, other, rest]) in [
        ("loopback", count(&seen, &pair, is_loopback)),
        ("drops", count(&seen, &pair, is(EventType::DROP))),
        ("states", count(&seen, &pair, is(EventType::TCP_STATE))),
    ] {
        assert!(own > 0, "{what}");
        assert_eq!((other, rest), (0, 0), "{what}");
    }
}

#[test]
fn a_namespace_that_is_named_is_seen_beside_or_alone() {
    require_bpf!();
    for (interfaces, beside) in [(Interfaces::Up, true), (Interfaces::None, false)] {
        let pair = Pair::create().expect("namespaces");
        let builder = FlowSource::builder()
            .interfaces(interfaces)
            .namespace(pair.server.path().as_path());
        let seen = observe(builder, &pair);
        for (what, [own, other, rest]) in [
            ("loopback", count(&seen, &pair, is_loopback)),
            ("drops", count(&seen, &pair, is(EventType::DROP))),
            ("states", count(&seen, &pair, is(EventType::TCP_STATE))),
        ] {
            assert_eq!(own > 0, beside, "{what}");
            assert!(other > 0, "{what}");
            assert_eq!(rest, 0, "{what}");
        }
    }
}

#[test]
fn with_all_namespaces_each_is_seen() {
    require_bpf!();
    let pair = Pair::create().expect("namespaces");
    let seen = observe(FlowSource::builder().all_namespaces(true), &pair);
    for (what, [own, other, _]) in [
        ("loopback", count(&seen, &pair, is_loopback)),
        ("drops", count(&seen, &pair, is(EventType::DROP))),
        ("states", count(&seen, &pair, is(EventType::TCP_STATE))),
    ] {
        assert!(own > 0 && other > 0, "{what}");
    }
}

#[test]
fn of_chosen_interfaces_drops_and_states_are_seen_and_loopback_is_not() {
    require_bpf!();
    let pair = Pair::create().expect("namespaces");
    let builder = FlowSource::builder()
        .interfaces(Interfaces::matching([CLIENT_LINK, SERVER_LINK]))
        .namespace(pair.server.path().as_path());
    let seen = observe(builder, &pair);
    assert_eq!(count(&seen, &pair, is_loopback), [0; 3]);
    let drops: Vec<_> = seen.drops().collect();
    assert_eq!(drops.len(), 1, "that of the refused connection: {drops:#?}");
    assert_eq!(drops[0].interface.name.as_bytes(), SERVER_LINK.as_bytes());
    let established =
        |flow: &Flow| flow.event_type == EventType::TCP_STATE && flow.interface.index == 1;
    assert_eq!(count(&seen, &pair, established), [0; 3], "over loopback");
}

#[test]
fn a_chosen_loopback_interface_is_seen_with_its_drops() {
    require_bpf!();
    let pair = Pair::create().expect("namespaces");
    let builder = FlowSource::builder().interfaces(Interfaces::matching(["lo"]));
    let seen = observe(builder, &pair);
    let [own, other, rest] = count(&seen, &pair, is_loopback);
    assert!(own > 0 && (other, rest) == (0, 0));
    let [own, other, rest] = count(&seen, &pair, is(EventType::DROP));
    assert!(own > 0 && (other, rest) == (0, 0));
}
