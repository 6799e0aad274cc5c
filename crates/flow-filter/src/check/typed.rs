//! A filter whose names and values have a meaning.

use std::sync::Arc;

use super::glob::Glob;
use super::regex::Regex;
use crate::field::{Case, Field};
use crate::lang::Quantifier;
use crate::selector::Selector;

/// A filter whose names and values have a meaning.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Typed {
    Const(bool),
    Test(Arc<Test>),
    Not(Box<Self>),
    All(Vec<Self>),
    Any(Vec<Self>),
    /// An odd number of them.
    Xor(Vec<Self>),
}

/// A test of a field's values.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Test {
    pub(crate) field: Field,
    pub(crate) key: Option<Box<str>>,
    /// How many values have to pass. `All` needs one at least, of each end that is meant.
    pub(crate) quantifier: Quantifier,
    /// Whether a value passes where the relation is not that of it.
    pub(crate) is_negated: bool,
    pub(crate) relation: Relation,
}

/// What a value has to be.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Relation {
    /// There.
    Present,
    /// In one of these ranges, in any order.
    Numbers(Vec<(u64, u64)>),
    /// In one of these ranges, in any order.
    Wide(Vec<(u128, u128)>),
    /// Flags, all of which are set.
    AllOf(u64),
    /// Flags, one of which is set.
    AnyOf(u64),
    Text(TextTest, Case),
    /// Selected by this; all labels of an endpoint are one value here.
    Select(Arc<Selector>),
}

/// What a text has to be.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum TextTest {
    /// One of these.
    OneOf(Vec<Pattern>),
    /// Hold one of these.
    Contains(Vec<Vec<u8>>),
    /// Match one of these somewhere.
    Matches(Vec<Regex>),
}

/// A pattern of a text, or of a name and the qualifier before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pattern {
    /// Pattern of the qualifier; `None` where it may be anything.
    pub(crate) qualifier: Option<Glob>,
    pub(crate) name: Glob,
}
