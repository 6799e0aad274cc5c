//! Handlers of an embedder's own.

use flow_core::view::FlowView;

use crate::recorder::Recorder;

/// A metric of an embedder's own: makes its counters with a [`Setup`](crate::Setup), and counts flows.
///
/// The threads of a pipeline share their handlers.
pub trait Handler: Send + Sync {
    /// Counts a flow. The labels that the metric's context options ask for are filled in already.
    fn observe(&self, view: &FlowView<'_>, recorder: &mut Recorder<'_>);
}

impl<F: Fn(&FlowView<'_>, &mut Recorder<'_>) + Send + Sync> Handler for F {
    fn observe(&self, view: &FlowView<'_>, recorder: &mut Recorder<'_>) {
        self(view, recorder);
    }
}
