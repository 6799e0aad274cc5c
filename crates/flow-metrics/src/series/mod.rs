//! Series: found by numbers, counted in memory of each thread, added up when they are read.

mod catalog;
mod family;
mod labels;
mod local;
mod probe;
mod shard;
mod snapshot;
mod sums;
mod table;

pub(crate) use catalog::{Catalog, Shared};
pub(crate) use family::{BUCKETS, Column, Family, From, Measure};
pub use family::{Counter, Histogram, OWN_LABELS};
pub(crate) use labels::Labels;
pub(crate) use local::{Context, Ends, Local};
pub(crate) use shard::lock;
pub(crate) use snapshot::{FamilySnapshot, Row, Snapshot};
