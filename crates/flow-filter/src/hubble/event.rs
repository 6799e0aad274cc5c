//! Events that are no flow.

use super::cel_filter::CelFilter;
use super::names::{NameTest, Names};
use super::side::{Address, Side};
use super::subject::{Http, Subject};
use super::value::{Addresses, Texts};
use crate::{NodePattern, Selector};

/// An event that is no flow.
///
/// Filters turn nearly all of them away, as Hubble does: what passes is a filter on their class
/// (`event_type` 130 and 2; every list of classes lets losses through), a selector of labels that must be
/// absent, an empty trace id, and an expression that holds for an empty flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OtherEvent {
    /// An event of the agent: a number of `flow.AgentEventType`.
    Agent(i32),
    /// A debug event of the datapath: a number of `flow.DebugEventType`.
    Debug(i32),
    /// A report of losses.
    Lost,
}

/// Message type of agent events.
const AGENT: i32 = 130;
/// Message type of debug events.
const DEBUG: i32 = 2;

/// Names of an end that is not there.
pub(crate) struct NoNames;

impl Names for NoNames {
    fn namespace(&self) -> &str {
        ""
    }

    fn pod_name(&self) -> &str {
        ""
    }

    fn cluster_name(&self) -> &str {
        ""
    }

    fn service(&self) -> (&str, &str) {
        ("", "")
    }

    fn labels(&self) -> impl Iterator<Item = &str> + Clone {
        std::iter::empty()
    }

    fn dns_names(&self) -> impl Iterator<Item = &str> {
        std::iter::empty()
    }

    fn workloads(&self) -> impl Iterator<Item = (&str, &str)> {
        std::iter::empty()
    }
}

impl Subject for OtherEvent {
    fn is_flow(&self) -> bool {
        false
    }

    fn event_type(&self) -> Option<(i32, i32)> {
        match self {
            Self::Agent(kind) => Some((AGENT, *kind)),
            Self::Debug(kind) => Some((DEBUG, *kind)),
            Self::Lost => None,
        }
    }

    fn is_loss(&self) -> bool {
        *self == Self::Lost
    }

    fn verdict(&self) -> i32 {
        0
    }

    fn drop_reason(&self) -> i32 {
        0
    }

    fn direction(&self) -> i32 {
        0
    }

    fn ip_version(&self) -> i32 {
        0
    }

    fn is_reply(&self) -> Option<bool> {
        None
    }

    fn is_encrypted(&self) -> bool {
        false
    }

    fn tcp_flags(&self) -> Option<u16> {
        None
    }

    fn protocols(&self) -> u16 {
        0
    }

    fn port(&self, _side: Side) -> Option<u16> {
        None
    }

    fn identity(&self, _side: Side) -> Option<u32> {
        None
    }

    fn is_address_in(&self, _address: Address, _addresses: &Addresses) -> bool {
        false
    }

    fn pass_names(&self, _side: Side, _index: usize, test: &NameTest) -> bool {
        test.matches(&NoNames)
    }

    fn is_node(&self, _patterns: &[NodePattern]) -> bool {
        false
    }

    fn is_node_selected(&self, selectors: &[Selector]) -> bool {
        let labels = std::iter::empty::<&str>();
        selectors
            .iter()
            .any(|selector| selector.matches(labels.clone()))
    }

    fn has_uuid(&self, _uuids: &Texts<[u8; 16]>) -> bool {
        false
    }

    fn has_trace_id(&self, ids: &Texts<[u8; 16]>) -> bool {
        ids.has_text("")
    }

    fn ip_trace_id(&self) -> u64 {
        0
    }

    fn interface(&self) -> Option<(u32, &[u8])> {
        None
    }

    fn http(&self) -> Option<Http<'_>> {
        None
    }

    fn has_header(&self, _headers: &[(Box<str>, Box<str>)]) -> bool {
        false
    }

    fn dns_query(&self) -> Option<&[u8]> {
        None
    }

    fn pass_cel(&self, filter: &CelFilter) -> bool {
        filter.matches_nothing()
    }
}
