//! Captures in which only one part of the key keeps connections apart.

use std::path::{Path, PathBuf};

use flow_capture::{FlowTable, Reader};
use flow_core::decode::flow_of;
use flow_core::flow::{Flow, Protocol};
use flow_core::wire::Packet;

fn capture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../testdata/captures")
        .join(name)
}

/// The flows of a capture, in the order in which they began.
fn flows(name: &str) -> Vec<Flow> {
    let mut reader = Reader::open(&capture(name)).expect("a capture");
    let mut table = FlowTable::with_capacity(64);
    let mut flows = Vec::new();
    while let Some(packet) = reader.next().expect("an undamaged capture") {
        let capture = packet.capture().expect("a supported link type");
        let mut flow = flow_of(&capture).expect("a flow");
        packet.set_interface(&mut flow);
        let decoded = Packet::parse(capture.link, packet.data, packet.wire_len as usize);
        table.add_packet(&flow, &decoded, &mut |flow| flows.push(*flow));
    }
    table.finish(&mut |flow| flows.push(*flow));
    flows.sort_by_key(|flow| flow.first_seen);
    flows
}

fn packets(flow: &Flow) -> (u32, u32) {
    let traffic = &flow.traffic;
    (traffic.forward_packets, traffic.reverse_packets)
}

#[test]
fn one_address_in_two_networks_is_two_connections() {
    let flows = flows("vni-overlap.pcap");
    let found: Vec<_> = flows
        .iter()
        .map(|flow| (flow.tunnel.vni(), packets(flow)))
        .collect();
    assert_eq!(found, [(100, (2, 0)), (200, (2, 0))]);
}

#[test]
fn each_kind_of_icmp_message_is_a_flow() {
    let flows = flows("icmp-types.pcap");
    let found: Vec<_> = flows
        .iter()
        .map(|flow| (flow.icmp_type, flow.icmp_code, packets(flow)))
        .collect();
    assert_eq!(
        found,
        [
            (3, 3, (1, 0)),
            (3, 4, (1, 0)),
            (11, 0, (1, 0)),
            // A request and its reply, of identifier 1; another of identifier 9.
            (8, 0, (1, 1)),
            (8, 0, (1, 1)),
            (5, 1, (1, 0)),
        ]
    );
}

#[test]
fn the_interface_of_a_capture_is_part_of_a_flow() {
    let flows = flows("three-interfaces.pcapng");
    let of = |protocol| -> Vec<_> {
        flows
            .iter()
            .filter(|flow| flow.protocol == protocol)
            .map(|flow| {
                let name = String::from_utf8_lossy(flow.interface.name.as_bytes()).into_owned();
                (flow.interface.index, name, packets(flow))
            })
            .collect()
    };
    let on = |packets| {
        [(1, "vethA"), (2, "br0"), (3, "eth0")]
            .map(|(index, name)| (index, name.to_owned(), packets))
            .to_vec()
    };
    assert_eq!(of(Protocol::TCP), on((1, 0)));
    assert_eq!(of(Protocol::UDP), on((1, 1)));
}

#[test]
fn a_syn_with_another_sequence_number_begins_a_connection() {
    let flows = flows("tcp-reuse.pcap");
    let found: Vec<_> = flows.iter().map(packets).collect();
    assert_eq!(found, [(3, 1), (5, 2)]);
    assert!(flows[0].time < flows[1].first_seen);
}

#[test]
fn obsolete_packet_blocks_are_read() {
    let mut reader = Reader::open(&capture("obsolete-packet-block.pcapng")).expect("a capture");
    let mut times = Vec::new();
    while let Some(packet) = reader.next().expect("an undamaged capture") {
        assert!(packet.data.ends_with(b"hello"));
        assert_eq!(packet.wire_len, 47);
        times.push(packet.time_ns);
    }
    assert_eq!(times.len(), 3);
    assert_eq!([times[1] - times[0], times[2] - times[1]], [1_000_000; 2]);
}
