//! What is chosen in the kernel: filters, and ports whose payload is captured.

use std::collections::BTreeSet;
use std::sync::mpsc;
use std::time::Duration;

use flow_core::event::{CaptureKind, EventView};
use flow_core::flow::Protocol;
use flow_core::pipeline::Progress;
use flow_ebpf::{Mode, PacketFilter, Record};
use flow_lab::require_bpf;
use flow_lab::traffic::{CLIENT_LINK, Ip, Pair};

use crate::watch::{self, Watch};

/// Sends a datagram from each port to each, over both IP versions, and an echo request of
/// each; gives what is seen at the client as (protocol, source port, destination port, is IPv6).
fn seen_through(filter: PacketFilter) -> BTreeSet<(u8, u16, u16, bool)> {
    let pair = Pair::create().expect("namespaces");
    let mut frames = Vec::new();
    for ip in [Ip::V4, Ip::V6] {
        let path = pair.path(ip).expect("link addresses");
        for ports in [(1000, 2000), (1000, 2001), (1001, 2000)] {
            frames.push(path.udp(ports, b"x"));
        }
        frames.push(path.echo(false, 1, 1, b"x"));
    }
    let watch = Watch::start(watch::of(&pair).filter(filter));
    pair.send_frames(&frames).expect("frames are sent");
    let seen = watch.finish();
    assert_eq!(seen.lost, 0);
    let ours = seen
        .at(CLIENT_LINK)
        .filter(|flow| flow.protocol == Protocol::UDP || matches!(flow.icmp_type, 8 | 128));
    ours.filter(|flow| flow.source.port < 3000)
        .map(|flow| {
            (
                flow.protocol.0,
                flow.source.port,
                flow.destination.port,
                flow.source.ip.to_std().is_ipv6(),
            )
        })
        .collect()
}

const UDP: u8 = 17;

#[test]
fn a_port_is_allowed_on_either_side_and_denied_on_either_side() {
    require_bpf!();
    let filter = PacketFilter::new().allow_port(2000).deny_port(1001);
    let expected = [(UDP, 1000, 2000, false), (UDP, 1000, 2000, true)];
    assert_eq!(seen_through(filter), BTreeSet::from(expected));
}

#[test]
fn the_longest_prefix_decides_for_a_side() {
    require_bpf!();
    let network = |text: &str| text.parse().expect("a network");
    let filter = PacketFilter::new()
        .deny_network(network("192.0.2.0/24"))
        .allow_network(network("2001:db8::/32"))
        .allow_protocol(Protocol::UDP)
        .deny_port(2001);
    let expected = [(UDP, 1000, 2000, true), (UDP, 1001, 2000, true)];
    assert_eq!(seen_through(filter), BTreeSet::from(expected));
}

#[test]
fn a_denied_protocol_is_left_out_and_counted() {
    require_bpf!();
    let filter = PacketFilter::new().deny_protocol(Protocol::UDP);
    let expected = [(1, 0, 0, false), (58, 0, 0, true)];
    assert_eq!(seen_through(filter), BTreeSet::from(expected));
}

/// Captured payloads with their ports, as the client's programs hand them over.
fn captured(mode: Mode, table_entries: u32) -> Vec<(u16, Vec<u8>)> {
    let pair = Pair::create().expect("namespaces");
    let path = pair.path(Ip::V4).expect("link addresses");
    let long: Vec<u8> = (0..=255).collect();
    let frames = [
        path.udp((4000, 5353), &long),
        path.udp((4000, 5353), b"short"),
        path.udp((5353, 4001), b"from the port"),
        path.udp((4000, 5354), b"not this one"),
        path.udp((4002, 5353), b""),
    ];
    let mut source = watch::of(&pair)
        .interfaces(flow_ebpf::Interfaces::matching([CLIENT_LINK]))
        .mode(mode)
        .table_entries(table_entries)
        .capture(5353, 100)
        .drops(false)
        .load()
        .expect("the observer loads");
    let handle = source.handle();
    let (sender, receiver) = mpsc::channel();
    let thread = std::thread::spawn(move || {
        while source
            .poll_records(Duration::from_millis(50), &mut |record| {
                if let Record::Kernel(bytes) = record {
                    let view = EventView::parse(bytes).expect("a whole record");
                    let header = view.header();
                    if header.proto != UDP {
                        return;
                    }
                    if header.capture_kind == CaptureKind::NETWORK {
                        // IPv4 and UDP without options.
                        let payload = view.payload()[28..].to_vec();
                        let _ = sender.send((header.sport, payload, header.forward_bytes));
                    } else {
                        assert!(view.payload().is_empty());
                    }
                }
            })
            .expect("the source goes on")
            == Progress::Open
        {}
    });
    pair.send_frames(&frames).expect("frames are sent");
    std::thread::sleep(Duration::from_millis(200));
    handle.stop();
    thread.join().expect("the drain thread ends");
    let stats = handle.stats();
    assert_eq!(stats.unaccounted_packets(), 0, "{stats}");
    let mut records = Vec::new();
    for (port, payload, bytes) in receiver {
        // Every byte of the packet counts, also those that are not captured.
        let length = if payload.len() == 100 {
            256
        } else {
            payload.len()
        };
        assert_eq!(bytes, 14 + 20 + 8 + length as u64, "{payload:?}");
        records.push((port, payload));
    }
    records
}

#[test]
fn the_first_bytes_of_a_chosen_port_are_captured_in_every_mode() {
    require_bpf!();
    let first_hundred: Vec<u8> = (0..100).collect();
    // In a table for one connection, all others find no room.
    for (mode, table_entries) in [
        (Mode::Packets, 1),
        (Mode::default(), 65_536),
        (Mode::default(), 1),
    ] {
        let expected = vec![
            (4000, first_hundred.clone()),
            (4000, b"short".to_vec()),
            (5353, b"from the port".to_vec()),
        ];
        assert_eq!(captured(mode, table_entries), expected, "{mode:?}");
    }
}
