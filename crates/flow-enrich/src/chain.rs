//! Several enrichers in order, and what each costs.

use std::cell::Cell;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use flow_core::flow::Flow;
use flow_core::pipeline::{Attached, Enricher};

/// One flow in this many is measured.
const SAMPLE: u32 = 256;

/// Enrichers in order, as one enricher that measures what each of them costs.
///
/// An enricher fills what is still empty, so the first that knows an end decides, and a later one may use
/// what an earlier one found. Names that a source brings with its flows stand before all of them. The order
/// that this crate's enrichers are made for:
///
/// | Place | Enricher | Fills |
/// |---|---|---|
/// | 1 | `names::TableNames` | names and identities by address, control group, process, node port and prefix |
/// | 2 | your own | what else is known of an end |
/// | 3 | `identity::Reserved` | `world` and `host` for ends that nobody knows |
/// | 4 | `dns::DnsNames` | DNS names, beside the names that were found before |
///
/// One flow in 256 is measured, so the clock is not what costs most.
///
/// ```
/// use flow_core::flow::Flow;
/// use flow_enrich::{Attached, Chain, Enricher, enricher_fn};
///
/// let chain = Chain::new()
///     .then(enricher_fn(|flow: &mut Flow| flow.source.identity = 2))
///     .then(enricher_fn(|flow: &mut Flow| flow.destination.identity = flow.source.identity));
/// let mut flow = Flow::default();
/// chain.enrich(&mut flow, &Attached::NONE);
/// assert_eq!(flow.destination.identity, 2);
/// assert_eq!(chain.costs().count(), 2);
/// ```
#[derive(Default)]
pub struct Chain {
    links: Vec<Link>,
}

struct Link {
    enricher: Box<dyn Enricher>,
    measured: AtomicU64,
    nanoseconds: AtomicU64,
}

/// What an enricher of a [`Chain`] costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Cost<'a> {
    /// Its [name](Enricher::name).
    pub name: &'a str,
    /// Flows that were measured, about one in 256.
    pub measured: u64,
    /// Nanoseconds that those took together, reading the clock included.
    pub nanoseconds: u64,
}

impl Cost<'_> {
    /// Returns the nanoseconds that a flow takes; `None` before the first was measured.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        (self.measured > 0).then(|| self.nanoseconds as f64 / self.measured as f64)
    }
}

impl Chain {
    /// Returns a chain without enrichers.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an enricher, after those that were added before.
    #[must_use]
    pub fn then(mut self, enricher: impl Enricher + 'static) -> Self {
        self.links.push(Link {
            enricher: Box::new(enricher),
            measured: AtomicU64::new(0),
            nanoseconds: AtomicU64::new(0),
        });
        self
    }

    /// Returns what each enricher costs, in order.
    pub fn costs(&self) -> impl ExactSizeIterator<Item = Cost<'_>> {
        self.links.iter().map(|link| Cost {
            name: link.enricher.name(),
            measured: link.measured.load(Ordering::Relaxed),
            nanoseconds: link.nanoseconds.load(Ordering::Relaxed),
        })
    }

    #[cold]
    fn measure(&self, flow: &mut Flow, attached: &Attached<'_>) {
        let mut begin = Instant::now();
        for link in &self.links {
            link.enricher.enrich(flow, attached);
            let end = Instant::now();
            let took = end.duration_since(begin).as_nanos() as u64;
            begin = end;
            link.measured.fetch_add(1, Ordering::Relaxed);
            link.nanoseconds.fetch_add(took, Ordering::Relaxed);
        }
    }
}

thread_local! {
    /// Flows until the next one that is measured; each thread counts its own.
    static UNTIL_SAMPLE: Cell<u32> = const { Cell::new(0) };
}

impl Enricher for Chain {
    fn name(&self) -> &str {
        "chain"
    }

    #[inline]
    fn enrich(&self, flow: &mut Flow, attached: &Attached<'_>) {
        let left = UNTIL_SAMPLE.get();
        if left == 0 {
            UNTIL_SAMPLE.set(SAMPLE - 1);
            return self.measure(flow, attached);
        }
        UNTIL_SAMPLE.set(left - 1);
        for link in &self.links {
            link.enricher.enrich(flow, attached);
        }
    }
}

impl fmt::Debug for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.costs()).finish()
    }
}

#[cfg(test)]
mod tests {
    use flow_core::pipeline::enricher_fn;

    use super::*;

    #[test]
    fn enrichers_work_in_order_and_one_flow_in_many_is_measured() {
        let add = |digit: u32| {
            enricher_fn(move |flow: &mut Flow| {
                flow.source.identity = flow.source.identity * 10 + digit;
            })
        };
        let chain = Chain::new().then(add(1)).then(add(2)).then(add(3));
        UNTIL_SAMPLE.set(0);
        for _ in 0..=SAMPLE {
            let mut flow = Flow::default();
            chain.enrich(&mut flow, &Attached::NONE);
            assert_eq!(flow.source.identity, 123);
        }
        let costs: Vec<_> = chain.costs().collect();
        assert_eq!(costs.len(), 3);
        assert!(costs.iter().all(|cost| cost.measured == 2));
        assert!(costs[0].mean().is_some());
    }

    #[test]
    fn nothing_is_known_before_the_first_flow() {
        let chain = Chain::new().then(enricher_fn(|_: &mut Flow| {}));
        assert!(chain.costs().all(|cost| cost.mean().is_none()));
    }
}
