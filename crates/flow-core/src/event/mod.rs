//! Records that the kernel programs emit: their layout and zero-copy view.
mod raw;
pub use raw::{CaptureKind, EventFlags, EventKind, Hook, RawEvent, Trigger};
