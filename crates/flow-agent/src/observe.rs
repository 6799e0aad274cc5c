//! `flow-agent observe`: from the command line to a pipeline and its end.

use std::io::{Cursor, IsTerminal, Write, stdin, stdout};
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, anyhow};
use flow_capture::CaptureError;
use flow_core::pipeline::{Pipeline, PipelineBuilder};
use flow_core::resolve::NodeNames;
use flow_core::store::FlowStore;
use flow_demo::traffic::TrafficError;
use flow_ebpf::LoadError;
use flow_filter::FlowExpr;
use flow_hubble::ExportSource;

use crate::args::{Observe, Protocols};
use crate::demo::{self, Demo, Seen};
use crate::live;
use crate::messages::{Messages, explain};
use crate::names;
use crate::output::Printer;
use crate::paint::Paint;
use crate::pushed::Pushed;
use crate::replay;
use crate::session::Session;
use crate::stop::Stop;
use crate::view::{View, chosen};

/// The capture that stands in for the demo where there are no privileges.
const DEMO_CAPTURE: &[u8] = include_bytes!("demo.pcap");

/// Runs the command.
pub(crate) fn run(args: &Observe) -> anyhow::Result<()> {
    if let Some(raw) = &args.hubble.raw {
        write!(stdout().lock(), "{raw}")?;
        return Ok(());
    }
    let expr = args.filter.read()?;
    let expr = expr.as_ref();
    if args.filter.explain {
        return expr.map_or(Ok(()), explain_filter);
    }
    let stop = Stop::on_signals().context("catching signals")?;
    let messages = Messages::new(args.quiet);
    if let Some(path) = &args.pcap {
        return run_capture(args, expr, open(path)?, &name(path), &stop);
    }
    if let Some(path) = &args.input_file {
        return run_input(args, expr, path, &stop);
    }
    let result = if args.demo {
        run_demo(args, expr, messages, &stop)
    } else {
        let protocols = args.l7.protocols(Protocols::DNS);
        let pushed = expr.map(Pushed::of).unwrap_or_default();
        let kernel = live::builder(args, protocols).filter(pushed.filter());
        let store = store(args, live_messages(args, protocols));
        let chosen = chosen(args, expr, store.names());
        let pipeline = pipeline(args, store)?.filter(chosen);
        Session::start(args, kernel, pipeline, protocols, view(args), messages)
            .and_then(|session| session.until(|| stop.is_raised()).map(drop))
    };
    match result {
        Err(error) if args.demo && is_unprivileged(&error) => {
            messages.say(format_args!(
                "{}; showing the built-in capture demo.pcap instead",
                explain(&error)
            ));
            let capture = flow_capture::Reader::new(Box::new(Cursor::new(DEMO_CAPTURE)))?;
            run_capture(args, expr, capture, "demo.pcap", &stop)
        }
        Err(error) if is_unprivileged(&error) => Err(anyhow!(
            "{}; without privileges, --pcap FILE shows the flows of a capture",
            explain(&error)
        )),
        other => other,
    }
}

/// Prints a filter, its tests, and what of it the kernel can test and does.
fn explain_filter(expr: &FlowExpr) -> anyhow::Result<()> {
    let filter = expr.compile();
    let part = filter.kernel_part().to_string().replace('\n', "\n     ");
    writeln!(
        stdout().lock(),
        "{expr}\n{}\nkernel: {part}\n  live: {}",
        filter.explain(),
        Pushed::of(expr)
    )?;
    Ok(())
}

fn run_capture(
    args: &Observe,
    expr: Option<&FlowExpr>,
    capture: flow_capture::Reader,
    name: &str,
    stop: &Stop,
) -> anyhow::Result<()> {
    let store = store(args, args.last.map_or(1, usize::from));
    let chosen = chosen(args, expr, store.names());
    let pipeline = pipeline(args, store)?.filter(chosen);
    replay::capture(args, capture, name, pipeline, view(args), stop)
}

fn run_input(
    args: &Observe,
    expr: Option<&FlowExpr>,
    path: &Path,
    stop: &Stop,
) -> anyhow::Result<()> {
    not_a_terminal(path, "--input-file -", "exported flows")?;
    let name = name(path);
    let source = ExportSource::open(path).map_err(|error| anyhow!("{name}: {}", error.cause))?;
    let store = store(args, args.last.map_or(1, usize::from));
    let chosen = chosen(args, expr, store.names());
    let pipeline = pipeline(args, store)?.filter(chosen);
    replay::export(args, source, &name, pipeline, view(args), stop)
}

/// A store that keeps `messages` layer 7 records, and as many rare attributes of an export.
fn store(args: &Observe, messages: usize) -> FlowStore {
    let extras = match args.input_file {
        Some(_) => messages,
        None => 1,
    };
    FlowStore::with_capacities(messages, extras)
}

/// A pipeline with the history, the node and the names that were asked for.
fn pipeline(args: &Observe, store: FlowStore) -> anyhow::Result<PipelineBuilder> {
    let host = || std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let node = args.node_name.clone();
    let node = node.unwrap_or_else(|| host().trim_end().to_owned());
    let pipeline = Pipeline::builder()
        .history(args.ring_size)
        .store(store.clone())
        .node(NodeNames::named(&node));
    let Some(folder) = &args.manifests else {
        return Ok(pipeline);
    };
    // What was recorded elsewhere was not seen from this host.
    let is_live = args.pcap.is_none() && args.input_file.is_none();
    let node = if is_live { &*node } else { "" };
    names::from_manifests(pipeline, &store, folder, node, Messages::new(args.quiet))
}

/// Layer 7 records that are kept of live flows. One takes more than a flow, so only the newest are.
fn live_messages(args: &Observe, protocols: Protocols) -> usize {
    match protocols {
        Protocols::NONE => 1,
        _ => args.last.map_or(0, usize::from).max(args.ring_size / 32),
    }
}

fn view(args: &Observe) -> View {
    let paint = Paint::choose(args.color, &stdout());
    View::new(args, Printer::new(args, paint))
}

fn not_a_terminal(path: &Path, option: &str, expected: &str) -> anyhow::Result<()> {
    if path == Path::new("-") && stdin().is_terminal() {
        return Err(anyhow!(
            "{option}: standard input is a terminal, not {expected}"
        ));
    }
    Ok(())
}

fn open(path: &Path) -> anyhow::Result<flow_capture::Reader> {
    not_a_terminal(path, "--pcap -", "a capture")?;
    flow_capture::Reader::open(path).map_err(|error| match error {
        CaptureError::Open { .. } => error.into(),
        other => anyhow!("{}: {other}", name(path)),
    })
}

/// What to call a capture in messages.
fn name(path: &Path) -> String {
    if path == Path::new("-") {
        "standard input".to_owned()
    } else {
        path.display().to_string()
    }
}

fn is_unprivileged(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref(), Some(LoadError::Privileges { .. }))
        || error
            .downcast_ref::<TrafficError>()
            .is_some_and(TrafficError::is_permission_denied)
}

fn run_demo(
    args: &Observe,
    expr: Option<&FlowExpr>,
    messages: Messages,
    stop: &Stop,
) -> anyhow::Result<()> {
    let protocols = args.l7.protocols(Protocols::ALL);
    let demo = match Demo::create() {
        Ok(demo) => demo,
        // Who may not make namespaces mostly may not load programs either, and that error
        // says what to do about it.
        Err(error) => {
            return Err(live::builder(args, protocols)
                .load()
                .err()
                .map_or(error, Into::into));
        }
    };
    let seen = Arc::new(Seen::default());
    let kernel = live::demo_builder(args, protocols, [demo.netns(), demo.far_netns()])?;
    let store = store(args, live_messages(args, protocols));
    let chosen = chosen(args, expr, store.names());
    let pipeline = pipeline(args, store)?
        .filter(demo.filter(chosen)?)
        .observer(Arc::clone(&seen));
    let session = Session::start(args, kernel, pipeline, protocols, view(args), messages)?;
    let done = Stop::default();
    let running = demo.start(args.follow, stop.clone(), done.clone())?;
    // A signal ends the traffic first, so that its end is seen too.
    let lost = session.until(|| done.is_raised());
    // Whether everything could be seen, or the command line ended the view before.
    let whole =
        done.is_raised() && args.count.is_none() && expr.is_none() && args.hubble.filters.is_none();
    stop.raise();
    let sent = running.finish()?;
    let lost = lost?;
    if whole {
        let (table, complete) = demo::summary(&sent, &seen);
        messages.say(table);
        if !complete && lost.total() == 0 {
            return Err(anyhow!(
                "not every connection was seen, and nothing was counted lost"
            ));
        }
    }
    Ok(())
}
