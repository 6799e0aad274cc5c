//! How up to date the objects of each kind are.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use crate::kubernetes::ObjectKind;

/// A failure is over after this long without another one: the longest delay before a retry (30 s) and the
/// time that a connection may take (30 s), with a margin. A watch of objects that do not change shows nothing
/// when it goes on.
const QUIET: Duration = Duration::from_secs(90);

/// How up to date the objects of a cluster are. Clones share it.
#[derive(Clone)]
pub struct Freshness {
    kinds: Arc<Mutex<BTreeMap<ObjectKind, Kind>>>,
}

#[derive(Debug, Default)]
struct Kind {
    is_listed: bool,
    lists: u64,
    failures: u64,
    /// The first and the last of the failures that are not over, and what it was.
    failing: Option<(Instant, Instant, String)>,
}

impl Kind {
    fn failing(&self) -> Option<&(Instant, Instant, String)> {
        let failing = self.failing.as_ref();
        failing.filter(|(_, last, _)| last.elapsed() < QUIET)
    }
}

impl Freshness {
    pub(super) fn new(kinds: impl Iterator<Item = ObjectKind>) -> Self {
        let kinds = kinds.map(|kind| (kind, Kind::default())).collect();
        Self {
            kinds: Arc::new(Mutex::new(kinds)),
        }
    }

    fn with(&self, kind: ObjectKind, change: impl FnOnce(&mut Kind)) {
        if let Some(kind) = self.kinds.lock().get_mut(&kind) {
            change(kind);
        }
    }

    pub(super) fn note_event(&self, kind: ObjectKind) {
        self.with(kind, |kind| kind.failing = None);
    }

    pub(super) fn note_list(&self, kind: ObjectKind) {
        self.with(kind, |kind| {
            (kind.is_listed, kind.failing) = (true, None);
            kind.lists += 1;
        });
    }

    pub(super) fn note_failure(&self, kind: ObjectKind, failure: &dyn fmt::Display) {
        let now = Instant::now();
        self.with(kind, |kind| {
            kind.failures += 1;
            let since = kind.failing().map_or(now, |(since, _, _)| *since);
            kind.failing = Some((since, now, failure.to_string()));
        });
    }

    /// Returns how old what is known may be: the time since the watch of a kind failed and has not come back,
    /// for the kind that is the worst; zero where all go on. `None` until every kind was listed once.
    #[must_use]
    pub fn staleness(&self) -> Option<Duration> {
        let kinds = self.kinds.lock();
        let all = kinds.values().map(|kind| {
            let failing = kind.failing();
            let age = failing.map_or(Duration::ZERO, |(since, _, _)| since.elapsed());
            kind.is_listed.then_some(age)
        });
        all.collect::<Option<Vec<_>>>()?.into_iter().max()
    }

    /// Returns why a watch does not go on, with its kind; `None` where all do.
    #[must_use]
    pub fn failure(&self) -> Option<String> {
        let kinds = self.kinds.lock();
        kinds.iter().find_map(|(kind, state)| {
            let (_, _, failure) = state.failing()?;
            Some(format!("{}: {failure}", kind.names().1))
        })
    }

    /// Returns how often watches failed.
    #[must_use]
    pub fn failures(&self) -> u64 {
        self.kinds.lock().values().map(|kind| kind.failures).sum()
    }

    /// Returns how often a kind was listed: once, and once more for each time that a watch could not go on where
    /// it had ended.
    #[must_use]
    pub fn lists(&self, kind: ObjectKind) -> u64 {
        self.kinds.lock().get(&kind).map_or(0, |kind| kind.lists)
    }
}

impl fmt::Debug for Freshness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Freshness")
            .field(&*self.kinds.lock())
            .finish()
    }
}
