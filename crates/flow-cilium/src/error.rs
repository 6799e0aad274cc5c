//! Why a record is no message, or makes no flow.

use flow_core::flow::EventType;

/// Why bytes are no message of Cilium's datapath.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MessageError {
    /// The record ends before the message does.
    #[error("{event} message of version {version}: needed {needed} bytes, got {got}")]
    Length {
        /// What the first byte says it is; [`EventType::UNKNOWN`] where there is none.
        event: EventType,
        /// The version it claims, 0 where it ends before that or has none.
        version: u8,
        /// Bytes that a message of this version has.
        needed: usize,
        /// Bytes that are there.
        got: usize,
    },
    /// The first byte is not that of the message that was expected.
    #[error("message of type {expected} expected, found type {got}")]
    Kind {
        /// What was expected.
        expected: EventType,
        /// What the first byte says.
        got: EventType,
    },
}

/// Why a record makes no flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CiliumError {
    /// The record has no bytes at all.
    #[error("record of a Cilium event: at least 1 byte expected, got 0")]
    Empty,
    /// The message is about no packet and no socket: debug messages, and what the agent itself
    /// tells. [`Message::parse`](super::Message::parse) reads the first.
    #[error("{event} message: a message about a packet or a socket expected")]
    NoFlow {
        /// What it is.
        event: EventType,
    },
}
