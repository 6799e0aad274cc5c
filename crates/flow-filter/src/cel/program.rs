//! A compiled expression.

use std::fmt;
use std::sync::Arc;

use flow_core::pipeline::Filter;
use flow_core::view::FlowView;
use flow_hubble::flow as pb;

use super::check;
use super::error::{CelError, Fault};
use super::eval;
use super::lowered::Lowered;
use super::message::MessageRoot;
use super::node::Node;
use super::parser;

/// Longest expression in characters, as in Hubble's newest version.
const LENGTH_LIMIT: usize = 4_096;

/// A CEL expression over `_flow`, compiled.
///
/// As a [`Filter`] it chooses the flows for which it is true; one for which it cannot be evaluated is not
/// chosen.
///
/// ```
/// use flow_core::flow::{Flow, Verdict};
/// use flow_core::view::FlowView;
/// use flow_filter::Filter;
/// use flow_filter::cel::Program;
///
/// let program = Program::compile("_flow.verdict == Verdict.DROPPED")?;
/// let mut flow = Flow::default();
/// assert!(!program.matches(&FlowView::from(&flow)));
/// flow.verdict = Verdict::DROPPED;
/// assert!(program.matches(&FlowView::from(&flow)));
///
/// let error = Program::compile("_flow.verdict == DROPPED").unwrap_err();
/// assert_eq!((error.line, error.column), (1, 18));
/// # Ok::<(), flow_filter::cel::CelError>(())
/// ```
#[derive(Clone)]
pub struct Program {
    text: Arc<str>,
    node: Arc<Node>,
    lowered: Arc<Lowered>,
}

impl Program {
    /// Compiles an expression.
    ///
    /// # Errors
    /// Where it is none, names what there is not, or gives no bool; where it is longer than 4,096
    /// characters or nests deeper than 250 expressions.
    pub fn compile(text: &str) -> Result<Self, CelError> {
        let fail = |fault| CelError::new(text, fault);
        if text.chars().count() > LENGTH_LIMIT {
            let message = format!("expression is longer than {LENGTH_LIMIT} characters");
            return Err(fail(Fault::new(0, message)));
        }
        let expr = parser::parse(text).map_err(fail)?;
        let node = check::check(&expr).map_err(fail)?;
        Ok(Self {
            text: text.into(),
            lowered: Arc::new(Lowered::new(&node)),
            node: Arc::new(node),
        })
    }

    /// Returns whether it is true for a message; `None` where it cannot be evaluated.
    #[must_use]
    pub fn evaluate(&self, flow: &pb::Flow) -> Option<bool> {
        eval::evaluate(&self.node, &MessageRoot::of_message(flow)).ok()
    }

    /// Returns whether it is true for a flow; `None` where it cannot be evaluated.
    #[must_use]
    pub fn evaluate_view(&self, view: &FlowView<'_>) -> Option<bool> {
        let decided = self.lowered.decide(view);
        decided.or_else(|| eval::evaluate(&self.node, &MessageRoot::of_view(view)).ok())
    }

    /// Returns whether it is true where there is no flow; `None` where it cannot be evaluated.
    ///
    /// Every field has its default there.
    #[must_use]
    pub fn evaluate_nothing(&self) -> Option<bool> {
        eval::evaluate(&self.node, &MessageRoot::nothing()).ok()
    }

    /// Returns whether flows are read through their views alone: nothing is allocated, and no message is made.
    ///
    /// That holds for comparisons of the common fields with constants, tests of texts and labels, and what joins
    /// them with `&&`, `||` and `!`.
    #[must_use]
    pub fn is_lowered(&self) -> bool {
        self.lowered.is_whole()
    }

    /// Returns the expression as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl Filter for Program {
    fn matches(&self, view: &FlowView<'_>) -> bool {
        self.evaluate_view(view) == Some(true)
    }
}

impl fmt::Debug for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Program({:?})", self.text)
    }
}

impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
