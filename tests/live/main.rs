//! End to end on real kernel traffic: what the observer reports is what was sent, to the packet.
//!
//! Every test makes its own namespaces. They need root and BPF; `FLOW_SKIP_BPF=1` skips them.

mod base;
mod choice;
mod connections;
mod drops;
mod exact;
mod gso;
mod l7;
mod lifecycle;
mod modes;
mod overload;
mod ready;
mod rules;
mod shards;
mod sockets;
mod watch;
