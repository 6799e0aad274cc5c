//! Lists that an embedder gives, by name.

use std::collections::BTreeMap;

/// Lists of values that filters use as `$name`.
///
/// Entries are written as in the text of a filter, without quotes: `10.0.0.0/8`, `8000..8099`,
/// `web-*`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Lists(BTreeMap<String, Vec<String>>);

impl Lists {
    /// Adds entries to the list of this name.
    pub(crate) fn add(&mut self, name: String, entries: impl IntoIterator<Item = String>) {
        self.0.entry(name).or_default().extend(entries);
    }

    pub(crate) fn get(&self, name: &str) -> Option<&[String]> {
        self.0.get(name).map(Vec::as_slice)
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &String> {
        self.0.keys()
    }

    /// Names and entries.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &[String])> {
        self.0
            .iter()
            .map(|(name, entries)| (name.as_str(), entries.as_slice()))
    }
}
