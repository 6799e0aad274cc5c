//! Property tests of the packet decoder, by its public interface.
#![allow(missing_docs, reason = "tests")]

mod build;
mod generate;
mod invariants;
mod properties;
mod roundtrip;
