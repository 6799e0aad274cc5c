//! DNS: queries and answers by identifier and question.

use std::collections::VecDeque;
use std::vec::Vec;

use super::desk::{Desk, Told};
use super::key::Side;
use super::recorder::question_hash;
use crate::dns::Message;
use flow_core::record::{L7Body, L7Kind, RecordFlags, RecordType, Text, TraceId};

/// Answered queries of a connection that are remembered.
const ANSWERED: usize = 16;

/// A query that waits for its answer, or had it and is remembered so that what is sent again is
/// known.
#[derive(Debug)]
struct Query {
    id: u16,
    is_answered: bool,
    sender: Side,
    /// What an answer without a question repeats.
    name: Text,
    types: Vec<RecordType>,
    is_redacted: bool,
    question: Option<u64>,
    time: u64,
}

/// Queries of one connection, the oldest first.
#[derive(Debug, Default)]
pub(super) struct Queries {
    list: VecDeque<Query>,
    waiting: usize,
}

impl Queries {
    /// Queries that wait.
    pub(super) const fn waiting(&self) -> usize {
        self.waiting
    }

    /// Whether nothing is remembered either.
    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    pub(super) fn heap_len(&self) -> usize {
        self.list.capacity() * size_of::<Query>()
    }

    /// Forgets all, and tells how many waited.
    pub(super) fn clear(&mut self) -> u64 {
        core::mem::take(self).waiting as u64
    }

    fn find(&self, is_answered: bool, is_it: impl Fn(&Query) -> bool) -> Option<usize> {
        self.list
            .iter()
            .position(|query| query.is_answered == is_answered && is_it(query))
    }

    /// The query at this place was answered.
    fn answered(&mut self, at: usize) {
        if let Some(query) = self.list.get_mut(at) {
            query.is_answered = true;
            self.waiting -= 1;
        }
        if self.list.len() - self.waiting > ANSWERED
            && let Some(oldest) = self.find(true, |_| true)
        {
            self.list.remove(oldest);
        }
    }

    /// Adds the newest. Whether the oldest that waits had to go because `limit` wait already.
    fn push(&mut self, query: Query, limit: usize) -> bool {
        let limit = limit.max(1);
        let is_full = self.waiting >= limit;
        if is_full && let Some(oldest) = self.find(false, |_| true) {
            self.list.remove(oldest);
            self.waiting -= 1;
        }
        if self.list.len() >= limit
            && let Some(answered) = self.find(true, |_| true)
        {
            self.list.remove(answered);
        }
        self.list.push_back(query);
        self.waiting += 1;
        is_full
    }
}

/// Takes a message. `false` where it is none.
pub(super) fn message(
    queries: &mut Queries,
    sender: Side,
    (data, wire_len): (&[u8], usize),
    began: u64,
    desk: &mut Desk<'_>,
) -> bool {
    let Ok(message) = Message::parse(data, wire_len) else {
        desk.stats.malformed += 1;
        return false;
    };
    if message.is_response() {
        answer(queries, sender, &message, began, desk);
    } else {
        ask(queries, sender, &message, began, desk);
    }
    true
}

fn ask(
    queries: &mut Queries,
    sender: Side,
    message: &Message<'_>,
    began: u64,
    desk: &mut Desk<'_>,
) {
    let (record, flags) = desk.recorder.dns(message);
    let (id, question) = (message.id(), question_hash(message));
    let query = Query {
        id,
        is_answered: false,
        sender,
        name: record.query.clone(),
        types: record.qtypes.clone(),
        is_redacted: flags.contains(RecordFlags::REDACTED),
        question,
        time: desk.now(),
    };
    desk.tell(Told {
        sender,
        began,
        kind: L7Kind::REQUEST,
        flags,
        trace: TraceId::default(),
        asked: None,
        body: L7Body::Dns(record),
    });
    if is_to_group(desk.flow.destination.ip.0) {
        desk.stats.one_way += 1;
        return;
    }
    let is_same =
        |query: &Query| (query.id, query.sender, query.question) == (id, sender, question);
    if queries.find(false, is_same).is_some() {
        desk.stats.repeated += 1;
        return;
    }
    if let Some(answered) = queries.find(true, is_same) {
        queries.list.remove(answered);
    }
    let limit = desk.limits().waiting;
    desk.stats.evicted += u64::from(queries.push(query, limit));
}

fn answer(
    queries: &mut Queries,
    sender: Side,
    message: &Message<'_>,
    began: u64,
    desk: &mut Desk<'_>,
) {
    let (id, question) = (message.id(), question_hash(message));
    let is_it = |query: &Query| {
        let is_question = question.is_none() || query.question == question;
        query.id == id && query.sender != sender && is_question
    };
    let waiting = queries.find(false, is_it);
    if waiting.is_none() && queries.find(true, is_it).is_some() {
        desk.stats.repeated_responses += 1;
        return;
    }
    let (mut record, mut flags) = desk.recorder.dns(message);
    let mut asked = None;
    match waiting.and_then(|at| queries.list.get(at)) {
        Some(query) => {
            desk.stats.paired += 1;
            asked = Some(query.time);
            if question.is_none() {
                record.query = query.name.clone();
                record.qtypes.clone_from(&query.types);
                if query.is_redacted {
                    flags |= RecordFlags::REDACTED;
                }
            }
        }
        None => {
            desk.stats.unmatched += 1;
            flags |= RecordFlags::UNMATCHED;
        }
    }
    if let Some(at) = waiting {
        queries.answered(at);
    }
    desk.tell(Told {
        sender,
        began,
        kind: L7Kind::RESPONSE,
        flags,
        trace: TraceId::default(),
        asked,
        body: L7Body::Dns(record),
    });
}

/// Whether an address is that of a group, or the broadcast address.
fn is_to_group(ip: [u8; 16]) -> bool {
    match flow_core::flow::Ip(ip).to_std() {
        core::net::IpAddr::V4(ip) => ip.is_multicast() || ip.is_broadcast(),
        core::net::IpAddr::V6(ip) => ip.is_multicast(),
    }
}
