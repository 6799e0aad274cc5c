//! A few ranges of addresses, all compared at once.

use crate::set::Ranges;

/// Ranges of IPv4, and of other addresses.
const LANES: usize = 8;

/// First halves of the two words of every IPv4 address in the form of IPv6.
const V4_HIGH: u64 = 0;
const V4_LOW: u64 = 0xffff << 32;

/// At most eight ranges of addresses of IPv4, and eight of others.
///
/// Which of the ranges an address is in is hard to foresee for a processor, so none is left out: comparing all
/// of them takes fewer cycles than a search that jumps.
#[derive(Clone, Debug)]
pub(super) struct FewRanges {
    /// First numbers, and how many follow each. Places that are not needed repeat the first one.
    v4_from: [u32; LANES],
    v4_size: [u32; LANES],
    has_v4: bool,
    /// First and last numbers of the others.
    others: Box<[(u128, u128)]>,
}

impl FewRanges {
    /// Returns the same set; `None` where it has too many ranges, or one across the borders of IPv4.
    pub(super) fn new(set: &Ranges<u128>) -> Option<Self> {
        let (first, last) = (u128::from(V4_LOW), u128::from(V4_LOW | 0xffff_ffff));
        let is_v4 = |(from, to): &&(u128, u128)| first <= *from && *to <= last;
        let meets = |(from, to): &(u128, u128)| *from <= last && first <= *to;
        let (v4, others): (Vec<_>, Vec<_>) = set.as_slice().iter().partition(is_v4);
        if v4.len() > LANES || others.len() > LANES || others.iter().any(meets) {
            return None;
        }
        let lanes: Vec<(u32, u32)> = v4
            .iter()
            .map(|(from, to)| (*from as u32, (to - from) as u32))
            .collect();
        let lane = |at: usize| lanes.get(at).or(lanes.first()).copied().unwrap_or_default();
        Some(Self {
            v4_from: core::array::from_fn(|at| lane(at).0),
            v4_size: core::array::from_fn(|at| lane(at).1),
            has_v4: !lanes.is_empty(),
            others: others.into(),
        })
    }

    /// Number of ranges.
    pub(super) fn count(&self) -> usize {
        let starts = self.v4_from.iter().skip(1);
        let repeated = starts.filter(|from| **from == self.v4_from[0]).count();
        self.others.len()
            + match self.has_v4 {
                true => LANES - repeated,
                false => 0,
            }
    }

    /// Returns whether it holds an address, whose halves these are.
    #[inline]
    pub(super) fn contains(&self, [high, low]: [u64; 2]) -> bool {
        if (high ^ V4_HIGH) | (low ^ V4_LOW) >> 32 == 0 {
            let number = low as u32;
            let mut is_within = false;
            for (from, size) in self.v4_from.iter().zip(&self.v4_size) {
                is_within |= number.wrapping_sub(*from) <= *size;
            }
            return is_within & self.has_v4;
        }
        let number = u128::from(high) << 64 | u128::from(low);
        self.others.iter().fold(false, |is_within, (from, to)| {
            is_within | ((*from <= number) & (number <= *to))
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Numbers near the borders of IPv4, and few enough to be met.
    fn number() -> impl Strategy<Value = u128> {
        let v4 = u128::from(V4_LOW);
        prop_oneof![
            (0_u128..40).prop_map(move |at| v4 + at),
            (0_u128..40).prop_map(move |at| v4 + 0xffff_ffff - at),
            (0_u128..40).prop_map(move |at| v4 + (1 << 32) + at),
            (0_u128..40).prop_map(move |at| v4 - 1 - at),
            (0_u128..40),
            any::<u128>(),
        ]
    }

    proptest! {
        #[test]
        fn few_ranges_hold_what_the_set_holds(
            ranges in proptest::collection::vec((number(), number()), 0..9),
            numbers in proptest::collection::vec(number(), 64),
        ) {
            let set = Ranges::new(ranges.clone());
            let v4 = u128::from(V4_LOW)..=u128::from(V4_LOW | 0xffff_ffff);
            match FewRanges::new(&set) {
                Some(few) => {
                    prop_assert_eq!(few.count(), set.as_slice().len());
                    let borders = ranges.iter().flat_map(|(from, to)| [*from, *to]);
                    for number in numbers.into_iter().chain(borders) {
                        let halves = [(number >> 64) as u64, number as u64];
                        prop_assert_eq!(few.contains(halves), set.contains(number), "{:x}", number);
                    }
                }
                None => {
                    let is_across = set.as_slice().iter().any(|(from, to)| {
                        let is_within = v4.contains(from) && v4.contains(to);
                        !is_within && from <= v4.end() && v4.start() <= to
                    });
                    prop_assert!(is_across);
                }
            }
        }
    }
}
