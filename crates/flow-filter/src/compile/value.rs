//! Tests of values that do not stand at a fixed place of a flow.

use flow_core::resolve::EndpointNames;
use flow_core::view::FlowView;

use super::text::TextMatcher;
use crate::check::{Relation, Test};
use crate::field::{
    End, Field, Part, Value, any_name, any_of_flow, any_of_record, any_value, record,
};
use crate::lang::Quantifier;
use crate::selector::Selector;
use crate::set::Ranges;
use std::sync::Arc;

/// A test of the values of a field, of one end where it is of an end.
#[derive(Clone, Debug)]
pub(crate) struct ValueTest {
    field: Field,
    end: End,
    key: Option<Box<str>>,
    quantifier: Quantifier,
    is_negated: bool,
    check: Check,
    /// What it was made of.
    source: Arc<Test>,
}

impl PartialEq for ValueTest {
    fn eq(&self, other: &Self) -> bool {
        self.end == other.end && self.source == other.source
    }
}

/// What a value has to be.
#[derive(Clone, Debug)]
enum Check {
    Present,
    Numbers(Ranges<u64>),
    Wide(Ranges<u128>),
    AllOf(u64),
    AnyOf(u64),
    Text(TextMatcher),
    Select(Arc<Selector>),
}

impl ValueTest {
    /// Returns the test of one end.
    pub(super) fn new(test: &Arc<Test>, end: End, pattern_size: usize) -> Self {
        let check = match &test.relation {
            Relation::Present => Check::Present,
            Relation::Numbers(ranges) => Check::Numbers(Ranges::new(ranges.iter().copied())),
            Relation::Wide(ranges) => Check::Wide(Ranges::new(ranges.iter().copied())),
            Relation::AllOf(flags) => Check::AllOf(*flags),
            Relation::AnyOf(flags) => Check::AnyOf(*flags),
            Relation::Text(text, case) => Check::Text(TextMatcher::new(text, *case, pattern_size)),
            Relation::Select(selector) => Check::Select(Arc::clone(selector)),
        };
        Self {
            field: test.field,
            end,
            key: test.key.clone(),
            quantifier: test.quantifier,
            is_negated: test.is_negated,
            check,
            source: Arc::clone(test),
        }
    }

    /// Returns whether it is true of a flow.
    #[inline]
    pub(super) fn is_true(&self, view: &FlowView<'_>) -> bool {
        let key = self.key.as_deref();
        match self.field.def.part {
            Part::Record(part) => record(view, part).is_some_and(|record| {
                self.is_true_of(|test| any_of_record(record, part, key, test))
            }),
            Part::Flow(part) => {
                self.is_true_of(|test| any_of_flow(view.flow(), part, self.end, test))
            }
            Part::Node(_) if matches!(self.check, Check::Select(_)) => {
                self.selects(&view.node().labels)
            }
            _ => self.is_true_of(|test| any_value(view, self.field.def, self.end, key, test)),
        }
    }

    /// Returns whether it is true of an endpoint's names; it is a test of those.
    pub(super) fn is_true_of_names(&self, names: Option<&EndpointNames>) -> bool {
        let (Some(names), Part::Names(part)) = (names, self.field.def.part) else {
            return false;
        };
        match self.check {
            Check::Select(_) => self.selects(&names.labels),
            _ => self.is_true_of(|test| any_name(names, part, self.key.as_deref(), test)),
        }
    }

    fn selects(&self, labels: &[Box<str>]) -> bool {
        let Check::Select(selector) = &self.check else {
            return false;
        };
        selector.matches(labels.iter().map(|label| &**label)) != self.is_negated
    }

    /// Returns whether as many values as have to pass do; `any` returns whether a test is true of one.
    #[inline]
    fn is_true_of(&self, any: impl FnOnce(&mut dyn FnMut(Value<'_>) -> bool) -> bool) -> bool {
        match self.quantifier {
            Quantifier::Any => any(&mut |value| self.passes(value)),
            Quantifier::All => {
                let mut is_some = false;
                let is_failed = any(&mut |value| {
                    is_some = true;
                    !self.passes(value)
                });
                is_some && !is_failed
            }
        }
    }

    #[inline]
    fn passes(&self, value: Value<'_>) -> bool {
        self.holds(value) != self.is_negated
    }

    #[inline]
    fn holds(&self, value: Value<'_>) -> bool {
        match (&self.check, value) {
            (Check::Text(text), Value::Text(value)) => text.is_match(b"", value),
            (Check::Text(text), Value::Name(qualifier, name)) => text.is_match(qualifier, name),
            (Check::Numbers(set), Value::Number(number)) => set.contains(number),
            (Check::Wide(set), Value::Wide(number)) => set.contains(number),
            (Check::AllOf(flags), Value::Number(number)) => number & flags == *flags,
            (Check::AnyOf(flags), Value::Number(number)) => number & flags != 0,
            (Check::Present, _) => true,
            _ => false,
        }
    }

    /// Nanoseconds that it takes, roughly.
    pub(super) fn cost(&self) -> u32 {
        let read = match self.field.def.part {
            Part::Slot(..) | Part::Wide(..) => 2,
            Part::Flow(_) => 3,
            Part::Names(_) => 10,
            Part::Node(_) => 25,
            // Records are behind a lock, unless they come with the flow.
            Part::Record(_) | Part::Extra(_) => 25,
        };
        read + match &self.check {
            Check::Text(text) => text.cost(),
            Check::Select(_) => 300,
            _ => 2,
        }
    }

    /// What it does, in a few words.
    pub(super) fn describe(&self) -> String {
        let mut text = match self.end {
            End::Destination if self.field.def.is_of_end => format!("dst.{}", self.field.def.name),
            End::Source if self.field.def.is_of_end => format!("src.{}", self.field.def.name),
            _ => self.field.def.name.to_owned(),
        };
        if let Some(key) = &self.key {
            text += &format!("[{key:?}]");
        }
        let check = match &self.check {
            Check::Present => "present".to_owned(),
            Check::Numbers(set) => format!("{} ranges", set.as_slice().len()),
            Check::Wide(set) => format!("{} ranges", set.as_slice().len()),
            Check::AllOf(_) | Check::AnyOf(_) => "flags".to_owned(),
            Check::Text(text) => text.describe(),
            Check::Select(_) => "label selector".to_owned(),
        };
        let all = match self.quantifier {
            Quantifier::All => "all, ",
            Quantifier::Any => "",
        };
        let not = match self.is_negated {
            true => "not ",
            false => "",
        };
        format!("{text}: {all}{not}{check}")
    }
}
