//! A third party's agent: an enricher and an observer of its own, two subscribers at their own
//! speed, and a graceful end. Reads a capture, so that it runs anywhere:
//!
//! `cargo run --example embed -- testdata/demo.pcap`

use std::collections::HashMap;
use std::error::Error;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use flow_capture::{CaptureMode, CaptureSource, Reader};
use flow_core::flow::Flow;
use flow_core::names::{NameHandle, NameTable};
use flow_core::pipeline::{Attached, Enricher, Observer, Pipeline, Since, Subscription};
use flow_core::resolve::EndpointNames;
use flow_core::ring::Next;
use flow_core::store::FlowStore;
use flow_core::view::FlowView;
use flow_l7::redact::Redaction;
use flow_l7::track::{Limits, TrackerStage};

/// Names hosts, as an inventory of machines would.
struct Inventory {
    handles: HashMap<IpAddr, NameHandle>,
}

impl Inventory {
    /// Adds the names once; flows get their handles.
    fn new(table: &NameTable, hosts: &[(&str, &str)]) -> Result<Self, Box<dyn Error>> {
        let mut handles = HashMap::new();
        for (address, name) in hosts {
            let names = EndpointNames {
                pod_name: (*name).into(),
                ..EndpointNames::default()
            };
            handles.insert(address.parse()?, table.add(names)?);
        }
        Ok(Self { handles })
    }
}

impl Enricher for Inventory {
    fn name(&self) -> &str {
        "inventory"
    }

    fn enrich(&self, flow: &mut Flow, _attached: &Attached<'_>) {
        for end in [&mut flow.source, &mut flow.destination] {
            if let Some(handle) = self.handles.get(&end.ip.to_std()) {
                end.meta = handle.raw();
            }
        }
    }
}

/// Bytes by pair of names.
#[derive(Default)]
struct Matrix(Mutex<HashMap<(String, String), u64>>);

impl Observer for Matrix {
    fn name(&self) -> &str {
        "matrix"
    }

    fn observe(&self, view: &FlowView<'_>) {
        let name = |names: Option<&EndpointNames>| {
            names.map_or_else(|| "other".to_owned(), |names| names.pod_name.to_string())
        };
        let pair = (name(view.source()), name(view.destination()));
        let bytes = view.flow().traffic.forward().bytes;
        let mut sums = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *sums.entry(pair).or_default() += bytes;
    }
}

/// Counts what a subscriber gets.
fn count(mut subscription: Subscription, what: fn(&FlowView<'_>) -> bool) -> (u64, u64) {
    let mut found = 0;
    subscription.for_each(|next| {
        if let Next::Record(view) = next {
            found += u64::from(what(view));
        }
    });
    (found, subscription.lost())
}

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args_os().nth(1).map(PathBuf::from);
    let path = path.ok_or("usage: embed CAPTURE")?;
    let mode = CaptureMode::Aggregated { interval: None };
    let source = CaptureSource::new("capture", Reader::open(&path)?, mode);

    let store = FlowStore::with_capacity(1_024);
    let inventory = Inventory::new(
        store.names(),
        &[("192.0.2.1", "client"), ("192.0.2.2", "server")],
    )?;
    let matrix = Arc::new(Matrix::default());
    let pipeline = Pipeline::builder()
        .source(source)
        .stage(|| TrackerStage::new(Limits::default(), Redaction::default()))
        .enricher(inventory)
        .observer(Arc::clone(&matrix))
        .store(store)
        .start()?;

    // Each subscriber has a thread and a speed of its own; neither can stop the pipeline.
    let packets = pipeline.subscribe(Since::Oldest);
    let messages = pipeline.subscribe(Since::Oldest);
    let packets = thread::spawn(move || count(packets, |view| view.l7().is_none()));
    let messages = thread::spawn(move || count(messages, |view| view.l7().is_some()));

    // A live agent would call `pipeline.stop()` here, on a signal; a capture ends by itself.
    let stats = pipeline.join()?;
    let ended = |_| "a subscriber panicked";
    let (connections, lost) = packets.join().map_err(ended)?;
    let (messages, also_lost) = messages.join().map_err(ended)?;
    println!(
        "{connections} flows of packets ({lost} lost), {messages} messages ({also_lost} lost)"
    );
    let sums = matrix.0.lock().unwrap_or_else(PoisonError::into_inner);
    let mut sums: Vec<_> = sums.iter().filter(|(_, bytes)| **bytes > 0).collect();
    sums.sort();
    for ((source, destination), bytes) in sums {
        println!("{source} -> {destination}: {bytes} B");
    }
    assert_eq!(
        stats.received,
        stats.published + stats.filtered + stats.undecodable
    );
    Ok(())
}
