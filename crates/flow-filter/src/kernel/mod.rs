//! The part of a filter that can be tested of a packet before there is a flow.

mod part;
mod prefix;
mod reduce;
mod rule;

pub use part::KernelPart;
pub(crate) use reduce::reduce;

#[cfg(test)]
mod tests;
