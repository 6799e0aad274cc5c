//! Network flow events: decoding, the [`Flow`](flow::Flow) model and the history ring.
#![forbid(unsafe_code)]
#![cfg_attr(not(any(feature = "std", test)), no_std)]

pub mod clock;
pub mod decode;
pub mod event;
#[cfg(all(feature = "serde", feature = "std"))]
pub mod export;
pub mod flow;
pub mod l7;
mod open_enum;
#[cfg(feature = "std")]
pub mod pipeline;
#[cfg(feature = "std")]
pub mod ring;
pub mod text;
pub mod wire;
