//! From a value of one type to one of another.

use super::function::Function;
use super::time;
use super::value::{EvalError, Outcome, Value};

/// 2^63 and 2^64.
const TWO_TO_63: f64 = 9_223_372_036_854_775_808.0;
const TWO_TO_64: f64 = 18_446_744_073_709_551_616.0;

/// Converts a value to the type that a function is named after.
pub(crate) fn convert(function: &Function, value: &Value) -> Outcome {
    match function {
        Function::ToBool => to_bool(value),
        Function::ToBytes => match value {
            Value::Bytes(_) => Ok(value.clone()),
            Value::Text(text) => Ok(Value::Bytes(text.as_bytes().into())),
            _ => Err(EvalError::NoOverload),
        },
        Function::ToDouble => to_double(value),
        Function::ToDuration => match value {
            Value::Duration(_) => Ok(value.clone()),
            Value::Int(nanoseconds) => Ok(Value::Duration(*nanoseconds)),
            Value::Text(text) => time::parse_duration(text)
                .map(Value::Duration)
                .ok_or(EvalError::Conversion),
            _ => Err(EvalError::NoOverload),
        },
        Function::ToInt => to_int(value),
        Function::ToText => to_text(value),
        Function::ToTimestamp => match value {
            Value::Timestamp(_) => Ok(value.clone()),
            Value::Int(seconds) => time::checked_timestamp(i128::from(*seconds) * time::SECOND),
            Value::Text(text) => match time::parse_timestamp(text) {
                Some(nanoseconds) => time::checked_timestamp(nanoseconds),
                None => Err(EvalError::Conversion),
            },
            _ => Err(EvalError::NoOverload),
        },
        Function::ToUint => to_uint(value),
        _ => Err(EvalError::NoOverload),
    }
}

fn to_bool(value: &Value) -> Outcome {
    match value {
        Value::Bool(_) => Ok(value.clone()),
        Value::Text(text) => match &**text {
            "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(Value::Bool(true)),
            "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(Value::Bool(false)),
            _ => Err(EvalError::Conversion),
        },
        _ => Err(EvalError::NoOverload),
    }
}

fn to_double(value: &Value) -> Outcome {
    Ok(Value::Double(match value {
        Value::Double(value) => *value,
        Value::Int(value) => *value as f64,
        Value::Uint(value) => *value as f64,
        Value::Text(text) => text.parse().map_err(|_| EvalError::Conversion)?,
        _ => return Err(EvalError::NoOverload),
    }))
}

fn to_int(value: &Value) -> Outcome {
    let number = match value {
        Value::Int(value) => *value,
        Value::Uint(value) => i64::try_from(*value).map_err(|_| EvalError::Overflow)?,
        Value::Double(value) if *value > -TWO_TO_63 && *value < TWO_TO_63 => *value as i64,
        Value::Double(_) => return Err(EvalError::Overflow),
        Value::Duration(nanoseconds) => *nanoseconds,
        Value::Timestamp(nanoseconds) => {
            let seconds = nanoseconds.div_euclid(time::SECOND);
            i64::try_from(seconds).map_err(|_| EvalError::Overflow)?
        }
        Value::Text(text) => text.parse().map_err(|_| EvalError::Conversion)?,
        _ => return Err(EvalError::NoOverload),
    };
    Ok(Value::Int(number))
}

fn to_uint(value: &Value) -> Outcome {
    let number = match value {
        Value::Uint(value) => *value,
        Value::Int(value) => u64::try_from(*value).map_err(|_| EvalError::Overflow)?,
        Value::Double(value) if *value >= 0.0 && *value < TWO_TO_64 => *value as u64,
        Value::Double(_) => return Err(EvalError::Overflow),
        // Unlike an int, it has no sign.
        Value::Text(text) if text.starts_with('+') => return Err(EvalError::Conversion),
        Value::Text(text) => text.parse().map_err(|_| EvalError::Conversion)?,
        _ => return Err(EvalError::NoOverload),
    };
    Ok(Value::Uint(number))
}

fn to_text(value: &Value) -> Outcome {
    Ok(Value::text(&match value {
        Value::Text(_) => return Ok(value.clone()),
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Uint(value) => value.to_string(),
        Value::Double(value) => double_text(*value),
        Value::Bytes(bytes) => {
            let text = std::str::from_utf8(bytes).map_err(|_| EvalError::Conversion)?;
            text.to_owned()
        }
        Value::Duration(nanoseconds) => time::duration_text(*nanoseconds),
        Value::Timestamp(nanoseconds) => time::timestamp_text(*nanoseconds),
        _ => return Err(EvalError::NoOverload),
    }))
}

/// A double as Go's `%g` writes it: the shortest form, with an exponent where that is below -4 or
/// from 21 on.
fn double_text(value: f64) -> String {
    if value.is_nan() {
        return "NaN".into();
    }
    if value.is_infinite() {
        return if value > 0.0 { "+Inf" } else { "-Inf" }.into();
    }
    let text = format!("{value:e}");
    let Some((digits, exponent)) = text.split_once('e') else {
        return text;
    };
    let exponent: i32 = exponent.parse().unwrap_or_default();
    if (-4..21).contains(&exponent) {
        return value.to_string();
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", exponent.abs())
}
