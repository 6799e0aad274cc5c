//! Support code shared by the examples, benches and end-to-end tests of the flow crates.
#![forbid(unsafe_code)]
