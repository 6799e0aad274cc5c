//! Metrics as an observer of a pipeline.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use flow_core::pipeline::{Lost, Observer};
use flow_core::view::FlowView;

use crate::apply;
use crate::config::{MetricConfig, Notice};
use crate::expose::{self, Format};
use crate::inner::Inner;
use crate::seen::Seen;
use crate::series::{Snapshot, lock};
use crate::value::Value;
use crate::words::Word;
use crate::worker;

/// Bytes of text that are handed on at a time.
const PART: usize = 1 << 16;

/// Counts flows, and writes what was counted for Prometheus. Clones are the same metrics.
pub struct Metrics {
    inner: Arc<Inner>,
    /// The last of these takes the memory of threads with it.
    owner: Arc<Owner>,
}

/// Tells threads that nobody reads what they count.
struct Owner(Arc<Inner>);

impl Drop for Owner {
    fn drop(&mut self) {
        self.0.shared.is_abandoned.store(true, Ordering::Relaxed);
    }
}

impl Clone for Metrics {
    fn clone(&self) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
            owner: Arc::clone(&self.owner),
        }
    }
}

impl Metrics {
    pub(crate) fn from_inner(inner: Inner) -> Self {
        let inner = Arc::new(inner);
        Self {
            owner: Arc::new(Owner(Arc::clone(&inner))),
            inner,
        }
    }

    /// Counts a message as Hubble reads it.
    ///
    /// Handlers of an embedder's own, and filters of theirs, read flows only, and leave it out.
    #[cfg(feature = "hubble")]
    pub fn observe_message(&self, message: &flow_hubble::flow::Flow) {
        worker::observe(&self.inner, &crate::message::Message(message));
    }

    /// Applies another configuration. Series of metrics that it names too go on; metrics that it does not
    /// name are removed with their series, but for those of an embedder's own.
    ///
    /// A configuration that cannot be used changes nothing; a metric that cannot be changed goes on as it
    /// was. What happened is what is returned.
    pub fn apply(&self, configs: &[MetricConfig]) -> Vec<Notice> {
        apply::again(&self.inner, configs)
    }

    /// Notes that a pod is gone. A minute later (see
    /// [`expire_after`](crate::MetricsBuilder::expire_after)) its series are removed, once they were read one
    /// more time. Those are the series of metrics with the context `pod`, or with labels of both pod and
    /// namespace.
    pub fn pod_gone(&self, namespace: &str, pod: &str) {
        let Some(at) = Instant::now().checked_add(self.inner.grace) else {
            return;
        };
        let gone = (at, namespace.to_owned(), pod.to_owned());
        lock(&self.inner.state).gone.push(gone);
    }

    /// Removes the series of a pod now; what was counted since they were last read goes with them.
    pub fn remove_pod(&self, namespace: &str, pod: &str) {
        let set = self.inner.set();
        self.inner.shared.with(|catalog| {
            catalog.remove(true, |family, labels| {
                let mut entries = set.entries.iter();
                entries.any(|entry| entry.is_of_pod(family, labels, (namespace, pod)))
            });
        });
    }

    /// Returns all series as text.
    #[must_use]
    pub fn encode(&self, format: Format) -> String {
        let mut text = String::new();
        expose::write(&self.snapshot(), format, &mut text);
        text
    }

    /// Writes all series as text, in parts of some 64 KiB.
    ///
    /// # Errors
    /// Where `to` cannot be written to.
    pub fn write(&self, format: Format, to: &mut impl io::Write) -> io::Result<()> {
        let mut text = String::with_capacity(PART + (PART >> 4));
        for family in &self.snapshot().families {
            expose::write_head(&family.family, format, &mut text);
            for row in &family.rows {
                expose::write_row(&family.family, row, format, &mut text);
                if text.len() >= PART {
                    to.write_all(text.as_bytes())?;
                    text.clear();
                }
            }
        }
        expose::finish(format, &mut text);
        to.write_all(text.as_bytes())
    }

    pub(crate) fn snapshot(&self) -> Snapshot {
        self.snapshot_at(Instant::now())
    }

    pub(crate) fn snapshot_at(&self, now: Instant) -> Snapshot {
        let (set, due) = {
            let mut state = lock(&self.inner.state);
            let (due, later): (Vec<_>, Vec<_>) = std::mem::take(&mut state.gone)
                .into_iter()
                .partition(|(at, ..)| *at <= now);
            state.gone = later;
            (Arc::clone(&state.set), due)
        };
        self.inner.shared.with(|catalog| {
            if !due.is_empty() {
                catalog.remove(false, |family, labels| {
                    due.iter().any(|(_, namespace, pod)| {
                        let mut entries = set.entries.iter();
                        entries.any(|entry| entry.is_of_pod(family, labels, (namespace, pod)))
                    })
                });
            }
            catalog.snapshot()
        })
    }
}

impl Observer for Metrics {
    fn name(&self) -> &str {
        "metrics"
    }

    #[inline]
    fn observe(&self, view: &FlowView<'_>) {
        worker::observe(&self.inner, &Seen(view));
    }

    fn lost(&self, lost: &Lost) {
        let place = Value::word(match lost.at.hubble_name() {
            "HUBBLE_RING_BUFFER" => Word::HubbleRing,
            "OBSERVER_EVENTS_QUEUE" => Word::Queue,
            _ => Word::PerfRing,
        });
        worker::lost(&self.inner, place, lost.count);
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let set = self.inner.set();
        let names = set.entries.iter().map(|entry| &entry.config.name);
        f.debug_tuple("Metrics")
            .field(&names.collect::<Vec<_>>())
            .finish()
    }
}
