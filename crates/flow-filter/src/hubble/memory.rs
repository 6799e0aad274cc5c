//! What was decided of names.

use flow_core::names::{NameHandle, NameTable, PerName};
use flow_core::resolve::EndpointNames;

use super::event::NoNames;
use super::names::NameTest;

/// Conditions decided at once: as many as a remembered value has bits.
const WORD: usize = 32;

/// The conditions on names of a filter, and what was decided of the names of a table.
pub(crate) struct Memory {
    tests: Vec<NameTest>,
    /// Whether each passes where there are no names.
    absent: Vec<bool>,
    /// A bit for each condition.
    decided: Vec<PerName<u32>>,
}

impl Memory {
    pub(crate) fn new(tests: Vec<NameTest>) -> Self {
        Self {
            absent: tests.iter().map(|test| test.matches(&NoNames)).collect(),
            tests,
            decided: Vec::new(),
        }
    }

    /// Returns the same conditions, of which nothing is decided.
    pub(crate) fn renewed(&self) -> Self {
        Self::new(self.tests.clone())
    }

    /// Remembers the names of `table` from now on, and nothing of other ones.
    pub(crate) fn remember(&mut self, table: &NameTable) {
        let words = self.tests.len().div_ceil(WORD);
        self.decided = (0..words).map(|_| PerName::new(table)).collect();
    }

    /// Whether the names of a handle pass a condition.
    #[inline]
    pub(crate) fn pass<'n>(
        &self,
        handle: NameHandle,
        index: usize,
        names: impl FnOnce() -> Option<&'n EndpointNames>,
    ) -> bool {
        let Some(decided) = self.decided.get(index / WORD) else {
            return self.decide(index, names());
        };
        let bits = decided.get_or_decide(handle, || self.decide_word(index / WORD, names()));
        bits >> (index % WORD) & 1 != 0
    }

    /// Whether an end without names passes a condition.
    #[inline]
    pub(crate) fn pass_absent(&self, index: usize) -> bool {
        self.absent[index]
    }

    fn decide(&self, index: usize, names: Option<&EndpointNames>) -> bool {
        match names {
            Some(names) => self.tests[index].matches(names),
            None => self.absent[index],
        }
    }

    #[cold]
    fn decide_word(&self, word: usize, names: Option<&EndpointNames>) -> u32 {
        let indices = word * WORD..self.tests.len().min((word + 1) * WORD);
        indices.fold(0, |bits, index| {
            bits | u32::from(self.decide(index, names)) << (index % WORD)
        })
    }
}
