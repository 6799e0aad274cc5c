//! Where an expression finds the flow.

use super::node::Path;
use super::value::{EvalError, Outcome};

/// A flow, in whatever form.
pub(crate) trait Root {
    /// The value of a field.
    fn read(&self, path: &Path) -> Outcome;

    /// Whether a field is set: a number that is not 0, a text or list that is not empty.
    fn has(&self, path: &Path) -> Result<bool, EvalError>;

    /// The whole flow.
    fn flow(&self) -> Outcome;
}
