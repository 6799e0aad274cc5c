//! What a thread counts with.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::choice::Candidate;
use crate::inner::Inner;
use crate::series::{Context, Local};
use crate::set::HandlerSet;
use crate::value::Value;

/// One thread's part of the metrics.
struct Worker {
    inner: Arc<Inner>,
    set: Arc<HandlerSet>,
    local: Local,
    generation: u64,
}

thread_local! {
    /// The workers of this thread, one for each `Metrics` that it has counted for.
    static WORKERS: RefCell<Vec<Rc<RefCell<Worker>>>> = const { RefCell::new(Vec::new()) };
}

impl Worker {
    fn new(inner: &Arc<Inner>) -> Self {
        // Before the metrics are read: what changes afterwards has another generation.
        let generation = inner.shared.generation.load(Ordering::Acquire);
        let local = Local::new(&inner.shared, inner.names.clone());
        local.acknowledge(generation);
        Self {
            inner: Arc::clone(inner),
            set: inner.set(),
            local,
            generation,
        }
    }

    #[inline]
    fn refresh(&mut self) {
        let generation = self.inner.shared.generation.load(Ordering::Acquire);
        if generation != self.generation {
            self.begin(generation);
        } else if self.local.is_full() {
            self.local.forget();
        }
    }

    #[cold]
    fn begin(&mut self, generation: u64) {
        self.set = self.inner.set();
        self.local.forget();
        self.generation = generation;
        self.local.acknowledge(generation);
    }
}

fn with_worker(inner: &Arc<Inner>, act: impl FnOnce(&mut Worker)) {
    WORKERS.with(|workers| {
        let known = workers.try_borrow().ok().and_then(|workers| {
            let mut workers = workers.iter();
            let is = |worker: &&Rc<RefCell<Worker>>| {
                worker
                    .try_borrow()
                    .is_ok_and(|worker| Arc::ptr_eq(&worker.inner, inner))
            };
            workers.find(is).cloned()
        });
        let worker = known.unwrap_or_else(|| add_worker(inner, workers));
        // A handler that counts a flow of its own in the same metrics has another worker.
        if let Ok(mut worker) = worker.try_borrow_mut() {
            act(&mut worker);
        }
    });
}

#[cold]
fn add_worker(
    inner: &Arc<Inner>,
    workers: &RefCell<Vec<Rc<RefCell<Worker>>>>,
) -> Rc<RefCell<Worker>> {
    let worker = Rc::new(RefCell::new(Worker::new(inner)));
    if let Ok(mut workers) = workers.try_borrow_mut() {
        workers.retain(|worker| {
            worker.try_borrow().map_or(true, |worker| {
                !worker.inner.shared.is_abandoned.load(Ordering::Relaxed)
            })
        });
        workers.push(Rc::clone(&worker));
    }
    worker
}

/// Counts a flow in this thread.
#[inline]
pub(crate) fn observe(inner: &Arc<Inner>, subject: &impl Candidate) {
    with_worker(inner, |worker| {
        worker.refresh();
        worker.set.observe(subject, &mut worker.local);
    });
}

/// Counts losses in this thread.
pub(crate) fn lost(inner: &Arc<Inner>, place: Value, count: u64) {
    with_worker(inner, |worker| {
        worker.refresh();
        let own = [place, Value::EMPTY, Value::EMPTY, Value::EMPTY];
        worker
            .local
            .add(&inner.lost.0, Context::default(), own, count);
    });
}
