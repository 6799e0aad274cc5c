//! Families of series: a name, labels, and what is counted.

use std::sync::Arc;

/// Most labels of a family that its handler gives values for, besides those of contexts.
pub const OWN_LABELS: usize = 4;

/// Upper bounds of the buckets of histograms in seconds, those of Prometheus's client libraries.
pub(crate) const BUCKETS: [f64; 11] = [
    0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
];

/// Words that a histogram takes: its buckets, the one without bound, and the sum.
const HISTOGRAM_WORDS: u32 = BUCKETS.len() as u32 + 2;

/// What a family measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Measure {
    Counter,
    Histogram,
}

impl Measure {
    /// Words of memory that a series takes in each shard.
    pub(crate) const fn words(self) -> u32 {
        match self {
            Self::Counter => 1,
            Self::Histogram => HISTOGRAM_WORDS,
        }
    }
}

/// Where the value of a label comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum From {
    /// A place in what is known of the sender.
    Source(usize),
    /// A place in what is known of the receiver.
    Destination(usize),
    /// The direction of the flow.
    Direction,
    /// A place in the handler's own values.
    Own(usize),
}

/// A label of a family.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    pub(crate) name: Box<str>,
    pub(crate) from: From,
}

/// A family of series.
#[derive(Debug)]
pub(crate) struct Family {
    /// Number of the family in its catalog; never used again.
    pub(crate) id: u32,
    /// Number of the budget that its series count in.
    pub(crate) budget: usize,
    pub(crate) name: Box<str>,
    pub(crate) help: Box<str>,
    pub(crate) measure: Measure,
    /// Labels in order of their names.
    pub(crate) columns: Box<[Column]>,
}

/// A counter with labels.
#[derive(Clone, Debug)]
pub struct Counter(pub(crate) Arc<Family>);

/// A histogram of seconds with labels.
#[derive(Clone, Debug)]
pub struct Histogram(pub(crate) Arc<Family>);
