//! What is measured. Each lane tells the time that a number of packets or records took.

use std::hint::black_box;
use std::time::{Duration, Instant};

use flow_core::decode::{Capture, flow_of};
use flow_core::event::RawEvent;
use flow_core::flow::Flow;
use flow_core::ring::Ring;
use flow_core::wire::LinkType;

use super::input::Frames;
use super::tuple::Tuple;
use super::{peer, record};

/// One contender.
pub(crate) struct Lane<'a> {
    pub(crate) name: &'static str,
    pub(crate) work: Box<dyn FnMut(u64) -> Duration + 'a>,
}

/// Contenders at one work, this crate first.
pub(crate) struct Group<'a> {
    pub(crate) title: &'static str,
    /// What was set as the goal, in nanoseconds, and at least how many times as fast as the
    /// last lane.
    pub(crate) target: (f64, Option<f64>),
    pub(crate) lanes: Vec<Lane<'a>>,
}

/// Every group.
pub(crate) fn groups<'a>(
    single: &'a Frames,
    mix: &'a Frames,
    records: &'a [RawEvent],
) -> [Group<'a>; 6] {
    [
        Group {
            title: "TCP over IPv4, 66 bytes, to a tuple",
            target: (8.0, Some(4.0)),
            lanes: tuples(single),
        },
        Group {
            title: "mix of 1,024 packets, to tuples",
            target: (12.0, Some(4.0)),
            lanes: tuples(mix),
        },
        Group {
            title: "TCP over IPv4, 66 bytes, to a Flow",
            target: (100.0, None),
            lanes: flows(single),
        },
        Group {
            title: "mix of 1,024 packets, to Flows",
            target: (100.0, None),
            lanes: flows(mix),
        },
        Group {
            title: "kernel record to a Flow, with the interface's name",
            target: (100.0, None),
            lanes: vec![from_records(records)],
        },
        Group {
            title: "kernel record to a Flow in the ring",
            target: (100.0, None),
            lanes: vec![into_ring(records)],
        },
    ]
}

const OURS: &str = "flow-core";
const SLICED: &str = "etherparse";
const LAX: &str = "etherparse, lax";

/// Runs `one` over the frames again and again, until it has seen `count` of them.
#[inline]
fn over(frames: &Frames, count: u64, mut one: impl FnMut(&[u8])) -> Duration {
    let begin = Instant::now();
    let mut left = count;
    while left > 0 {
        let some = left.min(frames.len() as u64);
        for frame in frames.iter().take(some as usize) {
            one(black_box(frame));
        }
        left -= some;
    }
    begin.elapsed()
}

fn tuple_lane<'a>(
    name: &'static str,
    frames: &'a Frames,
    decode: impl Fn(&[u8]) -> Option<Tuple> + 'a,
) -> Lane<'a> {
    let work = move |count| {
        let mut sum = 0_u64;
        let time = over(frames, count, |frame| {
            if let Some(tuple) = decode(frame) {
                sum = sum.wrapping_add(tuple.weigh());
            }
        });
        black_box(sum);
        time
    };
    Lane {
        name,
        work: Box::new(work),
    }
}

fn tuples(frames: &Frames) -> Vec<Lane<'_>> {
    vec![
        tuple_lane(OURS, frames, peer::ours),
        tuple_lane(SLICED, frames, peer::sliced),
        tuple_lane(LAX, frames, peer::lax),
    ]
}

fn flow_lane<'a>(
    name: &'static str,
    frames: &'a Frames,
    decode: impl Fn(&[u8], u64) + 'a,
) -> Lane<'a> {
    let work = move |count| {
        let mut time = 0;
        over(frames, count, |frame| {
            time += 1;
            decode(frame, time);
        })
    };
    Lane {
        name,
        work: Box::new(work),
    }
}

/// Each flow is there as a whole, in memory.
fn flows(frames: &Frames) -> Vec<Lane<'_>> {
    let ours = |frame: &[u8], time| {
        let link = LinkType::Ethernet;
        black_box(&flow_of(&Capture {
            time,
            ..Capture::whole(link, frame)
        }));
    };
    let lax = |frame: &[u8], time| {
        black_box(&peer::lax_flow(frame, time));
    };
    vec![flow_lane(OURS, frames, ours), flow_lane(LAX, frames, lax)]
}

fn each(records: &[RawEvent], count: u64, mut one: impl FnMut(&[u8])) -> Duration {
    let begin = Instant::now();
    for record in records.iter().cycle().take(count as usize) {
        one(black_box(record.as_ref()));
    }
    begin.elapsed()
}

fn from_records(records: &[RawEvent]) -> Lane<'_> {
    let mut decoder = record::decoder();
    let work = move |count| {
        each(records, count, |record| {
            black_box(&decoder.decode(record));
        })
    };
    Lane {
        name: OURS,
        work: Box::new(work),
    }
}

fn into_ring(records: &[RawEvent]) -> Lane<'_> {
    let mut decoder = record::decoder();
    let (mut writer, ring) = Ring::<Flow>::with_capacity(65_536).expect("a ring");
    for _ in 0..65_536 {
        writer.publish(&Flow::default());
    }
    let work = move |count| {
        let _ring = &ring;
        each(records, count, |record| {
            writer.publish(&decoder.decode(record).expect("a whole record"));
        })
    };
    Lane {
        name: OURS,
        work: Box::new(work),
    }
}
