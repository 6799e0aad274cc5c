//! A flood beyond the rings' size: what was sent is accounted for or counted lost.

use std::time::Duration;

use flow_core::pipeline::{Lost, LostAt};
use flow_ebpf::{FlowSourceBuilder, Interfaces, Mode, PacketFilter};
use flow_lab::require_bpf;
use flow_lab::traffic::{CLIENT_LINK, Ip, Pair};

use crate::watch::{self, Seen, Watch};

/// Datagrams of the flood: many times what a ring of one page holds.
const FLOOD: usize = 200_000;

/// The client's interface alone, over the smallest rings.
fn narrow(pair: &Pair) -> FlowSourceBuilder {
    watch::of(pair)
        .interfaces(Interfaces::matching([CLIENT_LINK]))
        .ring_bytes(4096)
        // Nothing but the flood, so that whatever is lost is of the flood.
        .filter(PacketFilter::new().allow_port(5001))
        .drops(false)
        .tcp_state(false)
        .retransmits(false)
}

fn flood(pair: &Pair, builder: FlowSourceBuilder, connections: u16) -> Seen {
    let path = pair.path(Ip::V4).expect("link addresses");
    let frames: Vec<_> = (0..connections)
        .map(|port| path.udp((20_000 + port, 5001), b"flood"))
        .collect();
    let frames: Vec<_> = frames.iter().cycle().take(FLOOD).cloned().collect();
    let watch = Watch::start(builder);
    pair.send_frames(&frames).expect("frames are sent");
    watch.finish()
}

/// Packets of the flood in records.
fn accounted(seen: &Seen) -> u64 {
    seen.at(CLIENT_LINK)
        .filter(|flow| flow.destination.port == 5001)
        .map(|flow| u64::from(flow.traffic.forward_packets))
        .sum()
}

#[test]
fn every_packet_is_reported_or_counted_lost() {
    require_bpf!();
    let pair = Pair::create().expect("namespaces");
    let seen = flood(&pair, narrow(&pair).mode(Mode::Packets), 100);
    assert!(
        seen.lost > 0,
        "the flood was to overrun the ring: {}",
        seen.stats
    );
    assert_eq!(accounted(&seen) + seen.lost, FLOOD as u64, "{}", seen.stats);
}

#[test]
fn an_aggregate_loses_no_packet_though_records_find_no_room() {
    require_bpf!();
    let pair = Pair::create().expect("namespaces");
    let mode = Mode::Aggregated {
        interval: Duration::from_millis(100),
    };
    let seen = flood(
        &pair,
        narrow(&pair).mode(mode).table_entries(32_768),
        20_000,
    );
    // What a full ring refused stays in the table and goes out with the next record.
    assert_eq!(
        accounted(&seen),
        FLOOD as u64,
        "lost {}: {}",
        seen.lost,
        seen.stats
    );
}

#[test]
fn a_full_table_and_a_full_ring_together_are_still_exact() {
    require_bpf!();
    let pair = Pair::create().expect("namespaces");
    let mode = Mode::Aggregated {
        interval: Duration::from_secs(5),
    };
    let seen = flood(&pair, narrow(&pair).mode(mode).table_entries(256), 20_000);
    assert!(
        seen.lost > 0,
        "the flood was to overrun the ring: {}",
        seen.stats
    );
    assert_eq!(accounted(&seen) + seen.lost, FLOOD as u64, "{}", seen.stats);
}

#[test]
fn what_stays_in_a_table_that_cannot_be_swept_is_reported_lost_there() {
    require_bpf!();
    let pair = Pair::create().expect("namespaces");
    let path = pair.path(Ip::V4).expect("link addresses");
    let builder = watch::of(&pair).drops(false).leave_out("sweep");
    let (watch, missing) = Watch::start_with_missing(builder);
    assert_eq!(missing.len(), 1, "{missing:#?}");
    assert!(
        missing[0].starts_with("sweep: missing: sweep: left out"),
        "{missing:#?}"
    );
    pair.send_frames(&vec![path.udp((4052, 4053), b"counted"); 10])
        .expect("frames are sent");
    let seen = watch.finish();
    let unaccounted = seen.stats.unaccounted_packets();
    assert!(
        unaccounted >= 2 * 9,
        "all but the first of each interface: {}",
        seen.stats
    );
    let expected = [Lost {
        at: LostAt::KernelSweep,
        count: unaccounted,
    }];
    assert_eq!(seen.losses, expected);
}
