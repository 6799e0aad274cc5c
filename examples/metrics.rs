//! Hubble's metrics of this host, or of a capture, for Prometheus to read.
//!
//! ```text
//! cargo run --release --example metrics -- 127.0.0.1:9965                   # this host, as root, until Ctrl-C
//! cargo run --release --example metrics -- 127.0.0.1:9965 file.pcapng       # a capture, without privileges
//! FLOW_METRICS='drop flow:sourceContext=ip' cargo run --release --example metrics -- 127.0.0.1:9965
//! curl http://127.0.0.1:9965/metrics
//! ```

use std::error::Error;
use std::net::TcpListener;
use std::path::Path;

use flow_capture::{CaptureMode, CaptureSource, Reader};
use flow_core::pipeline::{Pipeline, PipelineBuilder};
use flow_ebpf::FlowSource;
use flow_l7::redact::Redaction;
use flow_l7::track::{Limits, TrackerStage};
use flow_metrics::{MetricConfig, Metrics, MetricsServer};
use signal_hook::consts::{SIGINT, SIGTERM};

/// What is counted unless `FLOW_METRICS` has something else.
const METRICS: &str = "dns drop flow http icmp port-distribution tcp";

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1);
    let address = arguments
        .next()
        .ok_or("expected the address to listen at")?;
    let address = address.to_str().ok_or("expected an address in UTF-8")?;
    let configured = std::env::var("FLOW_METRICS").unwrap_or_else(|_| METRICS.to_owned());

    let (metrics, notices) = Metrics::builder()
        .metrics(MetricConfig::parse_list(&configured))
        .build()?;
    for notice in notices {
        eprintln!("{notice}");
    }
    let server = MetricsServer::start(&metrics, TcpListener::bind(address)?)?;
    eprintln!("http://{}/metrics", server.local_addr());

    let mut signals = signal_hook::iterator::Signals::new([SIGINT, SIGTERM])?;
    let builder = Pipeline::builder()
        .stage(|| TrackerStage::new(Limits::default(), Redaction::default()))
        .observer(metrics);
    let (builder, is_live) = match arguments.next() {
        Some(path) => (capture(builder, Path::new(&path))?, false),
        None => (kernel(builder)?, true),
    };
    let pipeline = builder.start()?;
    let handle = pipeline.handle();
    if is_live {
        signals.forever().next();
        handle.stop();
    }
    let stats = pipeline.join()?;
    eprintln!("{} flows, {} lost", stats.received, stats.lost.total());
    if !is_live {
        // A capture has ended; what was counted can still be read.
        signals.forever().next();
    }
    Ok(())
}

/// This host, with the payload of DNS and HTTP.
fn kernel(builder: PipelineBuilder) -> Result<PipelineBuilder, Box<dyn Error>> {
    let source = FlowSource::builder()
        .capture(53, 2_048)
        .capture(80, 2_048)
        .load()?;
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
