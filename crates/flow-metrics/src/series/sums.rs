//! Sums of a series over its shards.

use super::family::Measure;

/// The words of a series, added up.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Sums(Vec<u64>);

impl Sums {
    pub(crate) fn zero(measure: Measure) -> Self {
        Self(vec![0; measure.words() as usize])
    }

    /// Whether a word holds a float: the last one of a histogram.
    fn is_float(&self, index: usize) -> bool {
        self.0.len() > 1 && index + 1 == self.0.len()
    }

    /// Adds what `word` gives for each word.
    pub(crate) fn add(&mut self, word: impl Fn(u32) -> u64) {
        for index in 0..self.0.len() {
            let more = word(index as u32);
            let sum = self.0[index];
            self.0[index] = if self.is_float(index) {
                (f64::from_bits(sum) + f64::from_bits(more)).to_bits()
            } else {
                sum.wrapping_add(more)
            };
        }
    }

    pub(crate) fn add_all(&mut self, other: &Self) {
        self.add(|index| other.0.get(index as usize).copied().unwrap_or(0));
    }

    /// What came since `earlier`; `None` where nothing did.
    pub(crate) fn since(&self, earlier: &Self) -> Option<Self> {
        if self == earlier {
            return None;
        }
        let words = self.0.iter().zip(&earlier.0).enumerate();
        let difference = words.map(|(index, (now, before))| {
            if self.is_float(index) {
                (f64::from_bits(*now) - f64::from_bits(*before)).to_bits()
            } else {
                now.wrapping_sub(*before)
            }
        });
        Some(Self(difference.collect()))
    }

    /// The count of a counter, or of a bucket.
    pub(crate) fn word(&self, index: usize) -> u64 {
        self.0.get(index).copied().unwrap_or(0)
    }

    /// The counts of the buckets of a histogram and its sum.
    pub(crate) fn histogram(&self) -> (&[u64], f64) {
        match self.0.split_last() {
            Some((sum, counts)) => (counts, f64::from_bits(*sum)),
            None => (&[], 0.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_and_counts_add_up() {
        let mut sums = Sums::zero(Measure::Histogram);
        let words = Measure::Histogram.words();
        for _ in 0..2 {
            sums.add(|index| {
                if index + 1 == words {
                    0.25_f64.to_bits()
                } else {
                    u64::from(index)
                }
            });
        }
        let (counts, sum) = sums.histogram();
        assert_eq!((counts[3], counts.len(), sum), (6, words as usize - 1, 0.5));
        let mut more = sums.clone();
        assert_eq!(more.since(&sums), None);
        more.add_all(&sums);
        assert_eq!(more.since(&sums), Some(sums));
    }
}
