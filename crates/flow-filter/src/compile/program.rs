//! A filter as tests with jumps, the cheapest first.

use zerocopy::transmute_ref;

use flow_core::view::FlowView;

use super::name_tests::{NameTests, NameTestsBuilder};
use super::node::{Leaf, Node};
use super::op::{Op, WORDS};
use crate::field::End;

/// Where to go on: a step, or the end.
type Target = u16;
const ACCEPT: Target = u16::MAX;
const REJECT: Target = u16::MAX - 1;
/// Most steps of a program.
pub(super) const MOST: usize = REJECT as usize;

/// A test and where to go on after it: forward, always.
#[derive(Clone, Debug)]
pub(super) struct Step {
    pub(super) op: Op,
    yes: Target,
    no: Target,
}

/// Where a filter goes on after a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    Step(usize),
    Accept,
    Reject,
}

impl Step {
    /// Where it goes on: if it is true, and if not.
    pub(super) fn targets(&self) -> [Next; 2] {
        [self.yes, self.no].map(|target| match target {
            ACCEPT => Next::Accept,
            REJECT => Next::Reject,
            step => Next::Step(step.into()),
        })
    }
}

/// A filter as tests with jumps.
#[derive(Clone, Debug)]
pub(super) struct Program {
    steps: Box<[Step]>,
    start: Target,
}

impl Program {
    /// Returns the program of a tree, and the tests of names that it needs; `None` where it would be too
    /// long.
    pub(super) fn new(node: &Node) -> Option<(Self, NameTestsBuilder)> {
        let mut writer = Writer::default();
        let start = writer.node(node, ACCEPT, REJECT)?;
        // Steps were written from the last to the first.
        let count = writer.steps.len();
        let turned = |target: Target| match usize::from(target) < count {
            true => (count - 1 - usize::from(target)) as Target,
            false => target,
        };
        let start = turned(start);
        let turned_step = |step: Step| Step {
            yes: turned(step.yes),
            no: turned(step.no),
            ..step
        };
        let steps = writer.steps.into_iter().rev().map(turned_step).collect();
        Some((Self { steps, start }, writer.names))
    }

    /// Returns whether the filter is true of a flow.
    #[inline]
    pub(super) fn run(&self, view: &FlowView<'_>, names: &NameTests) -> bool {
        let words: &[u64; WORDS] = transmute_ref!(view.flow());
        // Where a filter is one test, its answer is the filter's.
        if let [step] = &*self.steps {
            return step.op.is_true(words, view, names) == (step.yes == ACCEPT);
        }
        let mut at = self.start;
        // No step follows itself, so this ends.
        while let Some(step) = self.steps.get(usize::from(at)) {
            at = match step.op.is_true(words, view, names) {
                true => step.yes,
                false => step.no,
            };
        }
        at == ACCEPT
    }

    pub(super) fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Where it begins.
    pub(super) fn start(&self) -> Next {
        match self.start {
            ACCEPT => Next::Accept,
            REJECT => Next::Reject,
            step => Next::Step(step.into()),
        }
    }
}

/// Writes steps, those that come later first.
#[derive(Default)]
struct Writer {
    steps: Vec<Step>,
    names: NameTestsBuilder,
}

impl Writer {
    fn step(&mut self, op: Op, yes: Target, no: Target) -> Option<Target> {
        if self.steps.len() >= MOST {
            return None;
        }
        self.steps.push(Step { op, yes, no });
        Target::try_from(self.steps.len() - 1).ok()
    }

    /// Writes a tree that goes on at `yes` or `no`; returns where it begins.
    fn node(&mut self, node: &Node, yes: Target, no: Target) -> Option<Target> {
        match node {
            Node::Const(true) => Some(yes),
            Node::Const(false) => Some(no),
            Node::Not(inner) => self.node(inner, no, yes),
            Node::Leaf(leaf) => {
                let op = self.op(leaf);
                self.step(op, yes, no)
            }
            Node::All(parts) => self.parts(parts, true, yes, no),
            Node::Any(parts) => self.parts(parts, false, yes, no),
            Node::Xor(parts) => self.xor(parts, yes, no),
        }
    }

    fn op(&mut self, leaf: &Leaf) -> Op {
        match leaf {
            Leaf::Number(place, set) => Op::number(*place, set),
            Leaf::AnyBit(place, bits) => Op::any_bit(*place, *bits),
            Leaf::Wide(offset, set) => Op::wide(*offset, set),
            Leaf::Names(end, expr) => {
                let bit = self.names.bit(expr);
                let (source, destination) = match end {
                    End::Source => (bit.bit, 0),
                    End::Destination => (0, bit.bit),
                };
                Op::AnyName {
                    word: bit.word,
                    source,
                    destination,
                }
            }
            Leaf::Value(test) => Op::Value(test.clone()),
        }
    }

    /// Writes parts all of which have to be true, or one of which has; the cheapest first.
    fn parts(&mut self, parts: &[Node], is_all: bool, yes: Target, no: Target) -> Option<Target> {
        let mut ordered: Vec<(u32, Part<'_>)> = Vec::with_capacity(parts.len());
        let mut names: Vec<Op> = Vec::new();
        let mut equals: Vec<Op> = Vec::new();
        for part in parts {
            match part {
                Node::Leaf(Leaf::Number(place, set)) if is_all && set.single().is_some() => {
                    let op = Op::number(*place, set);
                    if !equals.iter_mut().any(|known| known.join(&op)) {
                        equals.push(op);
                    }
                }
                Node::Leaf(Leaf::Names(end, expr)) => {
                    let bit = self.names.bit(expr);
                    add_names(&mut names, bit.word, *end, bit.bit, is_all);
                }
                part => ordered.push((self.cost(part), Part::Node(part))),
            }
        }
        ordered.extend(equals.into_iter().map(|op| (op.cost(), Part::Op(op))));
        ordered.extend(names.into_iter().map(|op| (op.cost(), Part::Op(op))));
        ordered.sort_by_key(|(cost, _)| *cost);
        let mut next = match is_all {
            true => yes,
            false => no,
        };
        for (_, part) in ordered.into_iter().rev() {
            let (yes, no) = match is_all {
                true => (next, no),
                false => (yes, next),
            };
            next = match part {
                Part::Node(node) => self.node(node, yes, no)?,
                Part::Op(op) => self.step(op, yes, no)?,
            };
        }
        Some(next)
    }

    /// Writes parts an odd number of which has to be true. After each part there are two ways on, so
    /// every part but one, the costliest, is written twice.
    fn xor(&mut self, parts: &[Node], yes: Target, no: Target) -> Option<Target> {
        let costliest =
            (0..parts.len()).max_by_key(|at| parts.get(*at).map(|part| self.cost(part)));
        let Some((costliest, first)) = costliest.and_then(|at| Some((at, parts.get(at)?))) else {
            return Some(no);
        };
        let (mut odd, mut even) = (yes, no);
        for (at, part) in parts.iter().enumerate().rev() {
            if at == costliest {
                continue;
            }
            let next_odd = self.node(part, even, odd)?;
            let next_even = self.node(part, odd, even)?;
            (odd, even) = (next_odd, next_even);
        }
        self.node(first, odd, even)
    }

    /// Nanoseconds that a tree takes at most, roughly.
    fn cost(&self, node: &Node) -> u32 {
        match node {
            Node::Const(_) => 0,
            Node::Not(inner) => self.cost(inner),
            Node::Leaf(Leaf::Names(..)) => 2,
            Node::Leaf(Leaf::Value(test)) => test.cost(),
            Node::Leaf(Leaf::Number(_, set)) => 1 + set.as_slice().len().max(1).ilog2(),
            Node::Leaf(Leaf::Wide(_, set)) => 1 + set.as_slice().len().max(1).ilog2(),
            Node::Leaf(Leaf::AnyBit(..)) => 1,
            Node::All(parts) | Node::Any(parts) | Node::Xor(parts) => parts
                .iter()
                .fold(0, |sum, part| sum.saturating_add(self.cost(part))),
        }
    }
}

enum Part<'n> {
    Node(&'n Node),
    Op(Op),
}

/// Joins tests of names of one word to one step.
fn add_names(ops: &mut Vec<Op>, word: u16, end: End, bit: u32, is_all: bool) {
    let (from_source, from_destination) = match end {
        End::Source => (bit, 0),
        End::Destination => (0, bit),
    };
    for op in ops.iter_mut() {
        let (Op::AnyName {
            word: other,
            source,
            destination,
        }
        | Op::AllNames {
            word: other,
            source,
            destination,
        }) = op
        else {
            continue;
        };
        if *other == word {
            *source |= from_source;
            *destination |= from_destination;
            return;
        }
    }
    let (source, destination) = (from_source, from_destination);
    ops.push(match is_all {
        true => Op::AllNames {
            word,
            source,
            destination,
        },
        false => Op::AnyName {
            word,
            source,
            destination,
        },
    });
}
