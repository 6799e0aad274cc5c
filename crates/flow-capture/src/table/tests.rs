use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use flow_core::flow::{Endpoint, FlowFlags, Ip, Protocol, Reply, TcpFlags, Traffic};
use flow_core::wire::LinkType;

fn packet(from: u8, to: u8, time: u64, flags: TcpFlags) -> Flow {
    let end = |number: u8| Endpoint {
        ip: Ip::v4([10, 0, 0, number]),
        port: 1000 + u16::from(number),
        ..Endpoint::default()
    };
    Flow {
        time,
        first_seen: time,
        source: end(from),
        destination: end(to),
        protocol: Protocol::TCP,
        tcp_flags: flags,
        traffic: Traffic {
            forward_packets: 1,
            forward_bytes: 60,
            ..Traffic::default()
        },
        ..Flow::default()
    }
}

fn all(table: &mut FlowTable) -> Vec<Flow> {
    let mut flows = Vec::new();
    table.finish(&mut |flow| flows.push(*flow));
    flows
}

#[test]
fn both_directions_are_one_connection() {
    let mut table = FlowTable::with_capacity(8);
    let none = &mut |_: &Flow| panic!("nothing ends");
    table.add(&packet(1, 2, 10, TcpFlags::SYN), none);
    table.add(&packet(2, 1, 11, TcpFlags::SYN | TcpFlags::ACK), none);
    table.add(&packet(1, 2, 12, TcpFlags::ACK | TcpFlags::FIN), none);
    table.add(&packet(2, 1, 13, TcpFlags::ACK | TcpFlags::FIN), none);
    let flows = all(&mut table);
    assert_eq!(flows.len(), 1);
    let flow = flows[0];
    assert_eq!((flow.first_seen, flow.time), (10, 13));
    assert_eq!(
        (flow.traffic.forward_packets, flow.traffic.reverse_packets),
        (2, 2)
    );
    assert_eq!(flow.source.port, 1001);
    assert_eq!(flow.is_reply, Reply::NO);
    assert_eq!(
        flow.tcp_flags,
        TcpFlags::SYN | TcpFlags::ACK | TcpFlags::FIN
    );
    assert!(flow.flags.contains(FlowFlags::NEW | FlowFlags::END));
}

#[test]
fn the_receiver_of_a_syn_with_ack_began() {
    let mut table = FlowTable::with_capacity(8);
    table.add(&packet(2, 1, 1, TcpFlags::SYN | TcpFlags::ACK), &mut |_| {});
    let flow = all(&mut table)[0];
    assert_eq!((flow.source.port, flow.is_reply), (1001, Reply::NO));
    assert_eq!(
        (flow.traffic.forward_packets, flow.traffic.reverse_packets),
        (0, 1)
    );
    table.add(&packet(2, 1, 1, TcpFlags::ACK), &mut |_| {});
    assert_eq!(all(&mut table)[0].is_reply, Reply::UNKNOWN);
}

#[test]
fn a_tuple_used_again_after_its_end_is_another_connection() {
    let mut table = FlowTable::with_capacity(8);
    let mut ended = Vec::new();
    for (time, flags) in [(1, TcpFlags::SYN), (2, TcpFlags::RST), (3, TcpFlags::SYN)] {
        table.add(&packet(1, 2, time, flags), &mut |flow| ended.push(*flow));
    }
    assert_eq!(ended.len(), 1);
    assert_eq!(ended[0].traffic.forward_packets, 2);
    assert_eq!(all(&mut table)[0].first_seen, 3);
}

/// A TCP segment between hosts 1 and 2 with its sequence numbers, added with its packet.
fn segment(
    table: &mut FlowTable,
    (from, to): (u8, u8),
    time: u64,
    flags: TcpFlags,
    [sequence, acknowledgement]: [u32; 2],
) -> Vec<Flow> {
    let mut bytes = vec![0x45, 0, 0, 40, 0, 0, 0, 0, 64, 6, 0, 0];
    bytes.extend([10, 0, 0, from, 10, 0, 0, to]);
    bytes.extend((1000 + u16::from(from)).to_be_bytes());
    bytes.extend((1000 + u16::from(to)).to_be_bytes());
    bytes.extend(sequence.to_be_bytes());
    bytes.extend(acknowledgement.to_be_bytes());
    bytes.extend((5 << 12 | flags.0).to_be_bytes());
    bytes.extend([0; 6]);
    let decoded = Packet::parse(LinkType::RawIp, &bytes, bytes.len());
    let mut emitted = Vec::new();
    table.add_packet(&packet(from, to, time, flags), &decoded, &mut |flow| {
        emitted.push(*flow);
    });
    emitted
}

const THERE: (u8, u8) = (1, 2);
const BACK: (u8, u8) = (2, 1);
const SYN_ACK: TcpFlags = TcpFlags(TcpFlags::SYN.0 | TcpFlags::ACK.0);

#[test]
fn a_handshake_that_is_repeated_or_out_of_order_is_one_connection() {
    let steps = [
        (THERE, TcpFlags::SYN, [u32::MAX, 0]),
        (BACK, SYN_ACK, [900, 0]),
        (THERE, TcpFlags::ACK, [0, 901]),
    ];
    for order in [
        &[0, 0, 1, 1, 2][..],
        &[1, 0, 2],
        &[1, 1, 2, 0],
        &[0, 2, 1, 0],
    ] {
        let mut table = FlowTable::with_capacity(8);
        for (time, step) in order.iter().enumerate() {
            let (ends, flags, numbers) = steps[*step];
            let emitted = segment(&mut table, ends, time as u64, flags, numbers);
            assert!(emitted.is_empty(), "{order:?}");
        }
        let flows = all(&mut table);
        assert_eq!(flows.len(), 1, "{order:?}");
        assert_eq!((flows[0].source.port, flows[0].is_reply), (1001, Reply::NO));
    }
    // Data in the SYN is acknowledged with it (RFC 7413).
    let mut table = FlowTable::with_capacity(8);
    for (ends, flags, numbers) in [
        (THERE, TcpFlags::SYN, [100, 0]),
        (BACK, SYN_ACK, [900, 1_461]),
    ] {
        assert!(segment(&mut table, ends, 1, flags, numbers).is_empty());
    }
    // Both open at once (RFC 9293 section 3.5).
    let mut table = FlowTable::with_capacity(8);
    for (ends, flags, numbers) in [
        (THERE, TcpFlags::SYN, [100, 0]),
        (BACK, TcpFlags::SYN, [900, 0]),
        (THERE, SYN_ACK, [100, 901]),
        (BACK, SYN_ACK, [900, 101]),
    ] {
        assert!(segment(&mut table, ends, 1, flags, numbers).is_empty());
    }
}

#[test]
fn another_sequence_number_is_another_connection() {
    let first = |table: &mut FlowTable| {
        for (ends, flags, numbers) in [
            (THERE, TcpFlags::SYN, [100, 0]),
            (BACK, SYN_ACK, [900, 101]),
            (THERE, TcpFlags::ACK, [101, 901]),
        ] {
            assert!(segment(table, ends, 1, flags, numbers).is_empty());
        }
    };
    for (ends, flags, numbers, from) in [
        (THERE, TcpFlags::SYN, [5_000_000, 0], 1001),
        // The other side begins now.
        (BACK, TcpFlags::SYN, [5_000_000, 0], 1002),
        // Its SYN was not captured.
        (BACK, SYN_ACK, [900, 5_000_001], 1001),
    ] {
        let mut table = FlowTable::with_capacity(8);
        first(&mut table);
        let emitted = segment(&mut table, ends, 5, flags, numbers);
        assert_eq!(emitted.len(), 1, "{ends:?} {flags:?}");
        assert_eq!(emitted[0].traffic.forward_packets, 2);
        let rest = all(&mut table);
        assert_eq!((rest[0].first_seen, rest[0].source.port), (5, from));
        assert_eq!(rest[0].is_reply, Reply::NO);
    }
    // One that was joined in its middle.
    let mut table = FlowTable::with_capacity(8);
    assert!(segment(&mut table, THERE, 1, TcpFlags::ACK, [1, 1]).is_empty());
    let emitted = segment(&mut table, THERE, 2, TcpFlags::SYN, [1, 0]);
    assert_eq!(emitted[0].is_reply, Reply::UNKNOWN);
}

#[test]
fn they_are_emitted_in_the_order_in_which_they_began() {
    let mut table = FlowTable::with_capacity(8);
    let none = &mut |_: &Flow| panic!("nothing ends");
    // The first one is unused for longest when it expires, and the last one takes its place.
    for (from, time) in [(1, 1), (2, 5), (3, 5), (4, 5)] {
        table.add(&packet(from, 9, time, TcpFlags::SYN), none);
    }
    table.expire(2, &mut |flow| assert_eq!(flow.source.port, 1001));
    let ports: Vec<_> = all(&mut table)
        .iter()
        .map(|flow| flow.source.port)
        .collect();
    assert_eq!(ports, [1002, 1003, 1004]);
}

#[test]
fn one_that_has_to_go_is_emitted_and_counted() {
    let mut table = FlowTable::with_capacity(2);
    let mut gone = Vec::new();
    for (from, time) in [(1, 1), (2, 2), (1, 3), (3, 4)] {
        let one = packet(from, 9, time, TcpFlags::ACK);
        table.add(&one, &mut |flow| gone.push(flow.source.port));
    }
    assert_eq!((gone, table.evicted(), table.len()), (vec![1002], 1, 2));
}

#[test]
fn a_full_counter_begins_another_record() {
    let mut table = FlowTable::with_capacity(1);
    let mut records = Vec::new();
    let mut many = packet(1, 2, 5, TcpFlags::ACK);
    many.traffic.forward_packets = u32::MAX;
    for time in [5, 6] {
        many.time = time;
        table.add(&many, &mut |flow| records.push(*flow));
    }
    records.extend(all(&mut table));
    let sum: u64 = records
        .iter()
        .map(|flow| u64::from(flow.traffic.forward_packets))
        .sum();
    assert_eq!((records.len(), sum), (2, 2 * u64::from(u32::MAX)));
}

#[test]
fn a_connection_that_goes_on_is_reported_in_parts() {
    let mut table = FlowTable::with_capacity(8);
    let mut parts = Vec::new();
    table.add(&packet(1, 2, 10, TcpFlags::SYN), &mut |_| {});
    table.report(10, &mut |_| panic!("nothing is older than the limit"));
    table.report(11, &mut |flow| parts.push(*flow));
    table.report(11, &mut |_| panic!("nothing is new"));
    table.add(&packet(2, 1, 20, TcpFlags::ACK), &mut |_| {});
    table.add(&packet(1, 2, 21, TcpFlags::PSH), &mut |_| {});
    table.report(30, &mut |flow| parts.push(*flow));
    assert_eq!(table.len(), 1, "it stays");
    let told: Vec<_> = parts
        .iter()
        .map(|flow| {
            let traffic = flow.traffic;
            let new = flow.flags.contains(FlowFlags::NEW);
            let packets = (traffic.forward_packets, traffic.reverse_packets);
            ((flow.first_seen, flow.time), packets, flow.tcp_flags, new)
        })
        .collect();
    assert_eq!(
        told,
        [
            ((10, 10), (1, 0), TcpFlags::SYN, true),
            ((20, 21), (1, 1), TcpFlags::PSH, false),
        ]
    );
    assert!(parts.iter().all(|flow| flow.is_reply == Reply::NO));
    table.expire(100, &mut |_| panic!("everything was reported"));
    assert!(table.is_empty());
}

proptest! {
    /// Whatever comes and goes, every packet is in exactly one flow, and the bound holds.
    #[test]
    fn nothing_is_lost(
        capacity in 1_usize..6,
        packets in proptest::collection::vec((0_u8..6, 0_u8..6, 0_u16..64), 0..300),
    ) {
        let mut table = FlowTable::with_capacity(capacity);
        let mut sums: BTreeMap<ConnectionKey, (u64, u64)> = BTreeMap::new();
        let mut emitted: Vec<Flow> = Vec::new();
        for (time, (from, to, bits)) in packets.iter().enumerate() {
            let one = packet(*from, *to, time as u64, TcpFlags(*bits));
            sums.entry(ConnectionKey::of(&one)).or_default().0 += 1;
            table.add(&one, &mut |flow| emitted.push(*flow));
            if time % 17 == 0 {
                table.expire(time as u64 / 2, &mut |flow| emitted.push(*flow));
            }
            if time % 11 == 0 {
                table.report(time as u64 - time as u64 / 4, &mut |flow| emitted.push(*flow));
            }
            prop_assert!(table.len() <= capacity);
        }
        table.finish(&mut |flow| emitted.push(*flow));
        prop_assert!(table.is_empty());
        for flow in &emitted {
            let sum = sums.get_mut(&ConnectionKey::of(flow)).expect("a connection that was added");
            sum.1 += u64::from(flow.traffic.forward_packets + flow.traffic.reverse_packets);
            prop_assert!(flow.first_seen <= flow.time);
        }
        for (added, told) in sums.values() {
            prop_assert_eq!(added, told);
        }
    }
}
