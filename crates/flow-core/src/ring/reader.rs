//! The reading side: forward from a position, with every loss counted.

use core::fmt;
use core::time::Duration;

use super::position::{Position, Stamp};
use super::record::Record;
use super::shared::Shared;
use super::sync::{Arc, CATCH_UP_TRIES, Wait};

/// How long a reader waits for a writer that was stopped in the middle of a record: longer than
/// the 100 ms for which Linux by default stops threads that have used up their share of a
/// container's processors.
pub const PATIENCE: Duration = Duration::from_millis(250);

/// What a reader gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(
    clippy::exhaustive_enums,
    reason = "a record or a loss: there is no third"
)]
pub enum Next<T> {
    /// The next record.
    Record(T),
    /// So many records were overwritten before they were read, or given up by a writer.
    Lost(u64),
}

/// Why a reader gets nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[allow(clippy::exhaustive_enums, reason = "a ring is open or closed")]
pub enum Idle {
    /// Everything written so far has been read; more may come.
    #[error("no record is ready")]
    Empty,
    /// Everything has been read, and all writers are gone.
    #[error("the ring is closed")]
    Closed,
}

/// Reads a [`Ring`](super::Ring) in the order of writing.
///
/// For each reader `delivered() + lost()` is the number of records written between its start
/// and [`Reader::position`]; everything written after the reader was made is among them.
/// A reader that begins with history begins with what is still there of it when it first
/// reads. Readers share nothing that writers wait for: a slow one loses
/// records, and only its own.
///
/// A position that a writer has claimed but not finished is waited for, since the next ones
/// come after it. Usually that takes nanoseconds; if the writer was stopped right there, the
/// reader counts the position as lost after [`PATIENCE`] and goes on.
///
/// A reader that was lapped gets one [`Next::Lost`] and then the oldest record retained. To
/// that end the record is read before the loss is reported; if a writer overwrites it even while
/// it is read, the reader takes one that is a little newer, so that it does not race the
/// writer for the last place.
///
/// `Reader` is a [`Stream`](futures_core::Stream) of [`Next`] that ends when the ring is closed and read.
pub struct Reader<T: Record> {
    pub(super) shared: Arc<Shared<T>>,
    pub(super) next: Position,
    delivered: u64,
    lost: u64,
    /// Where the history ended when the reader was made.
    made: Position,
    stuck: Option<(Position, Wait)>,
    /// Its place in the list of sleepers, once it has had one.
    pub(super) sleeper: Option<u64>,
    /// A record that was read together with the loss that is reported before it.
    saved: T,
    saved_at: Option<Position>,
}

/// What can be done where the next record could not be read at once.
enum Turn {
    /// Try again.
    Again,
    /// The saved record is the next one.
    Saved,
    /// So many are lost.
    Lost(u64),
}

/// Records that are there one after the other. The reader is moved on when this is dropped,
/// also by a panic: so that the loop has its numbers in registers.
struct Run<'a, T: Record> {
    reader: &'a mut Reader<T>,
    count: u64,
}

impl<'a, T: Record> Run<'a, T> {
    #[inline]
    fn new(reader: &'a mut Reader<T>) -> Self {
        Self { reader, count: 0 }
    }

    #[inline]
    fn read(&mut self, record: &mut T) -> bool {
        let position = self.reader.next.plus(self.count);
        let there = self.reader.shared.slots.read(position, record);
        self.count += u64::from(there);
        there
    }
}

impl<T: Record> Drop for Run<'_, T> {
    #[inline]
    fn drop(&mut self) {
        self.reader.next = self.reader.next.plus(self.count);
        self.reader.delivered += self.count;
    }
}

// Nothing in a reader refers to the reader itself.
impl<T: Record> Unpin for Reader<T> {}

impl<T: Record> Reader<T> {
    /// A reader that begins at `next`, made when the head was at `made`.
    pub(super) fn new(shared: Arc<Shared<T>>, next: Position, made: Position) -> Self {
        Self {
            shared,
            next,
            delivered: 0,
            lost: 0,
            made,
            stuck: None,
            sleeper: None,
            saved: T::new_zeroed(),
            saved_at: None,
        }
    }

    /// The next record or loss, if one is ready. Never waits.
    ///
    /// # Errors
    /// [`Idle`] if there is nothing.
    #[inline]
    pub fn try_next(&mut self) -> Result<Next<T>, Idle> {
        let mut record = T::new_zeroed();
        Ok(match self.read_into(&mut record)? {
            None => Next::Record(record),
            Some(lost) => Next::Lost(lost),
        })
    }

    /// Hands at most `limit` records and losses that are ready to `each`, without the copy
    /// that [`Reader::try_next`] makes on return, and returns how many those were.
    ///
    /// # Errors
    /// [`Idle`] if there is nothing.
    #[inline]
    pub fn visit(&mut self, limit: usize, mut each: impl FnMut(Next<&T>)) -> Result<usize, Idle> {
        let mut record = T::new_zeroed();
        let mut done = 0;
        while done < limit {
            let mut run = Run::new(self);
            while done < limit && run.read(&mut record) {
                done += 1;
                each(Next::Record(&record));
            }
            drop(run);
            if done == limit {
                break;
            }
            match self.unreadable() {
                Ok(Turn::Again) => {}
                Ok(turn) => {
                    let lost = self.take(turn, &mut record);
                    done += 1;
                    each(lost.map_or(Next::Record(&record), Next::Lost));
                }
                Err(idle) if done == 0 => return Err(idle),
                Err(_) => break,
            }
        }
        Ok(done)
    }

    /// Records written to the ring before the one this reader comes to next.
    #[must_use]
    pub fn position(&self) -> u64 {
        self.next.since(self.shared.start)
    }

    /// Records delivered.
    #[must_use]
    pub const fn delivered(&self) -> u64 {
        self.delivered
    }

    /// Records lost: the sum of all [`Next::Lost`].
    #[must_use]
    pub const fn lost(&self) -> u64 {
        self.lost
    }

    /// Records written that this reader has not come to yet.
    #[must_use]
    pub fn backlog(&self) -> u64 {
        self.shared.claim().head().since(self.next)
    }

    /// Reads into `record`, or returns how many are lost.
    #[inline]
    fn read_into(&mut self, record: &mut T) -> Result<Option<u64>, Idle> {
        loop {
            if self.shared.slots.read(self.next, record) {
                self.advance();
                return Ok(None);
            }
            match self.unreadable()? {
                Turn::Again => {}
                turn => return Ok(self.take(turn, record)),
            }
        }
    }

    /// Puts the saved record into `record`, or returns the loss.
    #[inline]
    fn take(&mut self, turn: Turn, record: &mut T) -> Option<u64> {
        if let Turn::Lost(lost) = turn {
            return Some(lost);
        }
        *record = self.saved;
        self.advance();
        None
    }

    #[inline]
    fn advance(&mut self) {
        self.next = self.next.plus(1);
        self.delivered += 1;
    }

    /// Finds out why the next record could not be read.
    #[cold]
    fn unreadable(&mut self) -> Result<Turn, Idle> {
        if self.saved_at == Some(self.next) {
            return Ok(Turn::Saved);
        }
        let claim = self.shared.claim();
        let head = claim.head();
        if head == self.next {
            return Err(if claim.is_closed() {
                Idle::Closed
            } else {
                Idle::Empty
            });
        }
        if self.shared.oldest(head).is_after(self.next) {
            return Ok(self.catch_up());
        }
        let stamp = self.shared.slots.stamp(self.next);
        if stamp.position().is_after(self.next) || stamp == Stamp::complete(self.next) {
            return Ok(Turn::Again);
        }
        let given_up = stamp.position() == self.next && stamp.is_empty();
        if given_up || self.out_of_patience() {
            self.next = self.next.plus(1);
            return Ok(Turn::Lost(self.lose(1)));
        }
        Err(Idle::Empty)
    }

    /// Jumps to the oldest record that can be had, and saves it.
    fn catch_up(&mut self) -> Turn {
        let from = self.expected();
        let capacity = self.shared.slots.capacity();
        let mut margin = 0;
        for _ in 0..CATCH_UP_TRIES {
            let oldest = self.shared.oldest(self.shared.claim().head());
            if !oldest.is_after(self.next) {
                // Still in the window: its writer is at work, or has given up.
                break;
            }
            self.next = oldest.plus(margin);
            if self.shared.slots.read(self.next, &mut self.saved) {
                self.saved_at = Some(self.next);
                break;
            }
            margin = (2 * margin).max(1).min(capacity / 2);
        }
        if self.next.is_after(from) {
            Turn::Lost(self.lose(self.next.since(from)))
        } else {
            Turn::Again
        }
    }

    /// The first position that would be a loss. What leaves the window before the reader has
    /// begun is none, if it was history already when the reader was made.
    fn expected(&self) -> Position {
        let begun = self.delivered + self.lost > 0;
        if !begun && self.made.is_after(self.next) {
            self.made
        } else {
            self.next
        }
    }

    fn lose(&mut self, lost: u64) -> u64 {
        self.lost += lost;
        lost
    }

    /// Whether the next position has been in the hands of its writer for too long.
    fn out_of_patience(&mut self) -> bool {
        match self.stuck {
            Some((position, wait)) if position == self.next => wait.exceeds(PATIENCE),
            _ => {
                self.stuck = Some((self.next, Wait::begin()));
                false
            }
        }
    }
}

impl<T: Record> fmt::Debug for Reader<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader")
            .field("position", &self.position())
            .field("delivered", &self.delivered)
            .field("lost", &self.lost)
            .finish_non_exhaustive()
    }
}
