//! Losses in words.

use flow_core::pipeline::{Lost, LostAt};

/// The line that stands in the output where flows are missing, as Hubble's begins.
pub(super) fn lost_line(lost: &Lost) -> String {
    let (source, what) = (lost.at.hubble_name(), what(lost.at));
    format!("EVENTS LOST: {source} {} {what}", lost.count)
}

/// What was lost at a place, in words that follow a number.
pub(crate) fn what(at: LostAt) -> &'static str {
    match at {
        LostAt::Monitor => "before Cilium's monitor",
        LostAt::KernelRing => "at a full kernel ring buffer",
        LostAt::KernelTable => "at the full kernel table",
        LostAt::KernelSweep => "left in the kernel table, which could not be swept",
        LostAt::Decode => "not decodable",
        LostAt::HistoryRing => "overwritten before they were shown",
        _ => "elsewhere",
    }
}
