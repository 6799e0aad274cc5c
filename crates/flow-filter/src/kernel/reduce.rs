//! From a tree of tests to rules.

use super::part::KernelPart;
use super::rule::{NumberField, Rule, address_at};
use crate::compile::{Leaf, Node};

/// Most rules: each may take a look by the kernel at each packet.
const MOST_RULES: usize = 16;

/// Returns rules one of which holds for each flow that passes.
pub(crate) fn reduce(filter: &Node) -> KernelPart {
    KernelPart::new(rules(filter, true))
}

/// Rules one of which holds where a tree is `wanted`.
fn rules(node: &Node, wanted: bool) -> Vec<Rule> {
    match node {
        Node::Const(value) if *value == wanted => vec![Rule::default()],
        Node::Const(_) => Vec::new(),
        Node::Leaf(leaf) => vec![rule(leaf, wanted)],
        Node::Not(inner) => rules(inner, !wanted),
        Node::All(parts) if wanted => all(parts, wanted),
        Node::Any(parts) if !wanted => all(parts, wanted),
        Node::All(parts) | Node::Any(parts) => any(parts, wanted),
        Node::Xor(_) => vec![Rule::default()],
    }
}

fn rule(leaf: &Leaf, wanted: bool) -> Rule {
    match leaf {
        Leaf::Number(place, set) => NumberField::at(place.offset).map(|field| {
            let set = match wanted {
                true => set.clone(),
                false => set.complement().intersection(&place.all()),
            };
            Rule::of_number(field, set)
        }),
        Leaf::Wide(offset, set) => address_at(*offset).map(|end| {
            let set = match wanted {
                true => set.clone(),
                false => set.complement(),
            };
            Rule::of_address(end, set)
        }),
        _ => None,
    }
    .unwrap_or_default()
}

/// Rules for parts all of which have to be as wanted.
fn all(parts: &[Node], wanted: bool) -> Vec<Rule> {
    let mut known = vec![Rule::default()];
    for part in parts {
        let mut next = rules(part, wanted);
        if known.len() * next.len() > MOST_RULES {
            next = widened(&next).into_iter().collect();
        }
        known = known
            .iter()
            .flat_map(|rule| next.iter().filter_map(move |other| rule.and(other)))
            .collect();
    }
    known
}

/// Rules for parts one of which has to be as wanted.
fn any(parts: &[Node], wanted: bool) -> Vec<Rule> {
    let mut known: Vec<Rule> = Vec::new();
    for rule in parts.iter().flat_map(|part| rules(part, wanted)) {
        if rule.is_empty() {
            return vec![rule];
        }
        let is_full = known.len() >= MOST_RULES;
        match known.last_mut() {
            Some(last) if is_full => *last = last.or(&rule),
            _ => known.push(rule),
        }
    }
    known
}

/// One rule that holds where one of these does.
fn widened(rules: &[Rule]) -> Option<Rule> {
    let (first, rest) = rules.split_first()?;
    Some(rest.iter().fold(first.clone(), |all, rule| all.or(rule)))
}
