//! What labels show of the ends of a flow.

mod ends;
mod identifier;
mod label;
mod options;

pub(crate) use ends::{Contexts, EndTable, columns};
pub use identifier::Identifier;
pub use label::{ContextLabel, EndLabel};
pub(crate) use options::{ContextOptions, EndOptions};
