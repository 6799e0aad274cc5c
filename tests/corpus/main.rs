//! Real captures with independent expected results: what the decoder makes of them.
//!
//! They stand beside the repository (`../shared/corpus`, or where `FLOW_CORPUS` says). Where
//! they do not, these tests say so and have nothing to do.

mod captures;
mod flows;
mod known;
mod ndpi;
#[allow(dead_code, reason = "other tests need the rest")]
#[path = "../shared/captures.rs"]
mod shared;
mod wire;
