//! Go's self-describing stream of values, as far as it is needed to read one: `encoding/gob`.
//!
//! A stream is a row of messages, each with its length. A message defines a type, or holds a
//! value of a type that was defined before. [`GobStream`] takes bytes in chunks of any size and
//! yields the values; a [`Value`] borrows its bytes and finds fields by their names.
//!
//! Work and memory are bounded: by the length of a message, the bytes of all definitions, and
//! the depth of values in values and of types in types ([`GobLimits`]). A message that is wrong in itself is left out
//! and reported as an error, and the stream goes on with the next one.
//!
//! Source of the format: the documentation of Go's package `encoding/gob`, "Encoding Details".

mod cursor;
mod error;
mod kind;
mod layout;
mod stream;
mod texts;
mod types;
mod value;

pub use error::GobError;
pub use kind::Kind;
pub(super) use layout::{Item, Layout, Named, ReadFields, Take};
pub use stream::{GobLimits, GobStream};
pub(super) use stream::{Step, step};
pub use types::TypeTable;
pub use value::{Elements, Entries, Fields, Value};

#[cfg(test)]
mod tests;
