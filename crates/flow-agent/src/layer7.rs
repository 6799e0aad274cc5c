//! Layer 7: which messages are followed, within which limits, and what became of them.

use std::fmt;

use flow_core::pipeline::PipelineBuilder;
use flow_l7::redact::Redaction;
use flow_l7::track::{Limits, TrackerStage, TrackerStats, TrackerTotals};

use crate::args::Protocols;
use crate::messages::count;

/// Limits of one of several threads: the records of a ring of the usual size and the memory of all
/// trackers together stay within about 11 MiB.
pub(crate) fn live_limits(threads: usize) -> Limits {
    let each = |all: usize| all / threads.max(1);
    Limits {
        connections: each(8_192),
        memory: each(3 << 20),
        text: 1 << 10,
        entries: 16,
        ..Limits::default()
    }
}

/// Adds the stage that pairs requests and responses of `protocols`, where there are any.
pub(crate) fn follow(
    builder: PipelineBuilder,
    protocols: Protocols,
    limits: Limits,
    redaction: Redaction,
    totals: &TrackerTotals,
) -> PipelineBuilder {
    if protocols == Protocols::NONE {
        return builder;
    }
    let limits = Limits {
        protocols: protocols.followed(),
        ..limits
    };
    let totals = totals.clone();
    builder.stage(move || TrackerStage::new(limits, redaction.clone()).with_totals(&totals))
}

/// Counts of requests and responses. Displays as `12 requests, 11 responses`, and what is missing.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Sums {
    requests: u64,
    responses: u64,
    /// Every other count that says that something is missing or odd, in the order of [`WORDS`].
    others: [u64; WORDS.len()],
    /// Captured packets that found no room in the kernel.
    capture_lost: u64,
    /// Records that were gone when they were to be shown.
    gone: u64,
}

/// What the counts are of, and what became of it.
const WORDS: [(&str, &str); 11] = [
    ("request", "unanswered"),
    ("request", "without a response in time"),
    ("response", "without a request"),
    ("response", "that differs from the first"),
    ("request", "given up"),
    ("request", "sent again"),
    ("message", "cut off"),
    ("message", "malformed"),
    ("gap", "between messages"),
    ("connection", "joined late"),
    ("connection", "given up for room"),
];

impl Sums {
    /// What `stats` counts, with the packets that were not captured and the messages that were gone
    /// when they were to be shown.
    pub(crate) fn new(stats: &TrackerStats, capture_lost: u64, gone: u64) -> Self {
        let others = [
            stats.unanswered,
            stats.timed_out,
            stats.unmatched,
            stats.conflicting,
            stats.evicted,
            stats.repeated,
            stats.truncated,
            stats.malformed,
            stats.gaps,
            stats.joined,
            stats.evicted_full + stats.evicted_memory,
        ];
        Self {
            requests: stats.requests,
            responses: stats.responses,
            others,
            capture_lost,
            gone,
        }
    }

    /// Whether there is nothing to report.
    pub(crate) fn is_empty(&self) -> bool {
        self.requests + self.responses + self.capture_lost + self.gone == 0
            && self.others == [0; WORDS.len()]
    }
}

impl fmt::Display for Sums {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (requests, responses) = (self.requests, self.responses);
        write!(
            f,
            "layer 7: {}, {}",
            count(requests, "request"),
            count(responses, "response")
        )?;
        let lost = [
            (self.capture_lost, ("packet", "not captured")),
            (self.gone, ("message", "overwritten before being shown")),
        ];
        let others = self.others.into_iter().zip(WORDS);
        for (number, (noun, what)) in others.chain(lost) {
            if number > 0 {
                write!(f, ", {} {what}", count(number, noun))?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_shown() {
        let none = TrackerStats::default();
        assert!(Sums::new(&none, 0, 0).is_empty());
        let stats = TrackerStats {
            requests: 2,
            responses: 1,
            unanswered: 1,
            evicted_full: 3,
            evicted_memory: 4,
            ..none
        };
        let sums = Sums::new(&stats, 0, 0);
        assert!(!sums.is_empty());
        assert_eq!(
            sums.to_string(),
            "layer 7: 2 requests, 1 response, 1 request unanswered, 7 connections given up for room"
        );
        assert!(
            Sums::new(&none, 0, 1)
                .to_string()
                .ends_with("0 responses, 1 message overwritten before being shown")
        );
    }
}
