//! A rule: sets of numbers, all of which have to hold.

use core::fmt;
use core::mem::offset_of;

use flow_core::flow::{Endpoint, Flow};

use super::prefix;
use crate::field::End;
use crate::set::{Number, Ranges};

/// Most ranges of a set: of more, the kernel would have to be asked about too many.
pub(super) const MOST_RANGES: usize = 512;
/// Most entries of a set that are displayed.
const SHOWN: usize = 8;

/// Numbers that kernel programs know of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum NumberField {
    Protocol,
    SourcePort,
    DestinationPort,
    Direction,
    Verdict,
    Interface,
    Netns,
    Cgroup,
}

impl NumberField {
    const ALL: [Self; 8] = [
        Self::Protocol,
        Self::SourcePort,
        Self::DestinationPort,
        Self::Direction,
        Self::Verdict,
        Self::Interface,
        Self::Netns,
        Self::Cgroup,
    ];

    /// The field that stands at a place of a flow.
    pub(super) fn at(offset: usize) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.offset() == offset)
    }

    const fn offset(self) -> usize {
        match self {
            Self::Protocol => offset_of!(Flow, protocol),
            Self::SourcePort => End::Source.offset() + offset_of!(Endpoint, port),
            Self::DestinationPort => End::Destination.offset() + offset_of!(Endpoint, port),
            Self::Direction => offset_of!(Flow, direction),
            Self::Verdict => offset_of!(Flow, verdict),
            Self::Interface => offset_of!(Flow, interface.index),
            Self::Netns => offset_of!(Flow, interface.netns),
            Self::Cgroup => offset_of!(Flow, cgroup_id),
        }
    }

    fn of(self, flow: &Flow) -> u64 {
        match self {
            Self::Protocol => flow.protocol.0.into(),
            Self::SourcePort => flow.source.port.into(),
            Self::DestinationPort => flow.destination.port.into(),
            Self::Direction => flow.direction.0.into(),
            Self::Verdict => flow.verdict.0.into(),
            Self::Interface => flow.interface.index.into(),
            Self::Netns => flow.interface.netns.into(),
            Self::Cgroup => flow.cgroup_id,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Protocol => "protocol",
            Self::SourcePort => "src.port",
            Self::DestinationPort => "dst.port",
            Self::Direction => "direction",
            Self::Verdict => "verdict",
            Self::Interface => "interface.index",
            Self::Netns => "netns",
            Self::Cgroup => "cgroup",
        }
    }
}

/// The end whose address stands at a place of a flow.
pub(super) fn address_at(offset: usize) -> Option<End> {
    let place = |end: &End| end.offset() + offset_of!(Endpoint, ip);
    End::BOTH.into_iter().find(|end| place(end) == offset)
}

/// Sets, all of which have to hold. Without any, every flow passes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Rule {
    /// In the order of their fields, each once.
    numbers: Vec<(NumberField, Ranges<u64>)>,
    addresses: Vec<(End, Ranges<u128>)>,
}

impl Rule {
    /// The rule that a number is in a set.
    pub(super) fn of_number(field: NumberField, set: Ranges<u64>) -> Self {
        let mut rule = Self::default();
        if set.as_slice().len() <= MOST_RANGES {
            rule.numbers.push((field, set));
        }
        rule
    }

    /// The rule that an address is in a set.
    pub(super) fn of_address(end: End, set: Ranges<u128>) -> Self {
        let mut rule = Self::default();
        if set.as_slice().len() <= MOST_RANGES {
            rule.addresses.push((end, set));
        }
        rule
    }

    pub(super) fn is_empty(&self) -> bool {
        self.numbers.is_empty() && self.addresses.is_empty()
    }

    pub(super) fn number(&self, field: NumberField) -> Option<&Ranges<u64>> {
        find(&self.numbers, field)
    }

    pub(super) fn address(&self, end: End) -> Option<&Ranges<u128>> {
        find(&self.addresses, end)
    }

    pub(super) fn matches(&self, flow: &Flow) -> bool {
        let address = |end: End| u128::from_be_bytes(end.of(flow).ip.0);
        self.numbers
            .iter()
            .all(|(field, set)| set.contains(field.of(flow)))
            && self
                .addresses
                .iter()
                .all(|(end, set)| set.contains(address(*end)))
    }

    /// The rule that both hold; `None` where they cannot.
    pub(super) fn and(&self, other: &Self) -> Option<Self> {
        Some(Self {
            numbers: both(&self.numbers, &other.numbers)?,
            addresses: both(&self.addresses, &other.addresses)?,
        })
    }

    /// A rule that holds where one of both does.
    pub(super) fn or(&self, other: &Self) -> Self {
        Self {
            numbers: either(&self.numbers, &other.numbers),
            addresses: either(&self.addresses, &other.addresses),
        }
    }
}

fn find<F: PartialEq, T>(sets: &[(F, Ranges<T>)], field: F) -> Option<&Ranges<T>> {
    sets.iter()
        .find_map(|(other, set)| (*other == field).then_some(set))
}

type Sets<F, T> = Vec<(F, Ranges<T>)>;

fn both<F: Copy + Ord, T: Number>(
    a: &[(F, Ranges<T>)],
    b: &[(F, Ranges<T>)],
) -> Option<Sets<F, T>> {
    let mut sets = a.to_vec();
    for (field, set) in b {
        match sets.iter_mut().find(|(other, _)| other == field) {
            Some((_, known)) => *known = known.intersection(set),
            None => sets.push((*field, set.clone())),
        }
    }
    sets.sort_by_key(|(field, _)| *field);
    let is_possible = sets.iter().all(|(_, set)| !set.is_empty());
    sets.retain(|(_, set)| set.as_slice().len() <= MOST_RANGES);
    is_possible.then_some(sets)
}

fn either<F: Copy + Ord, T: Number>(a: &[(F, Ranges<T>)], b: &[(F, Ranges<T>)]) -> Sets<F, T> {
    let joined = a.iter().filter_map(|(field, set)| {
        let other = find(b, *field)?;
        Some((*field, set.union(other)))
    });
    joined
        .filter(|(_, set)| set.as_slice().len() <= MOST_RANGES)
        .collect()
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut between = "";
        for (field, set) in &self.numbers {
            write!(f, "{between}{}", field.name())?;
            between = ", ";
            let ranges = set.as_slice();
            for (from, to) in ranges.iter().take(SHOWN) {
                match from == to {
                    true => write!(f, " {from}")?,
                    false => write!(f, " {from}..{to}")?,
                }
            }
            more(f, ranges.len())?;
        }
        for (end, set) in &self.addresses {
            let name = match end {
                End::Source => "src.ip",
                End::Destination => "dst.ip",
            };
            write!(f, "{between}{name}")?;
            between = ", ";
            // A range across many borders is many prefixes.
            let Some(prefixes) = prefix::of(set, MOST_RANGES * 256) else {
                write!(f, " in {} ranges", set.as_slice().len())?;
                continue;
            };
            for network in prefixes.iter().take(SHOWN) {
                let (address, bits) = prefix::network(*network);
                write!(f, " {address}/{bits}")?;
            }
            more(f, prefixes.len())?;
        }
        Ok(())
    }
}

fn more(f: &mut fmt::Formatter<'_>, count: usize) -> fmt::Result {
    match count.checked_sub(SHOWN) {
        None | Some(0) => Ok(()),
        Some(rest) => write!(f, " and {rest} more"),
    }
}
