//! Sums, products and their like.

use super::function::Function;
use super::time::checked_timestamp;
use super::value::{EvalError, Outcome, Value};

/// The value with the other sign.
pub(crate) fn negate(value: &Value) -> Outcome {
    match value {
        Value::Int(value) => value
            .checked_neg()
            .map(Value::Int)
            .ok_or(EvalError::Overflow),
        Value::Double(value) => Ok(Value::Double(-value)),
        _ => Err(EvalError::NoOverload),
    }
}

/// An operator on two values.
pub(crate) fn operate(function: &Function, one: &Value, two: &Value) -> Outcome {
    match (one, two) {
        (Value::Int(one), Value::Int(two)) => int(function, *one, *two),
        (Value::Uint(one), Value::Uint(two)) => uint(function, *one, *two),
        (Value::Double(one), Value::Double(two)) => double(function, *one, *two),
        _ => match function {
            Function::Add => add(one, two),
            Function::Subtract => subtract(one, two),
            _ => Err(EvalError::NoOverload),
        },
    }
}

macro_rules! integers {
    ($($name:ident: $type:ty => $value:ident;)+) => {$(
        fn $name(function: &Function, one: $type, two: $type) -> Outcome {
            let result = match function {
                Function::Add => one.checked_add(two),
                Function::Subtract => one.checked_sub(two),
                Function::Multiply => one.checked_mul(two),
                Function::Divide | Function::Remainder if two == 0 => {
                    return Err(EvalError::DivisionByZero);
                }
                Function::Divide => one.checked_div(two),
                Function::Remainder => one.checked_rem(two),
                _ => return Err(EvalError::NoOverload),
            };
            result.map(Value::$value).ok_or(EvalError::Overflow)
        }
    )+};
}

integers! {
    int: i64 => Int;
    uint: u64 => Uint;
}

fn double(function: &Function, one: f64, two: f64) -> Outcome {
    Ok(Value::Double(match function {
        Function::Add => one + two,
        Function::Subtract => one - two,
        Function::Multiply => one * two,
        Function::Divide => one / two,
        _ => return Err(EvalError::NoOverload),
    }))
}

fn add(one: &Value, two: &Value) -> Outcome {
    match (one, two) {
        (Value::Text(one), Value::Text(two)) => Ok(Value::text(&[&**one, &**two].concat())),
        (Value::Bytes(one), Value::Bytes(two)) => {
            Ok(Value::Bytes([&**one, &**two].concat().into()))
        }
        (Value::List(one), Value::List(two)) => {
            Ok(Value::List(one.iter().chain(&**two).cloned().collect()))
        }
        (Value::Duration(one), Value::Duration(two)) => duration(one.checked_add(*two)),
        (Value::Timestamp(time), Value::Duration(span))
        | (Value::Duration(span), Value::Timestamp(time)) => {
            checked_timestamp(time + i128::from(*span))
        }
        _ => Err(EvalError::NoOverload),
    }
}

fn subtract(one: &Value, two: &Value) -> Outcome {
    match (one, two) {
        (Value::Duration(one), Value::Duration(two)) => duration(one.checked_sub(*two)),
        (Value::Timestamp(time), Value::Duration(span)) => {
            checked_timestamp(time - i128::from(*span))
        }
        (Value::Timestamp(one), Value::Timestamp(two)) => duration(i64::try_from(one - two).ok()),
        _ => Err(EvalError::NoOverload),
    }
}

fn duration(nanoseconds: Option<i64>) -> Outcome {
    nanoseconds.map(Value::Duration).ok_or(EvalError::Overflow)
}
