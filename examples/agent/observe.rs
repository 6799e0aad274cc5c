//! `agent observe`: puts source, ring, view and output together.

use std::cell::RefCell;
use std::io::Cursor;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use flow_core::flow::Flow;
use flow_core::ring::{Reader, Ring, Start, Writer};
use flow_ebpf::{FlowSourceBuilder, LoadError};
use flow_lab::capture;
use flow_lab::traffic::TrafficError;

use crate::args::Observe;
use crate::demo::{self, Demo, Seen};
use crate::live::{self, Live};
use crate::losses::Losses;
use crate::output::{Printer, place};
use crate::paint::Paint;
use crate::replay;
use crate::stop::Stop;
use crate::view::{State, View};

/// How long to wait for flows before looking at signals, the clock and the losses.
const LOOK: Duration = Duration::from_millis(100);
/// Losses in the kernel are told at most this often.
const TELL: Duration = Duration::from_secs(1);
/// How long the last counts may take to come out of the kernel after the end.
const DRAIN: Duration = Duration::from_secs(5);

/// The capture that stands in for the demo where there are no privileges.
const DEMO_CAPTURE: &[u8] = include_bytes!("../../testdata/demo.pcap");

/// Runs the command.
pub(crate) fn run(args: &Observe) -> anyhow::Result<()> {
    let stop = Stop::on_signals().context("catching signals")?;
    let paint = Paint::choose(args.color, &std::io::stdout());
    let view = View::new(args, Printer::new(args, paint));
    let (writer, ring) = Ring::<Flow>::with_capacity(args.ring_size)?;
    if let Some(path) = &args.pcap {
        let reader = capture::Reader::open(path)?;
        return replay::run(args, reader, path, writer, view, &stop);
    }
    let result = if args.demo {
        run_demo(args, writer, &ring, view, &stop)
    } else {
        run_live(args, writer, &ring, view, &stop)
    };
    match result {
        Err(error) if args.demo && is_unprivileged(&error) => {
            eprintln!("agent: {error:#}; showing the capture testdata/demo.pcap instead");
            let reader = capture::Reader::new(Box::new(Cursor::new(DEMO_CAPTURE)))?;
            let (writer, _) = Ring::<Flow>::with_capacity(args.ring_size)?;
            let view = View::new(args, Printer::new(args, paint));
            replay::run(args, reader, Path::new("demo.pcap"), writer, view, &stop)
        }
        Err(error) if is_unprivileged(&error) => {
            Err(error.context("--pcap FILE works without privileges, watching this host does not"))
        }
        other => other,
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
    writer: Writer<Flow>,
    ring: &Ring<Flow>,
    mut view: View,
    stop: &Stop,
) -> anyhow::Result<()> {
    let demo = match Demo::create() {
        Ok(demo) => demo,
        // Who may not make namespaces mostly may not load programs either, and that error
        // tells what to do about it.
        Err(error) => return Err(live::builder(args).load().err().map_or(error, Into::into)),
    };
    let seen = Rc::new(RefCell::new(Seen::default()));
    let tap = Rc::clone(&seen);
    view.tap(move |flow| tap.borrow_mut().add(flow));
    let builder = live::demo_builder(args, demo.netns())?;
    let run = LiveRun::start(args, builder, writer, ring, view)?;
    let done = Stop::default();
    let running = demo.start(args.follow, stop.clone(), done.clone())?;
    let lost = run.until(|| stop.is_raised() || done.is_raised());
    // Whether the view saw the traffic to its end, or somebody ended it before.
    let whole = done.is_raised() && !stop.is_raised() && args.count.is_none();
    stop.raise();
    let sent = running.finish()?;
    let lost = lost?;
    let (lines, complete) = demo::summary(&sent, &seen.borrow());
    if !args.quiet {
        lines.iter().for_each(|line| eprintln!("{line}"));
    }
    if whole && !complete && lost == 0 {
        anyhow::bail!("not every connection was seen, and nothing was counted lost");
    }
    Ok(())
}

fn run_live(
    args: &Observe,
    writer: Writer<Flow>,
    ring: &Ring<Flow>,
    view: View,
    stop: &Stop,
) -> anyhow::Result<()> {
    LiveRun::start(args, live::builder(args), writer, ring, view)?
        .until(|| stop.is_raised())
        .map(drop)
}

/// A live observation from its start to its last flow.
struct LiveRun<'a> {
    args: &'a Observe,
    live: Live,
    losses: Arc<Losses>,
    ring: &'a Ring<Flow>,
    reader: Reader<Flow>,
    view: View,
    begin: Instant,
}

impl<'a> LiveRun<'a> {
    fn start(
        args: &'a Observe,
        builder: FlowSourceBuilder,
        writer: Writer<Flow>,
        ring: &'a Ring<Flow>,
        view: View,
    ) -> anyhow::Result<Self> {
        let reader = ring.reader(Start::Now);
        let losses = Arc::new(Losses::default());
        let live = Live::start(builder, writer, &losses)?;
        if !args.quiet {
            for line in live.handle().report().to_string().lines() {
                eprintln!("agent: {line}");
            }
        }
        Ok(Self {
            args,
            live,
            losses,
            ring,
            reader,
            view,
            begin: Instant::now(),
        })
    }

    /// Shows flows until `ended` says so, or the command line; then what the kernel still has.
    /// Returns how much was lost.
    fn until(mut self, ended: impl Fn() -> bool) -> anyhow::Result<u64> {
        let (mut told, mut lost_before) = (Instant::now(), 0);
        let mut ending: Option<Instant> = None;
        loop {
            let state = self.view.wait(&mut self.reader, LOOK)?;
            if told.elapsed() >= TELL {
                lost_before += self.tell_losses()?;
                told = Instant::now();
            }
            if state == State::Closed {
                break;
            }
            let over = self
                .args
                .duration
                .is_some_and(|limit| self.begin.elapsed() >= limit);
            match ending {
                None if over || self.view.is_full() || ended() => {
                    self.live.handle().stop();
                    ending = Some(Instant::now());
                }
                Some(since) if since.elapsed() > DRAIN => break,
                _ => {}
            }
        }
        lost_before += self.tell_losses()?;
        if let Some(count) = self.args.last {
            self.view.show_newest(self.ring, count.get())?;
        }
        let lost = lost_before + self.view.lost();
        if !self.args.quiet {
            let seconds = self.begin.elapsed().as_secs_f64();
            eprintln!(
                "agent: {} flows shown in {seconds:.1} s, {lost} lost",
                self.view.shown()
            );
        }
        self.live.finish()?;
        Ok(lost)
    }

    /// Says what was lost since the last time, and returns how much.
    fn tell_losses(&mut self) -> anyhow::Result<u64> {
        let mut sum = 0;
        for lost in self.losses.take() {
            sum += lost.count;
            self.view.show_lost(&lost)?;
            if !self.args.quiet {
                eprintln!("agent: lost {} {}", lost.count, place(lost.at));
            }
        }
        Ok(sum)
    }
}
