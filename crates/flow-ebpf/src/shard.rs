//! One ring buffer of the kernel programs, as a source of its own.

use std::fmt;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::time::{Duration, Instant};

use aya::maps::{MapData, RingBuf};
use flow_core::pipeline::{Lost, LostAt, Progress, SourceError};
use rustix::event::{PollFd, PollFlags, Timespec, epoll, poll};
use rustix::io::Errno;

use crate::decode::Decoding;
use crate::handle::SourceHandle;
use crate::record::Record;
use crate::shared::{Keeper, Shared, Stage};
use crate::stats::Counter;

/// After records the ring buffer is looked at again this much later before anyone waits for
/// it: a wake-up costs the kernel about as much as thirty records.
const NAP: Duration = Duration::from_millis(1);
/// How often losses are looked up.
const LOOK: Duration = Duration::from_millis(500);
/// Records handed over by one call at most, so that the caller can look around.
const BATCH: u64 = 16_384;

/// One ring buffer: see [`FlowSource::into_shards`](crate::FlowSource::into_shards).
///
/// Its file descriptor ([`AsFd`]) is readable while records are ready, and for good once the observer has ended. So a
/// thread that waits for other things too, or an async runtime, can wait for it and then take what is there, without
/// a time-out. An event loop:
///
/// ```no_run
/// use std::time::Duration;
///
/// use flow_core::pipeline::Progress;
/// use flow_ebpf::{FlowSource, Record};
/// use rustix::event::{PollFd, PollFlags, poll};
///
/// let mut shards = FlowSource::builder().load()?.into_shards();
/// while !shards.is_empty() {
///     let mut waiting: Vec<_> = shards
///         .iter()
///         .map(|shard| PollFd::new(shard, PollFlags::IN)) // and whatever else there is to wait for
///         .collect();
///     poll(&mut waiting, None)?;
///     let ready: Vec<bool> = waiting.iter().map(|fd| !fd.revents().is_empty()).collect();
///     let mut ready = ready.into_iter();
///     shards.retain_mut(|shard| {
///         !ready.next().unwrap_or(false)
///             || !matches!(
///                 shard.poll_records(Duration::ZERO, &mut |record| if let Record::Kernel(bytes) = record {
///                     println!("a record of {} bytes", bytes.len());
///                 }),
///                 Ok(Progress::Ended) | Err(_)
///             )
///     });
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// With a runtime that reports changes only, as `tokio::io::unix::AsyncFd` is, call
/// [`poll_records`](Self::poll_records) until it hands over nothing, then clear the readiness and wait again. It hands
/// over a limited number of records a call.
pub struct Shard {
    name: String,
    index: usize,
    ring: RingBuf<MapData>,
    /// Records came at the last look.
    busy: bool,
    /// Only the first shard reports losses.
    losses: Option<Losses>,
    keeper: Arc<Keeper>,
    /// Made when it is first read as a source of flows.
    pub(crate) decoding: Option<Decoding>,
    /// Readable where the ring buffer is, and at the end.
    ready: OwnedFd,
}

/// What has been reported so far.
#[derive(Debug)]
struct Losses {
    looked: Instant,
    records: u64,
    table: u64,
}

impl Shard {
    pub(crate) fn new(
        index: usize,
        ring: RingBuf<MapData>,
        keeper: Arc<Keeper>,
    ) -> io::Result<Self> {
        let ready = epoll::create(epoll::CreateFlags::CLOEXEC)?;
        // Readable for good once everything is flushed.
        let ended = keeper.shared.shard_event();
        for waited in [ring.as_fd(), ended] {
            let nothing = epoll::EventData::new_u64(0);
            epoll::add(&ready, waited, nothing, epoll::EventFlags::IN)?;
        }
        Ok(Self {
            name: format!("kernel ring {index}"),
            index,
            ring,
            busy: false,
            losses: (index == 0).then(|| Losses {
                looked: Instant::now(),
                records: 0,
                table: 0,
            }),
            keeper,
            decoding: None,
            ready,
        })
    }

    /// Hands over every record that is ready; where none is, waits for one for at most `timeout`.
    ///
    /// # Errors
    /// Where the ring buffer cannot be waited for.
    pub fn poll_records(
        &mut self,
        timeout: Duration,
        sink: &mut dyn FnMut(Record<'_>),
    ) -> Result<Progress, SourceError> {
        poll_all(std::slice::from_mut(self), timeout, sink)
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn handle(&self) -> SourceHandle {
        SourceHandle::new(Arc::clone(&self.keeper.shared))
    }

    /// Hands over what is ready. Gives the number of records.
    pub(crate) fn drain(&mut self, sink: &mut dyn FnMut(Record<'_>)) -> u64 {
        let mut count = 0;
        while count < BATCH
            && let Some(record) = self.ring.next()
        {
            sink(Record::Kernel(&record));
            count += 1;
        }
        if count > 0 {
            self.keeper.shared.add_drained(self.index, count);
        }
        count
    }

    /// Reports what was lost since it last did; at most every [`LOOK`], and at the `end`.
    pub(crate) fn tell_losses(&mut self, end: bool, sink: &mut dyn FnMut(Record<'_>)) {
        let Some(losses) = &mut self.losses else {
            return;
        };
        if !end && losses.looked.elapsed() < LOOK {
            return;
        }
        losses.looked = Instant::now();
        let stats = self.keeper.shared.stats();
        let records = stats.get(Counter::LostRecords);
        let unreported = self.keeper.shared.place_of_unreported();
        // What an LRU table gave up, or an unswept one kept, shows only once everything else is reported.
        let table = if end { stats.unaccounted_packets() } else { 0 };
        for (at, now, told) in [
            (LostAt::KernelRing, records, &mut losses.records),
            (unreported, table, &mut losses.table),
        ] {
            let count = now.saturating_sub(*told);
            if count > 0 {
                *told = now;
                sink(Record::Lost(Lost { at, count }));
            }
        }
    }

    /// Waits for a record or the end of everything.
    pub(crate) fn wait(shards: &[Self], timeout: Duration) -> Result<(), SourceError> {
        let Some(first) = shards.first() else {
            return Ok(());
        };
        let mut fds: Vec<_> = shards
            .iter()
            .map(|shard| PollFd::new(shard, PollFlags::IN))
            .collect();
        let limit = Timespec::try_from(timeout).ok();
        match poll(&mut fds, limit.as_ref()) {
            Ok(_) | Err(Errno::INTR) => Ok(()),
            Err(error) => Err(SourceError::new(
                &*first.name,
                "waiting for records",
                io::Error::from(error),
            )),
        }
    }
}

/// One look at each of `shards`, which are drained by one thread; waits where there is nothing.
pub(crate) fn poll_all(
    shards: &mut [Shard],
    timeout: Duration,
    sink: &mut dyn FnMut(Record<'_>),
) -> Result<Progress, SourceError> {
    let Some(first) = shards.first() else {
        return Ok(Progress::Ended);
    };
    let shared = Arc::clone(&first.keeper.shared);
    // Read first: what was written before it is in the ring buffers by now.
    let stage = shared.stage();
    let mut any = drain_all(shards, sink);
    if !any && stage == Stage::Flushed {
        for shard in &mut *shards {
            shard.tell_losses(true, sink);
        }
        return Ok(Progress::Ended);
    }
    if !any && !timeout.is_zero() {
        if std::mem::replace(&mut shards[0].busy, false) {
            std::thread::sleep(NAP.min(timeout));
        } else {
            Shard::wait(shards, timeout)?;
        }
        any = drain_all(shards, sink);
    }
    shards[0].busy |= any;
    for shard in shards {
        shard.tell_losses(false, sink);
    }
    Ok(Progress::Open)
}

fn drain_all(shards: &mut [Shard], sink: &mut dyn FnMut(Record<'_>)) -> bool {
    let mut count = 0;
    for shard in shards {
        count += shard.drain(sink);
    }
    count > 0
}

/// Readable while records are ready, and once the observer has ended. Only to be waited for.
impl AsFd for Shard {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.ready.as_fd()
    }
}

impl Drop for Shard {
    fn drop(&mut self) {
        self.keeper.shared.shard_gone();
    }
}

impl fmt::Debug for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shard")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// Lets the compiler check that the state may be shared by the threads of shards.
const _: fn() = || {
    fn shared<T: Send + Sync>() {}
    shared::<Shared>();
};
