//! The thread that attaches programs to interfaces as they come and go, and sweeps the table.

use std::os::fd::AsFd as _;
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::attach::host;
use crate::feature::FeatureState;
use crate::netns::Netns;
use crate::options::{Interfaces, Mode, Options, TableKind};
use crate::programs::Programs;
use crate::shared::{Shared, Stage};
use crate::space::{Context, Space};
use crate::stats::Counter;
use crate::sweep::{self, Sweep, Swept};
use crate::watched::Watched;

/// How often named namespaces are looked up.
const LOOK: Duration = Duration::from_millis(250);
/// How often the table is swept.
const SWEEP: Duration = Duration::from_secs(1);
/// What has been idle for this long goes when the table is nearly full.
const CROWDED_IDLE: Duration = Duration::from_secs(30);
/// How long a sweep waits for room in a full ring buffer.
const ROOM: Duration = Duration::from_millis(1);
/// Longer than a program that is about to end may still run after it has been detached.
const GRACE: Duration = Duration::from_millis(20);
/// Report of interfaces where none is observed.
const INTERFACES: &str = "interfaces";

/// Everything the thread works with.
pub(crate) struct Worker {
    programs: Programs,
    watched: Watched,
    options: Options,
    shared: Arc<Shared>,
    home: Netns,
    spaces: Vec<Space>,
    /// Signalled once every interface that existed at the start is observed.
    ready: Option<Sender<()>>,
    swept: Instant,
}

impl Worker {
    pub(crate) fn new(
        programs: Programs,
        watched: Watched,
        options: Options,
        shared: Arc<Shared>,
        home: Netns,
        ready: Sender<()>,
    ) -> Self {
        let mut spaces = Vec::new();
        // The tracepoints see every interface: names are still wanted.
        spaces.push(Space::home());
        spaces.extend(options.namespaces.iter().cloned().map(Space::named));
        let events = options.event_namespaces.iter().cloned();
        spaces.extend(events.map(Space::of_events));
        Self {
            programs,
            watched,
            options,
            shared,
            home,
            spaces,
            ready: Some(ready),
            swept: Instant::now(),
        }
    }

    /// Works until the source is stopped, then detaches and reports what is left.
    pub(crate) fn run(mut self) {
        while self.shared.stage() == Stage::Running {
            self.follow_namespaces();
            self.read_events();
            if self.spaces.iter().all(Space::is_settled)
                && let Some(ready) = self.ready.take()
            {
                self.tell_interfaces();
                // Nobody waits any more where attaching took too long.
                let _ = ready.send(());
            }
            if self.swept.elapsed() >= SWEEP {
                self.swept = Instant::now();
                self.sweep_idle();
            }
            self.wait();
        }
        self.detach();
        self.flush();
        self.shared.advance(Stage::Flushed);
    }

    fn with_spaces(&mut self, mut work: impl FnMut(&mut Space, &mut Context<'_>)) {
        let mut context = Context {
            programs: &mut self.programs,
            watched: &mut self.watched,
            options: &self.options,
            shared: &self.shared,
            home: &self.home,
        };
        for space in &mut self.spaces {
            work(space, &mut context);
        }
    }

    fn follow_namespaces(&mut self) {
        self.with_spaces(|space, context| space.follow(context));
    }

    fn read_events(&mut self) {
        self.with_spaces(|space, context| space.read_events(context));
        if self.ready.is_none() {
            self.tell_interfaces();
        }
    }

    /// Says so where no interface at all is observed though some are wanted.
    fn tell_interfaces(&self) {
        let options = &self.options;
        let none_wanted = options.interfaces == Interfaces::None && options.namespaces.is_empty();
        if none_wanted
            || options.all_namespaces
            || self.spaces.iter().any(Space::has_ports_or_failures)
        {
            self.shared.remove_feature(INTERFACES);
            return;
        }
        let reason = match &options.interfaces {
            Interfaces::Matching(patterns) => {
                format!("none is up that matches {}, yet", patterns.join(", "))
            }
            _ => "none is up, yet".to_owned(),
        };
        self.shared
            .set_feature(INTERFACES, "", FeatureState::Missing(reason.into()));
    }

    fn is_aggregated(&self) -> bool {
        matches!(self.options.mode, Mode::Aggregated { .. })
    }

    /// Whether more than three quarters of an exact table are in use.
    fn is_crowded(&self) -> bool {
        let stats = self.shared.stats();
        let made = stats.get(Counter::FlowsMade);
        let used = made.saturating_sub(stats.get(Counter::FlowsDeleted));
        let size = u64::from(self.options.table_entries);
        self.options.table_kind == TableKind::Exact && used > size / 4 * 3
    }

    fn sweep_idle(&mut self) {
        let Mode::Aggregated { interval } = self.options.mode else {
            return;
        };
        let limit = if self.is_crowded() {
            CROWDED_IDLE
        } else {
            Duration::MAX
        };
        let sweep = Sweep::Idle {
            tcp: self.options.tcp_idle.min(limit),
            other: self.options.idle.min(limit),
            quiet: interval,
        };
        // Where a ring buffer is full, the next sweep goes on.
        if let Err(error) = sweep::run(&mut self.programs, sweep) {
            tracing::warn!(%error, "the flow table could not be swept");
        }
    }

    fn wait(&self) {
        let event = self.shared.worker_event();
        let mut fds = vec![PollFd::new(&event, PollFlags::IN)];
        let monitors: Vec<_> = self.spaces.iter().filter_map(Space::monitor).collect();
        fds.extend(
            monitors
                .iter()
                .map(|monitor| PollFd::from_borrowed_fd(monitor.as_fd(), PollFlags::IN)),
        );
        let limit = Timespec::try_from(LOOK).ok();
        match poll(&mut fds, limit.as_ref()) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => {
                tracing::warn!(%error, "the worker cannot wait for events");
                std::thread::sleep(LOOK);
            }
        }
    }

    fn detach(&mut self) {
        host::detach(&mut self.programs);
        self.with_spaces(|space, context| space.leave(context));
        // A program that had begun on another processor may still run for a moment.
        std::thread::sleep(GRACE);
    }

    /// Hands over what is in the table, as long as someone takes it.
    fn flush(&mut self) {
        if !self.is_aggregated() {
            return;
        }
        while self.shared.shards_alive() > 0 {
            match sweep::run(&mut self.programs, Sweep::All) {
                Ok(Swept::Whole) => return,
                Ok(Swept::RingFull) => std::thread::sleep(ROOM),
                Err(error) => {
                    tracing::warn!(%error, "the flow table could not be emptied");
                    self.shared.set_unswept();
                    return;
                }
            }
        }
    }
}
