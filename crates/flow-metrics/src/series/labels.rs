//! Values of the labels of one series.

use std::cmp::Ordering;

/// Values of labels, one after the other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Labels {
    text: String,
    /// Where each value ends.
    ends: Vec<u32>,
}

impl Labels {
    /// Adds the value that `write` appends.
    pub(crate) fn push(&mut self, write: impl FnOnce(&mut String)) {
        write(&mut self.text);
        self.ends.push(self.text.len() as u32);
    }

    pub(crate) fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
    }

    pub(crate) const fn len(&self) -> usize {
        self.ends.len()
    }

    pub(crate) fn get(&self, index: usize) -> &str {
        let begin = index.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.text[begin as usize..self.ends[index] as usize]
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|index| self.get(index))
    }

    /// The same values, in as little memory as they need.
    pub(crate) fn compact(&self) -> Self {
        Self {
            text: self.text.as_str().to_owned(),
            ends: self.ends.as_slice().to_owned(),
        }
    }
}

/// By values, from the first one on.
impl Ord for Labels {
    fn cmp(&self, other: &Self) -> Ordering {
        self.iter().cmp(other.iter())
    }
}

impl PartialOrd for Labels {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(values: &[&str]) -> Labels {
        let mut labels = Labels::default();
        for value in values {
            labels.push(|text| text.push_str(value));
        }
        labels
    }

    #[test]
    fn values_are_kept_apart() {
        let found = labels(&["a", "", "bc"]);
        assert!(found.iter().eq(["a", "", "bc"]));
        assert_ne!(found, labels(&["a", "b", "c"]));
        assert_eq!(found.compact(), found);
    }

    #[test]
    fn order_is_that_of_values() {
        assert!(labels(&["a", "z"]) < labels(&["a b", "a"]));
        assert!(labels(&["", "z"]) < labels(&["a", ""]));
        assert_eq!(labels(&["a"]).cmp(&labels(&["a"])), Ordering::Equal);
    }
}
