//! The least agent: shows this host's flows, with DNS and HTTP, until Ctrl-C. Needs root.
//!
//! `cargo run --release --example minimal`

use std::error::Error;
use std::io::{self, Write};

use flow_core::pipeline::{Pipeline, Since};
use flow_core::ring::Next;
use flow_ebpf::{Counter, FlowSource};
use flow_l7::redact::Redaction;
use flow_l7::track::{Limits, TrackerStage};

fn main() -> Result<(), Box<dyn Error>> {
    // Loads the kernel programs and attaches them to every interface that is up.
    let source = FlowSource::builder()
        .capture(53, 2_048)
        .capture(80, 2_048)
        .load()?;
    eprintln!("{}", source.report());
    let kernel = source.handle();

    // One thread for each ring buffer of the kernel.
    let pipeline = Pipeline::builder()
        .sources(source.into_shards())
        .stage(|| TrackerStage::new(Limits::default(), Redaction::default()))
        .start()?;

    // Ctrl-C detaches; the last counts still come.
    let handle = pipeline.handle();
    let mut signals = signal_hook::iterator::Signals::new([signal_hook::consts::SIGINT])?;
    std::thread::spawn(move || signals.forever().for_each(|_| handle.stop()));

    let mut output = io::stdout().lock();
    let mut subscription = pipeline.subscribe(Since::Oldest);
    while let Ok(next) = subscription.wait_next() {
        match next {
            Next::Record(flow) => {
                subscription.with_view(&flow, |view| writeln!(output, "{:#}", view.line()))?;
            }
            Next::Lost(count) => eprintln!("{count} flows overwritten before they were shown"),
        }
    }
    let stats = pipeline.join()?;
    let lost = stats.lost.total() + subscription.lost();
    let packets = kernel.stats().get(Counter::SeenPackets);
    let flows = subscription.delivered();
    eprintln!("{flows} flows of {packets} packets, {lost} lost");
    Ok(())
}
