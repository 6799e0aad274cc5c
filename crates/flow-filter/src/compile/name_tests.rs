//! What depends on the names of an endpoint only: decided once for each name, 32 answers in a word.

use std::sync::Arc;

use flow_core::names::{NameTable, PerName};
use flow_core::resolve::EndpointNames;
use flow_core::view::FlowView;

use super::node::NameExpr;
use super::value::ValueTest;
use crate::field::End;

/// A test of one endpoint's names.
#[derive(Debug)]
enum NameTest {
    Test(ValueTest),
    Not(Box<Self>),
    All(Vec<Self>),
    Any(Vec<Self>),
}

impl NameTest {
    fn new(expr: &NameExpr, pattern_size: usize) -> Self {
        let all = |parts: &[NameExpr]| {
            let mut tests: Vec<Self> = parts
                .iter()
                .map(|part| Self::new(part, pattern_size))
                .collect();
            tests.sort_by_key(Self::cost);
            tests
        };
        match expr {
            // Which end it is does not matter.
            NameExpr::Test(test) => Self::Test(ValueTest::new(test, End::Source, pattern_size)),
            NameExpr::Not(inner) => Self::Not(Box::new(Self::new(inner, pattern_size))),
            NameExpr::All(parts) => Self::All(all(parts)),
            NameExpr::Any(parts) => Self::Any(all(parts)),
        }
    }

    fn is_true(&self, names: Option<&EndpointNames>) -> bool {
        match self {
            Self::Test(test) => test.is_true_of_names(names),
            Self::Not(inner) => !inner.is_true(names),
            Self::All(parts) => parts.iter().all(|part| part.is_true(names)),
            Self::Any(parts) => parts.iter().any(|part| part.is_true(names)),
        }
    }

    fn cost(&self) -> u32 {
        match self {
            Self::Test(test) => test.cost(),
            Self::Not(inner) => inner.cost(),
            Self::All(parts) | Self::Any(parts) => parts.iter().map(Self::cost).sum(),
        }
    }

    fn describe(&self) -> String {
        let joined = |parts: &[Self], with: &str| {
            let parts: Vec<_> = parts.iter().map(Self::describe).collect();
            format!("({})", parts.join(with))
        };
        match self {
            Self::Test(test) => {
                let text = test.describe();
                text.strip_prefix("src.").map(str::to_owned).unwrap_or(text)
            }
            Self::Not(inner) => format!("!{}", inner.describe()),
            Self::All(parts) => joined(parts, " && "),
            Self::Any(parts) => joined(parts, " || "),
        }
    }
}

/// At most 32 tests, and what is remembered of them.
#[derive(Debug)]
struct Word {
    tests: Vec<NameTest>,
    memory: Option<PerName<u32>>,
}

/// All tests of names of a filter.
#[derive(Debug)]
pub(super) struct NameTests {
    words: Box<[Word]>,
}

/// Which test: the number of its word, and its bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NameBit {
    pub(super) word: u16,
    pub(super) bit: u32,
}

impl NameTests {
    /// Returns the bits of a word that are true of the names of an end.
    #[inline]
    pub(super) fn bits(&self, word: u16, view: &FlowView<'_>, end: End) -> u32 {
        let Some(word) = self.words.get(usize::from(word)) else {
            return 0;
        };
        let handle = match end {
            End::Source => view.source_handle(),
            End::Destination => view.destination_handle(),
        };
        match (handle, &word.memory) {
            (Some(handle), Some(memory)) => match memory.get(handle) {
                Some(bits) => bits,
                None => word.decide_and_remember(view, end, memory),
            },
            _ => word.decide(names(view, end)),
        }
    }

    /// Returns the same tests, which remember nothing, for other names.
    pub(super) fn describe(&self, bit: NameBit) -> String {
        let word = self.words.get(usize::from(bit.word));
        let test = word.and_then(|word| word.tests.get(bit.bit.trailing_zeros() as usize));
        test.map_or_else(String::new, NameTest::describe)
    }
}

fn names<'v>(view: &'v FlowView<'_>, end: End) -> Option<&'v EndpointNames> {
    match end {
        End::Source => view.source(),
        End::Destination => view.destination(),
    }
}

impl Word {
    #[cold]
    fn decide(&self, names: Option<&EndpointNames>) -> u32 {
        let tests = self.tests.iter().enumerate();
        tests.fold(0, |bits, (at, test)| {
            bits | u32::from(test.is_true(names)) << at
        })
    }

    #[cold]
    fn decide_and_remember(&self, view: &FlowView<'_>, end: End, memory: &PerName<u32>) -> u32 {
        let names = names(view, end);
        let bits = self.decide(names);
        let handle = match end {
            End::Source => view.source_handle(),
            End::Destination => view.destination_handle(),
        };
        // Names that are gone leave nothing to remember.
        if let (Some(handle), Some(_)) = (handle, names) {
            memory.set(handle, bits);
        }
        bits
    }
}

/// Collects tests of names, each once.
#[derive(Debug, Default)]
pub(super) struct NameTestsBuilder {
    exprs: Vec<NameExpr>,
}

impl NameTestsBuilder {
    pub(super) fn is_empty(&self) -> bool {
        self.exprs.is_empty()
    }

    /// Returns the bit of a test.
    pub(super) fn bit(&mut self, expr: &NameExpr) -> NameBit {
        let at = self
            .exprs
            .iter()
            .position(|known| known == expr)
            .unwrap_or_else(|| {
                self.exprs.push(expr.clone());
                self.exprs.len() - 1
            });
        NameBit {
            word: u16::try_from(at / 32).unwrap_or(u16::MAX),
            bit: 1 << (at % 32),
        }
    }

    /// Returns the tests, which remember what they decide of the names of `table`.
    pub(super) fn build(&self, table: Option<&NameTable>, pattern_size: usize) -> NameTests {
        let words = self.exprs.chunks(32).map(|exprs| Word {
            tests: exprs
                .iter()
                .map(|expr| NameTest::new(expr, pattern_size))
                .collect(),
            memory: table.map(PerName::new),
        });
        NameTests {
            words: words.collect(),
        }
    }
}

/// What a filter's tests of names are made of, to build them for other tables of names.
pub(super) type NameExprs = Arc<NameTestsBuilder>;
