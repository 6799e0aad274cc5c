//! What metrics are made of, shared by all threads.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use flow_core::names::NameTable;

use crate::context::EndTable;
use crate::series::{Column, Counter, From, Labels, Measure, Shared, lock};
use crate::set::HandlerSet;

/// What changes when a configuration is applied.
pub(crate) struct State {
    pub(crate) set: Arc<HandlerSet>,
    pub(crate) ends: EndTable,
    /// Pods that are gone, and when their series may be removed.
    pub(crate) gone: Vec<(Instant, String, String)>,
}

/// What all threads share.
pub(crate) struct Inner {
    pub(crate) shared: Arc<Shared>,
    pub(crate) names: Option<NameTable>,
    pub(crate) state: Mutex<State>,
    /// Series of each metric.
    pub(crate) limit: usize,
    /// How long the series of a pod that is gone stay.
    pub(crate) grace: Duration,
    /// Whether the configuration may not change.
    pub(crate) is_static: bool,
    pub(crate) lost: Counter,
    overflow: Counter,
}

impl Inner {
    pub(crate) fn new(
        names: Option<NameTable>,
        limit: usize,
        grace: Duration,
        is_static: bool,
    ) -> Self {
        let shared = Arc::new(Shared::new());
        let label = |name: &str| Column {
            name: name.into(),
            from: From::Own(0),
        };
        let (lost, overflow) = shared.with(|catalog| {
            let budget = catalog.add_budget(usize::MAX, None);
            let counter = |catalog: &mut crate::series::Catalog, name, help, columns| {
                Counter(catalog.add_family(budget, Measure::Counter, (name, help), columns))
            };
            let lost = counter(
                catalog,
                "hubble_lost_events_total",
                "Number of lost events",
                vec![label("source")],
            );
            let overflow = counter(
                catalog,
                "flow_metrics_overflow_total",
                "Number of increments counted with a label \"other\", because a metric has no room for more series",
                vec![label("metric")],
            );
            (lost, overflow)
        });
        Self {
            shared,
            names,
            state: Mutex::new(State {
                set: Arc::default(),
                ends: EndTable::default(),
                gone: Vec::new(),
            }),
            limit,
            grace,
            is_static,
            lost,
            overflow,
        }
    }

    pub(crate) fn set(&self) -> Arc<HandlerSet> {
        Arc::clone(&lock(&self.state).set)
    }

    /// The series that counts what the budget of a metric has no room for.
    pub(crate) fn overflow_of(&self, metric: &str) -> (Arc<crate::series::Family>, Labels) {
        let mut labels = Labels::default();
        labels.push(|text| text.push_str(metric));
        (Arc::clone(&self.overflow.0), labels)
    }
}
