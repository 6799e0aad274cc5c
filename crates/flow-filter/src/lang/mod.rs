//! The language: from text to a tree, and back.

mod ast;
mod display;
mod error;
mod lexer;
mod limits;
mod parser;
mod primitive;
mod reader;
mod span;

pub(crate) use ast::{
    Ast, Comparison, FieldName, Item, Literal, Name, Operand, Operator, Quantifier, Style,
};
pub(crate) use error::Fault;
pub use error::{FilterError, Problem};
pub(crate) use lexer::cut;
pub use limits::Limits;
pub(crate) use parser::parse;
pub use span::Span;
