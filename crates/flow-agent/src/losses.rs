//! What was lost, in words.

use std::fmt;

use flow_core::pipeline::Losses;

use crate::output::what;

/// Displays losses: `0 lost`, or the sum and what it is made of.
pub(crate) struct LossText<'a>(pub(crate) &'a Losses);

impl fmt::Display for LossText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} lost", self.0.total())?;
        let mut separator = ": ";
        for lost in self.0.iter() {
            write!(f, "{separator}{} {}", lost.count, what(lost.at))?;
            separator = ", ";
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use flow_core::pipeline::{Lost, LostAt};

    use super::*;

    #[test]
    fn every_place_is_shown_by_itself() {
        let mut losses = Losses::default();
        assert_eq!(LossText(&losses).to_string(), "0 lost");
        for (index, at) in LostAt::ALL.iter().enumerate() {
            losses.add(Lost {
                at: *at,
                count: index as u64 + 1,
            });
        }
        assert_eq!(
            LossText(&losses).to_string(),
            "21 lost: 1 before Cilium's monitor, 2 at a full kernel ring buffer, \
             3 at the full kernel table, 4 left in the kernel table, which could not be swept, \
             5 not decodable, 6 overwritten before they were shown"
        );
    }
}
