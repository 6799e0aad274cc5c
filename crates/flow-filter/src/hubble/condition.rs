//! One field of a filter, compiled.

use super::cel_filter::CelFilter;
use super::http::{Methods, Statuses};
use super::names::NameTest;
use super::side::{Address, Side};
use super::subject::Subject;
use super::value::{Addresses, Numbers, Ports, Texts};
use crate::{GoRegex, NodePattern, Selector, request_path};

/// Number of the verdict on a packet that was dropped.
const DROPPED: i32 = 2;

/// A class of events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct EventClass {
    /// 0 for any.
    pub(crate) kind: i32,
    /// `None` for any.
    pub(crate) sub_kind: Option<i32>,
}

/// A condition: one field of a filter, of whose values one must match.
#[derive(Clone, Debug)]
pub(crate) enum Condition {
    Verdict(Numbers),
    Direction(Numbers),
    IpVersion(Numbers),
    DropReason(Numbers),
    EventType(Vec<EventClass>),
    Reply(Vec<bool>),
    Encrypted(Vec<bool>),
    /// Bits of protocols.
    Protocol(u16),
    /// Each all of whose flags must be there.
    TcpFlags(Vec<u16>),
    Identity(Side, Vec<u32>),
    Port(Side, Ports),
    Address(Address, Addresses),
    /// The number is that of the condition among those on names in its filters.
    Names(Side, usize, NameTest),
    Node(Vec<NodePattern>),
    NodeLabel(Vec<Selector>),
    Uuid(Texts<[u8; 16]>),
    TraceId(Texts<[u8; 16]>),
    IpTraceId(Vec<u64>),
    /// Index and name; 0 and an empty one are any.
    Interface(Vec<(u32, Box<str>)>),
    HttpStatus(Statuses),
    HttpMethod(Methods),
    HttpPath(Vec<GoRegex>),
    HttpUrl(Vec<GoRegex>),
    HttpHeader(Vec<(Box<str>, Box<str>)>),
    DnsQuery(Vec<GoRegex>),
    Cel(CelFilter),
}

impl Condition {
    /// How much it costs beside others: those that cost less are asked first.
    pub(crate) const fn cost(&self) -> u8 {
        match self {
            Self::Verdict(_) | Self::Direction(_) | Self::IpVersion(_) | Self::Protocol(_) => 0,
            Self::Port(..) | Self::Identity(..) | Self::EventType(_) | Self::TcpFlags(_) => 1,
            Self::Reply(_) | Self::Encrypted(_) | Self::DropReason(_) => 1,
            Self::Names(..) | Self::Address(..) => 2,
            Self::Interface(_) => 3,
            Self::Uuid(_) | Self::TraceId(_) | Self::IpTraceId(_) | Self::HttpStatus(_) => 4,
            Self::HttpMethod(_) | Self::HttpHeader(_) | Self::Node(_) => 5,
            Self::NodeLabel(_) | Self::HttpUrl(_) | Self::HttpPath(_) | Self::DnsQuery(_) => 6,
            Self::Cel(_) => 7,
        }
    }

    #[inline]
    pub(crate) fn holds(&self, subject: &impl Subject) -> bool {
        match self {
            Self::Verdict(numbers) => subject.is_flow() && numbers.contains(subject.verdict()),
            Self::Direction(numbers) => subject.is_flow() && numbers.contains(subject.direction()),
            Self::IpVersion(numbers) => subject.is_flow() && numbers.contains(subject.ip_version()),
            Self::DropReason(numbers) => {
                subject.verdict() == DROPPED && numbers.contains(subject.drop_reason())
            }
            Self::EventType(classes) => is_event(subject, classes),
            Self::Reply(wanted) => {
                // What was dropped answers nothing.
                let dropped = (subject.verdict() == DROPPED).then_some(false);
                let is_reply = subject.is_reply().or(dropped);
                is_reply.is_some_and(|is_reply| wanted.contains(&is_reply))
            }
            Self::Encrypted(wanted) => {
                subject.is_flow() && wanted.contains(&subject.is_encrypted())
            }
            Self::Protocol(bits) => subject.protocols() & bits != 0,
            Self::TcpFlags(wanted) => subject
                .tcp_flags()
                .is_some_and(|flags| wanted.iter().any(|wanted| flags & wanted == *wanted)),
            Self::Identity(side, wanted) => subject
                .identity(*side)
                .is_some_and(|identity| wanted.contains(&identity)),
            Self::Port(side, ports) => subject.port(*side).is_some_and(|port| ports.contains(port)),
            Self::Address(address, addresses) => subject.is_address_in(*address, addresses),
            Self::Names(side, index, test) => subject.pass_names(*side, *index, test),
            Self::Node(patterns) => subject.is_node(patterns),
            Self::NodeLabel(selectors) => subject.is_node_selected(selectors),
            Self::Uuid(uuids) => subject.is_flow() && subject.has_uuid(uuids),
            Self::TraceId(ids) => subject.has_trace_id(ids),
            Self::IpTraceId(ids) => ids.contains(&subject.ip_trace_id()),
            Self::Interface(wanted) => subject.interface().is_some_and(|(index, name)| {
                wanted.iter().any(|(wanted_index, wanted_name)| {
                    (*wanted_index == 0 || *wanted_index == index)
                        && (wanted_name.is_empty() || wanted_name.as_bytes() == name)
                })
            }),
            Self::HttpStatus(statuses) => subject
                .http()
                .is_some_and(|http| statuses.contain(http.code)),
            Self::HttpMethod(methods) => subject
                .http()
                .is_some_and(|http| !http.method.is_empty() && methods.contain(http.method)),
            Self::HttpPath(paths) => subject
                .http()
                .and_then(|http| request_path(http.url))
                .is_some_and(|path| is_match(paths, &path)),
            Self::HttpUrl(urls) => subject
                .http()
                .is_some_and(|http| !http.url.is_empty() && is_match(urls, http.url)),
            Self::HttpHeader(headers) => subject.has_header(headers),
            Self::DnsQuery(queries) => subject
                .dns_query()
                .is_some_and(|query| is_match(queries, query)),
            Self::Cel(filter) => subject.pass_cel(filter),
        }
    }
}

#[inline]
fn is_event(subject: &impl Subject, classes: &[EventClass]) -> bool {
    let Some((kind, sub_kind)) = subject.event_type() else {
        return subject.is_loss();
    };
    classes.iter().any(|class| {
        let is_sub_kind = class.sub_kind.is_none_or(|wanted| wanted == sub_kind);
        (class.kind == 0 || class.kind == kind) && is_sub_kind
    })
}

#[inline]
fn is_match(expressions: &[GoRegex], text: &[u8]) -> bool {
    expressions
        .iter()
        .any(|expression| expression.is_match_bytes(text))
}
