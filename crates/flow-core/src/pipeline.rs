//! The contracts between the crates: where records come from, and what happens to each flow.
//!
//! All traits are object safe; an agent composes them as it likes.

use core::time::Duration;
use std::string::String;

use crate::flow::Flow;

/// One record of a [`Source`], borrowed for the time of the call.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Record<'a> {
    /// A record of our own kernel programs: see [`crate::event`].
    Kernel(&'a [u8]),
    /// A record of Cilium's datapath or agent: see [`crate::cilium`].
    Cilium(CiliumRecord<'a>),
    /// Records that were lost before they could be handed over.
    Lost(Lost),
}

/// A record of Cilium's datapath or agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CiliumRecord<'a> {
    /// Its bytes.
    pub data: &'a [u8],
    /// Processor on which it was made.
    pub cpu: u32,
}

/// Where something was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LostAt {
    /// Cilium lost it, before its monitor handed it over.
    Monitor,
    /// A kernel ring buffer had no room.
    KernelRing,
    /// The kernel's flow table had no room or gave up an entry.
    KernelTable,
    /// Counts stayed in the kernel's flow table, because the kernel did not let it be swept.
    KernelSweep,
    /// A record could not be decoded.
    Decode,
    /// The history ring overwrote it before it was read.
    HistoryRing,
}

impl LostAt {
    /// Every place, in the order in which a flow passes them.
    pub const ALL: [Self; 6] = [
        Self::Monitor,
        Self::KernelRing,
        Self::KernelTable,
        Self::KernelSweep,
        Self::Decode,
        Self::HistoryRing,
    ];

    /// The name in Hubble's `flow.LostEventSource`.
    #[must_use]
    pub const fn hubble_name(self) -> &'static str {
        match self {
            Self::Monitor | Self::KernelRing | Self::KernelTable | Self::KernelSweep => {
                "PERF_EVENT_RING_BUFFER"
            }
            Self::Decode => "OBSERVER_EVENTS_QUEUE",
            Self::HistoryRing => "HUBBLE_RING_BUFFER",
        }
    }
}

/// A number of things lost at one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Lost {
    /// The place.
    pub at: LostAt,
    /// How many.
    pub count: u64,
}

/// Why a source ended or could not go on.
#[derive(Debug, thiserror::Error)]
#[error("source {source_name}: {reason}")]
pub struct SourceError {
    /// Name of the source.
    pub source_name: String,
    /// What was expected and what was found.
    pub reason: String,
}

/// Whether a source may have more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// More may come: call again.
    Open,
    /// Nothing will come any more.
    Ended,
}

/// Yields records.
pub trait Source: Send {
    /// A short name for messages.
    fn name(&self) -> &str;

    /// Hands every record that is ready to `sink`; where none is, waits for one for at most
    /// `timeout`.
    ///
    /// # Errors
    /// When the source cannot go on.
    fn poll(
        &mut self,
        timeout: Duration,
        sink: &mut dyn FnMut(Record<'_>),
    ) -> Result<Progress, SourceError>;
}

/// Adds what it knows to a flow: names, identities, services.
pub trait Enricher: Send + Sync {
    /// Fills the handles and identities of `flow`.
    fn enrich(&self, flow: &mut Flow);
}

/// Chooses flows.
pub trait Filter: Send + Sync {
    /// Whether `flow` is wanted.
    fn matches(&self, flow: &Flow) -> bool;
}

/// A closure is a filter.
impl<F: Fn(&Flow) -> bool + Send + Sync> Filter for F {
    fn matches(&self, flow: &Flow) -> bool {
        self(flow)
    }
}

/// Sees each flow: metrics, exporters, printers.
pub trait Observer: Send {
    /// Called once for each flow, in order.
    fn observe(&mut self, flow: &Flow);

    /// Called when something was lost.
    fn lost(&mut self, lost: &Lost) {
        let _ = lost;
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::ToOwned;
    use std::boxed::Box;
    use std::collections::BTreeSet;
    use std::string::ToString;
    use std::vec::Vec;

    use super::*;
    use crate::event::{EventDecoder, EventKind, RawEvent};

    /// Yields records to ports 1 to 3, and a loss.
    struct Records(u16);

    impl Source for Records {
        fn name(&self) -> &str {
            "records"
        }

        fn poll(
            &mut self,
            _timeout: Duration,
            sink: &mut dyn FnMut(Record<'_>),
        ) -> Result<Progress, SourceError> {
            self.0 += 1;
            let raw = RawEvent {
                kind: EventKind::PACKET,
                header_len: 184,
                dport: self.0,
                ..RawEvent::default()
            };
            sink(Record::Kernel(raw.as_ref()));
            if self.0 < 3 {
                return Ok(Progress::Open);
            }
            let at = LostAt::KernelRing;
            sink(Record::Lost(Lost { at, count: 5 }));
            Ok(Progress::Ended)
        }
    }

    struct Identities;

    impl Enricher for Identities {
        fn enrich(&self, flow: &mut Flow) {
            flow.destination.identity = 100 + u32::from(flow.destination.port);
        }
    }

    #[derive(Default)]
    struct Seen {
        identities: Vec<u32>,
        lost: u64,
    }

    impl Observer for Seen {
        fn observe(&mut self, flow: &Flow) {
            self.identities.push(flow.destination.identity);
        }

        fn lost(&mut self, lost: &Lost) {
            self.lost += lost.count;
        }
    }

    /// Each contract behind a pointer, as an agent keeps them that is composed at run time.
    #[test]
    fn the_contracts_are_object_safe_and_fit_together() {
        let mut source: Box<dyn Source> = Box::new(Records(0));
        let enricher: Box<dyn Enricher> = Box::new(Identities);
        let filter: Box<dyn Filter> = Box::new(|flow: &Flow| flow.destination.port != 2);
        let mut seen = Seen::default();
        let observer: &mut dyn Observer = &mut seen;
        let mut decoder = EventDecoder::new(
            crate::clock::BootClock::new(0, 0),
            crate::event::DropReasonTable::default(),
            (),
        );
        loop {
            let progress = source.poll(Duration::ZERO, &mut |record| match record {
                Record::Kernel(bytes) => {
                    let mut flow = decoder.decode(bytes).expect("whole");
                    enricher.enrich(&mut flow);
                    if filter.matches(&flow) {
                        observer.observe(&flow);
                    }
                }
                Record::Cilium(record) => panic!("not of this source: {record:?}"),
                Record::Lost(lost) => observer.lost(&lost),
            });
            if progress.expect("it never fails") == Progress::Ended {
                break;
            }
        }
        assert_eq!((seen.identities, seen.lost), (std::vec![101, 103], 5));
    }

    #[test]
    fn every_place_of_loss_is_one_of_hubbles() {
        let names: BTreeSet<_> = LostAt::ALL.into_iter().map(LostAt::hubble_name).collect();
        let hubbles = [
            "HUBBLE_RING_BUFFER",
            "OBSERVER_EVENTS_QUEUE",
            "PERF_EVENT_RING_BUFFER",
        ];
        assert!(names.into_iter().eq(hubbles));
        let error = SourceError {
            source_name: "kernel ring 0".to_owned(),
            reason: "gone".to_owned(),
        };
        assert_eq!(error.to_string(), "source kernel ring 0: gone");
    }
}
