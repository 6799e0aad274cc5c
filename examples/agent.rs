//! An agent composed of the flow crates, for others to copy: flows from the kernel or a capture,
//! layer 7 paired and redacted, a filter, counters, the history ring, and JSON as Hubble exports it.
//!
//! ```text
//! cargo run --release --example agent                  # this host, as root, until Ctrl-C
//! cargo run --release --example agent -- file.pcapng   # a capture, without privileges
//! ```

use std::error::Error;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use flow_capture::{CaptureMode, CaptureSource, Reader};
use flow_core::flow::Verdict;
use flow_core::pipeline::{
    Losses, Observer, Pipeline, PipelineBuilder, Since, Stats, Subscription, filter_fn,
};
use flow_core::resolve::NodeNames;
use flow_core::ring::{Idle, Next};
use flow_core::view::FlowView;
use flow_ebpf::FlowSource;
use flow_hubble::Export;
use flow_l7::redact::Redaction;
use flow_l7::track::{Limits, TrackerStage, TrackerTotals};

/// Ports whose payload is captured: DNS and HTTP.
const PORTS: [u16; 3] = [53, 80, 8080];
/// Bytes captured of a packet.
const PAYLOAD: u16 = 2_048;

/// Counts what was dropped, as a metric handler does.
#[derive(Debug, Default)]
struct Dropped {
    flows: AtomicU64,
}

impl Observer for Dropped {
    fn name(&self) -> &str {
        "dropped"
    }

    fn observe(&self, view: &FlowView<'_>) {
        if view.flow().verdict == Verdict::DROPPED {
            self.flows.fetch_add(1, Ordering::Relaxed);
        }
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let dropped = Arc::new(Dropped::default());
    let totals = TrackerTotals::default();
    let builder = compose(&dropped, &totals);
    let builder = match std::env::args_os().nth(1) {
        Some(path) => capture(builder, Path::new(&path))?,
        None => kernel(builder)?,
    };
    let pipeline = builder.start()?;
    // Before the first flow: a subscription misses nothing that comes after it.
    let subscription = pipeline.subscribe(Since::Oldest);
    stop_on_signal(&pipeline)?;
    let shown = show(subscription);
    // The sources end with the output: a reader like `head` may have had enough.
    pipeline.stop();
    let stats = pipeline.join()?;
    report(&stats, shown?, &dropped, &totals);
    Ok(())
}

/// Everything but the sources.
fn compose(dropped: &Arc<Dropped>, totals: &TrackerTotals) -> PipelineBuilder {
    let totals = totals.clone();
    Pipeline::builder()
        // Pairs requests with responses, in the thread of each source.
        .stage(move || {
            TrackerStage::new(Limits::default(), Redaction::default()).with_totals(&totals)
        })
        // Here would be the enrichers, in order: `.enricher(…)`.
        .filter(filter_fn(|view: &FlowView<'_>| {
            // What this agent's own output causes is not of interest.
            view.flow().process.pid != std::process::id()
        }))
        .observer(Arc::clone(dropped))
        .history(65_536)
        .node(NodeNames::named(&hostname()))
}

/// This host, live.
fn kernel(builder: PipelineBuilder) -> Result<PipelineBuilder, Box<dyn Error>> {
    let mut source = FlowSource::builder();
    for port in PORTS {
        source = source.capture(port, PAYLOAD);
    }
    let source = source.load()?;
    eprintln!("{}", source.report());
    Ok(builder.sources(source.into_shards()))
}

/// The packets of a file.
fn capture(builder: PipelineBuilder, path: &Path) -> Result<PipelineBuilder, Box<dyn Error>> {
    let reader = Reader::open(path)?;
    let mode = CaptureMode::Aggregated { interval: None };
    let name = path.display().to_string();
    Ok(builder.source(CaptureSource::new(name, reader, mode)))
}

fn stop_on_signal(pipeline: &Pipeline) -> io::Result<()> {
    use signal_hook::consts::{SIGINT, SIGTERM};
    let handle = pipeline.handle();
    let mut signals = signal_hook::iterator::Signals::new([SIGINT, SIGTERM])?;
    std::thread::spawn(move || signals.forever().for_each(|_| handle.stop()));
    Ok(())
}

/// Writes one JSON object a line, until the pipeline has ended and everything is written. Returns
/// how many flows were written and how many were overwritten before.
fn show(mut subscription: Subscription) -> io::Result<(u64, u64)> {
    let mut output = io::BufWriter::new(io::stdout().lock());
    let mut line = Vec::new();
    loop {
        match subscription.next_timeout(Duration::from_millis(100)) {
            Ok(Next::Record(flow)) => {
                subscription.with_view(&flow, |view| Export::of(view).event_json(&mut line));
                line.push(b'\n');
                match output.write_all(&line) {
                    Err(error) if error.kind() == io::ErrorKind::BrokenPipe => break,
                    written => written?,
                }
                line.clear();
            }
            Ok(Next::Lost(count)) => eprintln!("{count} flows overwritten before they were shown"),
            Err(Idle::Empty) => output.flush()?,
            Err(Idle::Closed) => break,
        }
    }
    match output.flush() {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
        _ => Ok((subscription.delivered(), subscription.lost())),
    }
}

/// What became of every record.
fn report(
    stats: &Stats,
    (shown, overwritten): (u64, u64),
    dropped: &Dropped,
    totals: &TrackerTotals,
) {
    let layer7 = totals.stats();
    eprintln!(
        "{} received = {} published + {} filtered + {} undecodable; {shown} shown, {overwritten} overwritten",
        stats.received, stats.published, stats.filtered, stats.undecodable
    );
    eprintln!(
        "{} dropped; {} requests, {} responses",
        dropped.flows.load(Ordering::Relaxed),
        layer7.requests,
        layer7.responses
    );
    if stats.lost != Losses::default() {
        for lost in stats.lost.iter() {
            eprintln!("{} lost: {:?}", lost.count, lost.at);
        }
    }
}

fn hostname() -> String {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    name.trim_end().to_owned()
}
