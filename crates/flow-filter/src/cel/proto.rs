//! From protobuf's values to those of expressions, and back.

use std::sync::Arc;

use prost_reflect::Value as Proto;
use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, MapKey, ReflectMessage};

use super::schema;
use super::types::Type;
use super::value::{EvalError, Outcome, Value};

const SECOND: i64 = 1_000_000_000;

/// The value of a field of a message.
pub(crate) fn field(message: &DynamicMessage, field: &FieldDescriptor) -> Outcome {
    if !message.has_field(field)
        && let Kind::Message(kind) = field.kind()
        && !field.is_list()
        && !field.is_map()
        && matches!(schema::message_type(&kind), Type::Wrapper(_) | Type::Dyn)
    {
        return Ok(Value::Null);
    }
    value(&message.get_field(field))
}

fn value(proto: &Proto) -> Outcome {
    Ok(match proto {
        Proto::Bool(value) => Value::Bool(*value),
        Proto::I32(value) => Value::Int(i64::from(*value)),
        Proto::I64(value) => Value::Int(*value),
        Proto::EnumNumber(value) => Value::Int(i64::from(*value)),
        Proto::U32(value) => Value::Uint(u64::from(*value)),
        Proto::U64(value) => Value::Uint(*value),
        Proto::F32(value) => Value::Double(f64::from(*value)),
        Proto::F64(value) => Value::Double(*value),
        Proto::String(value) => Value::text(value),
        Proto::Bytes(value) => Value::Bytes((**value).into()),
        Proto::Message(message) => return from_message(message),
        Proto::List(values) => {
            let values: Result<Arc<[Value]>, EvalError> = values.iter().map(value).collect();
            Value::List(values?)
        }
        Proto::Map(entries) => {
            let entries = entries
                .iter()
                .map(|(key, entry)| Ok((map_key(key), value(entry)?)));
            let entries: Result<Arc<[(Value, Value)]>, EvalError> = entries.collect();
            Value::Map(entries?)
        }
    })
}

fn map_key(key: &MapKey) -> Value {
    match key {
        MapKey::Bool(key) => Value::Bool(*key),
        MapKey::I32(key) => Value::Int(i64::from(*key)),
        MapKey::I64(key) => Value::Int(*key),
        MapKey::U32(key) => Value::Uint(u64::from(*key)),
        MapKey::U64(key) => Value::Uint(*key),
        MapKey::String(key) => Value::text(key),
    }
}

/// The value that a message stands for.
pub(crate) fn from_message(message: &DynamicMessage) -> Outcome {
    let descriptor = message.descriptor();
    let number = |number| match message.get_field_by_number(number).as_deref() {
        Some(Proto::I64(value)) => *value,
        Some(Proto::I32(value)) => i64::from(*value),
        _ => 0,
    };
    match schema::message_type(&descriptor) {
        Type::Timestamp => {
            let seconds = i128::from(number(1)) * i128::from(SECOND);
            Ok(Value::Timestamp(seconds + i128::from(number(2))))
        }
        Type::Duration => {
            let whole = number(1).checked_mul(SECOND);
            let nanoseconds = whole.and_then(|whole| whole.checked_add(number(2)));
            nanoseconds.map(Value::Duration).ok_or(EvalError::Overflow)
        }
        Type::Wrapper(_) => match message.get_field_by_number(1) {
            Some(inner) => value(&inner),
            None => Ok(Value::Null),
        },
        Type::Message(_) => Ok(Value::Message(Arc::new(message.clone()))),
        _ => well_known(message),
    }
}

/// `Any`, and the messages that stand for JSON.
fn well_known(message: &DynamicMessage) -> Outcome {
    let part = |number| message.get_field_by_number(number);
    match message.descriptor().full_name() {
        "google.protobuf.Any" => {
            let url = part(1);
            let bytes = part(2);
            let (Some(Proto::String(url)), Some(Proto::Bytes(bytes))) =
                (url.as_deref(), bytes.as_deref())
            else {
                return Err(EvalError::UnknownMessage);
            };
            let name = url.rsplit('/').next().unwrap_or_default();
            let descriptor = schema::message(name).ok_or(EvalError::UnknownMessage)?;
            let inner = DynamicMessage::decode(descriptor, bytes.clone());
            from_message(&inner.map_err(|_| EvalError::UnknownMessage)?)
        }
        "google.protobuf.Value" => {
            let set = message.fields().next();
            match set {
                None => Ok(Value::Null),
                Some((field, _)) if field.name() == "null_value" => Ok(Value::Null),
                Some((_, inner)) => value(inner),
            }
        }
        // A struct and a list hold what they stand for in their first field.
        _ => match part(1) {
            Some(inner) => value(&inner),
            None => Ok(Value::Null),
        },
    }
}

/// The value that a field of a message takes; `None` for null, which leaves it unset.
pub(crate) fn to_field(field: &FieldDescriptor, value: &Value) -> Result<Option<Proto>, EvalError> {
    if let (true, Value::List(values)) = (field.is_list(), value) {
        let values = values.iter().map(|value| {
            let element = to_kind(&field.kind(), value)?;
            element.ok_or(EvalError::Conversion)
        });
        let values: Result<Vec<Proto>, EvalError> = values.collect();
        return values.map(|values| Some(Proto::List(values)));
    }
    if field.is_list() || field.is_map() {
        // None of Hubble's messages has a map.
        return Err(EvalError::Conversion);
    }
    to_kind(&field.kind(), value)
}

fn to_kind(kind: &Kind, value: &Value) -> Result<Option<Proto>, EvalError> {
    let fail = |_| EvalError::Overflow;
    Ok(Some(match (kind, value) {
        (Kind::Bool, Value::Bool(value)) => Proto::Bool(*value),
        (Kind::String, Value::Text(value)) => Proto::String((**value).into()),
        (Kind::Bytes, Value::Bytes(value)) => Proto::Bytes(value.to_vec().into()),
        (Kind::Double, Value::Double(value)) => Proto::F64(*value),
        (Kind::Float, Value::Double(value)) => Proto::F32(*value as f32),
        (Kind::Int64 | Kind::Sint64 | Kind::Sfixed64, Value::Int(value)) => Proto::I64(*value),
        (Kind::Int32 | Kind::Sint32 | Kind::Sfixed32, Value::Int(value)) => {
            Proto::I32(i32::try_from(*value).map_err(fail)?)
        }
        (Kind::Enum(_), Value::Int(value)) => {
            Proto::EnumNumber(i32::try_from(*value).map_err(fail)?)
        }
        (Kind::Uint64 | Kind::Fixed64, Value::Uint(value)) => Proto::U64(*value),
        (Kind::Uint32 | Kind::Fixed32, Value::Uint(value)) => {
            Proto::U32(u32::try_from(*value).map_err(fail)?)
        }
        (Kind::Message(_), Value::Null) => return Ok(None),
        (Kind::Message(descriptor), value) => {
            if let Value::Message(message) = value
                && message.descriptor() == *descriptor
            {
                return Ok(Some(Proto::Message((**message).clone())));
            }
            let mut message = DynamicMessage::new(descriptor.clone());
            match (schema::message_type(descriptor), value) {
                (Type::Timestamp, Value::Timestamp(nanoseconds)) => {
                    let seconds = nanoseconds.div_euclid(i128::from(SECOND));
                    let rest = nanoseconds.rem_euclid(i128::from(SECOND));
                    let seconds = i64::try_from(seconds).map_err(fail)?;
                    message.set_field_by_number(1, Proto::I64(seconds));
                    message.set_field_by_number(2, Proto::I32(rest as i32));
                }
                (Type::Duration, Value::Duration(nanoseconds)) => {
                    message.set_field_by_number(1, Proto::I64(nanoseconds / SECOND));
                    message.set_field_by_number(2, Proto::I32((nanoseconds % SECOND) as i32));
                }
                (Type::Wrapper(_), value) => {
                    let inner = descriptor.get_field(1).ok_or(EvalError::Conversion)?;
                    let inner = to_kind(&inner.kind(), value)?.ok_or(EvalError::Conversion)?;
                    message.set_field_by_number(1, inner);
                }
                _ => return Err(EvalError::Conversion),
            }
            Proto::Message(message)
        }
        _ => return Err(EvalError::Conversion),
    }))
}
