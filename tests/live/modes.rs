//! What each mode reports of the same traffic.

use std::collections::BTreeMap;
use std::time::Duration;

use flow_core::flow::{Flow, FlowFlags};
use flow_ebpf::{Mode, TableKind};
use flow_lab::require_bpf;
use flow_lab::traffic::{CLIENT_LINK, Ip, Pair, SERVER_LINK};

use crate::watch::{self, Seen, Watch};

const PACKETS: u32 = 1_000;

/// Sends [`PACKETS`] datagrams of one connection and observes them.
fn burst(
    configure: impl FnOnce(flow_ebpf::FlowSourceBuilder) -> flow_ebpf::FlowSourceBuilder,
) -> Seen {
    let pair = Pair::create().expect("namespaces");
    let path = pair.path(Ip::V4).expect("link addresses");
    let frames = vec![path.udp((5000, 5001), b"burst"); PACKETS as usize];
    let watch = Watch::start(configure(watch::of(&pair)));
    pair.send_frames(&frames).expect("frames are sent");
    watch.finish()
}

fn of_burst<'a>(seen: &'a Seen, interface: &'a str) -> Vec<&'a Flow> {
    seen.at(interface)
        .filter(|flow| flow.source.port == 5000)
        .collect()
}

fn packets(flows: &[&Flow]) -> u32 {
    flows.iter().map(|flow| flow.traffic.forward_packets).sum()
}

#[test]
fn packets_are_reported_one_by_one() {
    require_bpf!();
    let seen = burst(|builder| builder.mode(Mode::Packets));
    for interface in [CLIENT_LINK, SERVER_LINK] {
        let flows = of_burst(&seen, interface);
        assert_eq!(flows.len(), PACKETS as usize, "{interface}");
        assert_eq!(packets(&flows), PACKETS, "{interface}");
        assert!(
            flows
                .iter()
                .all(|flow| !flow.flags.contains(FlowFlags::AGGREGATED))
        );
    }
}

#[test]
fn a_connection_is_reported_in_few_records() {
    require_bpf!();
    let interval = Duration::from_secs(5);
    let seen = burst(|builder| builder.mode(Mode::Aggregated { interval }));
    for interface in [CLIENT_LINK, SERVER_LINK] {
        let flows = of_burst(&seen, interface);
        assert_eq!(packets(&flows), PACKETS, "{interface}");
        assert!(
            (1..=5).contains(&flows.len()),
            "{interface}: {} records",
            flows.len()
        );
        assert!(flows[0].flags.contains(FlowFlags::NEW));
    }
}

#[test]
fn a_sample_says_of_how_many_it_is_one() {
    require_bpf!();
    const RATE: u16 = 10;
    let seen = burst(|builder| builder.mode(Mode::Sampled(RATE)));
    let flows = of_burst(&seen, CLIENT_LINK);
    assert!(flows.iter().all(|flow| flow.sample_rate == RATE));
    // 1,000 packets, one in ten: 100 expected with a deviation of 9.5 where it is drawn by
    // chance; six deviations either way are beyond any run.
    let count = flows.len();
    assert!(
        (43..=157).contains(&count),
        "{count} of {PACKETS} with a rate of {RATE}"
    );
}

#[test]
fn a_full_table_loses_nothing() {
    require_bpf!();
    const CONNECTIONS: u16 = 2_000;
    let pair = Pair::create().expect("namespaces");
    let path = pair.path(Ip::V4).expect("link addresses");
    let frames: Vec<_> = (0..3 * CONNECTIONS)
        .map(|number| path.udp((10_000 + number % CONNECTIONS, 5001), b"x"))
        .collect();
    let builder = watch::of(&pair)
        .table_entries(128)
        // The flood has no receiver: each of its packets is a drop too.
        .drops(false)
        // Room for a record of each packet, so that a slow reader loses none.
        .ring_bytes(8 << 20)
        .table_kind(TableKind::Exact);
    let watch = Watch::start(builder);
    pair.send_frames(&frames).expect("frames are sent");
    let seen = watch.finish();
    assert_eq!(seen.lost, 0, "{}", seen.stats);
    for interface in [CLIENT_LINK, SERVER_LINK] {
        let mut counts: BTreeMap<u16, u32> = BTreeMap::new();
        for flow in seen
            .at(interface)
            .filter(|flow| flow.destination.port == 5001)
        {
            *counts.entry(flow.source.port).or_default() += flow.traffic.forward_packets;
        }
        assert_eq!(counts.len(), usize::from(CONNECTIONS), "{interface}");
        assert!(
            counts.values().all(|count| *count == 3),
            "{interface}: {counts:?}"
        );
    }
}
