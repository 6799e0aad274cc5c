//! Network flow events: decoding, the [`Flow`](flow::Flow) model and the history ring.
#![forbid(unsafe_code)]
#![cfg_attr(not(any(feature = "std", test)), no_std)]

pub mod cilium;
pub mod clock;
pub mod decode;
pub mod event;
#[cfg(all(feature = "serde", feature = "std"))]
pub mod export;
pub mod flow;
mod open_enum;
#[cfg(feature = "std")]
pub mod pipeline;
#[cfg(feature = "std")]
pub mod record;
#[cfg(feature = "std")]
pub mod ring;
#[cfg(feature = "std")]
pub mod shelf;
pub mod text;
pub mod wire;
