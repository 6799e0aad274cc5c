//! Values of expressions.

use std::cmp::Ordering;
use std::sync::Arc;

use prost_reflect::{DynamicMessage, ReflectMessage};

/// Why an expression has no value for a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum EvalError {
    #[error("no such overload")]
    NoOverload,
    #[error("no such field")]
    NoField,
    #[error("no such key")]
    NoKey,
    #[error("index out of bounds")]
    Index,
    #[error("division by zero")]
    DivisionByZero,
    #[error("overflow")]
    Overflow,
    #[error("type conversion error")]
    Conversion,
    #[error("invalid regular expression")]
    Regex,
    #[error("unknown time zone")]
    TimeZone,
    #[error("a message of an unknown type")]
    UnknownMessage,
    #[error("operation cancelled: actual cost limit exceeded")]
    Cost,
}

/// What an expression gives.
pub(crate) type Outcome = Result<Value, EvalError>;

/// A value.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Double(f64),
    Text(Arc<str>),
    Bytes(Arc<[u8]>),
    /// Nanoseconds since the Unix epoch.
    Timestamp(i128),
    /// Nanoseconds.
    Duration(i64),
    List(Arc<[Self]>),
    /// In the order in which they were written.
    Map(Arc<[(Self, Self)]>),
    Message(Arc<DynamicMessage>),
    /// The flow of an event that is none: as an empty one, but equal to none.
    NoFlow,
    /// Name of a type.
    Type(Arc<str>),
}

impl Value {
    pub(crate) fn text(text: &str) -> Self {
        Self::Text(text.into())
    }

    /// Name of its type.
    pub(crate) fn type_name(&self) -> Arc<str> {
        match self {
            Self::Null => "null_type",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::Uint(_) => "uint",
            Self::Double(_) => "double",
            Self::Text(_) => "string",
            Self::Bytes(_) => "bytes",
            Self::Timestamp(_) => "google.protobuf.Timestamp",
            Self::Duration(_) => "google.protobuf.Duration",
            Self::List(_) => "list",
            Self::Map(_) => "map",
            Self::Message(message) => return message.descriptor().full_name().into(),
            Self::NoFlow => "flow.Flow",
            Self::Type(_) => "type",
        }
        .into()
    }

    /// Whether both are equal; numbers of different types are, if their values are.
    pub(crate) fn equals(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) | (Self::NoFlow, Self::NoFlow) => true,
            (Self::Bool(one), Self::Bool(two)) => one == two,
            (Self::Text(one), Self::Text(two)) | (Self::Type(one), Self::Type(two)) => one == two,
            (Self::Bytes(one), Self::Bytes(two)) => one == two,
            (Self::Timestamp(one), Self::Timestamp(two)) => one == two,
            (Self::Duration(one), Self::Duration(two)) => one == two,
            (Self::List(one), Self::List(two)) => {
                one.len() == two.len() && one.iter().zip(&**two).all(|(one, two)| one.equals(two))
            }
            (Self::Map(one), Self::Map(two)) => {
                let has = |key: &Self, value: &Self| {
                    find(two, key).is_some_and(|other| other.equals(value))
                };
                one.len() == two.len() && one.iter().all(|(key, value)| has(key, value))
            }
            (Self::Message(one), Self::Message(two)) => one == two,
            _ => self.order_of_numbers(other) == Some(Ordering::Equal),
        }
    }

    /// The order of two values; `None` where they have none.
    pub(crate) fn order(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Bool(one), Self::Bool(two)) => Some(one.cmp(two)),
            (Self::Text(one), Self::Text(two)) => Some(one.cmp(two)),
            (Self::Bytes(one), Self::Bytes(two)) => Some(one.cmp(two)),
            (Self::Timestamp(one), Self::Timestamp(two)) => Some(one.cmp(two)),
            (Self::Duration(one), Self::Duration(two)) => Some(one.cmp(two)),
            _ => self.order_of_numbers(other),
        }
    }

    fn order_of_numbers(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Int(one), Self::Int(two)) => Some(one.cmp(two)),
            (Self::Uint(one), Self::Uint(two)) => Some(one.cmp(two)),
            (Self::Double(one), Self::Double(two)) => one.partial_cmp(two),
            (Self::Int(one), Self::Uint(two)) => Some(i128::from(*one).cmp(&i128::from(*two))),
            (Self::Uint(one), Self::Int(two)) => Some(i128::from(*one).cmp(&i128::from(*two))),
            (Self::Double(one), Self::Int(two)) => order_of_double(*one, i128::from(*two)),
            (Self::Double(one), Self::Uint(two)) => order_of_double(*one, i128::from(*two)),
            (Self::Int(_) | Self::Uint(_), Self::Double(_)) => {
                other.order_of_numbers(self).map(Ordering::reverse)
            }
            _ => None,
        }
    }
}

/// The order of a double and an integer of 64 bits.
fn order_of_double(one: f64, two: i128) -> Option<Ordering> {
    if one.is_nan() {
        return None;
    }
    // Beyond 2^65 it is on either side of any integer, and `as` keeps it there.
    let whole = one.trunc() as i128;
    Some(whole.cmp(&two).then_with(|| {
        let fraction = one - one.trunc();
        fraction.partial_cmp(&0.0).unwrap_or(Ordering::Equal)
    }))
}

/// The value of a key: the last one, where it was written several times.
pub(crate) fn find<'v>(entries: &'v [(Value, Value)], key: &Value) -> Option<&'v Value> {
    let mut entries = entries.iter().rev();
    entries
        .find(|(one, _)| one.equals(key))
        .map(|(_, value)| value)
}
