//! Which flows are shown, and the counts of what was.

use std::io;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use flow_core::names::NameTable;
use flow_core::pipeline::{Filter, Lost, Subscription, filter_fn};
use flow_core::ring::{Idle, Next};
use flow_core::view::FlowView;
use flow_filter::FlowExpr;

use crate::args::Observe;
use crate::output::Printer;

/// Returns the filter that passes the flows that were asked for: by their time, by `expr` and by the
/// flags of Hubble. `names` are those of the store that keeps the flows.
pub(crate) fn chosen(
    args: &Observe,
    expr: Option<&FlowExpr>,
    names: &NameTable,
) -> impl Filter + use<> {
    let since = args.since.map_or(0, nanoseconds);
    let until = args.until.map_or(u64::MAX, nanoseconds);
    let filter = expr.map(|expr| expr.bind(names));
    let hubble = args.hubble.filters.clone();
    let hubble = hubble.map(|filters| filters.with_names(names));
    filter_fn(move |view: &FlowView<'_>| {
        (since..=until).contains(&view.flow().time)
            && filter.as_ref().is_none_or(|filter| filter.matches(view))
            && hubble.as_ref().is_none_or(|filter| filter.matches(view))
    })
}

/// Shows flows until as many were shown as were asked for.
pub(crate) struct View {
    printer: Printer,
    /// Flows that may still be shown.
    left: usize,
    /// Nothing is shown before the end.
    only_last: bool,
    shown: u64,
    lost: u64,
}

impl View {
    pub(crate) fn new(args: &Observe, printer: Printer) -> Self {
        Self {
            printer,
            left: args.count.map_or(usize::MAX, usize::from),
            only_last: args.last.is_some(),
            shown: 0,
            lost: 0,
        }
    }

    /// Whether no more will be shown.
    pub(crate) fn is_full(&self) -> bool {
        self.left == 0
    }

    /// Number of flows shown.
    pub(crate) fn shown(&self) -> u64 {
        self.shown
    }

    /// Number of layer 7 messages that were gone when they were to be shown.
    pub(crate) fn gone(&self) -> u64 {
        self.printer.gone()
    }

    /// Takes the number of flows that the ring lost before they were seen, since the last call.
    pub(crate) fn take_lost(&mut self) -> u64 {
        std::mem::take(&mut self.lost)
    }

    /// Hands what is written so far to the system.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.printer.flush()
    }

    /// Waits for at most `timeout` and takes everything that is ready then.
    pub(crate) fn wait(
        &mut self,
        subscription: &mut Subscription,
        timeout: Duration,
    ) -> io::Result<State> {
        match subscription.next_timeout(timeout) {
            Ok(next) => {
                self.take(subscription, next)?;
                // As many as a large write holds, so that signals and losses get their turn.
                for _ in 0..1_000 {
                    match subscription.try_next() {
                        Ok(next) => self.take(subscription, next)?,
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

    fn take(
        &mut self,
        subscription: &mut Subscription,
        next: Next<flow_core::flow::Flow>,
    ) -> io::Result<()> {
        match next {
            Next::Record(flow) => subscription.with_view(&flow, |view| self.pass(view)),
            Next::Lost(count) => {
                self.lost += count;
                Ok(())
            }
        }
    }

    /// Shows a flow, unless only the newest ones are to be shown, at the end.
    pub(crate) fn pass(&mut self, view: &FlowView<'_>) -> io::Result<()> {
        match self.only_last {
            true => Ok(()),
            false => self.show(view),
        }
    }

    fn show(&mut self, view: &FlowView<'_>) -> io::Result<()> {
        if self.left > 0 {
            self.left -= 1;
            self.shown += 1;
            self.printer.flow(view)?;
        }
        Ok(())
    }

    /// Says in the output that something is missing there.
    pub(crate) fn show_lost(&mut self, lost: &Lost) -> io::Result<()> {
        match self.only_last {
            true => Ok(()),
            false => self.printer.lost(lost),
        }
    }

    /// Shows all flows of a subscription, oldest first.
    pub(crate) fn show_all(&mut self, subscription: &mut Subscription) -> io::Result<()> {
        while let Ok(next) = subscription.try_next() {
            if let Next::Record(flow) = next {
                subscription.with_view(&flow, |view| self.show(view))?;
            }
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
