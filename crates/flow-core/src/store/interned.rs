//! Names that flows bring with them, kept once.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use crate::names::{NameHandle, NameTable};
use crate::resolve::EndpointNames;

/// Different names that are kept for later flows with the same ones.
const KEPT: usize = 4_096;

/// Gives equal names one handle, so that a million flows of one pod take the place of one.
#[derive(Debug, Default)]
pub(super) struct Interned {
    /// At most [`KEPT`] names.
    recent: Mutex<Recent>,
}

#[derive(Debug, Default)]
struct Recent {
    handles: HashMap<Arc<EndpointNames>, NameHandle>,
    /// The same names, the oldest at the front.
    order: VecDeque<Arc<EndpointNames>>,
}

impl Interned {
    /// Returns the handle of names in `table`, which are added unless they are among those kept; 0
    /// where the table is full.
    ///
    /// The oldest of too many are removed from the table, where they stay as long as flows bear
    /// them.
    pub(super) fn store(&self, table: &NameTable, names: EndpointNames) -> u32 {
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(handle) = recent.handles.get(&names) {
            return handle.raw();
        }
        let names = Arc::new(names);
        let Ok(handle) = table.add(Arc::clone(&names)) else {
            return 0;
        };
        if recent.order.len() == KEPT
            && let Some(oldest) = recent.order.pop_front()
            && let Some(gone) = recent.handles.remove(&oldest)
        {
            table.remove(gone);
        }
        recent.order.push_back(Arc::clone(&names));
        recent.handles.insert(names, handle);
        handle.raw()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(id: u32) -> EndpointNames {
        EndpointNames {
            id,
            ..EndpointNames::default()
        }
    }

    #[test]
    fn equal_names_have_one_handle() {
        let (interned, table) = (Interned::default(), NameTable::new());
        let one = interned.store(&table, names(1));
        assert_ne!(one, interned.store(&table, names(2)));
        assert_eq!(one, interned.store(&table, names(1)));
        assert_eq!(table.stats().live, 2);
    }

    #[test]
    fn as_many_different_names_as_are_kept_live_in_the_table() {
        let (interned, table) = (Interned::default(), NameTable::new());
        let first = interned.store(&table, names(0));
        for id in 1..3 * KEPT as u32 {
            assert_ne!(interned.store(&table, names(id)), 0);
        }
        assert_eq!(table.stats().live, KEPT);
        assert_ne!(interned.store(&table, names(0)), first, "it was forgotten");
    }

    #[test]
    fn names_that_a_full_table_refuses_have_no_handle() {
        let (interned, table) = (Interned::default(), NameTable::with_limit(1));
        let one = interned.store(&table, names(1));
        assert_eq!(interned.store(&table, names(2)), 0);
        assert_eq!(interned.store(&table, names(1)), one);
        assert_eq!(table.stats().refused, 1);
    }
}
