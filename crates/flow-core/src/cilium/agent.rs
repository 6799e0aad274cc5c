//! What the agent itself tells.

use std::vec::Vec;

use super::gob::{GobError, GobLimits, Step, TypeTable, Value, step};
use super::log::LogRecord;
use crate::flow::EventType;
use crate::open_enum::open_enum;

open_enum! {
    /// What the agent notifies of.
    AgentNotifyKind(u32) {
        /// Not told.
        UNSPECIFIED = 0 => "unspecified",
        /// A message.
        MESSAGE = 1 => "message",
        /// The agent started.
        STARTED = 2 => "agent-started",
        /// The programs of an endpoint were made anew.
        REGENERATED = 3 => "endpoint-regenerate-success",
        /// The programs of an endpoint could not be made anew.
        REGENERATE_FAILED = 4 => "endpoint-regenerate-failure",
        /// A policy was changed.
        POLICY_UPDATED = 5 => "policy-updated",
        /// A policy was deleted.
        POLICY_DELETED = 6 => "policy-deleted",
        /// An endpoint was made.
        ENDPOINT_CREATED = 7 => "endpoint-created",
        /// An endpoint was deleted.
        ENDPOINT_DELETED = 8 => "endpoint-deleted",
        /// The identity of an address was changed.
        IPCACHE_UPSERTED = 9 => "ipcache-upserted",
        /// The identity of an address was deleted.
        IPCACHE_DELETED = 10 => "ipcache-deleted",
        /// A service was changed.
        SERVICE_UPSERTED = 11 => "service-upserted",
        /// A service was deleted.
        SERVICE_DELETED = 12 => "service-deleted",
    }
}

/// A notification of the agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AgentNotify<'a> {
    /// What it is about.
    pub kind: AgentNotifyKind,
    /// What it says, as JSON. Not checked.
    pub text: &'a [u8],
}

impl<'a> AgentNotify<'a> {
    fn read(value: &Value<'a>) -> Option<Self> {
        if !value.declares("Type") || !value.declares("Text") {
            return None;
        }
        let mut notify = Self {
            kind: AgentNotifyKind::UNSPECIFIED,
            text: &[],
        };
        for (name, field) in value.fields() {
            match name {
                b"Type" => notify.kind = AgentNotifyKind(u32::try_from(field.as_u64()?).ok()?),
                b"Text" => notify.text = field.as_bytes()?,
                _ => {}
            }
        }
        Some(notify)
    }
}

/// What an agent tells, borrowed.
#[derive(Clone, Copy, Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "a record borrows what it came in: one is at hand at a time, on the stack"
)]
pub enum AgentEvent<'a> {
    /// A layer 7 record of one of its proxies.
    AccessLog(LogRecord<'a>),
    /// A notification.
    Notify(AgentNotify<'a>),
}

/// Why a record is nothing that an agent tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AgentError {
    /// The first byte tells neither a layer 7 record nor a notification.
    #[error(
        "agent event of type {} or {} expected, found {got}",
        EventType::L7,
        EventType::AGENT
    )]
    Kind {
        /// What it tells; [`EventType::UNKNOWN`] where there is none.
        got: EventType,
    },
    /// What follows is not encoded as it has to be.
    #[error("{event} event of the agent: {error}")]
    Gob {
        /// What it is.
        event: EventType,
        /// What is wrong with it.
        error: GobError,
    },
    /// What follows ends before the value does.
    #[error("{event} event of the agent: {needed} bytes expected, got {got}")]
    Length {
        /// What it is.
        event: EventType,
        /// Bytes that are needed, as far as it is known.
        needed: u64,
        /// Bytes that are there.
        got: usize,
    },
    /// The value does not have the fields that it has to have.
    #[error("{event} event of the agent: the fields of one expected, found others")]
    Shape {
        /// What it is.
        event: EventType,
    },
}

/// Definitions as they came the last time, and the types that they define.
#[derive(Clone, Debug, Default)]
struct Known {
    definitions: Vec<u8>,
    types: TypeTable,
}

/// Reads what an agent tells: records whose first byte is 129 or 130.
///
/// Each of them brings the definitions of its types along, always the same ones. They are read
/// once, and again when they change.
#[derive(Clone, Debug, Default)]
pub struct AgentDecoder {
    limits: GobLimits,
    log: Known,
    notify: Known,
}

impl AgentDecoder {
    /// Reads a record.
    ///
    /// # Errors
    /// Where it is nothing that an agent tells, or not encoded as it has to be.
    pub fn decode<'a>(&'a mut self, record: &'a [u8]) -> Result<AgentEvent<'a>, AgentError> {
        let (event, body) = match record.split_first() {
            Some((&kind, body)) => (EventType(kind), body),
            None => (EventType::UNKNOWN, record),
        };
        let known = match event {
            EventType::L7 => &mut self.log,
            EventType::AGENT => &mut self.notify,
            got => return Err(AgentError::Kind { got }),
        };
        let value = known.value(event, body, &self.limits)?;
        let told = match event {
            EventType::L7 => LogRecord::read(&value).map(AgentEvent::AccessLog),
            _ => AgentNotify::read(&value).map(AgentEvent::Notify),
        };
        told.ok_or(AgentError::Shape { event })
    }
}

impl Known {
    /// The one value of a stream that is there as a whole.
    fn value<'a>(
        &'a mut self,
        event: EventType,
        body: &'a [u8],
        limits: &GobLimits,
    ) -> Result<Value<'a>, AgentError> {
        let mut at = self.definitions.len();
        if at == 0 || !body.starts_with(&self.definitions) {
            self.types.clear();
            self.definitions.clear();
            at = 0;
        }
        loop {
            let rest = body.get(at..).unwrap_or_default();
            match step(rest, None, &mut self.types, limits) {
                Ok(Step::Definitions { length }) => {
                    at += length;
                    self.definitions.clear();
                    self.definitions.extend_from_slice(&body[..at]);
                }
                Ok(Step::Value(found)) => {
                    return found
                        .value(&self.types, rest)
                        .ok_or(AgentError::Shape { event });
                }
                // What an agent tells has no value that goes on in another message.
                Ok(Step::Continues { .. }) => return Err(AgentError::Shape { event }),
                Ok(Step::Incomplete { needed }) => {
                    return Err(AgentError::Length {
                        event,
                        needed: needed.max(1).saturating_add(at as u64),
                        got: body.len(),
                    });
                }
                Err(skipped) => {
                    // Some of its definitions may have been taken.
                    self.types.clear();
                    self.definitions.clear();
                    return Err(AgentError::Gob {
                        event,
                        error: skipped.error,
                    });
                }
            }
        }
    }
}
