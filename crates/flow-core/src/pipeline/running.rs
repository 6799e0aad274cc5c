//! A pipeline at work.

use core::mem;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::vec::Vec;

use super::error::PipelineError;
use super::ledger::Stats;
use super::shared::Shared;
use super::subscription::{Since, Subscription};
use crate::flow::Flow;
use crate::ring::Ring;
use crate::store::FlowStore;

/// Sources, steps and the history ring, at work in threads of their own.
///
/// Dropping it stops the sources and waits until what they have observed is published.
#[derive(Debug)]
pub struct Pipeline {
    handle: PipelineHandle,
    threads: Vec<JoinHandle<()>>,
}

/// Asks a running [`Pipeline`] for its counts and stops it, from any thread. Cloning shares it.
#[derive(Clone, Debug)]
pub struct PipelineHandle {
    ring: Ring<Flow>,
    shared: Arc<Shared>,
}

impl Pipeline {
    pub(super) const fn new(ring: Ring<Flow>, shared: Arc<Shared>) -> Self {
        Self {
            handle: PipelineHandle { ring, shared },
            threads: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, thread: JoinHandle<()>) {
        self.threads.push(thread);
    }

    /// Returns a reader of the flows of this pipeline, from `since` on. Any number of them read at
    /// their own speed; none stops the pipeline.
    #[must_use]
    pub fn subscribe(&self, since: Since) -> Subscription {
        self.handle.subscribe(since)
    }

    /// Returns the history ring.
    #[must_use]
    pub const fn ring(&self) -> &Ring<Flow> {
        &self.handle.ring
    }

    /// Returns what the handles of its flows stand for.
    #[must_use]
    pub fn store(&self) -> &FlowStore {
        &self.handle.shared.store
    }

    /// Returns its counts.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.handle.stats()
    }

    /// Returns a handle for other threads.
    #[must_use]
    pub fn handle(&self) -> PipelineHandle {
        self.handle.clone()
    }

    /// Returns whether all sources have ended.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.threads.iter().all(JoinHandle::is_finished)
    }

    /// Asks all sources to end. Returns at once; what they have observed is still published.
    pub fn stop(&self) {
        self.handle.stop();
    }

    /// Waits until all sources have ended, by themselves or because of [`stop`](Self::stop).
    /// Returns the counts.
    ///
    /// # Errors
    /// The first failure, which ended all sources.
    pub fn join(mut self) -> Result<Stats, PipelineError> {
        self.wait();
        match self.handle.shared.take_failure() {
            Some(error) => Err(error),
            None => Ok(self.stats()),
        }
    }

    fn wait(&mut self) {
        for thread in mem::take(&mut self.threads) {
            // A worker catches the panics of what it calls.
            let _ = thread.join();
        }
    }
}

impl Drop for Pipeline {
    fn drop(&mut self) {
        if !self.threads.is_empty() {
            self.stop();
            self.wait();
        }
    }
}

impl PipelineHandle {
    /// See [`Pipeline::subscribe`].
    #[must_use]
    pub fn subscribe(&self, since: Since) -> Subscription {
        Subscription::new(&self.ring, self.shared.store.clone(), since)
    }

    /// See [`Pipeline::stats`].
    #[must_use]
    pub fn stats(&self) -> Stats {
        Stats {
            names_refused: self.shared.store.names().stats().refused,
            ..self.shared.ledger.stats()
        }
    }

    /// See [`Pipeline::stop`].
    pub fn stop(&self) {
        self.shared.stop();
    }
}
