//! From a tree of names to one of fields and values.

mod glob;
mod lists;
mod literal;
mod regex;
mod resolve;
mod typed;
mod values;

pub(crate) use glob::{Glob, Piece};
pub(crate) use lists::Lists;
pub(crate) use regex::Regex;
pub(crate) use resolve::resolve;
pub(crate) use typed::{Pattern, Relation, Test, TextTest, Typed};
