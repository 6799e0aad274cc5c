//! Types of expressions.

use std::fmt;

use prost_reflect::MessageDescriptor;

/// The type of an expression.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Type {
    /// Known only when the expression runs.
    Dyn,
    Null,
    Bool,
    Int,
    Uint,
    Double,
    Text,
    Bytes,
    Timestamp,
    Duration,
    List(Box<Self>),
    Map(Box<Self>, Box<Self>),
    Message(MessageDescriptor),
    /// A value that may be null.
    Wrapper(Box<Self>),
    /// The type of a type.
    Meta,
}

impl Type {
    pub(crate) fn list(element: Self) -> Self {
        Self::List(Box::new(element))
    }

    pub(crate) fn map(key: Self, value: Self) -> Self {
        Self::Map(Box::new(key), Box::new(value))
    }

    /// Whether values of both can be one another, as far as is known.
    pub(crate) fn fits(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Dyn, _) | (_, Self::Dyn) => true,
            (Self::Null, other) | (other, Self::Null) => matches!(
                other,
                Self::Null | Self::Message(_) | Self::Wrapper(_) | Self::Timestamp | Self::Duration
            ),
            (Self::Wrapper(inner), Self::Wrapper(other)) => inner.fits(other),
            (Self::Wrapper(inner), other) | (other, Self::Wrapper(inner)) => inner.fits(other),
            (Self::List(element), Self::List(other)) => element.fits(other),
            (Self::Map(key, value), Self::Map(other_key, other_value)) => {
                key.fits(other_key) && value.fits(other_value)
            }
            _ => self == other,
        }
    }

    /// The type of what is either of both.
    pub(crate) fn join(self, other: Self) -> Self {
        if self == other {
            return self;
        }
        match (self, other) {
            (Self::List(element), Self::List(other)) => Self::list(element.join(*other)),
            (Self::Map(key, value), Self::Map(other_key, other_value)) => {
                Self::map(key.join(*other_key), value.join(*other_value))
            }
            (Self::Null, other) | (other, Self::Null) if Self::Null.fits(&other) => other,
            (wrapper @ Self::Wrapper(_), other) | (other, wrapper @ Self::Wrapper(_))
                if wrapper.fits(&other) =>
            {
                wrapper
            }
            _ => Self::Dyn,
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::List(element) => write!(f, "list({element})"),
            Self::Map(key, value) => write!(f, "map({key}, {value})"),
            Self::Message(message) => f.write_str(message.full_name()),
            Self::Wrapper(inner) => write!(f, "wrapper({inner})"),
            plain => f.write_str(match plain {
                Self::Null => "null_type",
                Self::Bool => "bool",
                Self::Int => "int",
                Self::Uint => "uint",
                Self::Double => "double",
                Self::Text => "string",
                Self::Bytes => "bytes",
                Self::Timestamp => "timestamp",
                Self::Duration => "duration",
                Self::Meta => "type",
                _ => "dyn",
            }),
        }
    }
}
