//! Any message.

use super::header::Header;
use super::{
    DebugCapture, DebugMsg, DropNotify, MessageError, PolicyVerdictNotify, TraceNotify,
    TraceSockNotify,
};
use flow_core::flow::EventType;

/// A message of Cilium's datapath, borrowed.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub enum Message<'a> {
    /// A dropped packet.
    Drop(DropNotify<'a>),
    /// A debug message.
    Debug(DebugMsg<'a>),
    /// A packet captured for debugging.
    Capture(DebugCapture<'a>),
    /// A packet on its way.
    Trace(TraceNotify<'a>),
    /// A policy verdict.
    PolicyVerdict(PolicyVerdictNotify<'a>),
    /// A translation at a socket.
    TraceSock(TraceSockNotify),
    /// Something else: of a newer datapath, or of the agent itself.
    Other(Header),
}

impl<'a> Message<'a> {
    /// Reads a record.
    ///
    /// # Errors
    /// Where it has no byte, or ends before the message does.
    #[inline]
    pub fn parse(record: &'a [u8]) -> Result<Self, MessageError> {
        let Some(&kind) = record.first() else {
            return Err(super::header::short(record, 1));
        };
        Ok(match EventType(kind) {
            EventType::TRACE => Self::Trace(TraceNotify::parse(record)?),
            EventType::DROP => Self::Drop(DropNotify::parse(record)?),
            EventType::POLICY_VERDICT => Self::PolicyVerdict(PolicyVerdictNotify::parse(record)?),
            EventType::TRACE_SOCK => Self::TraceSock(TraceSockNotify::parse(record)?),
            EventType::DEBUG => Self::Debug(DebugMsg::parse(record)?),
            EventType::CAPTURE => Self::Capture(DebugCapture::parse(record)?),
            _ => Self::Other(Header::of(record)),
        })
    }
}
