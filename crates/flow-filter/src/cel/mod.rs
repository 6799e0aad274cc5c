//! CEL expressions over flows.
//!
//! The language is the Common Expression Language (<https://cel.dev>) with its standard library and macros, as
//! Hubble compiles it for the field `experimental.cel_expression` of its filters:
//!
//! - The flow is `_flow`, a `flow.Flow`. Names are looked up in the package `flow`: `Verdict.DROPPED`,
//!   `Endpoint{identity: 1u}`.
//! - The expression must give a bool, by its static type: `dyn(true)` and `_flow.is_reply`, which may be null, do
//!   not. Names that there are not, and operators without a matching overload, are errors.
//! - Ports and identities are `uint`: `_flow.l4.TCP.destination_port == 443u`. Enumerations are `int`.
//! - `_flow.is_reply` is null where it is not known; other messages that are absent are empty ones.
//! - Regular expressions are those of [Go](crate::GoRegex). A faulty one fails when it is used.
//! - Where an evaluation fails (a division by zero, an index beyond a list, more than 100,000 steps), the flow is
//!   not chosen.
//!
//! An expression has at most 4,096 characters and nests at most 250 deep.

mod arithmetic;
mod ast;
mod calendar;
mod call;
mod check;
mod convert;
mod error;
mod eval;
mod fast;
mod function;
mod literal;
mod lowered;
mod macros;
mod message;
mod node;
mod parser;
mod program;
mod proto;
mod read;
mod root;
mod schema;
mod time;
mod token;
mod types;
mod value;

pub use error::CelError;
pub use program::Program;

#[cfg(test)]
mod tests;
