//! Real captures with independent expected results: what is told of the requests and responses
//! in them.
//!
//! They stand beside the repository (`../shared/corpus`, or where `FLOW_CORPUS` says). Where
//! they do not, these tests say so and have nothing to do.

mod agree;
#[allow(dead_code, reason = "other tests need the rest")]
#[path = "../shared/captures.rs"]
mod captures;
mod known;
mod laws;
#[path = "../shared/ndpi.rs"]
mod ndpi;
mod reported;
