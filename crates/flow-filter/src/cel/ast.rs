//! An expression as it is written.

/// A part of an expression and the byte that stands for its place.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Expr {
    pub(crate) kind: ExprKind,
    pub(crate) at: usize,
    /// Parts within one another, this one included.
    pub(crate) depth: u32,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ExprKind {
    Null,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Double(f64),
    Text(String),
    Bytes(Vec<u8>),
    /// A name; with a dot before it where it is absolute.
    Name(String),
    Select(Box<Expr>, String),
    /// `has(operand.field)`.
    Has(Box<Expr>, String),
    And(Vec<Expr>),
    Or(Vec<Expr>),
    Conditional(Box<[Expr; 3]>),
    /// An operator or a function, with what it is called on.
    Call(String, Option<Box<Expr>>, Vec<Expr>),
    List(Vec<Expr>),
    Map(Vec<(Expr, Expr)>),
    /// A message: name, and fields with their places.
    Message(String, Vec<(String, usize, Expr)>),
    Fold(Box<Fold>),
}

/// A macro that goes over a list or the keys of a map.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Fold {
    pub(crate) kind: FoldKind,
    pub(crate) range: Expr,
    pub(crate) variable: String,
    /// `map` with three arguments takes the elements for which this holds.
    pub(crate) condition: Option<Expr>,
    pub(crate) body: Expr,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FoldKind {
    All,
    Exists,
    ExistsOne,
    Map,
    Filter,
}
