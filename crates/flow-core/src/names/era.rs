//! Spans of time in which no handle comes twice.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use super::book::KEPT_BACK;
use super::handle::{LAST_GENERATION, NameHandle};

/// Names after which a new era begins: a power of two, at most a quarter of the fewest after which
/// a handle comes again.
pub(super) const ERA: u64 = 1 << (KEPT_BACK as u64 * LAST_GENERATION as u64 / 4).ilog2();
/// Bits of a word that hold the era.
const ERA_BITS: u32 = 22;

/// Counts eras of a table. What was decided in another era does not count, so that the handle of
/// names that are gone can not be taken for that of others when it comes again.
#[derive(Clone, Debug, Default)]
pub(super) struct Era(Arc<AtomicU32>);

impl Era {
    /// Notes how many names were added in all, before the handle of the last one is given out.
    pub(super) fn note(&self, added: u64) {
        if added.is_multiple_of(ERA) {
            // Who has a handle of the new era got it from who has done this.
            self.0.store((added / ERA) as u32, Ordering::Relaxed);
        }
    }

    /// What a word about `handle` begins with.
    #[inline]
    pub(super) fn tag(&self, handle: NameHandle) -> u64 {
        let era = self.0.load(Ordering::Relaxed) & ((1 << ERA_BITS) - 1);
        u64::from(era) << 42 | u64::from(handle.generation()) << 32
    }
}
