//! From a checked filter to a tree of tests.

use std::sync::Arc;

use super::node::{Leaf, NameExpr, Node, Place};
use super::value::ValueTest;
use crate::check::{Relation, Test, Typed};
use crate::field::{End, Part, Slot};
use crate::lang::Quantifier;
use crate::set::Ranges;

/// Returns the tests of a filter.
pub(super) fn lower(filter: &Typed, pattern_size: usize) -> Node {
    let all = |parts: &[Typed]| parts.iter().map(|part| lower(part, pattern_size)).collect();
    match filter {
        Typed::Const(value) => Node::Const(*value),
        Typed::Test(test) => ends(test, pattern_size),
        Typed::Not(inner) => lower(inner, pattern_size).not(),
        Typed::All(parts) => Node::All(all(parts)),
        Typed::Any(parts) => Node::Any(all(parts)),
        Typed::Xor(parts) => Node::Xor(all(parts)),
    }
}

/// The test of each end that is meant.
fn ends(test: &Arc<Test>, pattern_size: usize) -> Node {
    let of_end = |end: &End| leaf(test, *end, pattern_size);
    let mut nodes: Vec<Node> = test.field.ends().iter().map(of_end).collect();
    match (nodes.len(), test.quantifier) {
        (1, _) => nodes.remove(0),
        (_, Quantifier::Any) => Node::Any(nodes),
        (_, Quantifier::All) => Node::All(nodes),
    }
}

fn leaf(test: &Arc<Test>, end: End, pattern_size: usize) -> Node {
    let def = test.field.def;
    let base = match def.is_of_end {
        true => end.offset(),
        false => 0,
    };
    match def.part {
        Part::Slot(slot, _) => number(test, slot, base),
        Part::Wide(offset, _) => {
            let known = Ranges::new([(1, u128::MAX)]);
            let set = match &test.relation {
                Relation::Wide(ranges) => Ranges::new(ranges.iter().copied()),
                _ => Ranges::all(),
            };
            let set = match test.is_negated {
                true => set.complement(),
                false => set,
            };
            Node::Leaf(Leaf::Wide(base + offset, set.intersection(&known)))
        }
        Part::Names(_) => Node::Leaf(Leaf::Names(end, NameExpr::Test(Arc::clone(test)))),
        _ => Node::Leaf(Leaf::Value(Box::new(ValueTest::new(
            test,
            end,
            pattern_size,
        )))),
    }
}

fn number(test: &Test, slot: Slot, base: usize) -> Node {
    let place = Place {
        offset: base + slot.offset,
        width: slot.width,
    };
    let known = match test.field.def.is_zero_absent {
        true => Ranges::new([(1, place.max())]),
        false => place.all(),
    };
    let is_negated = test.is_negated;
    let set = match &test.relation {
        Relation::Numbers(ranges) => unscaled(ranges, slot.scale),
        Relation::AllOf(flags) => {
            let bits = (0..u64::BITS)
                .map(|bit| flags & 1 << bit)
                .filter(|bit| *bit != 0);
            let set = |bit| Node::Leaf(Leaf::AnyBit(place, bit));
            return negated(Node::All(bits.map(set).collect()), is_negated);
        }
        Relation::AnyOf(flags) => {
            return negated(Node::Leaf(Leaf::AnyBit(place, *flags)), is_negated);
        }
        _ => Ranges::all(),
    };
    let set = match is_negated {
        true => set.complement(),
        false => set,
    };
    Node::Leaf(Leaf::Number(place, set.intersection(&known)))
}

fn negated(node: Node, is_negated: bool) -> Node {
    match is_negated {
        true => node.not(),
        false => node,
    }
}

/// The numbers that are in these ranges once they are multiplied with `scale`.
fn unscaled(ranges: &[(u64, u64)], scale: u64) -> Ranges<u64> {
    Ranges::new(
        ranges
            .iter()
            .map(|(from, to)| (from.div_ceil(scale), to / scale)),
    )
}
