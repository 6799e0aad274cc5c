//! Random uses of a ring, beside a plain list that does the same.

use core::pin::Pin;
use core::task::{Context, Poll, Waker};
use core::time::Duration;
use std::collections::VecDeque;

use futures_core::Stream;
use proptest::prelude::*;

use super::super::{Reader, Start};
use super::{Idle, Next, Ring, Writer, ring};

/// Records are numbered; three have the same time.
fn time(number: &u64) -> u64 {
    number / 3
}

#[derive(Clone, Copy, Debug)]
enum Way {
    TryNext,
    Visit(usize),
    Timeout,
    Poll,
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Write(u64),
    Read(Start),
    ReadSince(u64),
    /// Goes back that far, and makes a reader from there.
    Turn(usize),
    /// Lets one of the readers read so many times.
    Next(usize, Way, usize),
    /// Drops one of the readers.
    Drop(usize),
    Close,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let start = prop_oneof![
        Just(Start::Oldest),
        Just(Start::Now),
        (0..20_u64).prop_map(Start::Newest),
    ];
    let way = prop_oneof![
        Just(Way::TryNext),
        (0..6_usize).prop_map(Way::Visit),
        Just(Way::Timeout),
        Just(Way::Poll),
    ];
    let step = prop_oneof![
        6 => (1..24_u64).prop_map(Step::Write),
        2 => start.prop_map(Step::Read),
        1 => (0..40_u64).prop_map(Step::ReadSince),
        1 => (0..20_usize).prop_map(Step::Turn),
        8 => (any::<usize>(), way, 1..8_usize).prop_map(|(who, way, times)| Step::Next(who, way, times)),
        1 => any::<usize>().prop_map(Step::Drop),
    ];
    // Some rings are closed in the end, and read on.
    let tail = prop::collection::vec(step.clone(), 0..8);
    (prop::collection::vec(step, 1..60), any::<bool>(), tail).prop_map(
        |(mut steps, close, tail)| {
            steps.extend(close.then_some(Step::Close));
            steps.extend(tail);
            steps
        },
    )
}

/// The ring as a list.
struct Model {
    capacity: usize,
    retained: VecDeque<u64>,
    written: u64,
    closed: bool,
}

impl Model {
    fn write(&mut self) {
        self.retained.push_back(self.written);
        self.written += 1;
        if self.retained.len() > self.capacity {
            self.retained.pop_front();
        }
    }

    fn oldest(&self) -> u64 {
        self.written - self.retained.len() as u64
    }

    fn reader(&self, next: u64) -> ModelReader {
        ModelReader {
            next,
            made: self.written,
            saved: None,
            delivered: 0,
            lost: 0,
        }
    }
}

struct ModelReader {
    next: u64,
    made: u64,
    saved: Option<u64>,
    delivered: u64,
    lost: u64,
}

impl ModelReader {
    fn next(&mut self, ring: &Model) -> Result<Next<u64>, Idle> {
        if self.next == ring.written {
            return Err(if ring.closed {
                Idle::Closed
            } else {
                Idle::Empty
            });
        }
        let oldest = ring.oldest();
        if self.next < oldest && self.saved != Some(self.next) {
            let begun = self.delivered + self.lost > 0;
            let from = if begun {
                self.next
            } else {
                self.next.max(self.made)
            };
            self.next = oldest;
            if oldest > from {
                self.saved = Some(oldest);
                self.lost += oldest - from;
                return Ok(Next::Lost(oldest - from));
            }
        }
        self.next += 1;
        self.delivered += 1;
        Ok(Next::Record(self.next - 1))
    }
}

/// Reads in one of the ways, which all have to come to the same.
fn next(reader: &mut Reader<u64>, way: Way) -> Result<Vec<Next<u64>>, Idle> {
    match way {
        Way::TryNext => reader.try_next().map(|next| vec![next]),
        Way::Timeout => reader.next_timeout(Duration::ZERO).map(|next| vec![next]),
        Way::Poll => {
            let mut context = Context::from_waker(Waker::noop());
            match Pin::new(reader).poll_next(&mut context) {
                Poll::Ready(Some(next)) => Ok(vec![next]),
                Poll::Ready(None) => Err(Idle::Closed),
                Poll::Pending => Err(Idle::Empty),
            }
        }
        Way::Visit(limit) => {
            let mut all = Vec::new();
            let count = reader.visit(limit, |next| {
                all.push(match next {
                    Next::Record(number) => Next::Record(*number),
                    Next::Lost(lost) => Next::Lost(lost),
                });
            })?;
            assert_eq!(count, all.len());
            Ok(all)
        }
    }
}

fn expected(reader: &mut ModelReader, ring: &Model, way: Way) -> Result<Vec<Next<u64>>, Idle> {
    let limit = if let Way::Visit(limit) = way {
        limit
    } else {
        1
    };
    let mut all = Vec::new();
    while all.len() < limit {
        match reader.next(ring) {
            Ok(next) => all.push(next),
            Err(idle) if all.is_empty() => return Err(idle),
            Err(_) => break,
        }
    }
    Ok(all)
}

fn run(capacity: usize, wraps: u64, steps: &[Step]) {
    let (writer, ring): (Writer<u64>, Ring<u64>) = ring(capacity, wraps);
    let mut writer = Some(writer);
    let mut model = Model {
        capacity,
        retained: VecDeque::new(),
        written: 0,
        closed: false,
    };
    let mut readers: Vec<(Reader<u64>, ModelReader)> = Vec::new();
    for step in steps {
        match *step {
            Step::Write(count) => {
                for _ in 0..count {
                    if let Some(writer) = &mut writer {
                        writer.publish(&model.written);
                        model.write();
                    }
                }
            }
            Step::Read(start) => {
                let next = match start {
                    Start::Oldest => model.oldest(),
                    Start::Newest(count) => model.written - count.min(model.retained.len() as u64),
                    Start::Now => model.written,
                };
                readers.push((ring.reader(start), model.reader(next)));
            }
            Step::ReadSince(since) => {
                let next = model.retained.iter().find(|number| time(number) >= since);
                let next = next.copied().unwrap_or(model.written);
                readers.push((ring.reader_since(since, time), model.reader(next)));
            }
            Step::Turn(count) => {
                let mut backward = ring.newest_first();
                let found: Vec<_> = backward.by_ref().take(count).collect();
                let wanted: Vec<_> = model.retained.iter().rev().take(count).copied().collect();
                assert_eq!(found, wanted, "backwards");
                let next = model.written - found.len() as u64;
                readers.push((backward.into_reader(), model.reader(next)));
            }
            Step::Next(who, way, times) if !readers.is_empty() => {
                let who = who % readers.len();
                let (reader, like) = &mut readers[who];
                for _ in 0..times {
                    assert_eq!(next(reader, way), expected(like, &model, way), "{way:?}");
                }
                assert_eq!(reader.position(), like.next);
                assert_eq!(
                    (reader.delivered(), reader.lost()),
                    (like.delivered, like.lost)
                );
                assert_eq!(reader.backlog(), model.written - like.next);
            }
            Step::Drop(who) if !readers.is_empty() => {
                let who = who % readers.len();
                drop(readers.swap_remove(who));
            }
            Step::Next(..) | Step::Drop(_) => {}
            Step::Close => {
                writer = None;
                model.closed = true;
            }
        }
        let stats = ring.stats();
        assert_eq!((stats.written, stats.skipped), (model.written, 0));
        assert_eq!(stats.oldest, model.oldest());
        assert_eq!(ring.is_closed(), model.closed);
        assert!(ring.newest_first().eq(model.retained.iter().rev().copied()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: if cfg!(miri) { 4 } else { 1_000 },
        failure_persistence: if cfg!(miri) { None } else { ProptestConfig::default().failure_persistence },
        ..ProptestConfig::default()
    })]

    #[test]
    fn a_ring_does_what_a_list_does(
        bits in 0..6_u32,
        wraps in prop_oneof![Just(0_u64), 1..100_u64],
        steps in steps(),
    ) {
        run(1 << bits, wraps, &steps);
    }
}
