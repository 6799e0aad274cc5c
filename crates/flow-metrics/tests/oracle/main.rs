//! What the real Hubble counted, recorded with its own code, against what this crate counts.
//!
//! The records stand beside the repository (`../shared/oracle`, or where `FLOW_ORACLE` says). Where they are
//! not, the tests report that and pass.

mod cases;
mod data;
mod known;
mod views;
