//! An expression that was checked: names are resolved.

use prost_reflect::{FieldDescriptor, MessageDescriptor};

use super::ast::FoldKind;
use super::function::Function;
use super::value::Value;

/// Fields from `_flow` on, each but the last one a message.
#[derive(Clone, Debug)]
pub(crate) struct Path {
    pub(crate) fields: Vec<FieldDescriptor>,
    /// Their names, with dots between.
    pub(crate) name: String,
}

/// A part of a checked expression.
#[derive(Clone, Debug)]
pub(crate) enum Node {
    Value(Value),
    /// A field of the flow.
    Path(Path),
    /// Whether a field of the flow is set.
    HasPath(Path),
    /// The flow.
    Flow,
    /// A variable of a macro: its number from the outermost one on.
    Variable(usize),
    Select(Box<Self>, String),
    Has(Box<Self>, String),
    And(Vec<Self>),
    Or(Vec<Self>),
    Conditional(Box<[Self; 3]>),
    Call(Function, Vec<Self>),
    List(Vec<Self>),
    Map(Vec<(Self, Self)>),
    Message(MessageDescriptor, Vec<(FieldDescriptor, Self)>),
    Fold(Box<FoldNode>),
}

/// A macro over a list or a map.
#[derive(Clone, Debug)]
pub(crate) struct FoldNode {
    pub(crate) kind: FoldKind,
    pub(crate) range: Node,
    pub(crate) condition: Option<Node>,
    pub(crate) body: Node,
}
