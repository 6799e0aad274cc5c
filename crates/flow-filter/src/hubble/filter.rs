//! Lists of filters, compiled.

use std::fmt;
use std::sync::Arc;

use flow_core::names::NameTable;
use flow_core::pipeline::Filter;
use flow_core::view::FlowView;
use flow_hubble::flow as pb;
use flow_hubble::observer::ExportEvent;
use flow_hubble::observer::export_event::ResponseTypes;

use super::build::Builder;
use super::condition::Condition;
use super::error::{FilterError, FilterList};
use super::event::OtherEvent;
use super::memory::Memory;
use super::message::Message;
use super::subject::Subject;
use super::view::Seen;

/// Hubble's allow list and deny list, compiled into one filter.
///
/// A flow passes if a filter of the allow list matches it, or the list is empty, and none of the deny list
/// does. A filter matches if all of its fields do; a field, if one of its values does.
///
/// It reads flows of a pipeline (it is a [`Filter`]), messages ([`matches_flow`](Self::matches_flow),
/// [`matches_event`](Self::matches_event)), and events that are no flow
/// ([`matches_other`](Self::matches_other)). What it answers is what Hubble v1.19 answers, also in the
/// cases that surprise.
///
/// ```
/// use flow_core::flow::{Flow, Verdict};
/// use flow_core::view::FlowView;
/// use flow_filter::hubble::FlowFilters;
/// use flow_filter::Filter;
/// use flow_hubble::flow::FlowFilter;
///
/// let dropped = FlowFilter { verdict: vec![2], ..FlowFilter::default() };
/// let filter = FlowFilters::new(&[dropped], &[])?;
/// let mut flow = Flow::default();
/// assert!(!filter.matches(&FlowView::from(&flow)));
/// flow.verdict = Verdict::DROPPED;
/// assert!(filter.matches(&FlowView::from(&flow)));
///
/// let wrong = FlowFilter { source_port: vec!["http".into()], ..FlowFilter::default() };
/// let error = FlowFilters::new(&[wrong], &[]).unwrap_err();
/// assert_eq!(error.field, "source_port");
/// # Ok::<(), flow_filter::hubble::FilterError>(())
/// ```
#[derive(Clone)]
pub struct FlowFilters {
    allow: Arc<[Vec<Condition>]>,
    deny: Arc<[Vec<Condition>]>,
    memory: Arc<Memory>,
}

impl FlowFilters {
    /// Compiles two lists of filters.
    ///
    /// # Errors
    /// Where a value of a filter is none: of several, the first one that Hubble finds, which looks
    /// at the allow list first.
    pub fn new(allow: &[pb::FlowFilter], deny: &[pb::FlowFilter]) -> Result<Self, FilterError> {
        let mut builder = Builder { names: Vec::new() };
        let mut list = |list: FilterList, filters: &[pb::FlowFilter]| {
            let filters = filters.iter().enumerate().map(|(index, filter)| {
                builder
                    .conditions(filter)
                    .map_err(|(field, reason)| FilterError {
                        list: Some(list),
                        index,
                        field,
                        reason,
                    })
            });
            filters.collect::<Result<Arc<[Vec<Condition>]>, FilterError>>()
        };
        let allow = list(FilterList::Allow, allow)?;
        let deny = list(FilterList::Deny, deny)?;
        Ok(Self {
            allow,
            deny,
            memory: Arc::new(Memory::new(builder.names)),
        })
    }

    /// Decides what depends on names alone once for each of the names of `table`, and remembers it.
    ///
    /// The flows that are read must be those of a store with this table, such as the store of the
    /// pipeline that the filter is for.
    #[must_use]
    pub fn with_names(self, table: &NameTable) -> Self {
        let mut memory = self.memory.renewed();
        memory.remember(table);
        Self {
            memory: Arc::new(memory),
            ..self
        }
    }

    /// Returns whether every flow passes: both lists are empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.allow.is_empty() && self.deny.is_empty()
    }

    /// Returns whether a message passes.
    #[must_use]
    pub fn matches_flow(&self, flow: &pb::Flow) -> bool {
        self.passes(&Message(flow))
    }

    /// Returns whether an event that is no flow passes.
    #[must_use]
    pub fn matches_other(&self, event: OtherEvent) -> bool {
        self.passes(&event)
    }

    /// Returns whether what an exporter writes passes. What is neither a flow nor an event of agent or
    /// datapath is treated as a report of losses.
    #[must_use]
    pub fn matches_event(&self, event: &ExportEvent) -> bool {
        self.matches_other(match &event.response_types {
            Some(ResponseTypes::Flow(flow)) => return self.matches_flow(flow),
            Some(ResponseTypes::AgentEvent(event)) => OtherEvent::Agent(event.r#type),
            Some(ResponseTypes::DebugEvent(event)) => OtherEvent::Debug(event.r#type),
            _ => OtherEvent::Lost,
        })
    }

    #[inline]
    fn passes(&self, subject: &impl Subject) -> bool {
        let matches =
            |filter: &Vec<Condition>| filter.iter().all(|condition| condition.holds(subject));
        (self.allow.is_empty() || self.allow.iter().any(matches)) && !self.deny.iter().any(matches)
    }
}

impl Filter for FlowFilters {
    #[inline]
    fn matches(&self, view: &FlowView<'_>) -> bool {
        self.passes(&Seen {
            view,
            memory: &self.memory,
        })
    }
}

impl fmt::Debug for FlowFilters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FlowFilters")
            .field("allow", &self.allow)
            .field("deny", &self.deny)
            .finish_non_exhaustive()
    }
}
