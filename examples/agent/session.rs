//! A live observation from its start to its last flow.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use flow_core::flow::Flow;
use flow_core::pipeline::{Lost, LostAt};
use flow_core::ring::{Reader, Ring, Start};
use flow_ebpf::FlowSourceBuilder;

use crate::args::Observe;
use crate::exchanges::Setup;
use crate::guard::Guard;
use crate::live::Live;
use crate::losses::{Losses, Sums};
use crate::messages::{Messages, count};
use crate::publish::Wanted;
use crate::view::{State, View};

/// How long to wait for flows before looking at signals, the clock and the losses.
const LOOK: Duration = Duration::from_millis(100);
/// Losses are told at most this often, as Hubble does.
const TELL: Duration = Duration::from_secs(1);
/// How long the last flows may take after the end: to come out of the kernel, and into the
/// output.
const DRAIN: Duration = Duration::from_secs(5);

/// Draining threads on one side of the ring, a view on the other.
pub(crate) struct Session<'a> {
    args: &'a Observe,
    messages: Messages,
    live: Live,
    losses: Arc<Losses>,
    lost: Sums,
    ring: Ring<Flow>,
    reader: Reader<Flow>,
    view: View,
    begin: Instant,
    /// Last: it goes when everything is detached.
    guard: Option<Guard>,
}

impl<'a> Session<'a> {
    /// Attaches, begins to drain and says what runs.
    pub(crate) fn start(
        args: &'a Observe,
        builder: FlowSourceBuilder,
        wanted: Wanted,
        view: View,
        setup: impl FnOnce(usize) -> Setup,
        messages: Messages,
    ) -> anyhow::Result<Self> {
        let (writer, ring) = Ring::<Flow>::with_capacity(args.ring_size)?;
        let reader = ring.reader(Start::Now);
        let losses = Arc::new(Losses::default());
        let live = Live::start(builder, wanted, writer, setup, &losses)?;
        let report = live.handle().report();
        let guard = Guard::start(&report)?;
        messages.say(report);
        Ok(Self {
            args,
            messages,
            live,
            losses,
            lost: Sums::default(),
            ring,
            reader,
            view,
            begin: Instant::now(),
            guard,
        })
    }

    /// Shows flows until `ended` says so, or the command line; then what the kernel still has.
    /// Returns what was lost.
    pub(crate) fn until(mut self, ended: impl Fn() -> bool) -> anyhow::Result<Sums> {
        let mut told = Instant::now();
        let mut ending: Option<Instant> = None;
        loop {
            let state = self.view.wait(&mut self.reader, LOOK)?;
            if told.elapsed() >= TELL {
                self.tell_losses()?;
                told = Instant::now();
                // An interface may have come.
                if self.guard.is_none() {
                    self.guard = Guard::start(&self.live.handle().report())?;
                }
            }
            if state == State::Closed || self.view.is_full() {
                break;
            }
            match ending {
                None if ended() || self.is_over() => {
                    self.live.handle().stop();
                    ending = Some(Instant::now());
                }
                Some(since) if since.elapsed() > DRAIN => break,
                _ => {}
            }
        }
        let ended = self.live.finish();
        if !self.view.is_full() {
            // Nothing, unless the output was too slow.
            self.losses.add(Lost {
                at: LostAt::HistoryRing,
                count: self.reader.backlog(),
            });
        }
        self.tell_losses()?;
        if let Some(newest) = self.args.last {
            self.view.show_newest(&self.ring, newest.get())?;
        }
        self.view.flush()?;
        let seconds = self.begin.elapsed().as_secs_f64();
        self.messages.say(format_args!(
            "{} shown in {seconds:.1} s, {}",
            count(self.view.shown(), "flow"),
            self.lost
        ));
        let capture_lost = self.live.handle().stats().get("capture_lost");
        let exchanges = self.live.setup().sums();
        let exchanges = exchanges.with_lost(capture_lost, self.view.gone());
        if !exchanges.is_empty() {
            self.messages.say(exchanges);
        }
        ended?;
        Ok(self.lost)
    }

    /// Whether the time that was asked for is over.
    fn is_over(&self) -> bool {
        let limit = self.args.duration;
        limit.is_some_and(|limit| self.begin.elapsed() >= limit)
            || self.args.until.is_some_and(|end| SystemTime::now() > end)
    }

    /// Says in the output what was lost since the last time.
    fn tell_losses(&mut self) -> std::io::Result<()> {
        self.losses.add(Lost {
            at: LostAt::HistoryRing,
            count: self.view.take_lost(),
        });
        for lost in self.losses.take() {
            self.lost.add(lost);
            self.view.show_lost(&lost)?;
        }
        Ok(())
    }
}
