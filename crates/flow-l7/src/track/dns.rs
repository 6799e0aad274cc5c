//! DNS: queries and answers by identifier and question.

use core::num::NonZeroU64;
use std::collections::VecDeque;
use std::vec::Vec;

use super::context::{Context, Reported};
use super::recorder::{Buffers, Recorder, answer_hash, question_hash};
use crate::dns::Message;
use flow_core::flow::Side;
use flow_core::record::{L7Body, L7Kind, RecordFlags, RecordType};

/// Answered queries of a connection that are remembered.
const ANSWERED: usize = 16;

/// A query that waits for its answer, or had it and is remembered so that what is sent again is
/// known.
#[derive(Debug)]
struct Query {
    /// 0 where it is not watched.
    number: u32,
    id: u16,
    is_answered: bool,
    sender: Side,
    /// What an answer without a question repeats.
    repeat: Repeat,
    question: Option<NonZeroU64>,
    time: u64,
    /// The [number](answer_hash) of the answer, once there was one.
    answer: u32,
}

/// What an answer without a question repeats of its query.
#[derive(Default)]
struct Repeat {
    /// The name, and types of two bytes each.
    text: Vec<u8>,
    name_len: u32,
    is_redacted: bool,
}

impl Repeat {
    /// Of the query that the recorder wrote last.
    fn of(recorder: &mut Recorder) -> Self {
        let L7Body::Dns(dns) = recorder.record.body() else {
            return Self::default();
        };
        let name = dns.query().as_bytes();
        let mut text = recorder.buffers.text(&[name]);
        for kind in dns.qtypes() {
            text.extend_from_slice(&kind.0.to_be_bytes());
        }
        Self {
            // A record holds a few kilobytes of text at most.
            name_len: u32::try_from(name.len()).unwrap_or(u32::MAX),
            text,
            is_redacted: recorder.record.flags.contains(RecordFlags::REDACTED),
        }
    }

    /// Puts it in the answer that the recorder wrote last.
    fn put(&self, recorder: &mut Recorder) {
        let (name, types) = self
            .text
            .split_at(self.text.len().min(self.name_len as usize));
        if let Some(mut dns) = recorder.record.dns_mut() {
            dns.query(name);
            for kind in types.chunks_exact(2) {
                dns.qtype(RecordType(u16::from_be_bytes([kind[0], kind[1]])));
            }
        }
        if self.is_redacted {
            recorder.record.flags |= RecordFlags::REDACTED;
        }
    }
}

/// Shows nothing of the query.
impl core::fmt::Debug for Repeat {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Repeat").finish_non_exhaustive()
    }
}

// A connection over UDP mostly has one, with room for four.
const _: () = assert!(size_of::<Query>() <= 64);

/// Queries of one connection, the oldest first.
#[derive(Debug, Default)]
pub(super) struct Queries {
    list: VecDeque<Query>,
    pending: usize,
    /// Bytes that those that wait have on the heap.
    bytes: usize,
}

impl Queries {
    /// Whether the query with this number has no answer yet.
    pub(super) fn waits(&self, number: u32) -> bool {
        self.find(false, |query| query.number == number).is_some()
    }

    /// Gives the newest query its number, where it waits for an answer and has none.
    pub(super) fn watch(&mut self, number: u32) -> bool {
        let newest = self.list.back_mut();
        let newest = newest.filter(|query| !query.is_answered && query.number == 0);
        newest.map(|query| query.number = number).is_some()
    }

    /// Queries that wait.
    pub(super) const fn pending(&self) -> usize {
        self.pending
    }

    /// Whether nothing is remembered either.
    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    pub(super) fn heap_len(&self) -> usize {
        self.list.capacity() * size_of::<Query>() + self.bytes
    }

    /// Forgets all. Returns how many waited.
    pub(super) fn clear(&mut self) -> u64 {
        core::mem::take(self).pending as u64
    }

    fn find(&self, is_answered: bool, is_it: impl Fn(&Query) -> bool) -> Option<usize> {
        self.list
            .iter()
            .position(|query| query.is_answered == is_answered && is_it(query))
    }

    /// The query at this place was answered.
    fn answered(&mut self, at: usize, answer: u32, buffers: &mut Buffers) {
        if let Some(query) = self.list.get_mut(at) {
            (query.is_answered, query.answer) = (true, answer);
            self.pending -= 1;
            let repeat = core::mem::take(&mut query.repeat);
            self.bytes -= repeat.text.capacity();
            buffers.keep_text(repeat.text);
        }
        if self.list.len() - self.pending > ANSWERED
            && let Some(oldest) = self.find(true, |_| true)
        {
            self.list.remove(oldest);
        }
    }

    /// Adds the newest. Whether the oldest that waits had to go because `limit` wait already.
    fn push(&mut self, query: Query, limit: usize) -> bool {
        let limit = limit.max(1);
        let is_full = self.pending >= limit;
        if is_full && let Some(oldest) = self.find(false, |_| true) {
            let removed = self.list.remove(oldest);
            self.bytes -= removed.map_or(0, |query| query.repeat.text.capacity());
            self.pending -= 1;
        }
        if self.list.len() >= limit
            && let Some(answered) = self.find(true, |_| true)
        {
            self.list.remove(answered);
        }
        self.bytes += query.repeat.text.capacity();
        self.list.push_back(query);
        self.pending += 1;
        is_full
    }
}

/// Takes a message. `false` where it is none.
pub(super) fn message(
    queries: &mut Queries,
    sender: Side,
    (data, wire_len): (&[u8], usize),
    began: u64,
    context: &mut Context<'_>,
) -> bool {
    let Ok(message) = Message::parse(data, wire_len) else {
        context.stats.malformed += 1;
        return false;
    };
    parsed(queries, sender, &message, began, context);
    true
}

/// Takes a message that is parsed already.
pub(super) fn parsed(
    queries: &mut Queries,
    sender: Side,
    message: &Message<'_>,
    began: u64,
    context: &mut Context<'_>,
) {
    if message.is_response() {
        answer(queries, sender, message, began, context);
    } else {
        ask(queries, sender, message, began, context);
    }
}

fn ask(
    queries: &mut Queries,
    sender: Side,
    message: &Message<'_>,
    began: u64,
    context: &mut Context<'_>,
) {
    context.recorder.dns(message, false);
    let (id, question) = (message.id(), question_hash(message));
    let query = Query {
        number: 0,
        id,
        is_answered: false,
        sender,
        repeat: Repeat::of(context.recorder),
        question,
        time: context.now(),
        answer: 0,
    };
    context.report(Reported {
        sender,
        began,
        requested: None,
    });
    if is_to_group(context.flow.destination.ip.0) {
        context.stats.one_way += 1;
        context.recorder.buffers.keep_text(query.repeat.text);
        return;
    }
    let is_same =
        |query: &Query| (query.id, query.sender, query.question) == (id, sender, question);
    if queries.find(false, is_same).is_some() {
        context.stats.repeated += 1;
        context.recorder.buffers.keep_text(query.repeat.text);
        return;
    }
    if let Some(answered) = queries.find(true, is_same) {
        queries.list.remove(answered);
    }
    let limit = context.limits().pending;
    context.stats.evicted += u64::from(queries.push(query, limit));
}

/// Reports the query with this number once more, where it has no answer yet.
pub(super) fn unanswered(queries: &Queries, number: u32, context: &mut Context<'_>) {
    let at = queries.find(false, |query| query.number == number);
    let Some(query) = at.and_then(|at| queries.list.get(at)) else {
        return;
    };
    let record = context.recorder.blank();
    record.write_dns(L7Kind::UNKNOWN).id(query.id);
    query.repeat.put(context.recorder);
    context.recorder.record.flags |= RecordFlags::UNANSWERED;
    context.stats.timed_out += 1;
    context.report_timeout(query.sender, query.time);
}

fn answer(
    queries: &mut Queries,
    sender: Side,
    message: &Message<'_>,
    began: u64,
    context: &mut Context<'_>,
) {
    let (id, question) = (message.id(), question_hash(message));
    let is_it = |query: &Query| {
        let is_question = question.is_none() || query.question == question;
        query.id == id && query.sender != sender && is_question
    };
    let pending = queries.find(false, is_it);
    let answer = answer_hash(message);
    let answered = || queries.list.get(queries.find(true, is_it)?);
    if pending.is_none()
        && let Some(query) = answered()
    {
        if query.answer == answer {
            context.stats.repeated_responses += 1;
            return;
        }
        let requested = Some(query.time);
        context.recorder.dns(message, false);
        context.recorder.record.flags |= RecordFlags::CONFLICTING;
        context.stats.conflicting += 1;
        return context.report(Reported {
            sender,
            began,
            requested,
        });
    }
    context.recorder.dns(message, pending.is_none());
    let mut requested = None;
    match pending.and_then(|at| queries.list.get(at)) {
        Some(query) => {
            context.stats.paired += 1;
            requested = Some(query.time);
            if question.is_none() {
                query.repeat.put(context.recorder);
            }
        }
        None => {
            context.stats.unmatched += 1;
            context.recorder.record.flags |= RecordFlags::UNMATCHED;
        }
    }
    if let Some(at) = pending {
        queries.answered(at, answer, &mut context.recorder.buffers);
    }
    context.report(Reported {
        sender,
        began,
        requested,
    });
}

/// Whether an address is that of a group, or the broadcast address.
fn is_to_group(ip: [u8; 16]) -> bool {
    match flow_core::flow::Ip(ip).to_std() {
        core::net::IpAddr::V4(ip) => ip.is_multicast() || ip.is_broadcast(),
        core::net::IpAddr::V6(ip) => ip.is_multicast(),
    }
}
