//! A compiled filter in words.

use core::fmt;

use super::name_tests::{NameBit, NameTests};
use super::node::Place;
use super::op::{Op, masked};
use super::program::{Next, Program};
use crate::field::{End, Part, all};

/// Displays the steps of a compiled filter.
pub(super) struct Steps<'f> {
    pub(super) program: &'f Program,
    pub(super) names: &'f NameTests,
}

impl fmt::Display for Steps<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !matches!(self.program.start(), Next::Step(_)) {
            return write!(f, "always {}", Target(self.program.start()));
        }
        for (at, step) in self.program.steps().iter().enumerate() {
            if at > 0 {
                f.write_str("\n")?;
            }
            let [yes, no] = step.targets().map(Target);
            let op = self.describe(&step.op);
            write!(
                f,
                "{at:4}  ~{:>3} ns  {op}: {yes}, else {no}",
                step.op.cost()
            )?;
        }
        Ok(())
    }
}

struct Target(Next);

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Next::Step(step) => write!(f, "step {step}"),
            Next::Accept => f.write_str("accept"),
            Next::Reject => f.write_str("reject"),
        }
    }
}

/// The numbers of a flow: their names, words and bits.
fn numbers() -> impl Iterator<Item = (String, u8, u64)> {
    slots(|part| match part {
        Part::Slot(slot, _) => Some((slot.offset, slot.width)),
        _ => None,
    })
    .map(|(name, offset, width)| {
        let (word, bits, _) = masked(Place { offset, width }, 0);
        (name, word, bits)
    })
}

/// Names, offsets and widths of fields that stand at a fixed place of a flow.
fn slots(
    place: fn(&Part) -> Option<(usize, usize)>,
) -> impl Iterator<Item = (String, usize, usize)> {
    all().flat_map(move |def| {
        let ends: &[(&str, usize)] = match def.is_of_end {
            true => &[
                ("src.", End::Source.offset()),
                ("dst.", End::Destination.offset()),
            ],
            false => &[("", 0)],
        };
        let place = place(&def.part);
        let named = ends.iter().filter_map(move |(end, base)| {
            let (offset, width) = place?;
            Some((format!("{end}{}", def.name), base + offset, width))
        });
        named.collect::<Vec<_>>()
    })
}

/// Which number a test looks at.
fn number_bits(op: &Op) -> Option<(String, u64)> {
    let (at, mask) = op.bits()?;
    let mut numbers = numbers();
    let found = numbers.find(|(_, word, bits)| *word == at && mask & !bits == 0)?;
    Some((found.0, found.2))
}

fn number(op: &Op) -> String {
    number_bits(op).map_or_else(|| "number".to_owned(), |(name, _)| name)
}

/// Which numbers a word is to hold.
fn equals(at: u8, mask: u64, value: u64) -> String {
    let mut rest = mask;
    let mut texts = Vec::new();
    for (name, word, bits) in numbers() {
        if word == at && bits != 0 && rest & bits == bits {
            rest ^= bits;
            let shown = (value & bits) >> bits.trailing_zeros();
            texts.push(format!("{name} is {shown}"));
        }
    }
    if rest != 0 {
        let shown = (value & rest) >> rest.trailing_zeros();
        texts.push(format!("number is {shown}"));
    }
    texts.join(" and ")
}

/// Which address stands at a word.
fn address(word: u8) -> String {
    let mut addresses = slots(|part| match part {
        Part::Wide(offset, _) => Some((*offset, 16)),
        _ => None,
    });
    let found = addresses.find(|(_, offset, _)| offset / 8 == usize::from(word));
    found.map_or_else(|| "address".to_owned(), |(name, ..)| name)
}

impl Steps<'_> {
    fn describe(&self, op: &Op) -> String {
        match op {
            Op::Equal { word, mask, value } => equals(*word, *mask, *value),
            Op::Equals {
                words: [a, b],
                masks: [first, second],
                values: [x, y],
            } => format!("{} and {}", equals(*a, *first, *x), equals(*b, *second, *y)),
            Op::AnyBit { mask, .. } => {
                let shift = number_bits(op).map_or(0, |(_, bits)| bits.trailing_zeros());
                format!("{} has a bit of {:#x}", number(op), mask >> shift)
            }
            Op::Range { from, size, .. } => {
                format!(
                    "{} from {from} to {}",
                    number(op),
                    from.saturating_add(*size)
                )
            }
            Op::Bitmap { .. } => format!("{} in a bitmap", number(op)),
            Op::Ranges { ranges, .. } => format!("{} in {} ranges", number(op), ranges.len()),
            Op::Prefix { word, .. } => format!("{} in a prefix", address(*word)),
            Op::Few { word, set } => format!("{} in {} ranges", address(*word), set.count()),
            Op::Wide { word, set } => {
                format!("{} in {} ranges", address(*word), set.as_slice().len())
            }
            Op::AnyName {
                word,
                source,
                destination,
            } => {
                format!(
                    "names: {}",
                    self.names(*word, *source, *destination, " or ")
                )
            }
            Op::AllNames {
                word,
                source,
                destination,
            } => {
                format!(
                    "names: {}",
                    self.names(*word, *source, *destination, " and ")
                )
            }
            Op::Value(test) => test.describe(),
        }
    }

    fn names(&self, word: u16, source: u32, destination: u32, with: &str) -> String {
        let mut parts = Vec::new();
        for (end, bits) in [("source", source), ("destination", destination)] {
            for at in 0..u32::BITS {
                let bit = bits & 1 << at;
                if bit != 0 {
                    parts.push(format!(
                        "{end} {}",
                        self.names.describe(NameBit { word, bit })
                    ));
                }
            }
        }
        parts.join(with)
    }
}
