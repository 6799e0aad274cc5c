//! Sets of numbers as ranges.

/// A number that a set holds.
pub(crate) trait Number: Copy + Ord {
    const ZERO: Self;
    const MAX: Self;
    /// The next number; `None` after the last one.
    fn next(self) -> Option<Self>;
    /// The number before; `None` before the first one.
    fn before(self) -> Option<Self>;
}

macro_rules! number {
    ($($number:ty),+) => {$(
        impl Number for $number {
            const ZERO: Self = 0;
            const MAX: Self = Self::MAX;

            fn next(self) -> Option<Self> {
                self.checked_add(1)
            }

            fn before(self) -> Option<Self> {
                self.checked_sub(1)
            }
        }
    )+};
}
number!(u64, u128);

/// Numbers, as ranges in order that neither overlap nor touch; both ends belong to a range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ranges<T>(Vec<(T, T)>);

impl<T: Number> Ranges<T> {
    /// Returns the numbers of all ranges; those whose end is before their start hold none.
    pub(crate) fn new(ranges: impl IntoIterator<Item = (T, T)>) -> Self {
        let mut ranges: Vec<_> = ranges.into_iter().filter(|(from, to)| from <= to).collect();
        ranges.sort_unstable();
        let mut joined: Vec<(T, T)> = Vec::with_capacity(ranges.len());
        for (from, to) in ranges {
            match joined.last_mut() {
                Some(last) if last.1.next().is_none_or(|next| from <= next) => {
                    last.1 = last.1.max(to);
                }
                _ => joined.push((from, to)),
            }
        }
        Self(joined)
    }

    pub(crate) fn all() -> Self {
        Self(vec![(T::ZERO, T::MAX)])
    }

    pub(crate) fn as_slice(&self) -> &[(T, T)] {
        &self.0
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the one number that it holds; `None` where it holds none or several.
    pub(crate) fn single(&self) -> Option<T> {
        match self.0.as_slice() {
            [(from, to)] if from == to => Some(*from),
            _ => None,
        }
    }

    pub(crate) fn contains(&self, number: T) -> bool {
        let after = self.0.partition_point(|(from, _)| *from <= number);
        after > 0 && self.0.get(after - 1).is_some_and(|(_, to)| number <= *to)
    }

    /// Returns the numbers that are not in it.
    pub(crate) fn complement(&self) -> Self {
        let mut rest = Vec::with_capacity(self.0.len() + 1);
        let mut from = Some(T::ZERO);
        for (start, end) in &self.0 {
            if let (Some(from), Some(to)) = (from, start.before())
                && from <= to
            {
                rest.push((from, to));
            }
            from = end.next();
        }
        if let Some(from) = from {
            rest.push((from, T::MAX));
        }
        Self(rest)
    }

    /// Returns the numbers that are in one of them.
    pub(crate) fn union(&self, other: &Self) -> Self {
        Self::new(self.0.iter().chain(&other.0).copied())
    }

    /// Returns the numbers that are in both.
    pub(crate) fn intersection(&self, other: &Self) -> Self {
        let mut both = Vec::new();
        let (mut left, mut right) = (self.0.iter().peekable(), other.0.iter().peekable());
        while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
            let (from, to) = (a.0.max(b.0), a.1.min(b.1));
            if from <= to {
                both.push((from, to));
            }
            match a.1 < b.1 {
                true => left.next(),
                false => right.next(),
            };
        }
        Self(both)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The numbers of ranges below 40, and of what is above them.
    fn members(set: &Ranges<u64>) -> Vec<bool> {
        (0..40)
            .chain([u64::MAX])
            .map(|number| set.contains(number))
            .collect()
    }

    proptest! {
        #[test]
        fn sets_do_what_sets_do(
            a in proptest::collection::vec((0_u64..40, 0_u64..40), 0..6),
            b in proptest::collection::vec((0_u64..40, 0_u64..40), 0..6),
        ) {
            let in_some = |ranges: &[(u64, u64)], number: u64| {
                ranges.iter().any(|(from, to)| (*from..=*to).contains(&number))
            };
            let expect = |test: &dyn Fn(u64) -> bool| -> Vec<bool> {
                (0..40).chain([u64::MAX]).map(test).collect()
            };
            let (left, right) = (Ranges::new(a.clone()), Ranges::new(b.clone()));
            prop_assert_eq!(members(&left), expect(&|n| in_some(&a, n)));
            prop_assert_eq!(members(&left.complement()), expect(&|n| !in_some(&a, n)));
            prop_assert_eq!(
                members(&left.union(&right)),
                expect(&|n| in_some(&a, n) || in_some(&b, n))
            );
            prop_assert_eq!(
                members(&left.intersection(&right)),
                expect(&|n| in_some(&a, n) && in_some(&b, n))
            );
            prop_assert_eq!(left.complement().complement(), left.clone());
            prop_assert!(left.as_slice().windows(2).all(|pair| pair[0].1 + 1 < pair[1].0));
        }
    }

    #[test]
    fn the_whole_range_has_no_rest() {
        assert!(Ranges::<u128>::all().complement().is_empty());
        assert_eq!(Ranges::<u128>::new([]).complement(), Ranges::all());
    }
}
