//! What Prometheus reads.

mod number;
mod text;

pub use text::Format;
pub(crate) use text::{finish, write, write_head, write_row};
