//! Layer 7: what the payloads of packets say, as flows.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use flow_core::flow::Flow;
use flow_core::record::{L7Record, L7Shelf};
use flow_core::wire::Packet;
use flow_l7::redact::Redaction;
use flow_l7::track::{Limits, Segment, Tracker, TrackerStats};

use crate::args::Protocols;
use crate::messages::count;

/// How requests and responses are followed, the same for every thread.
#[derive(Clone)]
pub(crate) struct Setup {
    pub(crate) protocols: Protocols,
    pub(crate) redaction: Redaction,
    pub(crate) limits: Limits,
    pub(crate) shelf: Arc<L7Shelf>,
    pub(crate) sums: Arc<Mutex<Sums>>,
}

impl Setup {
    /// Live: records of a ring of this size and the memory of all trackers together stay within
    /// about 12 MiB.
    pub(crate) fn live(
        protocols: Protocols,
        redaction: Redaction,
        shelf: Arc<L7Shelf>,
        threads: usize,
    ) -> Self {
        let each = |all: usize| all / threads.max(1);
        let limits = Limits {
            connections: each(8_192),
            memory: each(4 << 20),
            text: 1 << 10,
            entries: 16,
            ..Limits::default()
        };
        Self {
            protocols,
            redaction,
            limits,
            shelf,
            sums: Arc::default(),
        }
    }

    /// Of a capture, which one thread reads.
    pub(crate) fn capture(protocols: Protocols, redaction: Redaction, shelf: Arc<L7Shelf>) -> Self {
        Self {
            protocols,
            redaction,
            limits: Limits::default(),
            shelf,
            sums: Arc::default(),
        }
    }

    /// What all trackers that have finished did.
    pub(crate) fn sums(&self) -> Sums {
        *self.sums.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Requests and responses of one thread's packets.
pub(crate) struct Exchanges {
    tracker: Tracker,
    setup: Setup,
}

impl Exchanges {
    /// `None` where no protocol is asked for.
    pub(crate) fn new(setup: &Setup) -> Option<Self> {
        (setup.protocols != Protocols::NONE).then(|| Self {
            tracker: Tracker::new(setup.limits, setup.redaction.clone()),
            setup: setup.clone(),
        })
    }

    /// Takes a packet and its flow; hands out the flows of what it says.
    pub(crate) fn packet(&mut self, flow: &Flow, packet: &Packet<'_>, emit: &mut dyn FnMut(&Flow)) {
        if let Some(segment) = Segment::of_packet(packet) {
            self.tracker
                .track(flow, &segment, &mut chosen(&self.setup, emit));
        }
    }

    /// Gives up what has been quiet for too long at the time `now`, in nanoseconds since the Unix
    /// epoch.
    pub(crate) fn expire(&mut self, now: u64, emit: &mut dyn FnMut(&Flow)) {
        self.tracker.expire(now, &mut chosen(&self.setup, emit));
    }

    /// Nothing more comes: hands out what is left, and adds up what was done.
    pub(crate) fn finish(mut self, emit: &mut dyn FnMut(&Flow)) {
        self.tracker.finish(&mut chosen(&self.setup, emit));
        let mut sums = self
            .setup
            .sums
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        sums.add(&self.tracker.stats());
    }
}

/// Keeps the records of the protocols that are asked for, and passes their flows on.
fn chosen(setup: &Setup, emit: &mut dyn FnMut(&Flow)) -> impl FnMut(&Flow, &mut L7Record) {
    |flow, record| {
        if setup.protocols.contains(flow.l7_type) {
            let mut flow = *flow;
            flow.l7 = setup.shelf.put(std::mem::take(record));
            emit(&flow);
        }
    }
}

/// What trackers did, added up. Prints as `12 requests, 11 responses`, and what is missing.
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
const WORDS: [(&str, &str); 9] = [
    ("request", "unanswered"),
    ("response", "without a request"),
    ("request", "given up"),
    ("request", "sent again"),
    ("message", "cut off"),
    ("message", "malformed"),
    ("gap", "between messages"),
    ("connection", "joined late"),
    ("connection", "given up for room"),
];

impl Sums {
    fn add(&mut self, stats: &TrackerStats) {
        self.requests += stats.requests;
        self.responses += stats.responses;
        let others = [
            stats.unanswered,
            stats.unmatched,
            stats.evicted,
            stats.repeated,
            stats.truncated,
            stats.malformed,
            stats.gaps,
            stats.joined,
            stats.evicted_full + stats.evicted_memory,
        ];
        for (sum, more) in self.others.iter_mut().zip(others) {
            *sum += more;
        }
    }

    /// With the packets that were not captured, and the records that were not shown.
    pub(crate) fn with_lost(mut self, capture_lost: u64, gone: u64) -> Self {
        self.capture_lost = capture_lost;
        self.gone = gone;
        self
    }

    /// Whether there is nothing to tell.
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
    fn what_is_missing_is_told() {
        let mut sums = Sums::default();
        assert!(sums.is_empty());
        let stats = TrackerStats {
            requests: 2,
            responses: 1,
            unanswered: 1,
            evicted_full: 3,
            evicted_memory: 4,
            ..TrackerStats::default()
        };
        sums.add(&stats);
        assert_eq!(
            sums.to_string(),
            "layer 7: 2 requests, 1 response, 1 request unanswered, 7 connections given up for room"
        );
        sums.add(&stats);
        assert!(!sums.is_empty());
        assert!(
            Sums::default()
                .with_lost(0, 1)
                .to_string()
                .ends_with("0 responses, 1 message overwritten before being shown")
        );
    }
}
