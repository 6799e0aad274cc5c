//! Functions and operators, and the types of their arguments and results.

use super::types::Type;
use crate::{GoRegex, RegexError};

/// A function or an operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Function {
    Not,
    Negate,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    In,
    Index,
    Size,
    TypeOf,
    ToDyn,
    ToBool,
    ToBytes,
    ToDouble,
    ToDuration,
    ToInt,
    ToText,
    ToTimestamp,
    ToUint,
    Contains,
    StartsWith,
    EndsWith,
    Matches,
    /// With an expression that is known, which fails only when it runs.
    MatchesKnown(Box<Result<GoRegex, RegexError>>),
    Part(TimePart),
}

/// A part of a time or a duration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TimePart {
    FullYear,
    Month,
    DayOfYear,
    DayOfMonth,
    Date,
    DayOfWeek,
    Hours,
    Minutes,
    Seconds,
    Milliseconds,
}

/// The function of a name; `None` where there is none.
pub(crate) fn named(name: &str) -> Option<Function> {
    Some(match name {
        "!_" => Function::Not,
        "-_" => Function::Negate,
        "_==_" => Function::Equal,
        "_!=_" => Function::NotEqual,
        "_<_" => Function::Less,
        "_<=_" => Function::LessEqual,
        "_>_" => Function::Greater,
        "_>=_" => Function::GreaterEqual,
        "_+_" => Function::Add,
        "_-_" => Function::Subtract,
        "_*_" => Function::Multiply,
        "_/_" => Function::Divide,
        "_%_" => Function::Remainder,
        "@in" => Function::In,
        "_[_]" => Function::Index,
        "size" => Function::Size,
        "type" => Function::TypeOf,
        "dyn" => Function::ToDyn,
        "bool" => Function::ToBool,
        "bytes" => Function::ToBytes,
        "double" => Function::ToDouble,
        "duration" => Function::ToDuration,
        "int" => Function::ToInt,
        "string" => Function::ToText,
        "timestamp" => Function::ToTimestamp,
        "uint" => Function::ToUint,
        "contains" => Function::Contains,
        "startsWith" => Function::StartsWith,
        "endsWith" => Function::EndsWith,
        "matches" => Function::Matches,
        "getFullYear" => Function::Part(TimePart::FullYear),
        "getMonth" => Function::Part(TimePart::Month),
        "getDayOfYear" => Function::Part(TimePart::DayOfYear),
        "getDayOfMonth" => Function::Part(TimePart::DayOfMonth),
        "getDate" => Function::Part(TimePart::Date),
        "getDayOfWeek" => Function::Part(TimePart::DayOfWeek),
        "getHours" => Function::Part(TimePart::Hours),
        "getMinutes" => Function::Part(TimePart::Minutes),
        "getSeconds" => Function::Part(TimePart::Seconds),
        "getMilliseconds" => Function::Part(TimePart::Milliseconds),
        _ => return None,
    })
}

impl Function {
    /// Whether it is called on a target, and whether without one.
    pub(crate) const fn styles(&self) -> (bool, bool) {
        match self {
            Self::Contains | Self::StartsWith | Self::EndsWith | Self::Part(_) => (true, false),
            Self::Size | Self::Matches | Self::MatchesKnown(_) => (true, true),
            _ => (false, true),
        }
    }

    /// The type of its result; `None` where it does not take these arguments.
    pub(crate) fn result(&self, arguments: &[Type]) -> Option<Type> {
        match self {
            Self::Equal | Self::NotEqual => match arguments {
                [one, two] if one.fits(two) => Some(Type::Bool),
                _ => None,
            },
            Self::In => match arguments {
                [element, Type::List(of)] if element.fits(of) => Some(Type::Bool),
                [key, Type::Map(of, _)] if key.fits(of) => Some(Type::Bool),
                [_, Type::Dyn] => Some(Type::Bool),
                _ => None,
            },
            Self::Index => match arguments {
                [Type::List(element), index] if index.fits(&Type::Int) => Some((**element).clone()),
                [Type::Map(of, value), key] if key.fits(of) => Some((**value).clone()),
                [Type::Dyn, _] => Some(Type::Dyn),
                _ => None,
            },
            Self::Size => match arguments {
                [Type::Text | Type::Bytes | Type::List(_) | Type::Map(..) | Type::Dyn] => {
                    Some(Type::Int)
                }
                _ => None,
            },
            Self::TypeOf => (arguments.len() == 1).then_some(Type::Meta),
            Self::ToDyn => (arguments.len() == 1).then_some(Type::Dyn),
            Self::Add => match arguments {
                [Type::List(one), Type::List(two)] if one.fits(two) => {
                    Some(Type::list((**one).clone().join((**two).clone())))
                }
                [Type::Dyn, list @ Type::List(_)] | [list @ Type::List(_), Type::Dyn] => {
                    Some(list.clone())
                }
                _ => chosen(self.overloads(), arguments),
            },
            _ => chosen(self.overloads(), arguments),
        }
    }

    /// Arguments and results of functions without type parameters.
    fn overloads(&self) -> &'static [(&'static [Type], Type)] {
        use Type::{Bool, Bytes, Double, Duration, Int, Text, Timestamp, Uint};
        match self {
            Self::Not => &[(&[Bool], Bool)],
            Self::Negate => &[(&[Int], Int), (&[Double], Double)],
            Self::Less | Self::LessEqual | Self::Greater | Self::GreaterEqual => &[
                (&[Bool, Bool], Bool),
                (&[Int, Int], Bool),
                (&[Uint, Uint], Bool),
                (&[Double, Double], Bool),
                (&[Text, Text], Bool),
                (&[Bytes, Bytes], Bool),
                (&[Timestamp, Timestamp], Bool),
                (&[Duration, Duration], Bool),
            ],
            Self::Add => &[
                (&[Int, Int], Int),
                (&[Uint, Uint], Uint),
                (&[Double, Double], Double),
                (&[Text, Text], Text),
                (&[Bytes, Bytes], Bytes),
                (&[Duration, Duration], Duration),
                (&[Timestamp, Duration], Timestamp),
                (&[Duration, Timestamp], Timestamp),
            ],
            Self::Subtract => &[
                (&[Int, Int], Int),
                (&[Uint, Uint], Uint),
                (&[Double, Double], Double),
                (&[Duration, Duration], Duration),
                (&[Timestamp, Duration], Timestamp),
                (&[Timestamp, Timestamp], Duration),
            ],
            Self::Multiply | Self::Divide => &[
                (&[Int, Int], Int),
                (&[Uint, Uint], Uint),
                (&[Double, Double], Double),
            ],
            Self::Remainder => &[(&[Int, Int], Int), (&[Uint, Uint], Uint)],
            Self::ToBool => &[(&[Bool], Bool), (&[Text], Bool)],
            Self::ToBytes => &[(&[Bytes], Bytes), (&[Text], Bytes)],
            Self::ToDouble => &[
                (&[Double], Double),
                (&[Int], Double),
                (&[Text], Double),
                (&[Uint], Double),
            ],
            Self::ToDuration => &[
                (&[Duration], Duration),
                (&[Int], Duration),
                (&[Text], Duration),
            ],
            Self::ToInt => &[
                (&[Int], Int),
                (&[Double], Int),
                (&[Duration], Int),
                (&[Text], Int),
                (&[Timestamp], Int),
                (&[Uint], Int),
            ],
            Self::ToText => &[
                (&[Text], Text),
                (&[Bool], Text),
                (&[Bytes], Text),
                (&[Double], Text),
                (&[Duration], Text),
                (&[Int], Text),
                (&[Timestamp], Text),
                (&[Uint], Text),
            ],
            Self::ToTimestamp => &[
                (&[Timestamp], Timestamp),
                (&[Int], Timestamp),
                (&[Text], Timestamp),
            ],
            Self::ToUint => &[
                (&[Uint], Uint),
                (&[Double], Uint),
                (&[Int], Uint),
                (&[Text], Uint),
            ],
            Self::Contains
            | Self::StartsWith
            | Self::EndsWith
            | Self::Matches
            | Self::MatchesKnown(_) => &[(&[Text, Text], Bool)],
            Self::Part(
                TimePart::Hours | TimePart::Minutes | TimePart::Seconds | TimePart::Milliseconds,
            ) => &[
                (&[Timestamp], Int),
                (&[Timestamp, Text], Int),
                (&[Duration], Int),
            ],
            Self::Part(_) => &[(&[Timestamp], Int), (&[Timestamp, Text], Int)],
            _ => &[],
        }
    }
}

/// The result of those that take the arguments: dynamic, where several have different ones.
fn chosen(overloads: &[(&[Type], Type)], arguments: &[Type]) -> Option<Type> {
    let fitting = overloads.iter().filter(|(wanted, _)| {
        let fits = |(wanted, found): (&Type, &Type)| wanted.fits(found);
        wanted.len() == arguments.len() && wanted.iter().zip(arguments).all(fits)
    });
    let results = fitting.map(|(_, result)| result.clone());
    results.reduce(|one, two| if one == two { one } else { Type::Dyn })
}
