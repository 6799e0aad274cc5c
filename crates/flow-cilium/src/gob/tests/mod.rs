//! Streams written byte by byte.

mod bounds;
mod round_trip;
mod writer;
