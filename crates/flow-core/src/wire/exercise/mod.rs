//! Packets of every kind, and what holds of every packet: for property tests, tests on real
//! captures and fuzz targets.

mod build;
mod laws;

pub use build::{Body, Ends, Frame, Net, Outside};
pub use laws::{check, flow_agrees, part_agrees};
