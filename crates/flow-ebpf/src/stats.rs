//! Counts of what was seen, handed over and lost.

use std::fmt;

/// One counter of the kernel programs, summed over all processors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counter {
    /// Name, as in the kernel programs' header.
    pub name: &'static str,
    /// Value since the source was loaded.
    pub value: u64,
}

/// Counts at one moment.
#[derive(Clone, Default, Debug, PartialEq, Eq)]
pub struct Stats {
    /// Every counter of the kernel programs.
    pub counters: Vec<Counter>,
    /// Records taken out of each ring buffer so far.
    pub drained: Vec<u64>,
}

impl Stats {
    /// The counter of this name; 0 where there is none.
    #[must_use]
    pub fn get(&self, name: &str) -> u64 {
        self.counters
            .iter()
            .find(|counter| counter.name == name)
            .map_or(0, |counter| counter.value)
    }

    /// Records taken out of all ring buffers.
    #[must_use]
    pub fn drained(&self) -> u64 {
        self.drained.iter().sum()
    }
}

/// `name=value` for each counter, then `drained=` with the sum.
impl fmt::Display for Stats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for counter in &self.counters {
            write!(f, "{}={} ", counter.name, counter.value)?;
        }
        write!(f, "drained={}", self.drained())
    }
}
