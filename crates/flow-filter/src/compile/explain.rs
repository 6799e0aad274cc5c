//! A compiled filter in words.

use core::fmt;

use super::name_tests::{NameBit, NameTests};
use super::op::Op;
use super::program::{Next, Program};

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

impl Steps<'_> {
    fn describe(&self, op: &Op) -> String {
        match op {
            Op::Equal { word, mask, value } => {
                format!("bytes of word {word} are equal (mask {mask:#x}, value {value:#x})")
            }
            Op::AnyBit { word, mask } => format!("a bit of word {word} is set (mask {mask:#x})"),
            Op::Prefix { word, .. } => format!("prefix of the address at word {word}"),
            Op::Range { from, size, .. } => {
                format!("number from {from} to {}", from.saturating_add(*size))
            }
            Op::Bitmap { .. } => "number in a bitmap".to_owned(),
            Op::Ranges { ranges, .. } => format!("number in {} ranges", ranges.len()),
            Op::Wide { set, .. } => format!("address in {} ranges", set.as_slice().len()),
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
