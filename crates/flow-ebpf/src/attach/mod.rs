//! Puts the programs where they see traffic.

pub(crate) mod clsact;
pub(crate) mod host;
pub(crate) mod interface;
mod programs;
