//! Events of the agent itself.

use std::vec::Vec;

use super::gob::{GobError, GobLimits, Step, TypeTable, Value, step};
use super::log::{LogLayout, LogRecord};
use flow_core::flow::EventType;
use flow_core::open_enum;

open_enum! {
    /// Kinds of notifications of the agent.
    AgentNotifyKind(u32) {
        /// Unknown.
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
#[non_exhaustive]
pub struct AgentNotify<'a> {
    /// Its kind.
    pub kind: AgentNotifyKind,
    /// Its text, which is JSON. Not checked.
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

/// An event of an agent, borrowed.
#[derive(Clone, Copy, Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "a record borrows what it came in: one is at hand at a time, on the stack"
)]
#[non_exhaustive]
pub enum AgentEvent<'a> {
    /// A layer 7 record of one of its proxies.
    AccessLog(LogRecord<'a>),
    /// A notification.
    Notify(AgentNotify<'a>),
}

/// Error of reading an event of an agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AgentError {
    /// The first byte is neither that of a layer 7 record nor that of a notification.
    #[error(
        "agent event of type {} or {} expected, found {got}",
        EventType::L7,
        EventType::AGENT
    )]
    Kind {
        /// The type found; [`EventType::UNKNOWN`] where there is none.
        got: EventType,
    },
    /// The value is not encoded as it must be.
    #[error("{event} event of the agent: {error}")]
    Gob {
        /// Type of the event.
        event: EventType,
        /// The error of its encoding.
        error: GobError,
    },
    /// The record ends before the value does.
    #[error("{event} event of the agent: {needed} bytes expected, got {got}")]
    Length {
        /// Type of the event.
        event: EventType,
        /// Bytes that are needed, as far as it is known.
        needed: u64,
        /// Bytes that are there.
        got: usize,
    },
    /// The value does not have the fields that it has to have.
    #[error("{event} event of the agent: the fields of one expected, found others")]
    Shape {
        /// Type of the event.
        event: EventType,
    },
}

/// Definitions as they came the last time, and the types that they define.
#[derive(Clone, Debug, Default)]
struct Known {
    definitions: Vec<u8>,
    types: TypeTable,
    /// Types that these definitions define. A value may define more, for itself.
    defined: usize,
    /// Of the record of an access log that they define.
    layout: Option<LogLayout>,
    /// Whether it is known if there is one.
    is_tried: bool,
}

/// Decodes events of an agent: records whose first byte is 129 or 130.
///
/// Each of them brings the definitions of its types along, always the same ones. They are read
/// once, and again when they change.
#[derive(Clone, Debug, Default)]
pub struct AgentDecoder {
    limits: GobLimits,
    log: Known,
    /// For what does not follow the layout of `log`.
    odd: Known,
    notify: Known,
}

impl AgentDecoder {
    /// Reads a record.
    ///
    /// # Errors
    /// Where the record is no event of an agent, or is not encoded as it must be.
    pub fn decode<'a>(&'a mut self, record: &'a [u8]) -> Result<AgentEvent<'a>, AgentError> {
        let (event, body) = match record.split_first() {
            Some((&kind, body)) => (EventType(kind), body),
            None => (EventType::UNKNOWN, record),
        };
        let decoded = match event {
            EventType::L7 if self.log.is_laid_out(body) => return self.laid_out(body),
            EventType::L7 => {
                let value = self.log.value(event, body, &self.limits)?;
                LogRecord::read(&value).map(AgentEvent::AccessLog)
            }
            EventType::AGENT => {
                let value = self.notify.value(event, body, &self.limits)?;
                AgentNotify::read(&value).map(AgentEvent::Notify)
            }
            got => return Err(AgentError::Kind { got }),
        };
        decoded.ok_or(AgentError::Shape { event })
    }

    /// Reads a record of the access log whose definitions came before.
    fn laid_out<'a>(&'a mut self, body: &'a [u8]) -> Result<AgentEvent<'a>, AgentError> {
        // Made where it is returned, without a copy.
        let mut decoded = Ok(AgentEvent::AccessLog(LogRecord::new()));
        if let Ok(AgentEvent::AccessLog(record)) = &mut decoded
            && self.log.by_layout(body, &self.limits, record).is_none()
        {
            decoded = self.odd.odd(body, &self.limits);
        }
        decoded
    }
}

impl Known {
    /// Whether the definitions came before, and a value with a layout.
    fn is_laid_out(&self, body: &[u8]) -> bool {
        self.layout.is_some() && body.starts_with(&self.definitions)
    }

    /// Reads the record behind the definitions that came before, if it has the layout of the one
    /// before. `None` where it has not: what was read then means nothing.
    fn by_layout<'a>(
        &'a self,
        body: &'a [u8],
        limits: &GobLimits,
        record: &mut LogRecord<'a>,
    ) -> Option<()> {
        let message = body.get(self.definitions.len()..)?;
        if message.len() > limits.message {
            return None;
        }
        self.layout.as_ref()?.read(&self.types, message, record)
    }

    /// A record of the access log that does not follow the layout of others.
    #[cold]
    fn odd<'a>(
        &'a mut self,
        body: &'a [u8],
        limits: &GobLimits,
    ) -> Result<AgentEvent<'a>, AgentError> {
        let event = EventType::L7;
        let value = self.value(event, body, limits)?;
        let record = LogRecord::read(&value).ok_or(AgentError::Shape { event })?;
        Ok(AgentEvent::AccessLog(record))
    }

    fn clear(&mut self) {
        self.types.clear();
        self.definitions.clear();
        self.defined = 0;
        (self.layout, self.is_tried) = (None, false);
    }

    /// The one value of a stream that is there as a whole.
    fn value<'a>(
        &'a mut self,
        event: EventType,
        body: &'a [u8],
        limits: &GobLimits,
    ) -> Result<Value<'a>, AgentError> {
        let mut at = self.definitions.len();
        if at == 0 || self.types.len() != self.defined || !body.starts_with(&self.definitions) {
            self.clear();
            at = 0;
        }
        loop {
            let rest = body.get(at..).unwrap_or_default();
            match step(rest, None, &mut self.types, limits) {
                Ok(Step::Definitions { length }) => {
                    at += length;
                    self.definitions.clear();
                    self.definitions.extend_from_slice(&body[..at]);
                    self.defined = self.types.len();
                    (self.layout, self.is_tried) = (None, false);
                }
                Ok(Step::Value(found)) => {
                    let shape = AgentError::Shape { event };
                    if event == EventType::L7 && !self.is_tried {
                        let value = found.value(&self.types, rest).ok_or(shape)?;
                        // An empty value of the type says nothing of it.
                        self.is_tried = LogRecord::read(&value).is_some();
                        if self.types.len() == self.defined {
                            match LogLayout::of(&value) {
                                Ok(layout) => self.layout = layout,
                                Err(error) => {
                                    self.clear();
                                    return Err(AgentError::Gob { event, error });
                                }
                            }
                        }
                    }
                    return found.value(&self.types, rest).ok_or(shape);
                }
                // What an agent sends has no value that goes on in another message.
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
                    self.clear();
                    return Err(AgentError::Gob {
                        event,
                        error: skipped.error,
                    });
                }
            }
        }
    }
}
