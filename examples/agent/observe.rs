//! `agent observe`: from the command line to a source and its end.

use std::cell::RefCell;
use std::io::{Cursor, IsTerminal, stdin, stdout};
use std::path::Path;
use std::rc::Rc;

use anyhow::{Context, anyhow};
use flow_ebpf::LoadError;
use flow_lab::capture::{self, CaptureError};
use flow_lab::traffic::TrafficError;

use crate::args::Observe;
use crate::demo::{self, Demo, Seen};
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
        return replay::run(args, open(path)?, &name(path), view(args), &stop);
    }
    let result = if args.demo {
        run_demo(args, messages, &stop)
    } else {
        Session::start(args, live::builder(args), None, view(args), messages)
            .and_then(|session| session.until(|| stop.is_raised()).map(drop))
    };
    match result {
        Err(error) if args.demo && is_unprivileged(&error) => {
            messages.say(format_args!(
                "{}; showing the capture testdata/demo.pcap instead",
                explain(&error)
            ));
            let capture = capture::Reader::new(Box::new(Cursor::new(DEMO_CAPTURE)))?;
            replay::run(args, capture, "testdata/demo.pcap", view(args), &stop)
        }
        Err(error) if is_unprivileged(&error) => Err(anyhow!(
            "{}; without privileges, --pcap FILE shows the flows of a capture",
            explain(&error)
        )),
        other => other,
    }
}

fn view(args: &Observe) -> View {
    let paint = Paint::choose(args.color, &stdout());
    View::new(args, Printer::new(args, paint))
}

fn open(path: &Path) -> anyhow::Result<capture::Reader> {
    if path == Path::new("-") && stdin().is_terminal() {
        return Err(anyhow!(
            "--pcap -: standard input is a terminal, not a capture"
        ));
    }
    capture::Reader::open(path).map_err(|error| match error {
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
    let demo = match Demo::create() {
        Ok(demo) => demo,
        // Who may not make namespaces mostly may not load programs either, and that error
        // tells what to do about it.
        Err(error) => return Err(live::builder(args).load().err().map_or(error, Into::into)),
    };
    let seen = Rc::new(RefCell::new(Seen::default()));
    let tap = Rc::clone(&seen);
    let mut view = view(args);
    view.tap(move |flow| tap.borrow_mut().add(flow));
    let builder = live::demo_builder(args, demo.netns())?;
    let session = Session::start(args, builder, Some(demo.filter()?), view, messages)?;
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
