//! What to observe in the kernel, from the command line.

use std::num::NonZeroU16;

use anyhow::Context;
use flow_ebpf::{
    FlowSource, FlowSourceBuilder, Interfaces, Mode as KernelMode, Namespace, Network, PacketFilter,
};

use crate::args::{Mode, Observe, Protocols};

/// Bytes of each payload that are captured: the most that the kernel programs do.
const PAYLOAD: u16 = 2_048;

/// What to observe, with the payload of these protocols' ports.
pub(crate) fn builder(args: &Observe, protocols: Protocols) -> FlowSourceBuilder {
    let mut builder = FlowSource::builder().mode(match args.mode {
        Mode::Aggregated => KernelMode::Aggregated {
            interval: args.interval(),
        },
        Mode::Packets => KernelMode::Packets,
        Mode::Sampled(rate) => KernelMode::Sampled(NonZeroU16::get(rate)),
    });
    if !args.interface.is_empty() {
        builder = builder.interfaces(Interfaces::matching(args.interface.iter().cloned()));
    }
    for name in &args.netns {
        builder = builder.namespace(Namespace::new(name));
    }
    for port in args.l7.ports(protocols) {
        builder = builder.capture(port, PAYLOAD);
    }
    if let Some(idle) = args.idle_timeout {
        builder = builder.idle_timeout(idle);
    }
    if let Some(idle) = args.tcp_idle_timeout {
        builder = builder.tcp_idle_timeout(idle);
    }
    builder
        .capture_default(false)
        .all_namespaces(args.all_netns)
        .tcp_state(args.tcp_state)
}

/// What to observe for the demo: its own traffic, and nothing else of this host.
pub(crate) fn demo_builder(
    args: &Observe,
    protocols: Protocols,
    [near, far]: [&str; 2],
) -> anyhow::Result<FlowSourceBuilder> {
    let networks = ["192.0.2.0/24", "198.51.100.0/24", "2001:db8::/64"];
    let mut filter = PacketFilter::default();
    for network in networks {
        filter = filter.allow_network(network.parse::<Network>().context(network)?);
    }
    Ok(builder(args, protocols)
        .interfaces(Interfaces::None)
        .namespace(Namespace::new(near))
        // Packets are observed where they begin; what does not arrive is dropped at the other end.
        .events_of(Namespace::new(far))
        .filter(filter))
}
