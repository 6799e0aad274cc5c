//! What the threads of a source have in common.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use flow_core::pipeline::LostAt;
use rustix::event::{EventfdFlags, eventfd};

use crate::drop_reason::DropReasons;
use crate::feature::{FeatureState, Report};
use crate::names::InterfaceNames;
use crate::stats::{Counters, Stats};

/// How far a source is on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(crate) enum Stage {
    /// Programs are attached.
    Running = 0,
    /// Someone asked it to stop: the worker detaches, then empties the table.
    Stopping = 1,
    /// Nothing will be written into the ring buffers any more.
    Flushed = 2,
}

/// State shared by the worker, the shards and the handles.
#[derive(Debug)]
pub(crate) struct Shared {
    stage: AtomicU8,
    /// The table could not be emptied: what it holds is lost.
    unswept: AtomicBool,
    /// Shards that someone still may drain.
    shards: AtomicUsize,
    /// Becomes readable, for good, when the worker is to look at the stage.
    to_worker: OwnedFd,
    /// The same for the shards, when everything is flushed.
    to_shards: OwnedFd,
    report: Mutex<Report>,
    pub(crate) names: InterfaceNames,
    pub(crate) reasons: Arc<DropReasons>,
    counters: Counters,
    drained: Vec<AtomicU64>,
}

impl Shared {
    pub(crate) fn new(
        shards: usize,
        reasons: Arc<DropReasons>,
        counters: Counters,
        report: Report,
    ) -> std::io::Result<Self> {
        let event = || eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK);
        Ok(Self {
            stage: AtomicU8::new(Stage::Running as u8),
            unswept: AtomicBool::new(false),
            shards: AtomicUsize::new(shards),
            to_worker: event()?,
            to_shards: event()?,
            report: Mutex::new(report),
            names: InterfaceNames::default(),
            reasons,
            counters,
            drained: (0..shards).map(|_| AtomicU64::new(0)).collect(),
        })
    }

    pub(crate) fn stage(&self) -> Stage {
        match self.stage.load(Ordering::Acquire) {
            0 => Stage::Running,
            1 => Stage::Stopping,
            _ => Stage::Flushed,
        }
    }

    /// Goes on to `stage`, never back, and wakes who waits for it.
    pub(crate) fn advance(&self, stage: Stage) {
        self.stage.fetch_max(stage as u8, Ordering::AcqRel);
        let waiting = match stage {
            Stage::Running => return,
            Stage::Stopping => &self.to_worker,
            Stage::Flushed => &self.to_shards,
        };
        // Never read, so it stays readable; it can only fail when it is already at its largest.
        let _ = rustix::io::write(waiting, &1_u64.to_ne_bytes());
    }

    /// Notes that the table could not be emptied at the end.
    pub(crate) fn set_unswept(&self) {
        self.unswept.store(true, Ordering::Release);
    }

    /// Where packets are that were counted and not reported, once all is over.
    pub(crate) fn place_of_unreported(&self) -> LostAt {
        if self.unswept.load(Ordering::Acquire) {
            LostAt::KernelSweep
        } else {
            LostAt::KernelTable
        }
    }

    pub(crate) fn worker_event(&self) -> BorrowedFd<'_> {
        self.to_worker.as_fd()
    }

    pub(crate) fn shard_event(&self) -> BorrowedFd<'_> {
        self.to_shards.as_fd()
    }

    pub(crate) fn shards_alive(&self) -> usize {
        self.shards.load(Ordering::Acquire)
    }

    pub(crate) fn shard_gone(&self) {
        self.shards.fetch_sub(1, Ordering::AcqRel);
    }

    pub(crate) fn add_drained(&self, shard: usize, records: u64) {
        if let Some(drained) = self.drained.get(shard) {
            drained.fetch_add(records, Ordering::Relaxed);
        }
    }

    pub(crate) fn report(&self) -> Report {
        self.lock_report().clone()
    }

    pub(crate) fn set_feature(&self, name: &str, detail: &str, state: FeatureState) {
        self.lock_report().set(name, detail, state);
    }

    pub(crate) fn remove_feature(&self, name: &str) {
        self.lock_report().remove(name);
    }

    fn lock_report(&self) -> std::sync::MutexGuard<'_, Report> {
        self.report.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn stats(&self) -> Stats {
        let drained = self.drained.iter();
        let drained = drained.map(|count| count.load(Ordering::Relaxed));
        Stats::new(self.counters.read(), drained.collect())
    }
}

/// Ends the worker when the last shard goes.
#[derive(Debug)]
pub(crate) struct Keeper {
    pub(crate) shared: Arc<Shared>,
    pub(crate) worker: Option<JoinHandle<()>>,
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.shared.advance(Stage::Stopping);
        if let Some(worker) = self.worker.take()
            && worker.join().is_err()
        {
            tracing::error!("the worker of a flow source panicked");
        }
    }
}
