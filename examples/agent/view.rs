//! Which flows are shown, and the counts of what was.

use std::collections::VecDeque;
use std::io;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use flow_core::flow::Flow;
use flow_core::pipeline::Lost;
use flow_core::resolve::NodeNames;
use flow_core::ring::{Idle, Next, Reader, Ring};

use crate::args::Observe;
use crate::output::Printer;

/// Somebody else who sees every flow.
type Tap = Box<dyn FnMut(&Flow)>;

/// Takes flows from the ring and shows those that are wanted.
pub(crate) struct View {
    printer: Printer,
    since: u64,
    until: u64,
    /// Flows that may still be shown.
    left: usize,
    /// Nothing is shown before the end.
    only_last: bool,
    shown: u64,
    lost: u64,
    tap: Option<Tap>,
}

impl View {
    pub(crate) fn new(args: &Observe, printer: Printer) -> Self {
        Self {
            printer,
            since: args.since.map_or(0, nanoseconds),
            until: args.until.map_or(u64::MAX, nanoseconds),
            left: args.count.map_or(usize::MAX, usize::from),
            only_last: args.last.is_some(),
            shown: 0,
            lost: 0,
            tap: None,
        }
    }

    /// Shows every flow to `tap` too, wanted or not.
    pub(crate) fn tap(&mut self, tap: impl FnMut(&Flow) + 'static) {
        self.tap = Some(Box::new(tap));
    }

    /// Whether no more will be shown.
    pub(crate) fn is_full(&self) -> bool {
        self.left == 0
    }

    /// Number of flows shown.
    pub(crate) fn shown(&self) -> u64 {
        self.shown
    }

    /// Takes the number of flows that the ring lost before they were seen, since the last call.
    pub(crate) fn take_lost(&mut self) -> u64 {
        std::mem::take(&mut self.lost)
    }

    /// Takes everything that is ready, without waiting and without flushing.
    pub(crate) fn drain(&mut self, reader: &mut Reader<Flow>) -> io::Result<()> {
        while let Ok(next) = reader.try_next() {
            self.take(next)?;
        }
        Ok(())
    }

    /// Hands what is written so far to the system.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.printer.flush()
    }

    /// Waits for at most `timeout` and takes everything that is ready then.
    pub(crate) fn wait(
        &mut self,
        reader: &mut Reader<Flow>,
        timeout: Duration,
    ) -> io::Result<State> {
        match reader.next_timeout(timeout) {
            Ok(next) => {
                self.take(next)?;
                // As many as a large write holds, so that signals and losses get their turn.
                for _ in 0..1_000 {
                    match reader.try_next() {
                        Ok(next) => self.take(next)?,
                        Err(_) => break,
                    }
                }
                self.printer.flush()?;
                Ok(State::Open)
            }
            Err(Idle::Empty) => Ok(State::Open),
            Err(Idle::Closed) => Ok(State::Closed),
        }
    }

    fn take(&mut self, next: Next<Flow>) -> io::Result<()> {
        match next {
            Next::Record(flow) => {
                if let Some(tap) = &mut self.tap {
                    tap(&flow);
                }
                if !self.only_last {
                    self.show(&flow)
                } else {
                    Ok(())
                }
            }
            Next::Lost(count) => {
                self.lost += count;
                Ok(())
            }
        }
    }

    /// Whether a flow is in the time that was asked for.
    pub(crate) fn wants(&self, flow: &Flow) -> bool {
        (self.since..=self.until).contains(&flow.time)
    }

    /// What follows was observed by this node.
    pub(crate) fn set_node(&mut self, node: &NodeNames) {
        self.printer.set_node(node);
    }

    /// Number of layer 7 messages that were gone when they were to be shown.
    pub(crate) fn gone(&self) -> u64 {
        self.printer.gone()
    }

    /// Shows a flow, if it is wanted.
    pub(crate) fn show(&mut self, flow: &Flow) -> io::Result<()> {
        if self.left > 0 && self.wants(flow) {
            self.left -= 1;
            self.shown += 1;
            self.printer.flow(flow)?;
        }
        Ok(())
    }

    /// Says in the output that something is missing there.
    pub(crate) fn show_lost(&mut self, lost: &Lost) -> io::Result<()> {
        if self.only_last {
            Ok(())
        } else {
            self.printer.lost(lost)
        }
    }

    /// Shows the newest `count` flows that are wanted, oldest first.
    pub(crate) fn show_newest(&mut self, ring: &Ring<Flow>, count: usize) -> io::Result<()> {
        let mut newest = VecDeque::new();
        for flow in ring
            .newest_first()
            .filter(|flow| self.wants(flow))
            .take(count)
        {
            newest.push_front(flow);
        }
        for flow in newest {
            self.show(&flow)?;
        }
        self.printer.flush()
    }
}

/// Whether more may come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Open,
    Closed,
}

fn nanoseconds(time: SystemTime) -> u64 {
    let since_epoch = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since_epoch.as_nanos()).unwrap_or(u64::MAX)
}
