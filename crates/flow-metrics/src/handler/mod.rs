//! One file for each metric.

mod builtin;
mod custom;
mod dns;
mod drop;
mod flow;
mod flows_to_world;
mod http;
mod icmp;
mod kafka;
mod policy;
mod port_distribution;
mod protocol;
mod sctp;
mod tcp;

pub(crate) use builtin::Builtin;
pub use custom::Handler;
