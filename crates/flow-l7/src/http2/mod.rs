//! HTTP/2 (RFC 9113) and gRPC over it.
//!
//! [`Half`] follows one direction of a connection: it takes payloads as they come and hands out
//! [`Event`]s. It keeps the state that HTTP/2 needs, the table of HPACK above all, bounded by
//! [`Limits`]. A connection that is joined in its middle, or of which something was lost, is
//! followed from the next frame on; header fields that stood in what was missed come out as not
//! known, with [`L7Flags::MISSED_START`](super::L7Flags::MISSED_START).

#[cfg(feature = "std")]
mod collect;
#[cfg(feature = "std")]
mod event;
#[cfg(all(feature = "std", any(test, feature = "fuzzing")))]
pub(super) mod exercise;
mod frame;
mod grpc;
#[cfg(feature = "std")]
mod half;
#[cfg(feature = "std")]
pub mod hpack;
#[cfg(feature = "std")]
mod shape;
#[cfg(test)]
mod tests;

#[cfg(feature = "std")]
pub use event::{Event, EventKind, HeaderKind, Headers};
pub use frame::{ErrorCode, FrameHeader, FrameKind, PREFACE};
pub use grpc::{GrpcMethod, GrpcStatus};
#[cfg(feature = "std")]
pub use half::{Half, Limits};
