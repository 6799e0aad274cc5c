//! The extension of a message: an object whose member `@type` says what the others are.

use std::borrow::ToOwned;
use std::string::String;

use prost::{Message, Name};
use prost_reflect::DynamicMessage;
use prost_types::value::Kind as StructKind;
use prost_types::{Any, ListValue, Struct, Value as StructValue};
use serde::de::{Deserialize, Deserializer, Error};
use serde_json::{Map, Value};

use super::kind::Kind;
use super::message;
use super::notes::Notes;
use crate::descriptors;
use crate::encode::STRUCT_NAME;
use crate::flow::ext::v1::Observation;

/// The kind of an extension.
pub(crate) struct Extension;

impl Kind for Extension {
    type Value = Any;

    fn read<'de, D: Deserializer<'de>>(input: D, notes: &Notes) -> Result<Option<Any>, D::Error> {
        let mut value = Value::deserialize(input)?;
        let type_url = value.get("@type").and_then(Value::as_str);
        let type_url = type_url
            .ok_or_else(|| D::Error::custom("expected an object with \"@type\", found none"))?
            .to_owned();
        let name = type_url.rsplit('/').next().unwrap_or_default();
        if name == Observation::full_name() {
            if let Some(fields) = value.as_object_mut() {
                fields.remove("@type");
            }
            let observation: Observation = message::read(value, notes).map_err(D::Error::custom)?;
            let value = observation.encode_to_vec();
            return Ok(Some(Any { type_url, value }));
        }
        if name == STRUCT_NAME
            && let Some(Value::Object(fields)) = value.get_mut("value").map(Value::take)
        {
            let value = structure(fields).encode_to_vec();
            return Ok(Some(Any { type_url, value }));
        }
        if descriptors::named(name).is_none() {
            notes.note(|| std::format!("extensions of the unknown type {type_url:?}"));
            return Ok(None);
        }
        // Rare enough for reflection.
        let any = descriptors::of::<Any>();
        let any = DynamicMessage::deserialize(any, value).map_err(D::Error::custom)?;
        any.transcode_to().map(Some).map_err(D::Error::custom)
    }
}

fn structure(fields: Map<String, Value>) -> Struct {
    Struct {
        fields: fields
            .into_iter()
            .map(|(name, value)| (name, structured(value)))
            .collect(),
    }
}

fn structured(value: Value) -> StructValue {
    let kind = match value {
        Value::Null => StructKind::NullValue(0),
        Value::Bool(value) => StructKind::BoolValue(value),
        // Numbers of JSON are floats there; one that is too large was refused while it was parsed.
        Value::Number(number) => StructKind::NumberValue(number.as_f64().unwrap_or(f64::NAN)),
        Value::String(text) => StructKind::StringValue(text),
        Value::Array(values) => StructKind::ListValue(ListValue {
            values: values.into_iter().map(structured).collect(),
        }),
        Value::Object(fields) => StructKind::StructValue(structure(fields)),
    };
    StructValue { kind: Some(kind) }
}
