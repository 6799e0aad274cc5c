//! Builds metrics.

use std::fmt;
use std::time::Duration;

use flow_core::names::NameTable;
use flow_core::pipeline::Filter;

use crate::apply;
use crate::choice::Choice;
use crate::config::{ConfigError, MetricConfig, Notice};
use crate::handler::Handler;
use crate::inner::Inner;
use crate::make::{self, MakeHandler};
use crate::metrics::Metrics;
use crate::series::lock;
use crate::set::HandlerSet;
use crate::setup::Setup;

/// Series of each metric, unless something else is asked for.
const SERIES: usize = 100_000;

/// How long the series of a pod that is gone stay, as in Hubble.
const GRACE: Duration = Duration::from_secs(60);

struct Custom {
    config: MetricConfig,
    make: MakeHandler,
    filter: Option<Box<dyn Filter>>,
}

/// Builds [`Metrics`].
pub struct MetricsBuilder {
    names: Option<NameTable>,
    configs: Option<Vec<MetricConfig>>,
    custom: Vec<Custom>,
    limit: usize,
    grace: Duration,
}

impl Default for MetricsBuilder {
    fn default() -> Self {
        Self {
            names: None,
            configs: None,
            custom: Vec::new(),
            limit: SERIES,
            grace: GRACE,
        }
    }
}

impl Metrics {
    /// Begins to build metrics.
    #[must_use]
    pub fn builder() -> MetricsBuilder {
        MetricsBuilder::default()
    }
}

impl MetricsBuilder {
    /// Remembers what labels show of the names of `table` by their handles.
    ///
    /// The flows that are counted must be those of a store with this table, such as the store of the
    /// pipeline that the metrics observe.
    #[must_use]
    pub fn names(mut self, table: &NameTable) -> Self {
        self.names = Some(table.clone());
        self
    }

    /// Counts these metrics, and never others: see [`Metrics::apply`] for those that change.
    #[must_use]
    pub fn metrics(mut self, configs: Vec<MetricConfig>) -> Self {
        self.configs = Some(configs);
        self
    }

    /// Counts a metric of an embedder's own. `make` makes its counters; `config` has its name and options,
    /// among them the context options that all metrics have.
    #[must_use]
    pub fn handler<H: Handler + 'static>(
        mut self,
        config: MetricConfig,
        make: impl FnOnce(&mut Setup<'_>) -> H + Send + 'static,
    ) -> Self {
        self.custom.push(Custom {
            config,
            make: Box::new(|setup| Box::new(make(setup))),
            filter: None,
        });
        self
    }

    /// Makes the [handler](Self::handler) that was added last count only flows that `filter` chooses.
    #[must_use]
    pub fn filter(mut self, filter: impl Filter + 'static) -> Self {
        if let Some(custom) = self.custom.last_mut() {
            custom.filter = Some(Box::new(filter));
        }
        self
    }

    /// Keeps at most this many series of each metric (100,000 by default; a histogram counts as one for
    /// each set of labels). What is beyond it is counted with `other` in place of the value of the label
    /// that has the most values, and in `flow_metrics_overflow_total`.
    #[must_use]
    pub const fn series_limit(mut self, limit: usize) -> Self {
        self.limit = limit;
        self
    }

    /// Keeps the series of a pod that is gone for this long: 60 s by default.
    #[must_use]
    pub const fn expire_after(mut self, grace: Duration) -> Self {
        self.grace = grace;
        self
    }

    /// Returns the metrics, and what there is to be logged.
    ///
    /// # Errors
    /// Where the configuration of a metric means nothing, one stands there twice, or two of them exclude
    /// each other. A metric that is not known is no error, as in Hubble: it is left out.
    pub fn build(self) -> Result<(Metrics, Vec<Notice>), ConfigError> {
        let inner = Inner::new(self.names, self.limit, self.grace, self.configs.is_some());
        let mut notices = Vec::new();
        {
            let mut state = lock(&inner.state);
            let mut set = HandlerSet::default();
            for custom in self.custom {
                let metric = custom.config.name.clone();
                if set.find(&metric).is_some() {
                    return Err(ConfigError::Duplicate { metric });
                }
                let mut entry = make::entry(&inner, &mut state, custom.config, Some(custom.make))?;
                if let Some(filter) = custom.filter {
                    entry.choice = std::sync::Arc::new(Choice::Custom(filter));
                }
                set.entries.push(entry);
            }
            if let Some(configs) = self.configs {
                let (entries, found) = apply::once(&inner, &mut state, configs)?;
                set.entries.extend(entries);
                notices = found;
            }
            state.set = std::sync::Arc::new(set);
        }
        Ok((Metrics::from_inner(inner), notices))
    }
}

impl fmt::Debug for MetricsBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MetricsBuilder")
            .field("configs", &self.configs)
            .field("series_limit", &self.limit)
            .field("expire_after", &self.grace)
            .finish_non_exhaustive()
    }
}
