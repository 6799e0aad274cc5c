//! DNS names of addresses, learnt from the answers that flows carry.
//!
//! [`DnsNames`] is an enricher. From each DNS answer it learns that the client which asked knows the
//! addresses by the name that it asked for, through however many aliases (CNAME) the answer came; and it gives
//! each end of a flow the names by which the other end knows it. Another client's answer names nothing: two
//! clients may have asked for different names of one address.
//!
//! Names last as long as the answer's time to live, within [`DnsLimits`]. What is kept is bounded; what had to
//! go before its time is [counted](DnsStats::evicted). Names of `/etc/hosts` can be
//! [preloaded](DnsNames::preload_hosts): they hold for all clients.
//!
//! ```
//! use std::net::IpAddr;
//!
//! use flow_core::flow::{Flow, Ip};
//! use flow_core::record::{L7Kind, L7Record};
//! use flow_core::store::FlowStore;
//! use flow_enrich::dns::DnsNames;
//! use flow_enrich::{Attached, Enricher};
//!
//! let store = FlowStore::with_capacity(1024);
//! let names = DnsNames::new(store.names());
//! let (client, server, web) = (Ip::v4([10, 0, 0, 1]), Ip::v4([10, 0, 0, 53]), Ip::v4([192, 0, 2, 7]));
//! let record = L7Record::dns(L7Kind::RESPONSE, |dns| {
//!     dns.query("shop.example.").ip(web.to_std()).ttl(300);
//! });
//! let between = |source, destination| {
//!     let mut flow = Flow { time: 1_795_530_906_000_000_000, ..Flow::default() };
//!     (flow.source.ip, flow.destination.ip) = (source, destination);
//!     flow
//! };
//! names.enrich(&mut between(server, client), &Attached::l7(&record));
//!
//! let mut flow = between(client, web);
//! names.enrich(&mut flow, &Attached::NONE);
//! let mut holder = store.names().holder();
//! let hold = holder.hold();
//! assert_eq!(&*hold.resolve(flow.destination.meta).unwrap().dns_names[0], "shop.example");
//! ```

mod cache;
mod enricher;
mod hosts;
mod learned;
mod merged;
#[cfg(test)]
mod tests;

pub use enricher::DnsNames;
pub use learned::{DnsLimits, DnsStats};
