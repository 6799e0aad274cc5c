//! Files of exported flows, one `ExportEvent` a line, as a source.

mod input;
mod lines;
mod parts;
mod source;

pub use source::{ExportCounts, ExportProgress, ExportSource, LineError, LineProblem};
