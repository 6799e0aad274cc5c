//! Kinds of values.

/// The kind of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// True or false.
    Bool,
    /// A signed number.
    Int,
    /// An unsigned number.
    Uint,
    /// A floating-point number.
    Float,
    /// Bytes.
    Bytes,
    /// Bytes that are text.
    String,
    /// A complex number.
    Complex,
    /// A value that comes with its type.
    Interface,
    /// Values of one type, in order.
    Slice,
    /// Values with names.
    Struct,
    /// Pairs.
    Map,
    /// Bytes that the type's own code made.
    Opaque,
}
