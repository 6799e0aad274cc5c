//! One ring buffer of the kernel programs, as a source of its own.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use aya::maps::{MapData, RingBuf};
use flow_core::pipeline::{Lost, LostAt, Progress, SourceError};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

use crate::decode::Decoding;
use crate::handle::SourceHandle;
use crate::record::Record;
use crate::shared::{Keeper, Shared, Stage};

/// After records the ring buffer is looked at again this much later before anyone waits for
/// it: a wake-up costs the kernel about as much as thirty records.
const NAP: Duration = Duration::from_millis(1);
/// How often losses are looked up.
const LOOK: Duration = Duration::from_millis(500);
/// Records handed over by one call at most, so that the caller can look around.
const BATCH: u64 = 16_384;

/// One ring buffer: see [`FlowSource::into_shards`](crate::FlowSource::into_shards).
pub struct Shard {
    name: String,
    index: usize,
    ring: RingBuf<MapData>,
    /// Records came at the last look.
    busy: bool,
    /// Only the first shard tells of losses.
    losses: Option<Losses>,
    keeper: Arc<Keeper>,
    /// Made when it is first read as a source of flows.
    pub(crate) decoding: Option<Decoding>,
}

/// What has been told so far.
#[derive(Debug)]
struct Losses {
    looked: Instant,
    records: u64,
    table: u64,
}

impl Shard {
    pub(crate) fn new(index: usize, ring: RingBuf<MapData>, keeper: Arc<Keeper>) -> Self {
        Self {
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
        }
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

    /// Tells what was lost since it last did; at most every [`LOOK`], and at the `end`.
    pub(crate) fn tell_losses(&mut self, end: bool, sink: &mut dyn FnMut(Record<'_>)) {
        let Some(losses) = &mut self.losses else {
            return;
        };
        if !end && losses.looked.elapsed() < LOOK {
            return;
        }
        losses.looked = Instant::now();
        let stats = self.keeper.shared.stats();
        let records = stats.get("lost_records");
        let unreported = self.keeper.shared.place_of_unreported();
        // What an LRU table gave up, or an unswept one kept, shows only once everything else is told.
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
        let shared = &first.keeper.shared;
        let event = shared.shard_event();
        let mut fds: Vec<_> = shards
            .iter()
            .map(|shard| PollFd::new(&shard.ring, PollFlags::IN))
            .collect();
        // Readable for good once everything is flushed.
        fds.push(PollFd::new(&event, PollFlags::IN));
        let limit = Timespec::try_from(timeout).ok();
        match poll(&mut fds, limit.as_ref()) {
            Ok(_) | Err(Errno::INTR) => Ok(()),
            Err(error) => Err(SourceError::new(
                &*first.name,
                "waiting for records",
                std::io::Error::from(error),
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
