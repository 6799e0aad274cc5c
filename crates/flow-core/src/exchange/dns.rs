//! DNS: queries and answers by identifier and question.

use super::desk::{Desk, Told};
use super::key::Side;
use super::queue::{Queue, Waiting, Weigh};
use super::recorder::question_hash;
use crate::l7::dns::Message;
use crate::record::{L7Body, L7Kind, RecordFlags, TraceId};

/// A query that waits for its answer.
#[derive(Debug)]
pub(super) struct Asked {
    question: Option<u64>,
    /// Handle of its record.
    record: u32,
}

impl Weigh for Asked {
    fn heap_len(&self) -> usize {
        0
    }
}

/// Queries that wait for their answers.
pub(super) type Queries = Queue<Asked>;

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
    let (mut record, mut flags) = desk.recorder.dns(&message);
    let question = question_hash(&message);
    let id = u32::from(message.id());
    let mut told = Told {
        sender,
        began,
        kind: L7Kind::REQUEST,
        flags,
        trace: TraceId::default(),
        asked: None,
        body: L7Body::Dns(Default::default()),
    };
    if !message.is_response() {
        told.body = L7Body::Dns(record);
        let record = desk.tell(told);
        if is_to_group(desk.flow.destination.ip.0) {
            desk.stats.one_way += 1;
            return true;
        }
        if queries
            .find(id, |asked| asked.question == question)
            .is_some()
        {
            desk.stats.repeated += 1;
            return true;
        }
        if queries.take(id, |_| true).is_some() {
            desk.stats.unanswered += 1;
        }
        let waiting = Waiting {
            id,
            time: desk.now(),
            what: Asked { question, record },
        };
        let limit = desk.limits().waiting;
        desk.stats.evicted += u64::from(queries.push(waiting, limit));
        return true;
    }
    let is_it = |asked: &Asked| question.is_none() || asked.question == question;
    match queries.take(id, is_it) {
        Some(waiting) => {
            desk.stats.paired += 1;
            told.asked = Some(waiting.time);
            if question.is_none()
                && let Some(request) = desk.shelf.get(waiting.what.record)
                && let L7Body::Dns(query) = &request.body
            {
                record.query = query.query.clone();
                record.qtypes.clone_from(&query.qtypes);
                flags |= RecordFlags(request.flags.0 & RecordFlags::REDACTED.0);
            }
        }
        None => {
            desk.stats.unmatched += 1;
            flags |= RecordFlags::UNMATCHED;
        }
    }
    told.kind = L7Kind::RESPONSE;
    told.flags = flags;
    told.body = L7Body::Dns(record);
    desk.tell(told);
    true
}

/// Whether an address is that of a group, or the broadcast address.
fn is_to_group(ip: [u8; 16]) -> bool {
    match crate::flow::Ip(ip).to_std() {
        core::net::IpAddr::V4(ip) => ip.is_multicast() || ip.is_broadcast(),
        core::net::IpAddr::V6(ip) => ip.is_multicast(),
    }
}
