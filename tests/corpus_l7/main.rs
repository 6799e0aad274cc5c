//! Real captures with independent expected results: what the L7 decoders make of them.
//!
//! They stand beside the repository (`../shared/corpus`, or where `FLOW_CORPUS` says). Where
//! they do not, these tests say so and have nothing to do.

mod agree;
#[allow(dead_code, reason = "other tests need the rest")]
#[path = "../shared/captures.rs"]
mod captures;
mod facts;
mod known;
#[path = "../shared/ndpi.rs"]
mod ndpi;
mod robust;
