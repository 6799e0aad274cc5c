//! A filter as a tree of tests that can be run, before their order is chosen.

use std::sync::Arc;

use super::value::ValueTest;
use crate::check::Test;
use crate::field::End;
use crate::set::Ranges;

/// A tree of tests.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Node {
    Const(bool),
    Leaf(Leaf),
    Not(Box<Self>),
    All(Vec<Self>),
    Any(Vec<Self>),
    Xor(Vec<Self>),
}

/// A number of a flow: its place in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) offset: usize,
    pub(crate) width: usize,
}

/// One test.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Leaf {
    /// The number at this place is one of these.
    Number(Place, Ranges<u64>),
    /// One of these bits is set.
    AnyBit(Place, u64),
    /// The sixteen bytes at this offset are one of these numbers.
    Wide(usize, Ranges<u128>),
    /// What depends on nothing but the names of this end.
    Names(End, NameExpr),
    /// Anything else.
    Value(Box<ValueTest>),
}

/// A filter of the names of one endpoint, whichever end it is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum NameExpr {
    Test(Arc<Test>),
    Not(Box<Self>),
    All(Vec<Self>),
    Any(Vec<Self>),
}

impl Node {
    pub(super) fn not(self) -> Self {
        match self {
            Self::Const(value) => Self::Const(!value),
            Self::Not(inner) => *inner,
            Self::Leaf(Leaf::Number(place, set)) => Self::Leaf(Leaf::Number(
                place,
                set.complement().intersection(&place.all()),
            )),
            Self::Leaf(Leaf::Wide(offset, set)) => Self::Leaf(Leaf::Wide(offset, set.complement())),
            Self::Leaf(Leaf::Names(end, expr)) => Self::Leaf(Leaf::Names(end, expr.not())),
            other => Self::Not(Box::new(other)),
        }
    }
}

impl NameExpr {
    pub(super) fn not(self) -> Self {
        match self {
            Self::Not(inner) => *inner,
            other => Self::Not(Box::new(other)),
        }
    }
}

impl Place {
    /// Largest number of so many bytes.
    pub(crate) const fn max(self) -> u64 {
        match self.width {
            8.. => u64::MAX,
            width => (1 << (8 * width)) - 1,
        }
    }

    /// Every number of so many bytes.
    pub(crate) fn all(self) -> Ranges<u64> {
        Ranges::new([(0, self.max())])
    }
}
