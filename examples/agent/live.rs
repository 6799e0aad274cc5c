//! Flows from the kernel: one thread drains each ring buffer, decodes and publishes.

use std::num::NonZeroU16;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use anyhow::Context;
use flow_core::flow::Flow;
use flow_core::pipeline::{Progress, Source, SourceError};
use flow_core::ring::Writer;
use flow_ebpf::{
    FlowSource, FlowSourceBuilder, Interfaces, LoadError, Mode as KernelMode, Namespace, Network,
    PacketFilter, Shard, SourceHandle,
};

use crate::args::{Mode, Observe, Protocols};
use crate::exchanges::Setup;
use crate::losses::Losses;
use crate::publish::{Publisher, Wanted};

/// How long a draining thread waits for records before it looks around.
const WAIT: Duration = Duration::from_millis(200);

/// The observer at work. Dropping it detaches everything and waits for that.
pub(crate) struct Live {
    handle: SourceHandle,
    setup: Setup,
    threads: Vec<JoinHandle<Result<(), SourceError>>>,
}

/// Bytes of each payload that are captured: the most that the kernel programs do.
const PAYLOAD: u16 = 2_048;

/// What to watch, from the command line, with the payload of these protocols' ports.
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
    builder
        .capture_default(false)
        .all_namespaces(args.all_netns)
        .tcp_state(args.tcp_state)
}

/// What to watch for the demo: its own traffic, and nothing else of this host.
pub(crate) fn demo_builder(
    args: &Observe,
    protocols: Protocols,
    netns: &str,
) -> anyhow::Result<FlowSourceBuilder> {
    let networks = ["192.0.2.0/24", "198.51.100.0/24", "2001:db8::/64"];
    let mut filter = PacketFilter::default();
    for network in networks {
        filter = filter.allow_network(network.parse::<Network>().context(network)?);
    }
    Ok(builder(args, protocols)
        .interfaces(Interfaces::None)
        .namespace(Namespace::new(netns))
        .filter(filter))
}

impl Live {
    /// Loads, attaches and begins to publish. The ring is closed when every flow is in it.
    pub(crate) fn start(
        builder: FlowSourceBuilder,
        wanted: Wanted,
        writer: Writer<Flow>,
        setup: impl FnOnce(usize) -> Setup,
        losses: &Arc<Losses>,
    ) -> Result<Self, LoadError> {
        let source = builder.load()?;
        let handle = source.handle();
        let shards = source.into_shards();
        let setup = setup(shards.len());
        let mut live = Self {
            handle,
            threads: Vec::new(),
            setup,
        };
        for shard in shards {
            let publisher = Publisher::new(
                &live.handle,
                wanted.clone(),
                writer.clone(),
                &live.setup,
                Arc::clone(losses),
            );
            let handle = live.handle.clone();
            let thread = thread::Builder::new()
                .name("drain".to_owned())
                .stack_size(256 * 1024)
                .spawn(move || drain(shard, publisher, &handle))
                .map_err(|source| LoadError::Io {
                    what: "starting a thread".to_owned(),
                    source,
                })?;
            live.threads.push(thread);
        }
        Ok(live)
    }

    /// How layer 7 is followed, and what was done about it once all is finished.
    pub(crate) fn setup(&self) -> &Setup {
        &self.setup
    }

    pub(crate) fn handle(&self) -> &SourceHandle {
        &self.handle
    }

    /// Detaches, and waits for the last flows to be published.
    pub(crate) fn finish(&mut self) -> Result<(), SourceError> {
        self.end()
    }

    fn end(&mut self) -> Result<(), SourceError> {
        self.handle.stop();
        let mut result = Ok(());
        for thread in self.threads.drain(..) {
            let ended = thread
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            result = result.and(ended);
        }
        result
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        // An error was told by `finish`, or another one is on its way.
        let _ = self.end();
    }
}

fn drain(
    mut shard: Shard,
    mut publisher: Publisher,
    handle: &SourceHandle,
) -> Result<(), SourceError> {
    loop {
        match shard.poll(WAIT, &mut |record| publisher.record(record)) {
            Ok(Progress::Open) => publisher.tick(),
            Ok(Progress::Ended) => {
                publisher.finish();
                return Ok(());
            }
            Err(error) => {
                // Without this part of the records the rest is not the truth.
                handle.stop();
                return Err(error);
            }
        }
    }
}
