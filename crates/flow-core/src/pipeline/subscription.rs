//! A reader of a pipeline's flows.

use core::pin::Pin;
use core::task::{Context, Poll};
use core::time::Duration;

use futures_core::Stream;

use crate::flow::Flow;
use crate::names::NameHolder;
use crate::ring::{Idle, Next, Reader, Ring, Start};
use crate::store::{FlowStore, HeldNames};
use crate::view::FlowView;

/// Where a [`Subscription`] begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Since {
    /// With the oldest flow that is kept.
    Oldest,
    /// With the newest so many flows, or all that are kept if those are fewer.
    Newest(u64),
    /// With the flows observed at this time or later: nanoseconds since the Unix epoch.
    Time(u64),
    /// With the next flow.
    Now,
}

/// A reader of a pipeline's flows, at its own speed.
///
/// A reader that is too slow gets a [`Next::Lost`] that says how many flows it missed, and goes on
/// with the oldest one that is kept. It is a [`Stream`] of the same for tasks.
#[derive(Debug)]
pub struct Subscription {
    reader: Reader<Flow>,
    store: FlowStore,
    holder: NameHolder,
    delivered: u64,
    lost: u64,
}

impl Subscription {
    pub(super) fn new(ring: &Ring<Flow>, store: FlowStore, since: Since) -> Self {
        let reader = match since {
            Since::Oldest => ring.reader(Start::Oldest),
            Since::Newest(count) => ring.reader(Start::Newest(count)),
            Since::Time(time) => ring.reader_since(time, |flow| flow.time),
            Since::Now => ring.reader(Start::Now),
        };
        Self {
            reader,
            holder: store.names().holder(),
            store,
            delivered: 0,
            lost: 0,
        }
    }

    /// Returns a flow with what its handles stand for. Takes a lock for each name that is read;
    /// [`with_view`](Self::with_view) takes none.
    #[must_use]
    pub fn view<'a>(&'a self, flow: &'a Flow) -> FlowView<'a> {
        FlowView::new(flow, &self.store)
    }

    /// Hands a flow with what its handles stand for to `read`, and returns what that returns.
    pub fn with_view<T>(&mut self, flow: &Flow, read: impl FnOnce(&FlowView<'_>) -> T) -> T {
        let hold = self.holder.hold();
        let held = HeldNames::new(&self.store, &hold);
        read(&FlowView::new(flow, &held))
    }

    /// Returns what the handles of flows stand for.
    #[must_use]
    pub const fn store(&self) -> &FlowStore {
        &self.store
    }

    /// Waits for the next flow or loss.
    ///
    /// # Errors
    /// [`Idle::Closed`] when the pipeline has ended and everything is read.
    pub fn wait_next(&mut self) -> Result<Next<Flow>, Idle> {
        let next = self.reader.wait_next()?;
        Ok(self.count(next))
    }

    /// Waits for the next flow or loss, for at most `timeout`.
    ///
    /// # Errors
    /// [`Idle::Empty`] when the time is over, [`Idle::Closed`] when the pipeline has ended and
    /// everything is read.
    pub fn next_timeout(&mut self, timeout: Duration) -> Result<Next<Flow>, Idle> {
        let next = self.reader.next_timeout(timeout)?;
        Ok(self.count(next))
    }

    /// Returns the next flow or loss without waiting.
    ///
    /// # Errors
    /// [`Idle::Empty`] where there is none yet, [`Idle::Closed`] when the pipeline has ended and
    /// everything is read.
    pub fn try_next(&mut self) -> Result<Next<Flow>, Idle> {
        let next = self.reader.try_next()?;
        Ok(self.count(next))
    }

    /// Waits for flows and hands each to `each`, until the pipeline has ended and everything is
    /// read.
    pub fn for_each(&mut self, mut each: impl FnMut(Next<&FlowView<'_>>)) {
        while let Ok(next) = self.wait_next() {
            match next {
                Next::Record(flow) => self.with_view(&flow, |view| each(Next::Record(view))),
                Next::Lost(count) => each(Next::Lost(count)),
            }
        }
    }

    /// Returns the number of flows that it has handed out.
    #[must_use]
    pub const fn delivered(&self) -> u64 {
        self.delivered
    }

    /// Returns the number of flows that were overwritten before it read them.
    #[must_use]
    pub const fn lost(&self) -> u64 {
        self.lost
    }

    /// Returns the number of flows that wait to be read.
    #[must_use]
    pub fn backlog(&self) -> u64 {
        self.reader.backlog()
    }

    const fn count(&mut self, next: Next<Flow>) -> Next<Flow> {
        match next {
            Next::Record(_) => self.delivered += 1,
            Next::Lost(count) => self.lost += count,
        }
        next
    }
}

impl Stream for Subscription {
    type Item = Next<Flow>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Next<Flow>>> {
        let next = Pin::new(&mut self.reader).poll_next(context);
        next.map(|next| next.map(|next| self.count(next)))
    }
}
