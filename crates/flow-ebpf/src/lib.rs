//! Observes this host's network traffic with eBPF and yields flow records.
//!
//! ```no_run
//! use flow_core::pipeline::{Pipeline, Since};
//! use flow_core::ring::Next;
//! use flow_ebpf::FlowSource;
//!
//! let source = FlowSource::builder().load()?;
//! eprintln!("{}", source.report());
//! let pipeline = Pipeline::builder().sources(source.into_shards()).start()?;
//! pipeline.subscribe(Since::Oldest).for_each(|next| match next {
//!     Next::Record(flow) => println!("{}", flow.line()),
//!     Next::Lost(count) => eprintln!("{count} lost"),
//! });
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! What runs where, and what a kernel must have for it, is reported by the
//! [report](FlowSource::report); what the kernel cannot do is left out. Loading takes
//! `CAP_BPF`, `CAP_NET_ADMIN` and `CAP_PERFMON`, other network namespaces `CAP_SYS_ADMIN` too.
//! Neither clang nor the kernel's headers are needed: the objects are part of the crate.
//!
//! | Part | How | Feature in the report |
//! |---|---|---|
//! | packets on interfaces | TCX, or clsact before Linux 6.6 | `interface NAME` |
//! | loopback, sockets' control groups | `cgroup_skb` at the root | `loopback`, `receivers` |
//! | who owns a socket | `sock_create` and an iterator | `owner`, `existing sockets` |
//! | drops with the kernel's reason | tracepoint `kfree_skb` | `drops` |
//! | TCP states, retransmits | tracepoints | `tcp-state`, `retransmits` |
//!
//! Counts are exact: records carry increments, and what a full ring buffer refuses stays in the
//! kernel's table or is [counted](Stats).
#![deny(unsafe_code)]
#![warn(clippy::exhaustive_enums, clippy::exhaustive_structs)]

mod attach;
mod btf;
mod builder;
mod clock;
mod decode;
mod drop_reason;
mod error;
mod feature;
mod filter;
mod flows;
mod handle;
mod kernel;
mod leftover;
mod memory;
mod names;
mod netns;
mod netns_names;
mod object;
mod options;
mod privileges;
mod probe;
mod programs;
mod record;
mod refusal;
mod rtnl;
mod shard;
mod shared;
mod source;
mod space;
mod stats;
mod sweep;
mod watched;
mod worker;

pub use builder::FlowSourceBuilder;
pub use clock::clock_sample;
pub use drop_reason::DropReasons;
pub use error::LoadError;
pub use feature::{Feature, FeatureState, Report};
pub use filter::{Network, NetworkError, PacketFilter};
pub use handle::SourceHandle;
pub use leftover::remove_filters_of;
pub use names::{InterfaceNames, InterfaceReader};
pub use netns_names::NamespaceNames;
pub use options::{AttachWith, Interfaces, Mode, Namespace, TableKind};
pub use probe::Probed;
pub use record::Record;
pub use refusal::{Refusal, VerifierLog};
pub use shard::Shard;
pub use source::FlowSource;
pub use stats::{Counter, Stats};

/// Most ring buffers that the kernel programs write to.
pub const MAX_SHARDS: usize = 8;
