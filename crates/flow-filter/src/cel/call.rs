//! What functions and operators do.

use std::cmp::Ordering;

use super::arithmetic;
use super::convert;
use super::function::Function;
use super::time;
use super::value::{EvalError, Outcome, Value, find};
use crate::GoRegex;

/// What looking at a value costs: a step for each ten bytes, and for each element.
pub(crate) fn weight(value: &Value) -> usize {
    match value {
        Value::Text(text) => text.len() / 10,
        Value::Bytes(bytes) => bytes.len() / 10,
        Value::List(elements) => elements.len(),
        Value::Map(entries) => entries.len(),
        _ => 0,
    }
}

/// Calls a function.
pub(crate) fn call(function: &Function, arguments: &[Value]) -> Outcome {
    match (function, arguments) {
        (Function::Not, [Value::Bool(value)]) => Ok(Value::Bool(!value)),
        (Function::Equal, [one, two]) => Ok(Value::Bool(one.equals(two))),
        (Function::NotEqual, [one, two]) => Ok(Value::Bool(!one.equals(two))),
        (Function::Less, [one, two]) => compare(one, two, Ordering::is_lt),
        (Function::LessEqual, [one, two]) => compare(one, two, Ordering::is_le),
        (Function::Greater, [one, two]) => compare(one, two, Ordering::is_gt),
        (Function::GreaterEqual, [one, two]) => compare(one, two, Ordering::is_ge),
        (Function::In, [element, Value::List(elements)]) => {
            let is_in = elements.iter().any(|one| one.equals(element));
            Ok(Value::Bool(is_in))
        }
        (Function::In, [key, Value::Map(entries)]) => Ok(Value::Bool(find(entries, key).is_some())),
        (Function::Index, [Value::List(elements), index]) => element(elements, index),
        (Function::Index, [Value::Map(entries), key]) => {
            find(entries, key).cloned().ok_or(EvalError::NoKey)
        }
        (Function::Size, [value]) => size(value),
        (Function::TypeOf, [value]) => Ok(Value::Type(value.type_name())),
        (Function::ToDyn, [value]) => Ok(value.clone()),
        (Function::Contains, [Value::Text(text), Value::Text(part)]) => {
            Ok(Value::Bool(text.contains(&**part)))
        }
        (Function::StartsWith, [Value::Text(text), Value::Text(part)]) => {
            Ok(Value::Bool(text.starts_with(&**part)))
        }
        (Function::EndsWith, [Value::Text(text), Value::Text(part)]) => {
            Ok(Value::Bool(text.ends_with(&**part)))
        }
        (Function::MatchesKnown(regex), [Value::Text(text), _]) => match &**regex {
            Ok(regex) => Ok(Value::Bool(regex.is_match(text))),
            Err(_) => Err(EvalError::Regex),
        },
        (Function::Matches, [Value::Text(text), Value::Text(regex)]) => {
            let regex = GoRegex::new(regex).map_err(|_| EvalError::Regex)?;
            Ok(Value::Bool(regex.is_match(text)))
        }
        (Function::Part(part), arguments) => time::part(*part, arguments),
        (function, [value]) => match function {
            Function::Negate => arithmetic::negate(value),
            _ => convert::convert(function, value),
        },
        (function, [one, two]) => arithmetic::operate(function, one, two),
        _ => Err(EvalError::NoOverload),
    }
}

fn compare(one: &Value, two: &Value, holds: fn(Ordering) -> bool) -> Outcome {
    match one.order(two) {
        Some(order) => Ok(Value::Bool(holds(order))),
        None => Err(EvalError::NoOverload),
    }
}

fn element(elements: &[Value], index: &Value) -> Outcome {
    let index = match index {
        Value::Int(index) => i128::from(*index),
        Value::Uint(index) => i128::from(*index),
        Value::Double(index) if index.fract() == 0.0 => *index as i128,
        _ => return Err(EvalError::NoOverload),
    };
    let element = usize::try_from(index).ok().and_then(|at| elements.get(at));
    element.cloned().ok_or(EvalError::Index)
}

fn size(value: &Value) -> Outcome {
    let size = match value {
        Value::Text(text) => text.chars().count(),
        Value::Bytes(bytes) => bytes.len(),
        Value::List(elements) => elements.len(),
        Value::Map(entries) => entries.len(),
        _ => return Err(EvalError::NoOverload),
    };
    i64::try_from(size)
        .map(Value::Int)
        .map_err(|_| EvalError::Overflow)
}
