//! `agent observe`: from the command line to a source and its end.

use std::cell::RefCell;
use std::io::{Cursor, IsTerminal, stdin, stdout};
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

use anyhow::{Context, anyhow};
use flow_capture::CaptureError;
use flow_core::record::L7Shelf;
use flow_core::resolve::Shelves;
use flow_ebpf::LoadError;
use flow_lab::traffic::TrafficError;

use crate::args::{Observe, Protocols};
use crate::demo::{self, Demo, Seen};
use crate::exchanges::Setup;
use crate::input;
use crate::live;
use crate::messages::{Messages, explain};
use crate::output::Printer;
use crate::paint::Paint;
use crate::replay;
use crate::session::Session;
use crate::stop::Stop;
use crate::view::View;

/// The capture that stands in for the demo where there are no privileges.
const DEMO_CAPTURE: &[u8] = include_bytes!("../../testdata/demo.pcap");

/// Runs the command.
pub(crate) fn run(args: &Observe) -> anyhow::Result<()> {
    let stop = Stop::on_signals().context("catching signals")?;
    let messages = Messages::new(args.quiet);
    if let Some(path) = &args.pcap {
        return run_capture(args, open(path)?, &name(path), &stop);
    }
    if let Some(path) = &args.input_file {
        return run_input(args, path, &stop);
    }
    let result = if args.demo {
        run_demo(args, messages, &stop)
    } else {
        let protocols = args.l7.protocols(Protocols::DNS);
        let (view, setup) = live_view(args, protocols);
        let builder = live::builder(args, protocols);
        Session::start(args, builder, None, view, setup, messages)
            .and_then(|session| session.until(|| stop.is_raised()).map(drop))
    };
    match result {
        Err(error) if args.demo && is_unprivileged(&error) => {
            messages.say(format_args!(
                "{}; showing the capture testdata/demo.pcap instead",
                explain(&error)
            ));
            let capture = flow_capture::Reader::new(Box::new(Cursor::new(DEMO_CAPTURE)))?;
            run_capture(args, capture, "testdata/demo.pcap", &stop)
        }
        Err(error) if is_unprivileged(&error) => Err(anyhow!(
            "{}; without privileges, --pcap FILE shows the flows of a capture",
            explain(&error)
        )),
        other => other,
    }
}

fn run_capture(
    args: &Observe,
    capture: flow_capture::Reader,
    name: &str,
    stop: &Stop,
) -> anyhow::Result<()> {
    // Each message is shown before the next one is read, but for the newest at the end.
    let last = args.last.map_or(0, usize::from);
    let shelf = Arc::new(L7Shelf::with_capacity(last.max(CAPTURE_MESSAGES)));
    let view = view(args, Shelves::with_capacity(1).with_l7(Arc::clone(&shelf)));
    let protocols = args.l7.protocols(Protocols::ALL);
    let setup = Setup::capture(protocols, args.l7.redaction(), shelf);
    replay::run(args, capture, name, view, setup, stop)
}

/// Messages that one packet of a capture may end at most without one being overwritten before it is
/// shown.
const CAPTURE_MESSAGES: usize = 4_096;

fn run_input(args: &Observe, path: &Path, stop: &Stop) -> anyhow::Result<()> {
    not_a_terminal(path, "--input-file -", "exported flows")?;
    let last = args.last.map_or(1, usize::from);
    let names = Shelves::with_capacity(last);
    let view = view(args, names.clone());
    input::run(args, path, &name(path), view, names, stop)
}

/// The view of live flows, and how what they say is followed by a number of threads.
fn live_view(args: &Observe, protocols: Protocols) -> (View, impl FnOnce(usize) -> Setup + use<>) {
    // A message takes more than a flow; so only the newest ones are kept.
    let last = args.last.map_or(0, usize::from);
    let messages = if protocols == Protocols::NONE {
        1
    } else {
        last.max(args.ring_size / 16)
    };
    let shelf = Arc::new(L7Shelf::with_capacity(messages));
    let view = view(args, Shelves::with_capacity(1).with_l7(Arc::clone(&shelf)));
    let redaction = args.l7.redaction();
    let setup = move |threads| Setup::live(protocols, redaction, shelf, threads);
    (view, setup)
}

fn view(args: &Observe, names: Shelves) -> View {
    let paint = Paint::choose(args.color, &stdout());
    View::new(args, Printer::new(args, paint, names))
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

fn run_demo(args: &Observe, messages: Messages, stop: &Stop) -> anyhow::Result<()> {
    let protocols = args.l7.protocols(Protocols::ALL);
    let demo = match Demo::create() {
        Ok(demo) => demo,
        // Who may not make namespaces mostly may not load programs either, and that error
        // tells what to do about it.
        Err(error) => {
            return Err(live::builder(args, protocols)
                .load()
                .err()
                .map_or(error, Into::into));
        }
    };
    let seen = Rc::new(RefCell::new(Seen::default()));
    let tap = Rc::clone(&seen);
    let (mut view, setup) = live_view(args, protocols);
    view.tap(move |flow| tap.borrow_mut().add(flow));
    let builder = live::demo_builder(args, protocols, demo.netns())?;
    let session = Session::start(args, builder, Some(demo.filter()?), view, setup, messages)?;
    let done = Stop::default();
    let running = demo.start(args.follow, stop.clone(), done.clone())?;
    // A signal ends the traffic first, so that its end is seen too.
    let lost = session.until(|| done.is_raised());
    // Whether everything could be seen, or the command line ended the view before.
    let whole = done.is_raised() && args.count.is_none();
    stop.raise();
    let sent = running.finish()?;
    let lost = lost?;
    if whole {
        let (table, complete) = demo::summary(&sent, &seen.borrow());
        messages.say(table);
        if !complete && lost.total() == 0 {
            return Err(anyhow!(
                "not every connection was seen, and nothing was counted lost"
            ));
        }
    }
    Ok(())
}
