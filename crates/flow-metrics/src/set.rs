//! The metrics that are counted.

use std::sync::Arc;

use crate::choice::{Candidate, Choice};
use crate::config::MetricConfig;
use crate::context::{ContextOptions, Contexts, Identifier};
use crate::handler::{Builtin, Handler};
use crate::recorder::Recorder;
use crate::series::{Context, Family, Labels, Local};

/// What counts.
pub(crate) enum Kind {
    Builtin(Builtin),
    Custom(Box<dyn Handler>),
}

/// A metric as it was made; it stays when its filters change.
pub(crate) struct Body {
    pub(crate) kind: Kind,
    pub(crate) contexts: Contexts,
    /// Number of its budget, which its families have too.
    pub(crate) budget: usize,
    pub(crate) status: String,
}

/// A metric, and the flows that it counts.
#[derive(Clone)]
pub(crate) struct Entry {
    pub(crate) config: MetricConfig,
    pub(crate) body: Arc<Body>,
    pub(crate) choice: Arc<Choice>,
}

/// All metrics, in order.
#[derive(Clone, Default)]
pub(crate) struct HandlerSet {
    pub(crate) entries: Vec<Entry>,
}

impl Entry {
    #[inline]
    fn observe(
        &self,
        subject: &impl Candidate,
        local: &mut Local,
        last: &mut Option<(usize, Context)>,
    ) {
        if !self.choice.chooses(subject) {
            return;
        }
        let body = &*self.body;
        let context = match *last {
            Some((number, context)) if number == body.contexts.number => context,
            _ => {
                let context = body.contexts.read(subject, local);
                *last = Some((body.contexts.number, context));
                context
            }
        };
        let mut recorder = Recorder::new(local, context);
        match &body.kind {
            Kind::Builtin(handler) => handler.observe(subject, &mut recorder),
            Kind::Custom(handler) => {
                subject.with_view(|view| handler.observe(view, &mut recorder));
            }
        }
    }

    /// Whether a series of this metric is one of a pod.
    pub(crate) fn is_of_pod(
        &self,
        family: &Family,
        labels: &Labels,
        (namespace, pod): (&str, &str),
    ) -> bool {
        if family.budget != self.body.budget {
            return false;
        }
        let Ok(options) = ContextOptions::read(&self.config.options) else {
            return false;
        };
        let has_pod =
            |end: &crate::context::EndOptions| end.all().any(|one| one == Identifier::Pod);
        let path = format!("{namespace}/{pod}");
        let is = |name: &str, value: &str| {
            let column = family
                .columns
                .iter()
                .position(|column| *column.name == *name);
            column.is_some_and(|column| labels.get(column) == value)
        };
        let ends = [
            ("source", has_pod(&options.source)),
            ("destination", has_pod(&options.destination)),
        ];
        ends.iter().any(|(side, has_pod)| {
            (*has_pod && is(side, &path))
                || (is(&format!("{side}_pod"), pod) && is(&format!("{side}_namespace"), namespace))
        })
    }
}

impl HandlerSet {
    /// Counts a flow.
    #[inline]
    pub(crate) fn observe(&self, subject: &impl Candidate, local: &mut Local) {
        // Most metrics show the same of the ends of a flow.
        let mut last = None;
        for entry in &self.entries {
            entry.observe(subject, local, &mut last);
        }
    }

    pub(crate) fn find(&self, name: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.config.name == name)
    }
}
