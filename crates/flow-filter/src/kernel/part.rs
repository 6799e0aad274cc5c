//! Rules, one of which has to hold.

use core::fmt;
use std::net::IpAddr;

use flow_core::flow::Flow;

use super::prefix;
use super::rule::{NumberField, Rule};
use crate::field::End;
use crate::set::{Number, Ranges};

/// The part of a filter that a kernel program can test: whatever flow passes the filter passes this.
///
/// It is a list of rules, one of which has to hold. A rule is a set of numbers for each of some fields: protocol,
/// ports, addresses, direction, verdict, interface, network namespace and control group. What a filter asks of
/// anything else is left out, so more flows pass this than the filter, which has to be asked afterwards.
///
/// Packets of a connection go both ways, and a flow may count those of both, so kernel programs have to keep the
/// packets of both. [`ports`](Self::ports) and [`networks`](Self::networks) are made for that: they are sets of
/// which *one* end of each packet is in.
///
/// ```
/// use flow_filter::FlowExpr;
///
/// let filter = FlowExpr::parse("tcp && dst.port in {80, 443} && src.ip in 10.0.0.0/8 && src.pod == \"shop/*\"")?;
/// let part = filter.compile().kernel_part();
/// assert_eq!(part.to_string(), "protocol 6, dst.port 80 443, src.ip 10.0.0.0/8");
/// assert_eq!(part.protocols(), Some(vec![6]));
/// assert_eq!(part.ports(100), Some(vec![80, 443]));
/// assert_eq!(part.networks(100), Some(vec![("10.0.0.0".parse().unwrap(), 8)]));
/// # Ok::<(), flow_filter::FilterError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KernelPart {
    rules: Vec<Rule>,
}

impl KernelPart {
    /// Returns the part that passes what one of these rules does.
    pub(super) const fn new(rules: Vec<Rule>) -> Self {
        Self { rules }
    }

    /// Returns whether it lets every flow pass: nothing of the filter can be tested by the kernel.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        self.rules.iter().any(Rule::is_empty)
    }

    /// Returns whether no flow passes, as none passes the filter.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        self.rules.is_empty()
    }

    /// Returns whether a flow passes.
    #[must_use]
    pub fn matches(&self, flow: &Flow) -> bool {
        self.rules.iter().any(|rule| rule.matches(flow))
    }

    /// Returns the protocols above IP of all flows that pass, in order; `None` where it may be any.
    #[must_use]
    pub fn protocols(&self) -> Option<Vec<u8>> {
        let set = self.union(|rule| rule.number(NumberField::Protocol).cloned())?;
        let numbers = set.as_slice().iter().flat_map(|(from, to)| *from..=*to);
        Some(numbers.map(|number| number as u8).collect())
    }

    /// Returns ports, in order, one of which each flow that passes has at one end; `None` where it may have others
    /// or none, or where there are more than `limit`.
    #[must_use]
    pub fn ports(&self, limit: usize) -> Option<Vec<u16>> {
        let count = |set: &Ranges<u64>| {
            let sizes = set.as_slice().iter().map(|(from, to)| to - from + 1);
            sizes.sum::<u64>() as usize
        };
        let set = self.union(|rule| {
            let sets = [NumberField::SourcePort, NumberField::DestinationPort]
                .map(|field| rule.number(field));
            // Port 0 is that of packets without ports.
            let known = sets
                .into_iter()
                .flatten()
                .filter(|set| !set.contains(0) && count(set) <= limit);
            known.min_by_key(|set| count(set)).cloned()
        })?;
        let numbers = set.as_slice().iter().flat_map(|(from, to)| *from..=*to);
        (count(&set) <= limit).then(|| numbers.map(|number| number as u16).collect())
    }

    /// Returns networks, in order, one of which each flow that passes has at one end, with the bits of their
    /// prefixes; `None` where it may have others, or where there are more than `limit`.
    ///
    /// Networks that hold more than all of IPv4 are those of IPv6, in which IPv4 stands as mapped addresses.
    #[must_use]
    pub fn networks(&self, limit: usize) -> Option<Vec<(IpAddr, u8)>> {
        let set = self.union(|rule| {
            let sets = End::BOTH.into_iter().filter_map(|end| rule.address(end));
            let known = sets.filter(|set| prefix::count_to(set, limit).is_some());
            known
                .min_by_key(|set| prefix::count_to(set, limit))
                .cloned()
        })?;
        let prefixes = prefix::of(&set, limit)?;
        Some(prefixes.into_iter().map(prefix::network).collect())
    }

    /// The numbers that one of the rules has; `None` where one of them has any, and where there is no rule.
    fn union<T: Number>(&self, set: impl Fn(&Rule) -> Option<Ranges<T>>) -> Option<Ranges<T>> {
        let mut rules = self.rules.iter();
        let first = set(rules.next()?)?;
        rules.try_fold(first, |all, rule| Some(all.union(&set(rule)?)))
    }
}

/// Rules in words: those of one line hold together, and one line is enough.
impl fmt::Display for KernelPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_everything() {
            return f.write_str("everything");
        }
        if self.is_nothing() {
            return f.write_str("nothing");
        }
        for (at, rule) in self.rules.iter().enumerate() {
            if at > 0 {
                f.write_str("\nor ")?;
            }
            fmt::Display::fmt(rule, f)?;
        }
        Ok(())
    }
}
