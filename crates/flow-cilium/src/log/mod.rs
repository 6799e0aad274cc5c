//! Layer 7 records of Cilium's proxies, as the agent hands them out: its access log.
//!
//! A record is read by the names of its fields, borrowed from the bytes it came in. It makes a
//! [`Flow`](flow_core::flow::Flow) ([`LogRecord::to_flow`]) and an owned
//! [`L7Record`](flow_core::record::L7Record) ([`LogRecord::to_record`]). [`LogExchanges`] adds how
//! long a response took.
//!
//! URLs, header fields and names may hold secrets: `Debug` does not show them.

mod dns;
mod endpoint;
mod exchanges;
mod flow;
mod http;
mod kafka;
mod layout;
mod lists;
mod name;
mod record;
mod time;

pub use dns::LogDns;
pub use endpoint::{LogEndpoint, LogLabel, LogLabels, LogService};
pub use exchanges::{LogExchangeStats, LogExchanges};
pub use http::{LogHeaders, LogHttp};
pub use kafka::LogKafka;
pub(super) use layout::LogLayout;
pub use lists::{Pairs, Texts};
pub use record::{LogBody, LogOther, LogRecord};

#[cfg(test)]
mod tests;
