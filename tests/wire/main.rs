//! Property tests of the packet decoder, by its public interface.
#![allow(missing_docs, reason = "tests")]

mod generate;
mod properties;
mod roundtrip;
