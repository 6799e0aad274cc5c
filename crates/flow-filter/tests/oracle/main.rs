//! The answers of the real Hubble, recorded with its own code, against those of this crate.
//!
//! They stand beside the repository (`../shared/oracle`, or where `FLOW_ORACLE` says). Where they are not, the tests
//! report that and pass.

mod data;
mod filters;
mod flags;
mod texts;
mod views;
