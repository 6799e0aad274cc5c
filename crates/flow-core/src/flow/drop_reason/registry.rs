//! Names that the running kernel has and the table does not: bounded, never forgotten.

use std::borrow::ToOwned;
use std::boxed::Box;
use std::sync::{PoisonError, RwLock};
use std::vec::Vec;

/// Most names that are kept; kernels have a few hundred in all.
const LIMIT: usize = 1024;

static NAMES: RwLock<Vec<&'static str>> = RwLock::new(Vec::new());

/// Place of `name`, which is added if it is new; `None` where there is no room.
pub(super) fn index_of(name: &str) -> Option<u16> {
    let find = |names: &[&str]| names.iter().position(|known| *known == name);
    let read = NAMES.read().unwrap_or_else(PoisonError::into_inner);
    let mut index = find(&read);
    drop(read);
    if index.is_none() {
        let mut names = NAMES.write().unwrap_or_else(PoisonError::into_inner);
        index = find(&names);
        if index.is_none() && names.len() < LIMIT {
            // Kept for the life of the process, so that a name can be lent without a lock.
            names.push(Box::leak(name.to_owned().into_boxed_str()));
            index = Some(names.len() - 1);
        }
    }
    index.and_then(|index| u16::try_from(index).ok())
}

pub(super) fn name_of(index: u16) -> Option<&'static str> {
    let names = NAMES.read().unwrap_or_else(PoisonError::into_inner);
    names.get(usize::from(index)).copied()
}
