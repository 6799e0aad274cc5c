//! Support code shared by the examples, benches and end-to-end tests of the flow crates:
//! a laboratory of network namespaces, real traffic between them, and capture files.
//!
//! Unpublished; not part of what embedders use.
#![forbid(unsafe_code)]

pub mod demo_capture;
pub mod example;
pub mod privilege;
pub mod process;

pub use flow_demo::{frame, link, netns, traffic};

/// The examples of the repository's README, as documentation tests.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;
