//! From a message to a [`Flow`](flow_core::flow::Flow).

mod error;
mod extension;
mod extra;
mod flow;
mod l7;
mod layers;
mod number;
mod observation;
mod unfit;

pub use error::ConvertError;
pub use extension::ExtensionError;

#[cfg(test)]
mod tests;
