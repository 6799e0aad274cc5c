//! Hubble's filters: `flow.FlowFilter`, allow lists and deny lists.
//!
//! [`FlowFilters`] compiles two lists of filters into one. Each field of a filter means what it means in Hubble
//! v1.19: patterns of names, prefixes, selectors of labels, regular expressions of Go, and
//! [CEL expressions](crate::cel).
//!
//! | Field | A flow passes where |
//! |---|---|
//! | `source_pod`, `source_service` | namespace and beginning of the name are those before and after the slash; without one the namespace is `default`, with nothing before it any |
//! | `source_ip` | the address is this one, or in this prefix |
//! | `source_fqdn` | one of the names has this [pattern](crate::NamePattern) |
//! | `source_label`, `node_labels` | the [selector](crate::Selector) selects the labels |
//! | `node_name` | the node has this [pattern](crate::NodePattern) |
//! | `reply` | it is known whether it answers; what was dropped does not |
//! | `drop_reason_desc` | it was dropped for this reason |
//! | `http_path`, `http_url`, `dns_query` | the [expression](crate::GoRegex) matches somewhere |
//! | `http_status_code` | the code is this one, or begins like this: `404`, `4+` |
//! | `event_type` | type and sub-type of the event are these; reports of losses always pass |
//!
//! Addresses of a message are compared as text, as Hubble does; those of a
//! [`FlowView`](flow_core::view::FlowView) by value.

mod build;
mod build_http;
mod cel_filter;
mod condition;
mod error;
mod event;
mod filter;
mod flags;
mod http;
mod memory;
mod message;
mod names;
mod side;
mod subject;
mod value;
mod view;

pub use error::{FilterError, FilterFault, FilterList};
pub use event::OtherEvent;
pub use filter::FlowFilters;
pub use flags::{FilterFlags, FlagError, FlagInfo, raw_filters};

#[cfg(test)]
mod tests;
