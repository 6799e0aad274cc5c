//! Nanoseconds for one packet.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use anyhow::{Context, Result, ensure};
use aya::maps::{MapData, RingBuf};
use flow_lab::frame::{Host, Path, Segment, flag};

use crate::lane::{Constant, LOST_RECORDS, Lane};

/// Many short turns: a turn ends before the processor is taken away.
const ROUNDS: usize = 101;
const REPEAT: u32 = 10_000;
/// Room for the records of one turn.
const RING: u32 = 1 << 22;
/// Nanoseconds that aggregating one packet may take, where an empty program takes `EMPTY`.
const TARGET: f64 = 80.0;
const EMPTY: f64 = 26.0;

/// Names a `flow_full.bpf.o` of another version, whose cost stands beside in the same run.
const BEFORE: &str = "FLOW_BENCH_BEFORE";
/// Sizes of the agent's maps.
const SIZES: [(&str, u32); 3] = [
    ("events_0", RING),
    ("filter_ports", 1 << 16),
    ("capture_ports", 1 << 16),
];

/// A lane of the table.
struct Row {
    name: &'static str,
    lane: Lane,
    packet: Vec<u8>,
    /// Drained after each turn.
    ring: Option<RingBuf<MapData>>,
    values: Vec<f64>,
}

impl Row {
    fn new(name: &'static str, lane: Lane, packet: &[u8]) -> Self {
        Self {
            name,
            lane,
            packet: packet.to_vec(),
            ring: None,
            values: Vec::new(),
        }
    }

    fn agent(name: &'static str, packet: &[u8], changes: &[Constant]) -> Result<Self> {
        let lane = Lane::agent("tc_egress", changes, &SIZES)?;
        Self::with_ring(name, lane, packet)
    }

    fn with_ring(name: &'static str, lane: Lane, packet: &[u8]) -> Result<Self> {
        let mut row = Self::new(name, lane, packet);
        row.ring = Some(row.lane.take_ring(0)?);
        Ok(row)
    }

    fn turn(&mut self, repeat: u32) -> Result<()> {
        let cost = self.lane.run(&self.packet, repeat)?;
        self.values.push(cost.as_nanos() as f64);
        if let Some(ring) = &mut self.ring {
            while ring.next().is_some() {}
        }
        Ok(())
    }

    /// Median, and least.
    fn figures(&self) -> (f64, f64) {
        let mut values = self.values.clone();
        values.sort_by(f64::total_cmp);
        (values[values.len() / 2], values[0])
    }
}

/// A TCP segment of an established connection, by IPv4 or IPv6.
pub(crate) fn segment(ipv6: bool) -> Vec<u8> {
    let host = |last: u8| Host {
        mac: [2, 0, 0, 0, 0, last],
        ip: if ipv6 {
            IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, last.into()))
        } else {
            IpAddr::V4(Ipv4Addr::new(192, 0, 2, last))
        },
    };
    let path = Path {
        source: host(1),
        destination: host(2),
        vlan: None,
    };
    let segment = Segment {
        flags: flag::ACK,
        ..Segment::default()
    };
    path.tcp((40_000, 443), segment)
}

fn rows() -> Result<Vec<Row>> {
    use Constant::U32;
    let (v4, v6) = (segment(false), segment(true));
    let mut filtered = Row::agent("aggregated, port filter", &v4, &[U32("flow_filter", 4 | 8)])?;
    filtered.lane.set_port_rule(443, 1)?;
    let mut rows = vec![
        Row::new("empty program", Lane::reference("empty")?, &v4),
        Row::new("parser alone", Lane::reference("parse_only")?, &v4),
        Row::agent("aggregated", &v4, &[])?,
        // As the agent does unless told otherwise; the packet is none of port 53.
        Row::agent("aggregated, capturing 53", &v4, &[U32("flow_capture", 1)])?,
        Row::agent("aggregated, IPv6", &v6, &[])?,
        Row::agent("aggregated, LRU table", &v4, &[U32("flow_table_lru", 1)])?,
        Row::agent("aggregated, many namespaces", &v4, &[U32("flow_netns", 0)])?,
        filtered,
        Row::agent("every packet", &v4, &[U32("flow_mode", 1)])?,
        Row::agent(
            "every packet, capturing 53",
            &v4,
            &[U32("flow_mode", 1), U32("flow_capture", 1)],
        )?,
        Row::agent(
            "one packet in 100",
            &v4,
            &[U32("flow_mode", 1), U32("flow_sample", 100)],
        )?,
    ];
    if let Some(path) = std::env::var_os(BEFORE) {
        let object = std::fs::read(&path).with_context(|| path.display().to_string())?;
        for (name, packet, changes) in [
            ("before: aggregated", &v4, &[][..]),
            ("before: capturing 53", &v4, &[U32("flow_capture", 1)]),
            ("before: IPv6", &v6, &[]),
            ("before: every packet", &v4, &[U32("flow_mode", 1)]),
        ] {
            let lane = Lane::agent_of(&object, "tc_egress", changes, &SIZES)?;
            rows.push(Row::with_ring(name, lane, packet)?);
        }
    }
    Ok(rows)
}

/// Runs the lanes in turns, every other round backwards, and prints medians. What else the machine
/// does at the time weighs more on long programs than on the empty one: hence the quietest round.
pub(crate) fn table(quick: bool) -> Result<()> {
    let (rounds, repeat) = if quick { (1, 100) } else { (ROUNDS, REPEAT) };
    let mut rows = rows()?;
    for round in 0..rounds {
        for turn in 0..rows.len() {
            let last = rows.len() - 1;
            let row = if round % 2 == 0 { turn } else { last - turn };
            rows[row].turn(repeat)?;
        }
    }
    let empty = rows[0].figures();
    println!("cost of one packet, BPF_PROG_TEST_RUN, {rounds} rounds of {repeat} runs in turns");
    println!(
        "    {:<28} {:>9} {:>9} {:>12}",
        "", "median", "ratio", "quietest round"
    );
    for row in &rows {
        let (median, least) = row.figures();
        println!(
            "    {:<28} {median:>6.0} ns {:>7.2} x {least:>6.0} ns {:>7.2} x",
            row.name,
            median / empty.0,
            least / empty.1
        );
        if row.ring.is_some() {
            let lost = row.lane.counter(LOST_RECORDS)?;
            ensure!(lost == 0, "{}: {lost} records found no room", row.name);
        }
    }
    println!(
        "    target for aggregated: {TARGET} ns where an empty program takes {EMPTY}, {:.2} x",
        TARGET / EMPTY
    );
    Ok(())
}
