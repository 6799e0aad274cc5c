//! Records for each second, from programs on every processor to readers that count them.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use aya::maps::{MapData, RingBuf};
use nix::sched::{CpuSet, sched_setaffinity};
use nix::time::{ClockId, clock_gettime};
use nix::unistd::Pid;

use crate::cost::segment;
use crate::lane::{Constant, LOST_RECORDS, Lane, SEEN_PACKETS};

const ROUNDS: usize = 5;
const ROUND: Duration = Duration::from_millis(600);
/// Records made in one go, and what a ring buffer takes.
const CHUNK: u32 = 16_384;
const RING: u32 = 1 << 24;
/// Bytes of a record with its header in the ring buffer.
const RECORD: u64 = 192;
/// Records that may wait in one ring buffer.
const WAITING: u64 = RING as u64 / RECORD - CHUNK as u64;
/// How long a reader sleeps that found nothing: the agent does the same.
const NAP: Duration = Duration::from_millis(1);
/// Records a second on four processors.
const TARGET: f64 = 25e6;

/// What one round gave.
#[derive(Clone, Copy)]
struct Round {
    /// Records a second.
    rate: f64,
    /// Processor time of a record, made and read, whatever else the machine does.
    nanoseconds: f64,
}

/// Processor time of all threads of this process.
fn processor_time() -> Result<Duration> {
    Ok(Duration::from(clock_gettime(
        ClockId::CLOCK_PROCESS_CPUTIME_ID,
    )?))
}

fn pin(processor: usize) -> Result<()> {
    let mut set = CpuSet::new();
    set.set(processor)?;
    sched_setaffinity(Pid::from_raw(0), &set).context("sched_setaffinity")
}

/// Counts records until `done` is set and nothing is left.
fn read(ring: &mut RingBuf<MapData>, done: &AtomicBool, count: &AtomicU64) {
    loop {
        // Before the look: what was made before it was set must not be left.
        let last = done.load(Ordering::Acquire);
        let mut found = 0;
        while ring.next().is_some() {
            found += 1;
        }
        count.fetch_add(found, Ordering::Release);
        if found == 0 {
            if last {
                return;
            }
            thread::sleep(NAP);
        }
    }
}

/// Makes records for a while, waiting for the reader rather than losing any; gives their number.
fn make(lane: &Lane, packet: &[u8], round: Duration, count: &AtomicU64) -> Result<u64> {
    let begin = Instant::now();
    let before = count.load(Ordering::Acquire);
    let mut made = 0;
    while begin.elapsed() < round {
        lane.run(packet, CHUNK)?;
        made += u64::from(CHUNK);
        while made - (count.load(Ordering::Acquire) - before) > WAITING {
            thread::sleep(NAP);
        }
    }
    Ok(made)
}

/// One program and one reader on each of `processors`.
fn round(
    lane: &Lane,
    rings: &mut [RingBuf<MapData>],
    packet: &[u8],
    length: Duration,
) -> Result<Round> {
    let done = AtomicBool::new(false);
    let counts: Vec<AtomicU64> = rings.iter().map(|_| AtomicU64::new(0)).collect();
    let (seen, lost) = (lane.counter(SEEN_PACKETS)?, lane.counter(LOST_RECORDS)?);
    let (begin, used) = (Instant::now(), processor_time()?);
    let made = thread::scope(|scope| -> Result<u64> {
        for (processor, (ring, count)) in rings.iter_mut().zip(&counts).enumerate() {
            let done = &done;
            scope.spawn(move || {
                // Where it runs is for the figure only.
                let _ = pin(processor);
                read(ring, done, count);
            });
        }
        let makers: Vec<_> = counts
            .iter()
            .enumerate()
            .map(|(processor, count)| {
                scope.spawn(move || {
                    pin(processor)?;
                    make(lane, packet, length, count)
                })
            })
            .collect();
        let made = makers
            .into_iter()
            .map(|maker| maker.join().expect("a thread that made records panicked"))
            .sum();
        done.store(true, Ordering::Release);
        made
    })?;
    let elapsed = begin.elapsed();
    let used = processor_time()? - used;
    let delivered: u64 = counts
        .iter()
        .map(|count| count.load(Ordering::Acquire))
        .sum();
    let lost = lane.counter(LOST_RECORDS)? - lost;
    let seen = lane.counter(SEEN_PACKETS)? - seen;
    ensure!(
        made == seen && seen == delivered + lost,
        "{made} packets made, {seen} seen, {delivered} delivered, {lost} lost"
    );
    Ok(Round {
        rate: delivered as f64 / elapsed.as_secs_f64(),
        nanoseconds: used.as_nanos() as f64 / delivered as f64,
    })
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Prints the rate for 1, 2, … processors, up to four; the machine may be doing other things.
pub(crate) fn table(quick: bool) -> Result<()> {
    let (rounds, length) = if quick {
        (1, Duration::from_millis(10))
    } else {
        (ROUNDS, ROUND)
    };
    let packet = segment(false);
    let processors = thread::available_parallelism()?.get();
    println!("records to readers that count, program and reader on each processor, none lost");
    for count in [1, 2, 4].into_iter().filter(|count| *count <= processors) {
        let mask = u32::try_from(count - 1)?;
        let changes = [
            Constant::U32("flow_mode", 1),
            Constant::U32("flow_ring_mask", mask),
        ];
        let names: Vec<String> = (0..count).map(|ring| format!("events_{ring}")).collect();
        let sizes: Vec<_> = names.iter().map(|name| (name.as_str(), RING)).collect();
        let mut lane = Lane::agent("tc_egress", &changes, &sizes)?;
        let mut rings = (0..count)
            .map(|ring| lane.take_ring(ring))
            .collect::<Result<Vec<_>>>()?;
        let mut values = Vec::new();
        for _ in 0..rounds {
            values.push(round(&lane, &mut rings, &packet, length)?);
        }
        let rate = median(values.iter().map(|round| round.rate).collect());
        let cost = median(values.iter().map(|round| round.nanoseconds).collect());
        println!(
            "    {count} processors {:>8.1} M/s {cost:>6.0} ns of processor time each, enough for {:.1} M/s",
            rate / 1e6,
            count as f64 * 1e3 / cost
        );
    }
    println!("    target on 4 processors: {} M/s", TARGET / 1e6);
    Ok(())
}
