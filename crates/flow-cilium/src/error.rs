//! Errors of reading a record and of making a flow of it.

use flow_core::flow::EventType;

/// Error of reading a message of Cilium's datapath.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MessageError {
    /// The record ends before the message does.
    #[error("{event} message of version {version}: needed {needed} bytes, got {got}")]
    Length {
        /// Type of message by the first byte; [`EventType::UNKNOWN`] where there is none.
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
        /// Type found in the first byte.
        got: EventType,
    },
}

/// Error of making a flow of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CiliumError {
    /// The record has no bytes at all.
    #[error("record of a Cilium event: at least 1 byte expected, got 0")]
    Empty,
    /// The message is about no packet and no socket: debug messages, and events of the agent
    /// itself. [`Message::parse`](super::Message::parse) reads the first.
    #[error("{event} message: a message about a packet or a socket expected")]
    NoFlow {
        /// What it is.
        event: EventType,
    },
}
