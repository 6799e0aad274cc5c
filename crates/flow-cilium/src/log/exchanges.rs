//! Responses of an access log beside their requests.

use std::collections::HashMap;
use std::vec::Vec;

use sha2::{Digest, Sha256};

use super::http::Besides;
use super::{LogBody, LogRecord};
use flow_core::record::{L7Kind, L7Record, TraceId};

/// Pairs the requests and responses of an access log, for the latency of a response and the trace
/// of its request.
///
/// As Hubble does, a response of HTTP is found by the header field `X-Request-Id`, which Cilium's
/// proxy adds to every request and response. DNS and Kafka have no such id, so their latency is 0.
///
/// At most [`capacity`](Self::with_capacity) requests wait for their response. Where there are
/// more, the oldest one is removed, and [counts](LogExchangeStats::evicted).
///
/// ```
/// use flow_cilium::log::LogExchanges;
/// use flow_cilium::{AgentDecoder, AgentEvent};
///
/// fn read(payloads: impl Iterator<Item = Vec<u8>>) {
///     let (mut agent, mut exchanges) = (AgentDecoder::default(), LogExchanges::default());
///     for payload in payloads {
///         if let Ok(AgentEvent::AccessLog(message)) = agent.decode(&payload)
///             && let Some(record) = exchanges.record(&message)
///         {
///             println!("{} after {} ns", record.summary(), record.latency_ns);
///         }
///     }
/// }
/// ```
#[derive(Clone, Debug)]
pub struct LogExchanges {
    places: HashMap<Id, u32>,
    waiting: Vec<Waiting>,
    capacity: u32,
    /// Oldest and newest request, and the first place that is free.
    oldest: u32,
    newest: u32,
    free: u32,
    stats: LogExchangeStats,
}

/// Counts of the requests and responses with an id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LogExchangeStats {
    /// Requests that wait or waited for their response.
    pub requests: u64,
    /// Responses whose request was found.
    pub matched: u64,
    /// Responses whose request was not found.
    pub unmatched: u64,
    /// Requests that were removed before their response came.
    pub evicted: u64,
}

/// A request id of up to 64 bytes, or the hash of a longer one: of bounded length, whatever a
/// client sends.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Id {
    length: u8,
    bytes: [u8; 64],
}

impl Id {
    fn of(text: &[u8]) -> Self {
        let mut bytes = [0; 64];
        let length = match bytes.get_mut(..text.len()) {
            Some(place) => {
                place.copy_from_slice(text);
                // At most 64.
                text.len() as u8
            }
            None => {
                bytes[..32].copy_from_slice(&Sha256::digest(text));
                u8::MAX
            }
        };
        Self { length, bytes }
    }
}

/// Ids may be secrets.
impl core::fmt::Debug for Id {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Id")
    }
}

#[derive(Clone, Debug)]
struct Waiting {
    id: Id,
    time: Option<u64>,
    trace: TraceId,
    older: u32,
    newer: u32,
}

/// No place.
const NONE: u32 = u32::MAX;

impl Default for LogExchanges {
    /// With room for 10,000 requests, as Hubble has.
    fn default() -> Self {
        Self::with_capacity(10_000)
    }
}

impl LogExchanges {
    /// With room for so many requests, at least one. Each takes some 250 bytes once it is there.
    #[must_use]
    pub fn with_capacity(capacity: u32) -> Self {
        Self {
            places: HashMap::new(),
            waiting: Vec::new(),
            capacity: capacity.clamp(1, NONE - 1),
            oldest: NONE,
            newest: NONE,
            free: NONE,
            stats: LogExchangeStats::default(),
        }
    }

    /// Returns the counts of requests and responses so far.
    #[must_use]
    pub const fn stats(&self) -> LogExchangeStats {
        self.stats
    }

    /// Requests that wait for their response.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.places.len()
    }

    /// Returns the owned record of a message, with latency and trace of its exchange; `None` for a
    /// protocol that has no such record. Records must be passed in the order of the log.
    ///
    /// The latency of a response is the time from its request, 0 where that is not known or lies
    /// behind it. Its trace is that of its request, or else its own.
    #[must_use]
    pub fn record(&mut self, message: &LogRecord<'_>) -> Option<L7Record> {
        let (mut record, fields) = message.record_and_fields()?;
        if let LogBody::Http(_) = message.body {
            self.exchange(message, &fields, &mut record);
        }
        Some(record)
    }

    fn exchange(&mut self, message: &LogRecord<'_>, fields: &Besides<'_>, record: &mut L7Record) {
        let Some(id) = fields.request_id.filter(|id| !id.is_empty()) else {
            return;
        };
        let id = Id::of(id);
        match message.kind {
            L7Kind::REQUEST => {
                self.stats.requests += 1;
                self.wait(id, message.time, record.trace);
            }
            L7Kind::RESPONSE => match self.take(&id) {
                Some((time, trace)) => {
                    self.stats.matched += 1;
                    if trace != TraceId::default() {
                        record.trace = trace;
                    }
                    if let (Some(begun), Some(ended)) = (time, message.time) {
                        record.latency_ns = ended.saturating_sub(begun);
                    }
                }
                None => self.stats.unmatched += 1,
            },
            _ => {}
        }
    }

    /// Keeps a request, in the place of the one with the same id or, where there is no room, of
    /// the oldest.
    fn wait(&mut self, id: Id, time: Option<u64>, trace: TraceId) {
        self.take(&id);
        if self.places.len() >= self.capacity as usize
            && let Some(oldest) = self.waiting.get(self.oldest as usize).map(|old| old.id)
        {
            self.take(&oldest);
            self.stats.evicted += 1;
        }
        let waiting = Waiting {
            id,
            time,
            trace,
            older: self.newest,
            newer: NONE,
        };
        let place = self.free;
        let place = match self.waiting.get_mut(place as usize) {
            Some(free) => {
                self.free = free.newer;
                *free = waiting;
                place
            }
            None => {
                self.waiting.push(waiting);
                // At most `capacity`.
                self.waiting.len() as u32 - 1
            }
        };
        match self.waiting.get_mut(self.newest as usize) {
            Some(newest) => newest.newer = place,
            None => self.oldest = place,
        }
        self.newest = place;
        self.places.insert(id, place);
    }

    /// Takes the request with this id, if it waits.
    fn take(&mut self, id: &Id) -> Option<(Option<u64>, TraceId)> {
        let place = self.places.remove(id)?;
        let taken = self.waiting.get_mut(place as usize)?;
        let (older, newer) = (taken.older, taken.newer);
        let request = (taken.time, taken.trace);
        taken.newer = self.free;
        self.free = place;
        match self.waiting.get_mut(older as usize) {
            Some(older) => older.newer = newer,
            None => self.oldest = newer,
        }
        match self.waiting.get_mut(newer as usize) {
            Some(newer) => newer.older = older,
            None => self.newest = older,
        }
        Some(request)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_any_length_are_distinct() {
        let texts = [
            &b""[..],
            &[0],
            &[0; 64],
            &[1; 64],
            &[0; 65],
            &[1; 65],
            &[0; 200],
            &Sha256::digest([0; 65]),
        ];
        for (at, text) in texts.iter().enumerate() {
            for (other, another) in texts.iter().enumerate() {
                assert_eq!(Id::of(text) == Id::of(another), at == other);
            }
        }
    }
}
