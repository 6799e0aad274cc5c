//! Drop reasons of the running kernel.

use std::vec::Vec;

use crate::flow::DropReason;

/// Numbers of `enum skb_drop_reason` in the running kernel, and what they mean.
///
/// The kernel numbers its reasons anew with each version, so the table is made when the
/// programs are loaded, from the kernel's own type information. Without it every reason is
/// [`DropReason::OTHER`].
#[derive(Clone, Debug, Default)]
pub struct DropReasonTable {
    /// Reasons of the core, by number.
    core: Vec<DropReason>,
    /// Reasons of subsystems (number of the subsystem in the high half), sorted.
    others: Vec<(u32, DropReason)>,
}

impl DropReasonTable {
    /// Numbers below this are looked up by index.
    const CORE: u32 = 1024;

    fn insert(&mut self, number: u32, reason: DropReason) {
        if number < Self::CORE {
            let index = number as usize;
            if index >= self.core.len() {
                self.core.resize(index + 1, DropReason::OTHER);
            }
            self.core[index] = reason;
        } else {
            match self
                .others
                .binary_search_by_key(&number, |(known, _)| *known)
            {
                Ok(at) => self.others[at].1 = reason,
                Err(at) => self.others.insert(at, (number, reason)),
            }
        }
    }

    /// Returns the drop reason of a number of the kernel.
    #[must_use]
    pub fn get(&self, number: u32) -> DropReason {
        if number < Self::CORE {
            return self
                .core
                .get(number as usize)
                .copied()
                .unwrap_or(DropReason::OTHER);
        }
        match self
            .others
            .binary_search_by_key(&number, |(known, _)| *known)
        {
            Ok(at) => self.others[at].1,
            Err(_) => DropReason::OTHER,
        }
    }
}

/// From the kernel's numbers and names.
impl<'a> FromIterator<(u32, &'a str)> for DropReasonTable {
    fn from_iter<I: IntoIterator<Item = (u32, &'a str)>>(names: I) -> Self {
        let mut table = Self::default();
        for (number, name) in names {
            table.insert(number, DropReason::from_kernel_name(name));
        }
        table
    }
}
