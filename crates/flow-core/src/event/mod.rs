//! Records that the kernel programs emit: their layout, a zero-copy view, and the way from one
//! to a [`Flow`](crate::flow::Flow).

#[cfg(feature = "std")]
mod decoder;
mod raw;
#[cfg(feature = "std")]
mod reasons;
mod view;

#[cfg(feature = "std")]
pub use decoder::{EventDecoder, InterfaceNaming};
pub use raw::{CaptureKind, EventFlags, EventKind, Hook, RawEvent, Trigger};
#[cfg(feature = "std")]
pub use reasons::DropReasonTable;
pub use view::{EventError, EventView};

#[cfg(test)]
mod tests;
