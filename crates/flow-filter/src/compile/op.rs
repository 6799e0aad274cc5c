//! Tests as they are run.

use flow_core::flow::Flow;
use flow_core::view::FlowView;

use super::few::FewRanges;
use super::name_tests::NameTests;
use super::node::Place;
use super::value::ValueTest;
use crate::field::End;
use crate::set::Ranges;

/// Words of a flow.
pub(super) const WORDS: usize = Flow::SIZE / 8;

/// A number in a word of a flow: `word >> shift & mask`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Field {
    word: u8,
    shift: u8,
    mask: u64,
}

/// A test.
#[derive(Clone, Debug)]
pub(super) enum Op {
    /// `word & mask == value`
    Equal {
        word: u8,
        mask: u64,
        value: u64,
    },
    /// The same of two words.
    Equals {
        words: [u8; 2],
        masks: [u64; 2],
        values: [u64; 2],
    },
    /// `word & mask != 0`
    AnyBit {
        word: u8,
        mask: u64,
    },
    /// Both words of an address: `word & mask == value`.
    Prefix {
        word: u8,
        masks: [u64; 2],
        values: [u64; 2],
    },
    /// From `from` on, so many numbers and one more.
    Range {
        field: Field,
        from: u64,
        size: u64,
    },
    /// The bit of the number.
    Bitmap {
        field: Field,
        bits: Box<[u64]>,
    },
    Ranges {
        field: Field,
        ranges: Box<[(u64, u64)]>,
    },
    /// An address in one of a few ranges.
    Few {
        word: u8,
        set: Box<FewRanges>,
    },
    Wide {
        word: u8,
        set: Box<Ranges<u128>>,
    },
    /// One of these bits of names.
    AnyName {
        word: u16,
        source: u32,
        destination: u32,
    },
    /// All of these bits of names.
    AllNames {
        word: u16,
        source: u32,
        destination: u32,
    },
    Value(Box<ValueTest>),
}

/// Where a number stands among the words of a flow, the mask of its bytes there, and its value there.
pub(super) fn masked(place: Place, number: u64) -> (u8, u64, u64) {
    let (word, start) = (place.offset / 8, place.offset % 8);
    let (mut mask, mut value) = ([0; 8], [0; 8]);
    let bytes = number.to_ne_bytes();
    // The bytes of a shorter number, in the order of the machine.
    let first = match cfg!(target_endian = "big") {
        true => 8 - place.width.min(8),
        false => 0,
    };
    for at in 0..place.width.min(8) {
        if let (Some(mask), Some(value), Some(byte)) = (
            mask.get_mut(start + at),
            value.get_mut(start + at),
            bytes.get(first + at),
        ) {
            (*mask, *value) = (0xff, *byte);
        }
    }
    (
        word as u8,
        u64::from_ne_bytes(mask),
        u64::from_ne_bytes(value),
    )
}

impl Field {
    fn new(place: Place) -> Self {
        let (word, mask, _) = masked(place, 0);
        let shift = mask.trailing_zeros() as u8;
        Self {
            word,
            shift,
            mask: mask >> shift,
        }
    }

    #[inline]
    fn read(self, words: &[u64; WORDS]) -> u64 {
        word(words, self.word) >> self.shift & self.mask
    }
}

#[inline]
fn word(words: &[u64; WORDS], at: u8) -> u64 {
    words.get(usize::from(at)).copied().unwrap_or_default()
}

/// Which of these bits of names are set, of each end.
#[inline]
fn names_of(names: &NameTests, word: u16, view: &FlowView<'_>, wanted: [u32; 2]) -> [u32; 2] {
    let [source, destination] = wanted;
    let bits = |wanted, end| match wanted {
        0 => 0,
        wanted => names.bits(word, view, end) & wanted,
    };
    [
        bits(source, End::Source),
        bits(destination, End::Destination),
    ]
}

/// Ranges from which on a table of bits is used for a number of 16 bits.
const FEW: usize = 2;

impl Op {
    /// Returns the cheapest test of a number being in a set.
    pub(super) fn number(place: Place, set: &Ranges<u64>) -> Self {
        let field = Field::new(place);
        match set.as_slice() {
            [(from, to)] if from == to => {
                let (word, mask, value) = masked(place, *from);
                Self::Equal { word, mask, value }
            }
            [(1, to)] if *to >= place.max() => {
                let (word, mask, _) = masked(place, 0);
                Self::AnyBit { word, mask }
            }
            [(from, to)] => Self::Range {
                field,
                from: *from,
                size: to - from,
            },
            ranges if place.width <= 2 && ranges.len() >= FEW => {
                let mut bits = vec![0_u64; 1 << (8 * place.width - 6)];
                for (from, to) in ranges {
                    for number in *from..=(*to).min(place.max()) {
                        if let Some(bits) = bits.get_mut((number / 64) as usize) {
                            *bits |= 1 << (number % 64);
                        }
                    }
                }
                let bits = bits.into();
                Self::Bitmap { field, bits }
            }
            ranges => Self::Ranges {
                field,
                ranges: ranges.into(),
            },
        }
    }

    /// Joins a test of equality to this one; `false` where it is not one, or has no room.
    pub(super) fn join(&mut self, other: &Self) -> bool {
        let Self::Equal {
            word: at,
            mask,
            value,
        } = *other
        else {
            return false;
        };
        // Tests of the same bits were made one before, so bits that meet are of one number.
        let add = |word: u8, known: &mut u64, is: &mut u64| {
            let is_joined = word == at && *known & mask == 0;
            if is_joined {
                *known |= mask;
                *is |= value;
            }
            is_joined
        };
        match self {
            Self::Equal { word, mask, value } if *word == at => add(*word, mask, value),
            Self::Equal {
                word,
                mask: first,
                value: is,
            } => {
                *self = Self::Equals {
                    words: [*word, at],
                    masks: [*first, mask],
                    values: [*is, value],
                };
                true
            }
            Self::Equals {
                words: [a, b],
                masks: [first, second],
                values: [x, y],
            } => add(*a, first, x) || add(*b, second, y),
            _ => false,
        }
    }

    /// Returns the test of one of these bits being set.
    pub(super) fn any_bit(place: Place, bits: u64) -> Self {
        let (word, all, value) = masked(place, bits);
        Self::AnyBit {
            word,
            mask: all & value,
        }
    }

    /// Returns the cheapest test of sixteen bytes being in a set.
    pub(super) fn wide(offset: usize, set: &Ranges<u128>) -> Self {
        let word = (offset / 8) as u8;
        if let [(from, to)] = set.as_slice() {
            let differing = from ^ to;
            let hosts = differing.checked_add(1).is_none_or(u128::is_power_of_two);
            if hosts && from & differing == 0 {
                let split = |number: u128| {
                    let bytes = number.to_be_bytes();
                    let half = |at| {
                        let half = bytes.get(at..at + 8).and_then(|half| half.try_into().ok());
                        half.map_or(0, u64::from_ne_bytes)
                    };
                    [half(0), half(8)]
                };
                return Self::Prefix {
                    word,
                    masks: split(!differing),
                    values: split(*from),
                };
            }
        }
        match FewRanges::new(set) {
            Some(few) => Self::Few {
                word,
                set: Box::new(few),
            },
            None => Self::Wide {
                word,
                set: Box::new(set.clone()),
            },
        }
    }

    /// Returns whether it is true of a flow, whose words these are.
    #[inline]
    pub(super) fn is_true(
        &self,
        words: &[u64; WORDS],
        view: &FlowView<'_>,
        names: &NameTests,
    ) -> bool {
        match self {
            Self::Equal {
                word: at,
                mask,
                value,
            } => word(words, *at) & mask == *value,
            Self::Equals {
                words: [at, next],
                masks: [a, b],
                values: [x, y],
            } => (word(words, *at) & a ^ x) | (word(words, *next) & b ^ y) == 0,
            Self::AnyBit { word: at, mask } => word(words, *at) & mask != 0,
            Self::Prefix {
                word: at,
                masks: [a, b],
                values: [x, y],
            } => (word(words, *at) & a ^ x) | (word(words, *at + 1) & b ^ y) == 0,
            Self::Range { field, from, size } => field.read(words).wrapping_sub(*from) <= *size,
            Self::Bitmap { field, bits } => {
                let number = field.read(words);
                let bits = bits
                    .get((number / 64) as usize)
                    .copied()
                    .unwrap_or_default();
                bits >> (number % 64) & 1 != 0
            }
            Self::Ranges { field, ranges } => {
                let number = field.read(words);
                let after = ranges.partition_point(|(from, _)| *from <= number);
                after > 0 && ranges.get(after - 1).is_some_and(|(_, to)| number <= *to)
            }
            Self::Few { word: at, set } => {
                let half = |at| u64::from_be(word(words, at));
                set.contains([half(*at), half(*at + 1)])
            }
            Self::Wide { word: at, set } => {
                let half = |at| u128::from(u64::from_be(word(words, at)));
                set.contains(half(*at) << 64 | half(*at + 1))
            }
            Self::AnyName {
                word,
                source,
                destination,
            } => {
                // Both ends are read: whether the first one passes is not foreseen as often as that
                // a filter asks for it.
                let [source, destination] = names_of(names, *word, view, [*source, *destination]);
                source | destination != 0
            }
            Self::AllNames {
                word,
                source,
                destination,
            } => {
                let found = names_of(names, *word, view, [*source, *destination]);
                found == [*source, *destination]
            }
            Self::Value(test) => test.is_true(view),
        }
    }

    /// The number of a flow that it looks at: its word, and its bits there.
    pub(super) const fn bits(&self) -> Option<(u8, u64)> {
        match self {
            Self::Equal { word, mask, .. } | Self::AnyBit { word, mask } => Some((*word, *mask)),
            Self::Range { field, .. } | Self::Bitmap { field, .. } | Self::Ranges { field, .. } => {
                Some((field.word, field.mask << field.shift))
            }
            _ => None,
        }
    }

    /// Nanoseconds that it takes, roughly.
    pub(super) fn cost(&self) -> u32 {
        match self {
            Self::Equal { .. } | Self::AnyBit { .. } | Self::Range { .. } | Self::Prefix { .. } => {
                1
            }
            Self::Equals { .. } => 1,
            Self::Bitmap { .. } => 2,
            Self::Few { .. } => 3,
            Self::Ranges { ranges, .. } => 2 + ranges.len().ilog2(),
            Self::Wide { set, .. } => 3 + set.as_slice().len().max(1).ilog2(),
            Self::AnyName {
                source,
                destination,
                ..
            }
            | Self::AllNames {
                source,
                destination,
                ..
            } => 2 * (u32::from(*source != 0) + u32::from(*destination != 0)),
            Self::Value(test) => test.cost(),
        }
    }
}
