//! CEL expressions as a field of a filter.

use flow_core::view::FlowView;
use flow_hubble::flow as pb;

use crate::cel::{CelError, Program};

/// Expressions, one of which must be true. One that cannot be evaluated ends the search: those after
/// it are not looked at.
#[derive(Clone, Debug)]
pub(crate) struct CelFilter(Vec<Program>);

impl CelFilter {
    pub(crate) fn new(expressions: &[String]) -> Result<Self, CelError> {
        let programs = expressions.iter().map(|text| Program::compile(text));
        programs.collect::<Result<_, _>>().map(Self)
    }

    pub(crate) fn matches_message(&self, flow: &pb::Flow) -> bool {
        self.any(|program| program.evaluate(flow))
    }

    pub(crate) fn matches_view(&self, view: &FlowView<'_>) -> bool {
        self.any(|program| program.evaluate_view(view))
    }

    /// Whether it holds where there is no flow.
    pub(crate) fn matches_nothing(&self) -> bool {
        self.any(Program::evaluate_nothing)
    }

    fn any(&self, evaluate: impl Fn(&Program) -> Option<bool>) -> bool {
        let decisive = self
            .0
            .iter()
            .map(evaluate)
            .find(|outcome| *outcome != Some(false));
        decisive == Some(Some(true))
    }
}
