//! All series at one moment.

use std::sync::Arc;

use super::family::Family;
use super::labels::Labels;
use super::shard::Exemplar;
use super::sums::Sums;

/// One series.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) labels: Arc<Labels>,
    pub(crate) sums: Sums,
    /// The newest exemplars by bucket; a counter has one, at 0.
    pub(crate) exemplars: Vec<(usize, Exemplar)>,
}

/// The series of a family in order of their labels.
#[derive(Debug)]
pub(crate) struct FamilySnapshot {
    pub(crate) family: Arc<Family>,
    pub(crate) rows: Vec<Row>,
}

/// The families that have series, in order of their names.
#[derive(Debug, Default)]
pub(crate) struct Snapshot {
    pub(crate) families: Vec<FamilySnapshot>,
}
