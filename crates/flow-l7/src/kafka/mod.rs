//! Kafka: headers of requests and responses, and the topics and outcomes of those that move
//! records (<https://kafka.apache.org/protocol>).
//!
//! A response does not tell what it answers: the caller remembers API and version by
//! correlation identifier.

#[cfg(any(test, feature = "fuzzing"))]
pub(super) mod exercise;
mod frame;
mod layout;
mod reader;
mod registry;
mod request;
mod response;
#[cfg(test)]
mod tests;
mod topics;

#[cfg(feature = "track")]
pub(crate) use frame::is_size;
pub use frame::{Frame, Frames};
pub use registry::{ApiKey, ErrorCode};
pub use request::{Request, Topic, Topics};
pub use response::{Outcome, Outcomes, Response};
