//! HPACK, the compression of header fields: RFC 7541.
//!
//! The crates that there are give up at an index that they do not know, which is what a
//! connection begins with that is joined in its middle; this decoder goes on and says so.

mod decoder;
mod fields;
mod fixed;
mod huffman;
mod known;
mod table;
#[cfg(test)]
mod tests;

pub use decoder::Decoder;
pub use fields::{Field, FieldBlock, Fields};
pub(super) use known::KnownName;
