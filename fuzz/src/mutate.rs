//! A plain mutation loop, for machines that cannot build libFuzzer: without coverage, and so with
//! less depth, but over the same targets and seeds.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

/// Longest input in bytes.
const LONGEST: usize = 4_096;
/// Values that lengths and counts go wrong at.
const ODD: [u8; 8] = [0, 1, 4, 5, 0x45, 0x7f, 0x80, 0xff];

/// SplitMix64 (Steele, Lea, Flood 2014).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }
}

/// Changes `bytes` in one of eight ways; `other` is a seed to take a part from.
fn change(random: &mut Random, bytes: &mut Vec<u8>, other: &[u8]) {
    let at = random.below(bytes.len());
    let value = random.next() as u8;
    match (random.below(8), bytes.get_mut(at)) {
        (0, Some(byte)) => *byte ^= 1 << (value & 7),
        (1, Some(byte)) => *byte = value,
        (2, Some(byte)) => *byte = ODD[usize::from(value & 7)],
        (3, Some(byte)) => *byte = byte.wrapping_add_signed((value as i8) % 5),
        (4, Some(_)) => bytes.truncate(at),
        (5, Some(_)) => {
            let end = (at + random.below(16)).min(bytes.len());
            bytes.drain(at..end);
        }
        (6, _) => {
            let begin = random.below(other.len());
            let end = (begin + random.below(64)).min(other.len());
            bytes.splice(at..at, other[begin..end].iter().copied());
        }
        _ => bytes.insert(at, value),
    }
    bytes.truncate(LONGEST);
}

/// Runs `target` for `time` over mutations of `seeds`, the same ones for the same `start`.
///
/// # Errors
/// The input of which the target panicked.
pub fn run(
    target: fn(&[u8]),
    seeds: &[Vec<u8>],
    time: Duration,
    start: u64,
) -> Result<u64, Vec<u8>> {
    let mut random = Random(start);
    let begin = Instant::now();
    let mut runs = 0;
    while runs % 256 != 0 || begin.elapsed() < time {
        let seed = |random: &mut Random| -> Vec<u8> {
            seeds
                .get(random.below(seeds.len()))
                .cloned()
                .unwrap_or_default()
        };
        let (mut bytes, other) = (seed(&mut random), seed(&mut random));
        for _ in 0..=random.below(6) {
            change(&mut random, &mut bytes, &other);
        }
        if catch_unwind(AssertUnwindSafe(|| target(&bytes))).is_err() {
            return Err(bytes);
        }
        runs += 1;
    }
    Ok(runs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_finds_what_is_one_byte_away() {
        let picky = |data: &[u8]| assert_ne!(data.first(), Some(&0xff), "found");
        let found = run(picky, &[vec![7; 4]], Duration::from_secs(20), 1);
        assert_eq!(found.expect_err("an input that panics")[0], 0xff);
    }
}
