//! Tests of the ring outside loom: what it promises, one promise after the other, then
//! everything at random.

mod contract;
mod history;
mod late;
mod memory;
mod model;
mod stress;
mod wake;

use super::position::Position;
use super::record::Record;
use super::slot::Slots;
use super::{Idle, Next, Reader, Ring, Writer};

/// A ring, from the usual first position (`wraps` = 0) or from that many positions before the
/// numbers begin again.
fn ring<T: Record>(capacity: usize, wraps: u64) -> (Writer<T>, Ring<T>) {
    let start = match wraps {
        0 => Slots::<T>::first(capacity),
        before => Position::new(0).minus(before),
    };
    Ring::with_start(capacity, start).expect("a ring")
}

/// Every small capacity, each in the usual place and where the numbers begin again.
fn rings() -> impl Iterator<Item = (u64, Writer<u64>, Ring<u64>)> {
    let (capacities, wraps): (&[usize], &[u64]) = match cfg!(miri) {
        true => (&[1, 2, 4], &[0, 1]),
        false => (&[1, 2, 4, 64], &[0, 1, 3, 64]),
    };
    capacities.iter().flat_map(move |capacity| {
        wraps.iter().map(|wraps| {
            let (writer, ring) = ring(*capacity, *wraps);
            (*capacity as u64, writer, ring)
        })
    })
}

fn write(writer: &mut Writer<u64>, numbers: impl IntoIterator<Item = u64>) {
    for number in numbers {
        writer.publish(&number);
    }
}

/// Everything that is ready.
fn ready(reader: &mut Reader<u64>) -> Vec<Next<u64>> {
    core::iter::from_fn(|| reader.try_next().ok()).collect()
}

/// The records of `numbers`, as a reader hands them out.
fn records(numbers: impl IntoIterator<Item = u64>) -> Vec<Next<u64>> {
    numbers.into_iter().map(Next::Record).collect()
}
