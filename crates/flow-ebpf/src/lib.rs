//! Observes this host's network traffic with eBPF and yields flow records.
//!
//! ```no_run
//! use std::time::Duration;
//!
//! use flow_core::pipeline::{Progress, Record, Source};
//! use flow_ebpf::FlowSource;
//!
//! let mut source = FlowSource::builder().load()?;
//! eprintln!("{}", source.report());
//! while source.poll(Duration::from_millis(200), &mut |record| match record {
//!     Record::Kernel(bytes) => println!("a record of {} bytes", bytes.len()),
//!     Record::Lost(lost) => eprintln!("lost {} at {:?}", lost.count, lost.at),
//!     _ => {}
//! })? == Progress::Open
//! {}
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![deny(unsafe_code)]

mod attach;
mod btf;
mod builder;
mod clock;
mod drop_reason;
mod error;
mod feature;
mod filter;
mod memory;
mod names;
mod netns;
mod object;
mod options;
mod privileges;
mod rtnl;
mod shard;
mod shared;
mod source;
mod space;
mod stats;
mod sweep;
mod worker;

pub use builder::FlowSourceBuilder;
pub use clock::clock_sample;
pub use drop_reason::DropReasons;
pub use error::LoadError;
pub use feature::{Feature, FeatureState, Report};
pub use filter::{Network, NetworkError, PacketFilter};
pub use names::{InterfaceNames, InterfaceReader};
pub use options::{AttachWith, Interfaces, Mode, Namespace, TableKind};
pub use shard::Shard;
pub use source::{FlowSource, SourceHandle};
pub use stats::{Counter, Stats};

/// Most ring buffers that the kernel programs write to.
pub const MAX_SHARDS: usize = 8;
