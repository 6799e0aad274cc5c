//! Makes metrics of their configuration.

use std::sync::Arc;

use crate::choice::Choice;
use crate::config::{ConfigError, MetricConfig};
use crate::handler::{Builtin, Handler};
use crate::inner::{Inner, State};
use crate::set::{Body, Entry, Kind};
use crate::setup::Setup;

/// Makes a handler of an embedder's own.
pub(crate) type MakeHandler = Box<dyn FnOnce(&mut Setup<'_>) -> Box<dyn Handler> + Send>;

/// Makes the metric that `config` describes; a custom one with `custom`.
pub(crate) fn entry(
    inner: &Inner,
    state: &mut State,
    config: MetricConfig,
    custom: Option<MakeHandler>,
) -> Result<Entry, ConfigError> {
    let name = &*config.name;
    let choice = choice(inner, &config).map_err(|error| named(name, error))?;
    let is_inverted = custom.is_none() && Builtin::is_inverted(name);
    let overflow = inner.overflow_of(name);
    let result = inner.shared.with(|catalog| {
        let budget = catalog.add_budget(inner.limit, Some(overflow));
        let made =
            Setup::new(&config.options, is_inverted, catalog, budget).and_then(|mut setup| {
                let kind = match custom {
                    Some(make) => Some(Kind::Custom(make(&mut setup))),
                    None => Builtin::new(name, &mut setup).map(Kind::Builtin),
                };
                let (contexts, options) = setup.finish(&mut state.ends)?;
                Ok((kind, contexts, options))
            });
        if !matches!(made, Ok((Some(_), ..))) {
            catalog.remove_families(|family| family.budget == budget);
        }
        (budget, made)
    });
    let (budget, made) = result;
    let (kind, contexts, options) = made.map_err(|source| ConfigError::Option {
        metric: name.to_owned(),
        source,
    })?;
    let kind = kind.ok_or_else(|| ConfigError::Unknown {
        metric: name.to_owned(),
    })?;
    let status = match &kind {
        Kind::Builtin(handler) => handler.status(&options),
        Kind::Custom(_) => options,
    };
    Ok(Entry {
        body: Arc::new(Body {
            kind,
            contexts,
            budget,
            status,
        }),
        choice: Arc::new(choice),
        config,
    })
}

/// Makes the filter of a metric.
#[cfg(feature = "hubble")]
pub(crate) fn choice(inner: &Inner, config: &MetricConfig) -> Result<Choice, ChoiceError> {
    if config.include.is_empty() && config.exclude.is_empty() {
        return Ok(Choice::All);
    }
    let filters = flow_filter::hubble::FlowFilters::new(&config.include, &config.exclude)?;
    let filters = match &inner.names {
        Some(names) => filters.with_names(names),
        None => filters,
    };
    Ok(Choice::Hubble(Box::new(filters)))
}

#[cfg(not(feature = "hubble"))]
#[allow(
    clippy::unnecessary_wraps,
    reason = "it has filters with the feature `hubble`"
)]
pub(crate) fn choice(_inner: &Inner, _config: &MetricConfig) -> Result<Choice, ChoiceError> {
    Ok(Choice::All)
}

#[cfg(feature = "hubble")]
pub(crate) type ChoiceError = flow_filter::hubble::FilterError;
#[cfg(not(feature = "hubble"))]
pub(crate) type ChoiceError = std::convert::Infallible;

#[cfg(feature = "hubble")]
pub(crate) fn named(metric: &str, source: ChoiceError) -> ConfigError {
    ConfigError::Filter {
        metric: metric.to_owned(),
        source: Box::new(source),
    }
}

#[cfg(not(feature = "hubble"))]
pub(crate) fn named(_metric: &str, source: ChoiceError) -> ConfigError {
    match source {}
}
