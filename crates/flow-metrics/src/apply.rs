//! Applies configurations.

use std::sync::Arc;

use crate::config::{ConfigError, MetricConfig, Notice};
use crate::handler::Builtin;
use crate::inner::{Inner, State};
use crate::make;
use crate::series::lock;
use crate::set::{Entry, HandlerSet};

/// Makes the metrics of a configuration that does not change. Any error ends it.
pub(crate) fn once(
    inner: &Inner,
    state: &mut State,
    configs: Vec<MetricConfig>,
) -> Result<(Vec<Entry>, Vec<Notice>), ConfigError> {
    let (known, unknown): (Vec<_>, Vec<_>) = configs
        .into_iter()
        .partition(|config| Builtin::NAMES.contains(&&*config.name));
    let mut notices: Vec<Notice> = unknown
        .into_iter()
        .map(|config| Notice::Unknown {
            metric: config.name,
        })
        .collect();
    for (index, config) in known.iter().enumerate() {
        conflict(config, &known)?;
        if known[..index].iter().any(|other| other.name == config.name) {
            return Err(ConfigError::Duplicate {
                metric: config.name.clone(),
            });
        }
    }
    let mut entries = Vec::new();
    for config in known {
        let entry = make::entry(inner, state, config, None)?;
        notices.push(configured(&entry));
        entries.push(entry);
    }
    Ok((entries, notices))
}

fn configured(entry: &Entry) -> Notice {
    Notice::Configured {
        metric: entry.config.name.clone(),
        status: entry.body.status.clone(),
    }
}

fn conflict(config: &MetricConfig, all: &[MetricConfig]) -> Result<(), ConfigError> {
    let conflict = Builtin::conflict(&config.name);
    let other = conflict.filter(|other| all.iter().any(|config| config.name == *other));
    match other {
        Some(other) => Err(ConfigError::Conflict {
            metric: config.name.clone(),
            other: other.to_owned(),
        }),
        None => Ok(()),
    }
}

/// Applies another configuration: what it no longer names is removed, what is new is added, and of what
/// stays the filters change.
pub(crate) fn again(inner: &Inner, configs: &[MetricConfig]) -> Vec<Notice> {
    let mut state = lock(&inner.state);
    let before = Arc::clone(&state.set);
    if let Err(error) = validate(inner, &before, configs) {
        return vec![Notice::Refused { error }];
    }
    let mut notices = Vec::new();
    let mut after = HandlerSet::default();
    let mut removed = Vec::new();
    for entry in &before.entries {
        let is_custom = !Builtin::NAMES.contains(&&*entry.config.name);
        match configs
            .iter()
            .find(|config| config.name == entry.config.name)
        {
            None if is_custom => after.entries.push(entry.clone()),
            None => {
                removed.push(entry.body.budget);
                notices.push(Notice::Removed {
                    metric: entry.config.name.clone(),
                });
            }
            Some(config) => after
                .entries
                .push(changed(inner, entry, config, &mut notices)),
        }
    }
    // Their names must be free before others take them.
    inner
        .shared
        .with(|catalog| catalog.remove_families(|family| removed.contains(&family.budget)));
    for config in configs {
        if before.find(&config.name).is_some() {
            continue;
        }
        let made = conflict(config, configs)
            .and_then(|()| make::entry(inner, &mut state, config.clone(), None));
        match made {
            Ok(entry) => {
                notices.push(configured(&entry));
                after.entries.push(entry);
            }
            Err(error) => notices.push(Notice::Failed {
                metric: config.name.clone(),
                error,
            }),
        }
    }
    state.set = Arc::new(after);
    drop(state);
    inner.shared.with(|catalog| catalog.renew());
    notices
}

fn validate(
    inner: &Inner,
    before: &HandlerSet,
    configs: &[MetricConfig],
) -> Result<(), ConfigError> {
    if inner.is_static {
        return Err(ConfigError::IsStatic);
    }
    for (index, config) in configs.iter().enumerate() {
        let metric = || config.name.clone();
        if config.name.is_empty() {
            return Err(ConfigError::NoName { index });
        }
        if configs[..index]
            .iter()
            .any(|other| other.name == config.name)
        {
            return Err(ConfigError::Duplicate { metric: metric() });
        }
        let known = before.find(&config.name);
        if known.is_some_and(|known| known.config.options != config.options) {
            return Err(ConfigError::LabelsChanged { metric: metric() });
        }
    }
    Ok(())
}

/// A metric with other filters.
fn changed(
    inner: &Inner,
    entry: &Entry,
    config: &MetricConfig,
    notices: &mut Vec<Notice>,
) -> Entry {
    if entry.config == *config {
        return entry.clone();
    }
    match make::choice(inner, config) {
        Ok(choice) => Entry {
            config: config.clone(),
            body: Arc::clone(&entry.body),
            choice: Arc::new(choice),
        },
        Err(error) => {
            notices.push(Notice::Unchanged {
                metric: config.name.clone(),
                error: make::named(&config.name, error),
            });
            entry.clone()
        }
    }
}
