//! What is known of a flow before its message is made.

use flow_core::view::FlowView;

use super::fast::{Fast, lower};
use super::node::Node;

/// The lowered parts of an expression.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lowered {
    /// All of it.
    whole: Option<Fast>,
    /// Operands of its outermost `&&` or `||`, and the value that one of them decides with.
    parts: Vec<Fast>,
    decisive: bool,
}

impl Lowered {
    pub(crate) fn new(node: &Node) -> Self {
        if let Some(whole) = lower(node) {
            return Self {
                whole: Some(whole),
                ..Self::default()
            };
        }
        let (all, decisive) = match node {
            Node::And(all) => (all, false),
            Node::Or(all) => (all, true),
            _ => return Self::default(),
        };
        Self {
            whole: None,
            parts: all.iter().filter_map(lower).collect(),
            decisive,
        }
    }

    /// What the expression gives, where the lowered parts decide it: one operand of `&&` that is false
    /// does, whatever the others give.
    pub(crate) fn decide(&self, view: &FlowView<'_>) -> Option<bool> {
        if let Some(whole) = &self.whole {
            return Some(whole.passes(view));
        }
        let is_decided = self
            .parts
            .iter()
            .any(|part| part.passes(view) == self.decisive);
        is_decided.then_some(self.decisive)
    }

    /// Whether all of the expression is lowered.
    pub(crate) const fn is_whole(&self) -> bool {
        self.whole.is_some()
    }
}
