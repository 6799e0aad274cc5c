//! From a checked filter to one that runs.

mod explain;
mod few;
mod fold;
mod lower;
mod name_tests;
mod node;
mod op;
mod program;
mod text;
mod value;

use core::fmt;
use std::sync::Arc;

use flow_core::names::NameTable;
use flow_core::view::FlowView;

use crate::check::Typed;
use explain::Steps;
use name_tests::{NameExprs, NameTests};
pub(crate) use node::{Leaf, Node};
use program::Program;

/// A filter that runs.
pub(crate) struct Compiled {
    node: Arc<Node>,
    program: Arc<Program>,
    names: NameTests,
    exprs: NameExprs,
    pattern_size: usize,
}

/// Steps that a filter may have.
pub(crate) const MOST_STEPS: usize = program::MOST;

impl Compiled {
    /// Compiles a filter; `None` where it would be too long.
    pub(crate) fn new(filter: &Typed, pattern_size: usize) -> Option<Self> {
        let node = fold::fold(lower::lower(filter, pattern_size));
        let (program, exprs) = Program::new(&node)?;
        let exprs = NameExprs::new(exprs);
        Some(Self {
            node: Arc::new(node),
            program: Arc::new(program),
            names: exprs.build(None, pattern_size),
            exprs,
            pattern_size,
        })
    }

    /// Returns the same filter for flows whose names are those of `table`.
    pub(crate) fn bound(&self, table: Option<&NameTable>) -> Self {
        Self {
            node: Arc::clone(&self.node),
            program: Arc::clone(&self.program),
            names: self.exprs.build(table, self.pattern_size),
            exprs: Arc::clone(&self.exprs),
            pattern_size: self.pattern_size,
        }
    }

    /// Returns whether the filter is true of a flow.
    #[inline]
    pub(crate) fn is_true(&self, view: &FlowView<'_>) -> bool {
        self.program.run(view, &self.names)
    }

    /// The tests that it is made of, before their order was chosen.
    pub(crate) fn node(&self) -> &Node {
        &self.node
    }

    /// Whether it looks at names of endpoints.
    pub(crate) fn reads_names(&self) -> bool {
        !self.exprs.is_empty()
    }

    /// Writes its steps.
    pub(crate) fn explain(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let steps = Steps {
            program: &self.program,
            names: &self.names,
        };
        fmt::Display::fmt(&steps, f)
    }
}
