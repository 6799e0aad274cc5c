//! A filter as it is written: names and literals without a meaning yet.

use super::span::Span;

/// A name and its place.
#[derive(Clone, Debug)]
pub(crate) struct Name {
    pub(crate) text: String,
    pub(crate) span: Span,
}

/// How a literal is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// Without quotes.
    Word,
    /// `"…"`, with escapes.
    Quoted,
    /// `r"…"`, without.
    Raw,
}

/// A literal as it is written, without its quotes.
#[derive(Clone, Debug)]
pub(crate) struct Literal {
    pub(crate) text: String,
    pub(crate) style: Style,
    pub(crate) span: Span,
}

/// A field, and the key of one of its entries.
#[derive(Clone, Debug)]
pub(crate) struct FieldName {
    pub(crate) name: Name,
    pub(crate) key: Option<Literal>,
}

/// A value or a range of values.
#[derive(Clone, Debug)]
pub(crate) enum Item {
    One(Literal),
    Range(Literal, Literal),
    /// All entries of a list that the embedder gives.
    List(Name),
}

impl Item {
    /// Where it stands.
    pub(crate) fn span(&self) -> Span {
        match self {
            Self::One(literal) => literal.span,
            Self::Range(from, to) => from.span.to(to.span),
            Self::List(name) => name.span,
        }
    }
}

/// What a field is compared with.
#[derive(Clone, Debug)]
pub(crate) struct Operand {
    pub(crate) items: Vec<Item>,
    /// Whether it is written in braces.
    pub(crate) is_set: bool,
    pub(crate) span: Span,
}

/// How a field is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    Equal,
    NotEqual,
    Less,
    AtMost,
    Greater,
    AtLeast,
    In,
    NotIn,
    Contains,
    Matches,
    NotMatches,
    Wildcard,
    /// All of these flags are set.
    Has,
    /// One of these flags is set.
    HasAny,
    /// A Kubernetes label selector selects it.
    Select,
}

impl Operator {
    /// How it is written.
    pub(crate) const fn text(self) -> &'static str {
        match self {
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::Greater => ">",
            Self::AtLeast => ">=",
            Self::In => "in",
            Self::NotIn => "not in",
            Self::Contains => "contains",
            Self::Matches => "matches",
            Self::NotMatches => "!~",
            Self::Wildcard => "wildcard",
            Self::Has => "has",
            Self::HasAny => "has any",
            Self::Select => "select",
        }
    }
}

/// How many of a field's values have to pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quantifier {
    Any,
    All,
}

/// A comparison.
#[derive(Clone, Debug)]
pub(crate) struct Comparison {
    pub(crate) quantifier: Option<Quantifier>,
    pub(crate) field: FieldName,
    pub(crate) operator: Operator,
    pub(crate) operator_span: Span,
    pub(crate) operand: Operand,
}

/// A filter as it is written.
#[derive(Clone, Debug)]
pub(crate) enum Ast {
    Const(bool),
    /// A field alone: it is there, or it is true.
    Bare(FieldName),
    Compare(Box<Comparison>),
    Not(Box<Ast>),
    And(Vec<Ast>),
    Xor(Vec<Ast>),
    Or(Vec<Ast>),
}
