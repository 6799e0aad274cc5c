//! A live observation from its start to its last flow.

use std::time::{Duration, Instant, SystemTime};

use flow_core::pipeline::{Losses, Lost, LostAt, Pipeline, PipelineBuilder, Since, Subscription};
use flow_ebpf::{Counter, FlowSourceBuilder, SourceHandle};
use flow_l7::track::TrackerTotals;

use crate::args::{Observe, Protocols};
use crate::guard::Guard;
use crate::layer7::{self, Sums};
use crate::losses::LossText;
use crate::messages::{Messages, count};
use crate::view::{State, View};

/// How long to wait for flows before looking at signals, the clock and the losses.
const LOOK: Duration = Duration::from_millis(100);
/// Losses are shown at most this often, as Hubble does.
const REPORT: Duration = Duration::from_secs(1);
/// How long the last flows may take after the end: to come out of the kernel, and into the
/// output.
const DRAIN: Duration = Duration::from_secs(5);

/// A pipeline on one side of its ring, a view on the other.
pub(crate) struct Session<'a> {
    args: &'a Observe,
    messages: Messages,
    kernel: SourceHandle,
    pipeline: Pipeline,
    subscription: Subscription,
    totals: TrackerTotals,
    /// What the output shows as lost so far.
    shown: Losses,
    /// What the ring lost before it was shown.
    ring: u64,
    view: View,
    begin: Instant,
    /// Last: it goes when everything is detached.
    guard: Option<Guard>,
}

impl<'a> Session<'a> {
    /// Attaches, begins to drain and says what runs. `pipeline` lacks only its sources and its
    /// stage of layer 7.
    pub(crate) fn start(
        args: &'a Observe,
        kernel: FlowSourceBuilder,
        pipeline: PipelineBuilder,
        protocols: Protocols,
        view: View,
        messages: Messages,
    ) -> anyhow::Result<Self> {
        let source = kernel.load()?;
        let kernel = source.handle();
        let shards = source.into_shards();
        let totals = TrackerTotals::default();
        let limits = layer7::live_limits(shards.len());
        let redaction = args.l7.redaction();
        let pipeline = layer7::follow(pipeline, protocols, limits, redaction, &totals)
            .sources(shards)
            .start()?;
        let report = kernel.report();
        let guard = Guard::start(&report)?;
        messages.say(report);
        Ok(Self {
            args,
            messages,
            kernel,
            subscription: pipeline.subscribe(Since::Oldest),
            pipeline,
            totals,
            shown: Losses::default(),
            ring: 0,
            view,
            begin: Instant::now(),
            guard,
        })
    }

    /// Shows flows until `ended` says so, or the command line; then what the kernel still has.
    /// Returns what was lost.
    pub(crate) fn until(mut self, ended: impl Fn() -> bool) -> anyhow::Result<Losses> {
        let mut reported = Instant::now();
        let mut ending: Option<Instant> = None;
        loop {
            let state = self.view.wait(&mut self.subscription, LOOK)?;
            if reported.elapsed() >= REPORT {
                self.report_losses()?;
                reported = Instant::now();
                // An interface may have come.
                if self.guard.is_none() {
                    self.guard = Guard::start(&self.kernel.report())?;
                }
            }
            if state == State::Closed || self.view.is_full() {
                break;
            }
            match ending {
                None if ended() || self.is_over() => {
                    self.pipeline.stop();
                    ending = Some(Instant::now());
                }
                Some(since) if since.elapsed() > DRAIN => break,
                _ => {}
            }
        }
        self.pipeline.stop();
        while !self.pipeline.is_finished() {
            std::thread::sleep(Duration::from_millis(1));
        }
        if !self.view.is_full() {
            // Nothing, unless the output was too slow.
            self.ring += self.subscription.backlog();
        }
        self.report_losses()?;
        if let Some(newest) = self.args.last {
            let newest = Since::Newest(newest.get() as u64);
            self.view.show_all(&mut self.pipeline.subscribe(newest))?;
        }
        self.view.flush()?;
        let seconds = self.begin.elapsed().as_secs_f64();
        self.messages.say(format_args!(
            "{} shown in {seconds:.1} s, {}",
            count(self.view.shown(), "flow"),
            LossText(&self.shown)
        ));
        let capture_lost = self.kernel.stats().get(Counter::CaptureLost);
        let sums = Sums::new(&self.totals.stats(), capture_lost, self.view.gone());
        if !sums.is_empty() {
            self.messages.say(sums);
        }
        self.pipeline.join()?;
        Ok(self.shown)
    }

    /// Whether the time that was asked for is over.
    fn is_over(&self) -> bool {
        let limit = self.args.duration;
        limit.is_some_and(|limit| self.begin.elapsed() >= limit)
            || self.args.until.is_some_and(|end| SystemTime::now() > end)
    }

    /// Shows in the output what was lost since the last time.
    fn report_losses(&mut self) -> std::io::Result<()> {
        self.ring += self.view.take_lost();
        let mut all = self.pipeline.stats().lost;
        all.add(Lost {
            at: LostAt::HistoryRing,
            count: self.ring,
        });
        for lost in all.since(&self.shown).iter() {
            self.view.show_lost(&lost)?;
        }
        self.shown = all;
        Ok(())
    }
}
