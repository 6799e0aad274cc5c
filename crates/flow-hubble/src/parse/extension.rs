//! What stands in `extensions`.

use std::string::{String, ToString};

use prost::{DecodeError, Message, Name};
use prost_reflect::DynamicMessage;
use prost_types::Any;
use serde_json::Value;

use crate::encode::STRUCT_NAME;
use crate::flow::ext::v1::Observation;
use crate::{descriptors, json};

/// An extension that is ours, and damaged.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("extension of type {type_url:?}: {reason}")]
#[non_exhaustive]
pub struct ExtensionError {
    /// Type of the extension.
    pub type_url: String,
    /// What is wrong with it.
    pub reason: DecodeError,
}

impl Observation {
    /// The observation that an `Any` holds, itself or as a `Struct`; `None` where it holds
    /// something else: another type, or a `Struct` with fields of other types.
    ///
    /// # Errors
    /// Where it holds an observation or a `Struct`, but damaged.
    pub fn unpack(any: &Any) -> Result<Option<Self>, ExtensionError> {
        let name = any.type_url.rsplit('/').next().unwrap_or_default();
        let fail = |reason| ExtensionError {
            type_url: any.type_url.to_string(),
            reason,
        };
        if name == Self::full_name() {
            return Self::decode(&*any.value).map(Some).map_err(fail);
        }
        let Some(structure) = descriptors::named(name).filter(|_| name == STRUCT_NAME) else {
            return Ok(None);
        };
        let fields = DynamicMessage::decode(structure, &*any.value).map_err(fail)?;
        // A number that JSON does not have stands in a `Struct` of somebody else.
        let value = serde_json::to_value(&fields).ok().map(whole_numbers);
        Ok(value.and_then(|value| json::from_value(value).ok()))
    }
}

/// Numbers of a `Struct` are floats; those without a fraction become integers, as the number of
/// an enumeration must be one.
fn whole_numbers(value: Value) -> Value {
    match value {
        Value::Number(number) => match number.as_f64().and_then(json::as_integer) {
            Some(integer) => Value::from(integer),
            None => Value::Number(number),
        },
        Value::Array(values) => values.into_iter().map(whole_numbers).collect(),
        Value::Object(fields) => fields
            .into_iter()
            .map(|(name, value)| (name, whole_numbers(value)))
            .collect(),
        other => other,
    }
}
