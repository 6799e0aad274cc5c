//! Makes a tree of tests smaller: constants, sets of one place, and what depends on names alone.

use super::node::{Leaf, NameExpr, Node};
use crate::field::End;
use crate::set::Ranges;

/// Most parts among which equal ones are looked for, which takes the square of their number.
const MOST: usize = 64;

/// Returns the same filter with fewer tests.
pub(super) fn fold(node: Node) -> Node {
    match node {
        Node::Not(inner) => fold(*inner).not(),
        Node::Xor(parts) => xor(parts),
        Node::All(parts) => joined(parts, true),
        Node::Any(parts) => joined(parts, false),
        Node::Leaf(leaf) => constant(leaf),
        Node::Const(value) => Node::Const(value),
    }
}

/// A leaf, or what it always is.
fn constant(leaf: Leaf) -> Node {
    let value = match &leaf {
        Leaf::Number(_, set) if set.is_empty() => Some(false),
        Leaf::Number(place, set) if *set == place.all() => Some(true),
        Leaf::Wide(_, set) if set.is_empty() => Some(false),
        Leaf::Wide(_, set) if *set == Ranges::all() => Some(true),
        Leaf::AnyBit(_, 0) => Some(false),
        _ => None,
    };
    value.map_or(Node::Leaf(leaf), Node::Const)
}

fn xor(parts: Vec<Node>) -> Node {
    let mut is_odd = false;
    let mut kept = Vec::new();
    for part in parts {
        match fold(part) {
            Node::Const(value) => is_odd ^= value,
            Node::Not(inner) => {
                is_odd = !is_odd;
                kept.push(*inner);
            }
            other => kept.push(other),
        }
    }
    let node = match kept.len() {
        0 => Node::Const(false),
        1 => kept.remove(0),
        _ => Node::Xor(kept),
    };
    match is_odd {
        true => node.not(),
        false => node,
    }
}

/// Folds parts all of which have to be true, or one of which has.
fn joined(parts: Vec<Node>, is_all: bool) -> Node {
    let mut kept: Vec<Node> = Vec::new();
    let mut names = [Vec::new(), Vec::new()];
    // With each part, whether it is folded: folding it twice at each level would take forever.
    let mut stack: Vec<(Node, bool)> = parts.into_iter().rev().map(|part| (part, false)).collect();
    while let Some((part, is_folded)) = stack.pop() {
        let part = match is_folded {
            true => part,
            false => fold(part),
        };
        match (part, is_all) {
            (Node::Const(value), _) if value == is_all => {}
            (Node::Const(value), _) => return Node::Const(value),
            (Node::All(parts), true) | (Node::Any(parts), false) => {
                stack.extend(parts.into_iter().rev().map(|part| (part, true)));
            }
            (Node::Leaf(Leaf::Names(end, expr)), _) => {
                let names = &mut names[usize::from(end == End::Destination)];
                if names.len() > MOST || !names.contains(&expr) {
                    names.push(expr);
                }
            }
            (Node::Leaf(leaf), _) => add_leaf(&mut kept, leaf, is_all),
            (other, _) => kept.push(other),
        }
    }
    for (end, mut names) in End::BOTH.into_iter().zip(names) {
        let expr = match (names.len(), is_all) {
            (0, _) => continue,
            (1, _) => names.remove(0),
            (_, true) => NameExpr::All(names),
            (_, false) => NameExpr::Any(names),
        };
        kept.push(Node::Leaf(Leaf::Names(end, expr)));
    }
    // Sets that were joined may have become constants.
    let is_decided = |node: &Node| matches!(node, Node::Const(value) if *value != is_all);
    if kept.iter().any(is_decided) {
        return Node::Const(!is_all);
    }
    kept.retain(|node| !matches!(node, Node::Const(_)));
    match (kept.len(), is_all) {
        (0, _) => Node::Const(is_all),
        (1, _) => kept.remove(0),
        (_, true) => Node::All(kept),
        (_, false) => Node::Any(kept),
    }
}

/// Adds a leaf, or joins it with one of the same place.
fn add_leaf(kept: &mut Vec<Node>, leaf: Leaf, is_all: bool) {
    for node in kept.iter_mut().take(MOST) {
        let Node::Leaf(other) = node else { continue };
        let joined = match (&*other, &leaf) {
            (Leaf::Number(a, x), Leaf::Number(b, y)) if a == b => Leaf::Number(
                *a,
                match is_all {
                    true => x.intersection(y),
                    false => x.union(y),
                },
            ),
            (Leaf::Wide(a, x), Leaf::Wide(b, y)) if a == b => Leaf::Wide(
                *a,
                match is_all {
                    true => x.intersection(y),
                    false => x.union(y),
                },
            ),
            (Leaf::AnyBit(a, x), Leaf::AnyBit(b, y)) if a == b && !is_all => {
                Leaf::AnyBit(*a, x | y)
            }
            (other, leaf) if other == leaf => return,
            _ => continue,
        };
        *node = constant(joined);
        return;
    }
    kept.push(Node::Leaf(leaf));
}
