//! The part of the language that is evaluated on a flow's view, without a message and without an allocation:
//! comparisons of fields with constants, tests of texts and labels, and what joins them. None of it can fail.

use std::cmp::Ordering;
use std::fmt;

use flow_core::flow::Reply;
use flow_core::view::FlowView;

use super::ast::FoldKind;
use super::call;
use super::function::Function;
use super::node::{FoldNode, Node, Path};
use super::read::{self, AskText, ReadNumber};
use super::value::Value;
use crate::GoRegex;

/// A lowered expression.
#[derive(Clone)]
pub(crate) enum Fast {
    Known(bool),
    Is(ReadNumber),
    Compare(ReadNumber, Comparison, i128),
    OneOf(ReadNumber, Box<[i128]>),
    Text(AskText, TextTest),
    /// Whether one element of a list passes.
    Any(AskText, TextTest),
    /// Whether it answers; `None` where that is not known.
    Reply(Option<bool>),
    Not(Box<Self>),
    And(Box<[Self]>),
    Or(Box<[Self]>),
}

/// Which orders pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
}

/// A test of a text.
#[derive(Clone, Debug)]
pub(crate) enum TextTest {
    Compare(Comparison, Box<str>),
    OneOf(Box<[Box<str>]>),
    Contains(Box<str>),
    StartsWith(Box<str>),
    EndsWith(Box<str>),
    Matches(GoRegex),
}

impl Comparison {
    #[inline]
    fn passes(self, order: Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::NotEqual => order.is_ne(),
            Self::Less => order.is_lt(),
            Self::LessEqual => order.is_le(),
            Self::Greater => order.is_gt(),
            Self::GreaterEqual => order.is_ge(),
        }
    }

    const fn of(function: &Function) -> Option<Self> {
        Some(match function {
            Function::Equal => Self::Equal,
            Function::NotEqual => Self::NotEqual,
            Function::Less => Self::Less,
            Function::LessEqual => Self::LessEqual,
            Function::Greater => Self::Greater,
            Function::GreaterEqual => Self::GreaterEqual,
            _ => return None,
        })
    }

    /// The comparison with the sides changed.
    const fn turned(self) -> Self {
        match self {
            Self::Less => Self::Greater,
            Self::LessEqual => Self::GreaterEqual,
            Self::Greater => Self::Less,
            Self::GreaterEqual => Self::LessEqual,
            same => same,
        }
    }
}

impl TextTest {
    fn passes(&self, text: &str) -> bool {
        match self {
            Self::Compare(Comparison::Equal, other) => *text == **other,
            Self::Compare(comparison, other) => comparison.passes(text.cmp(other)),
            Self::OneOf(texts) => texts.iter().any(|one| **one == *text),
            Self::Contains(part) => text.contains(&**part),
            Self::StartsWith(part) => text.starts_with(&**part),
            Self::EndsWith(part) => text.ends_with(&**part),
            Self::Matches(regex) => regex.is_match(text),
        }
    }
}

impl Fast {
    /// Evaluates it for a flow.
    pub(crate) fn passes(&self, view: &FlowView<'_>) -> bool {
        match self {
            Self::Known(value) => *value,
            Self::Is(read) => read(view) != 0,
            Self::Compare(read, comparison, number) => comparison.passes(read(view).cmp(number)),
            Self::OneOf(read, numbers) => numbers.contains(&read(view)),
            Self::Text(ask, test) | Self::Any(ask, test) => ask(view, &|text| test.passes(text)),
            Self::Reply(wanted) => {
                let found = match view.flow().is_reply {
                    Reply::YES => Some(true),
                    Reply::NO => Some(false),
                    _ => None,
                };
                found == *wanted
            }
            Self::Not(inner) => !inner.passes(view),
            Self::And(all) => all.iter().all(|one| one.passes(view)),
            Self::Or(all) => all.iter().any(|one| one.passes(view)),
        }
    }
}

/// Lowers an expression, where all of it can be.
pub(crate) fn lower(node: &Node) -> Option<Fast> {
    match node {
        Node::Value(Value::Bool(value)) => Some(Fast::Known(*value)),
        // A bool; one that may be null is no number.
        Node::Path(path) => read::number(&path.name).map(Fast::Is),
        Node::HasPath(path) => match path.name.as_str() {
            "is_reply" => Some(Fast::Not(Box::new(Fast::Reply(None)))),
            name => read::presence(name).map(Fast::Is),
        },
        Node::And(all) => Some(Fast::And(lower_all(all)?)),
        Node::Or(all) => Some(Fast::Or(lower_all(all)?)),
        Node::Call(Function::Not, arguments) => match arguments.as_slice() {
            [inner] => Some(Fast::Not(Box::new(lower(inner)?))),
            _ => None,
        },
        Node::Call(Function::In, arguments) => match arguments.as_slice() {
            [Node::Path(path), Node::List(elements)] => one_of(path, elements),
            [element, Node::Path(path)] => {
                let Value::Text(text) = constant(element)? else {
                    return None;
                };
                let test = TextTest::Compare(Comparison::Equal, (*text).into());
                Some(Fast::Any(read::list(&path.name)?, test))
            }
            _ => None,
        },
        Node::Call(function, arguments) => match arguments.as_slice() {
            [Node::Path(path), other] => test(function, path, &constant(other)?, false),
            [other, Node::Path(path)] => test(function, path, &constant(other)?, true),
            _ => None,
        },
        Node::Fold(fold) => lower_fold(fold),
        _ => None,
    }
}

fn lower_all(all: &[Node]) -> Option<Box<[Fast]>> {
    all.iter().map(lower).collect()
}

/// The value of an expression without fields.
fn constant(node: &Node) -> Option<Value> {
    match node {
        Node::Value(value) => Some(value.clone()),
        Node::Call(function, arguments) => {
            let arguments: Option<Vec<Value>> = arguments.iter().map(constant).collect();
            call::call(function, &arguments?).ok()
        }
        _ => None,
    }
}

fn integer(value: &Value) -> Option<i128> {
    match value {
        Value::Int(number) => Some(i128::from(*number)),
        Value::Uint(number) => Some(i128::from(*number)),
        _ => None,
    }
}

/// A field and a constant.
fn test(function: &Function, path: &Path, other: &Value, is_turned: bool) -> Option<Fast> {
    if path.name == "is_reply" {
        let wanted = match other {
            Value::Null => None,
            Value::Bool(value) => Some(*value),
            _ => return None,
        };
        return match function {
            Function::Equal => Some(Fast::Reply(wanted)),
            Function::NotEqual => Some(Fast::Not(Box::new(Fast::Reply(wanted)))),
            _ => None,
        };
    }
    let comparison = Comparison::of(function);
    let comparison = comparison.map(|one| if is_turned { one.turned() } else { one });
    if let (Some(comparison), Some(number)) = (comparison, integer(other)) {
        let read = read::number(&path.name)?;
        return Some(Fast::Compare(read, comparison, number));
    }
    let Value::Text(text) = other else {
        return None;
    };
    let test = text_test(function, comparison, text, is_turned)?;
    Some(Fast::Text(read::text(&path.name)?, test))
}

fn text_test(
    function: &Function,
    comparison: Option<Comparison>,
    text: &str,
    is_turned: bool,
) -> Option<TextTest> {
    if let Some(comparison) = comparison {
        return Some(TextTest::Compare(comparison, text.into()));
    }
    Some(match function {
        _ if is_turned => return None,
        Function::Contains => TextTest::Contains(text.into()),
        Function::StartsWith => TextTest::StartsWith(text.into()),
        Function::EndsWith => TextTest::EndsWith(text.into()),
        Function::MatchesKnown(regex) => match &**regex {
            Ok(regex) => TextTest::Matches(regex.clone()),
            Err(_) => return None,
        },
        _ => return None,
    })
}

fn one_of(path: &Path, elements: &[Node]) -> Option<Fast> {
    let values: Option<Vec<Value>> = elements.iter().map(constant).collect();
    let values = values?;
    if let Some(read) = read::number(&path.name) {
        let numbers: Option<Box<[i128]>> = values.iter().map(integer).collect();
        return Some(Fast::OneOf(read, numbers?));
    }
    let texts = values.iter().map(|value| match value {
        Value::Text(text) => Some(Box::from(&**text)),
        _ => None,
    });
    let texts: Option<Box<[Box<str>]>> = texts.collect();
    Some(Fast::Text(read::text(&path.name)?, TextTest::OneOf(texts?)))
}

/// `list.exists(x, …)` with a test of `x` alone.
fn lower_fold(fold: &FoldNode) -> Option<Fast> {
    let (FoldKind::Exists, Node::Path(path)) = (fold.kind, &fold.range) else {
        return None;
    };
    let Node::Call(function, arguments) = &fold.body else {
        return None;
    };
    let (other, is_turned) = match arguments.as_slice() {
        [Node::Variable(0), other] => (other, false),
        [other, Node::Variable(0)] => (other, true),
        _ => return None,
    };
    let Value::Text(text) = constant(other)? else {
        return None;
    };
    let comparison = Comparison::of(function);
    let comparison = comparison.map(|one| if is_turned { one.turned() } else { one });
    let test = text_test(function, comparison, &text, is_turned)?;
    Some(Fast::Any(read::list(&path.name)?, test))
}

impl fmt::Debug for Fast {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fast")
    }
}
