//! What a metric shows of both ends of a flow, ready to be read.

use std::sync::Arc;

use super::identifier::Identifier;
use super::label::{ContextLabel, EndLabel};
use super::options::{ContextOptions, EndOptions};
use crate::series::{Column, Context, Ends, From, Local};
use crate::subject::{End, Subject, Way};
use crate::value::Value;
use crate::words::Word;

/// What is read of one end of a flow.
#[derive(Clone, Debug, PartialEq, Eq)]
struct EndSpec {
    /// The identifiers, where one of the labels shows what stands for it.
    identifiers: Option<Vec<Identifier>>,
    labels: Vec<EndLabel>,
}

impl EndSpec {
    fn is_empty(&self) -> bool {
        self.identifiers.is_none() && self.labels.is_empty()
    }

    /// Whether its address is part of it.
    fn has_address(&self) -> bool {
        let identifiers = self.identifiers.iter().flatten();
        identifiers.clone().any(|one| *one == Identifier::Ip) || self.labels.contains(&EndLabel::Ip)
    }
}

/// One end's way of being read, and the place where its sets are remembered.
#[derive(Clone, Debug)]
struct EndReader {
    place: usize,
    spec: Arc<EndSpec>,
    has_address: bool,
    is_empty: bool,
}

/// All ways in which metrics read ends; equal ones are one, so that what is read for one metric serves
/// others.
#[derive(Debug, Default)]
pub(crate) struct EndTable {
    specs: Vec<Arc<EndSpec>>,
    /// What was asked for; equal ones are read once.
    contexts: Vec<(ContextOptions, bool)>,
}

impl EndTable {
    fn reader(&mut self, spec: EndSpec) -> EndReader {
        let known = self.specs.iter().position(|known| **known == spec);
        let place = known.unwrap_or_else(|| {
            self.specs.push(Arc::new(spec));
            self.specs.len() - 1
        });
        let spec = Arc::clone(&self.specs[place]);
        EndReader {
            place,
            has_address: spec.has_address(),
            is_empty: spec.is_empty(),
            spec,
        }
    }

    /// The number of these options.
    fn number(&mut self, options: &ContextOptions, is_inverted: bool) -> usize {
        let is = |known: &(ContextOptions, bool)| known.0 == *options && known.1 == is_inverted;
        self.contexts.iter().position(is).unwrap_or_else(|| {
            self.contexts.push((options.clone(), is_inverted));
            self.contexts.len() - 1
        })
    }
}

/// What a metric shows of both ends of a flow.
#[derive(Clone, Debug)]
pub(crate) struct Contexts {
    /// Those with the same number read the same.
    pub(crate) number: usize,
    source: [EndReader; 3],
    destination: [EndReader; 3],
    has_direction: bool,
}

impl Contexts {
    /// Makes readers of options. With `is_inverted`, source and destination are exchanged in the labels:
    /// of a response, `source` is the side that asked.
    pub(crate) fn new(options: &ContextOptions, is_inverted: bool, table: &mut EndTable) -> Self {
        let has_label = [
            (End::Source, options.source.is_label()),
            (End::Destination, options.destination.is_label()),
        ];
        let mut readers = |end: End, options_of_end: &EndOptions| {
            let shown = shown_as(end, is_inverted);
            let is_label = has_label.iter().any(|(end, has)| *end == shown && *has);
            let labels: Vec<EndLabel> = labels_of(options, shown).cloned().collect();
            [Way::Unknown, Way::Ingress, Way::Egress].map(|way| {
                let by_way = match way {
                    Way::Ingress => options_of_end.ingress.as_ref(),
                    Way::Egress => options_of_end.egress.as_ref(),
                    Way::Unknown => None,
                };
                let identifiers = by_way.unwrap_or(&options_of_end.always).clone();
                table.reader(EndSpec {
                    identifiers: is_label.then_some(identifiers),
                    labels: labels.clone(),
                })
            })
        };
        let (source, destination) = (
            readers(End::Source, &options.source),
            readers(End::Destination, &options.destination),
        );
        Self {
            number: table.number(options, is_inverted),
            source,
            destination,
            has_direction: options.labels.contains(&ContextLabel::TrafficDirection),
        }
    }

    /// Reads both ends.
    #[inline]
    pub(crate) fn read(&self, subject: &impl Subject, local: &mut Local) -> Context {
        let way = subject.way();
        let index = way as usize;
        let ends = Ends {
            source: self.source[index].read(subject, End::Source, local),
            destination: self.destination[index].read(subject, End::Destination, local),
            direction: match (self.has_direction, way) {
                (false, _) => Value::EMPTY,
                (true, Way::Unknown) => Value::word(Word::Unknown),
                (true, Way::Ingress) => Value::word(Word::Ingress),
                (true, Way::Egress) => Value::word(Word::Egress),
            },
        };
        local.row(ends)
    }
}

/// The end whose labels show `end`.
const fn shown_as(end: End, is_inverted: bool) -> End {
    match (end, is_inverted) {
        (End::Source, false) | (End::Destination, true) => End::Source,
        (End::Destination, false) | (End::Source, true) => End::Destination,
    }
}

fn labels_of(options: &ContextOptions, end: End) -> impl Iterator<Item = &EndLabel> {
    options
        .labels
        .iter()
        .filter_map(move |label| match (label, end) {
            (ContextLabel::Source(label), End::Source)
            | (ContextLabel::Destination(label), End::Destination) => Some(label),
            _ => None,
        })
}

/// The labels of contexts, with the place of each in what [`Contexts::read`] finds.
pub(crate) fn columns(options: &ContextOptions, is_inverted: bool) -> Vec<Column> {
    let mut columns = Vec::new();
    for end in [End::Source, End::Destination] {
        let shown = shown_as(end, is_inverted);
        let (side, is_label) = match shown {
            End::Source => ("source", options.source.is_label()),
            End::Destination => ("destination", options.destination.is_label()),
        };
        let mut place = 0;
        let mut push = |name: String| {
            columns.push(Column {
                name: name.into(),
                from: match end {
                    End::Source => From::Source(place),
                    End::Destination => From::Destination(place),
                },
            });
            place += 1;
        };
        if is_label {
            push(side.to_owned());
        }
        for label in labels_of(options, shown) {
            push(format!("{side}_{}", label.name()));
        }
    }
    if options.labels.contains(&ContextLabel::TrafficDirection) {
        columns.push(Column {
            name: ContextLabel::TrafficDirection.name().into(),
            from: From::Direction,
        });
    }
    columns
}

impl EndReader {
    #[inline]
    fn read(&self, subject: &impl Subject, end: End, local: &mut Local) -> u32 {
        if self.is_empty {
            return 0;
        }
        let handle = subject.handle(end);
        let mut is_absent = false;
        if handle.is_none() {
            is_absent = true;
            subject.with_names(end, &mut |names| is_absent &= names.is_none());
        }
        let can_be_known = is_absent || (handle.is_some() && local.has_names());
        if !can_be_known {
            return self.decide(subject, end, local);
        }
        if !self.has_address {
            return local.known_set(self.place, handle).unwrap_or_else(|| {
                let set = self.decide(subject, end, local);
                local.remember_set(self.place, handle, set);
                set
            });
        }
        let Some(address) = subject.address(end) else {
            return self.decide(subject, end, local);
        };
        // The names alone have a number; together with the address they have another one.
        let names = local.known_set(self.place, handle).unwrap_or_else(|| {
            let set = self.decide_names(subject, end, local);
            local.remember_set(self.place, handle, set);
            set
        });
        local
            .known_address(self.place, names, address)
            .unwrap_or_else(|| {
                let set = self.decide(subject, end, local);
                local.remember_address(self.place, names, address, set);
                set
            })
    }

    /// The set of everything that is read of names, whether it is shown or not.
    #[cold]
    fn decide_names(&self, subject: &impl Subject, end: End, local: &mut Local) -> u32 {
        local.set(|local, set| {
            let identifiers = self.spec.identifiers.iter().flatten();
            for identifier in identifiers.filter(|one| **one != Identifier::Ip) {
                set.push(local.written(|text| identifier.write(subject, end, text)));
            }
            for label in self.spec.labels.iter().filter(|one| **one != EndLabel::Ip) {
                set.push(local.written(|text| label.write(subject, end, text)));
            }
        })
    }

    #[cold]
    fn decide(&self, subject: &impl Subject, end: End, local: &mut Local) -> u32 {
        local.set(|local, set| {
            if let Some(identifiers) = &self.spec.identifiers {
                set.push(local.written(|text| {
                    for identifier in identifiers {
                        identifier.write(subject, end, text);
                        if !text.is_empty() {
                            break;
                        }
                    }
                }));
            }
            for label in &self.spec.labels {
                set.push(local.written(|text| label.write(subject, end, text)));
            }
        })
    }
}
