//! The table of paired rounds.

use std::time::Duration;

use super::contender::{Broadcast, Contender, Pointers, Queue, Words};
use super::work;

/// Rounds of a millisecond or so, many of which nothing interrupts.
const ROUNDS: usize = 41;
const PUBLISHED: u64 = 1 << 17;
/// Rounds with followers, which take longer.
const FOLLOW_ROUNDS: usize = 11;
const FOLLOWED: Duration = Duration::from_millis(150);

/// A named measurement.
type Lane<'a> = (&'static str, Box<dyn FnMut() -> f64 + 'a>);

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// What is compared.
#[derive(Clone, Copy)]
enum Kind {
    /// Less is better.
    Time,
    /// More is better.
    Rate,
}

/// Runs the lanes in turns, every other round backwards, and prints of each the median, the
/// best, and the median of its ratio to the first.
fn compare(title: &str, unit: &str, kind: Kind, mut lanes: Vec<Lane<'_>>) {
    let mut values = vec![Vec::new(); lanes.len()];
    let rounds = match kind {
        Kind::Time => ROUNDS,
        Kind::Rate => FOLLOW_ROUNDS,
    };
    for round in 0..rounds {
        for turn in 0..lanes.len() {
            let lane = if round % 2 == 0 {
                turn
            } else {
                lanes.len() - 1 - turn
            };
            let value = (lanes[lane].1)();
            values[lane].push(value);
        }
    }
    println!("{title}");
    for ((name, _), own) in lanes.iter().zip(&values) {
        let ratios = own
            .iter()
            .zip(&values[0])
            .map(|(own, first)| own / first)
            .collect();
        let best = own.iter().copied().reduce(match kind {
            Kind::Time => f64::min,
            Kind::Rate => f64::max,
        });
        println!(
            "    {name:<24} {:>9.2} {unit:<14} best {:>8.2} {:>9.2} x",
            median(own.clone()),
            best.unwrap_or(f64::NAN),
            median(ratios)
        );
    }
}

fn publish_lane<C: Contender>() -> Lane<'static> {
    let mut ring = work::full::<C>();
    (
        C::NAME,
        Box::new(move || work::publish(&mut ring, PUBLISHED).as_nanos() as f64 / PUBLISHED as f64),
    )
}

fn stalled_lane<C: Contender>(readers: usize, name: &'static str) -> Lane<'static> {
    let mut ring = work::full::<C>();
    let stalled: Vec<_> = (0..readers).map(|_| ring.follower()).collect();
    (
        name,
        Box::new(move || {
            let _stalled = &stalled;
            work::publish(&mut ring, PUBLISHED).as_nanos() as f64 / PUBLISHED as f64
        }),
    )
}

fn pass_lane<C: Contender>(pass: fn(&mut C) -> Duration) -> Lane<'static> {
    let mut ring = work::full::<C>();
    (
        C::NAME,
        Box::new(move || pass(&mut ring).as_nanos() as f64 / work::CAPACITY as f64),
    )
}

fn catch_up_lane<C: Contender>() -> Lane<'static> {
    const READERS: u64 = 64;
    let mut ring = work::full::<C>();
    (
        C::NAME,
        Box::new(move || work::catch_up(&mut ring, READERS).as_nanos() as f64 / READERS as f64),
    )
}

fn two_lane<C: Contender>() -> Lane<'static> {
    let mut ring = work::full::<C>();
    (
        C::NAME,
        Box::new(move || {
            let count = PUBLISHED / 2;
            work::two_writers(&mut ring, count).as_nanos() as f64 / PUBLISHED as f64
        }),
    )
}

fn follow_lane<C: Contender>(followers: usize) -> Lane<'static> {
    (
        C::NAME,
        Box::new(move || work::follow::<C>(followers, FOLLOWED).delivered / 1e6),
    )
}

/// Runs and prints everything.
pub(crate) fn table() {
    println!("\nmedians and best of paired rounds, and the median ratio to the first\n");
    compare(
        "publish, one thread",
        "ns/flow",
        Kind::Time,
        vec![
            publish_lane::<Words>(),
            publish_lane::<Broadcast>(),
            publish_lane::<Queue>(),
            publish_lane::<Pointers>(),
        ],
    );
    compare(
        "publish, readers that do not read",
        "ns/flow",
        Kind::Time,
        vec![
            stalled_lane::<Words>(0, "flow ring, none"),
            stalled_lane::<Words>(8, "flow ring, 8"),
            stalled_lane::<Broadcast>(8, "tokio broadcast, 8"),
        ],
    );
    compare(
        "publish, two writers",
        "ns/flow",
        Kind::Time,
        vec![
            two_lane::<Words>(),
            two_lane::<Broadcast>(),
            two_lane::<Queue>(),
            two_lane::<Pointers>(),
        ],
    );
    compare(
        "read a backlog of 65,536",
        "ns/flow",
        Kind::Time,
        vec![
            pass_lane(work::backlog::<Words>),
            pass_lane(work::backlog::<Broadcast>),
            pass_lane(work::backlog::<Queue>),
            pass_lane(work::backlog::<Pointers>),
        ],
    );
    compare(
        "scan 65,536 for a verdict and an endpoint",
        "ns/flow",
        Kind::Time,
        vec![
            pass_lane(work::scan::<Words>),
            ("flow ring, backwards", pass_lane(work::backwards).1),
            pass_lane(work::scan::<Broadcast>),
            pass_lane(work::scan::<Queue>),
            pass_lane(work::scan::<Pointers>),
        ],
    );
    compare(
        "catch up after a lap: one loss, one flow",
        "ns",
        Kind::Time,
        vec![
            catch_up_lane::<Words>(),
            catch_up_lane::<Broadcast>(),
            catch_up_lane::<Pointers>(),
        ],
    );
    for followers in [1, 8] {
        compare(
            &format!("follow a writer flat out, {followers} reader(s)"),
            "M delivered/s",
            Kind::Rate,
            vec![
                follow_lane::<Words>(followers),
                follow_lane::<Broadcast>(followers),
                follow_lane::<Pointers>(followers),
            ],
        );
        let ours = work::follow::<Words>(followers, FOLLOWED);
        let theirs = work::follow::<Broadcast>(followers, FOLLOWED);
        let pointers = work::follow::<Pointers>(followers, FOLLOWED);
        for (name, followed) in [
            (Words::NAME, ours),
            (Broadcast::NAME, theirs),
            (Pointers::NAME, pointers),
        ] {
            println!(
                "      once more, {name}: {:.1} M written/s, {:.1} % lost",
                followed.written / 1e6,
                followed.lost * 100.0
            );
        }
    }
}
