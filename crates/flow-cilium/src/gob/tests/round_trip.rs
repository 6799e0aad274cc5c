//! Values of any type, written and read.

use std::collections::BTreeMap;
use std::string::String;
use std::vec::Vec;
use std::{boxed::Box, format};

use proptest::prelude::*;

use super::writer::*;
use crate::gob::*;

/// A type with a value of it.
#[derive(Clone, Debug, PartialEq)]
enum Model {
    Bool(bool),
    Int(i64),
    Uint(u64),
    Float(f64),
    Bytes(Vec<u8>),
    Text(String),
    Opaque(Vec<u8>),
    /// The first gives the type.
    Slice(Box<Model>, Vec<Model>),
    Map(Box<Model>, Vec<(String, Model)>),
    Struct(Vec<(String, Model)>),
}

fn leaf() -> impl Strategy<Value = Model> {
    prop_oneof![
        any::<bool>().prop_map(Model::Bool),
        prop_oneof![any::<i64>(), -200..200_i64].prop_map(Model::Int),
        prop_oneof![any::<u64>(), 0..300_u64].prop_map(Model::Uint),
        prop_oneof![any::<f64>(), Just(17.0)].prop_map(Model::Float),
        proptest::collection::vec(any::<u8>(), 0..200).prop_map(Model::Bytes),
        ".{0,20}".prop_map(Model::Text),
        proptest::collection::vec(any::<u8>(), 0..20).prop_map(Model::Opaque),
    ]
}

/// Another value of the same type: with every number changed, every list one shorter.
fn varied(model: &Model, by: u8) -> Model {
    match model {
        Model::Bool(value) => Model::Bool(*value ^ (by & 1 == 1)),
        Model::Int(value) => Model::Int(value.wrapping_mul(i64::from(by))),
        Model::Uint(value) => Model::Uint(value.wrapping_add(u64::from(by))),
        Model::Float(value) => Model::Float(value * f64::from(by)),
        Model::Bytes(value) => Model::Bytes(value.iter().skip(1).copied().collect()),
        Model::Text(value) => Model::Text(format!("{by}{value}")),
        Model::Opaque(value) => Model::Opaque(value.iter().skip(1).copied().collect()),
        Model::Slice(element, values) => {
            let values = values.iter().skip(1).map(|value| varied(value, by));
            Model::Slice(element.clone(), values.collect())
        }
        Model::Map(element, pairs) => Model::Map(element.clone(), pairs.clone()),
        Model::Struct(fields) => {
            let fields = fields.iter();
            Model::Struct(
                fields
                    .map(|(name, field)| (name.clone(), varied(field, by)))
                    .collect(),
            )
        }
    }
}

fn models() -> impl Strategy<Value = Model> {
    leaf().prop_recursive(4, 32, 5, |inner| {
        let slice = (inner.clone(), 0..6_u8).prop_map(|(element, count)| {
            let values = (0..count).map(|by| varied(&element, by)).collect();
            Model::Slice(Box::new(element), values)
        });
        let map = (inner.clone(), 0..6_u8).prop_map(|(element, count)| {
            let pair = |by| (format!("key {by}"), varied(&element, by));
            let pairs = (0..count).map(pair).collect();
            Model::Map(Box::new(element), pairs)
        });
        let fields = proptest::collection::vec(inner, 0..6).prop_map(|fields| {
            let named = fields
                .into_iter()
                .enumerate()
                .map(|(index, field)| (format!("Field{index}"), field));
            Model::Struct(named.collect())
        });
        prop_oneof![slice, map, fields]
    })
}

/// Definitions of the types met so far, by what they are.
#[derive(Default)]
struct Types {
    known: BTreeMap<String, i64>,
    messages: Vec<Vec<u8>>,
}

impl Types {
    /// Number of the type, which is defined if it is new.
    fn id(&mut self, model: &Model) -> i64 {
        let (shape, definition): (String, Box<dyn Fn(i64) -> Vec<u8>>) = match model {
            Model::Bool(_) => return 1,
            Model::Int(_) => return 2,
            Model::Uint(_) => return 3,
            Model::Float(_) => return 4,
            Model::Bytes(_) => return 5,
            Model::Text(_) => return 6,
            Model::Opaque(value) => {
                let kind = value.len() as u8 % 3;
                (
                    format!("opaque {kind}"),
                    Box::new(move |id| define_opaque(id, kind)),
                )
            }
            Model::Slice(element, values) => {
                let element = self.id(element);
                let length = values.len() as i64;
                if length % 2 == 0 {
                    (
                        format!("slice {element}"),
                        Box::new(move |id| define_slice(id, element)),
                    )
                } else {
                    let define = move |id| define_array(id, element, length);
                    (format!("array {element} {length}"), Box::new(define))
                }
            }
            Model::Map(element, _) => {
                let element = self.id(element);
                (
                    format!("map {element}"),
                    Box::new(move |id| define_map(id, 6, element)),
                )
            }
            Model::Struct(fields) => {
                let ids: Vec<_> = fields
                    .iter()
                    .map(|(name, field)| (name.clone(), self.id(field)))
                    .collect();
                let define = {
                    let ids = ids.clone();
                    move |id| {
                        let fields: Vec<_> =
                            ids.iter().map(|(name, id)| (name.as_str(), *id)).collect();
                        define_struct(id, &fields)
                    }
                };
                (format!("struct {ids:?}"), Box::new(define))
            }
        };
        if let Some(id) = self.known.get(&shape) {
            return *id;
        }
        let id = 65 + self.known.len() as i64 * 3;
        self.known.insert(shape, id);
        self.messages.push(message(&definition(id)));
        id
    }
}

fn is_zero(model: &Model) -> bool {
    match model {
        Model::Bool(value) => !value,
        Model::Int(value) => *value == 0,
        Model::Uint(value) => *value == 0,
        Model::Float(value) => value.to_bits() == 0,
        Model::Bytes(value) => value.is_empty(),
        Model::Text(value) => value.is_empty(),
        _ => false,
    }
}

fn encoded(model: &Model) -> Vec<u8> {
    match model {
        Model::Bool(value) => uint(u64::from(*value)),
        Model::Int(value) => int(*value),
        Model::Uint(value) => uint(*value),
        Model::Float(value) => uint(value.to_bits().swap_bytes()),
        Model::Bytes(value) | Model::Opaque(value) => string(value),
        Model::Text(value) => string(value.as_bytes()),
        Model::Slice(_, values) => {
            let mut written = uint(values.len() as u64);
            values
                .iter()
                .for_each(|value| written.extend(encoded(value)));
            written
        }
        Model::Map(_, pairs) => {
            let mut written = uint(pairs.len() as u64);
            for (key, value) in pairs {
                written.extend(string(key.as_bytes()));
                written.extend(encoded(value));
            }
            written
        }
        Model::Struct(fields) => {
            let mut written = Vec::new();
            let mut distance = 1;
            for (_, field) in fields {
                if is_zero(field) {
                    distance += 1;
                } else {
                    written.extend(uint(distance));
                    written.extend(encoded(field));
                    distance = 1;
                }
            }
            written.push(0);
            written
        }
    }
}

/// What was written is what is read.
fn check(model: &Model, value: &Value<'_>) -> Result<(), TestCaseError> {
    match model {
        Model::Bool(expected) => prop_assert_eq!(value.as_bool(), Some(*expected)),
        Model::Int(expected) => prop_assert_eq!(value.as_i64(), Some(*expected)),
        Model::Uint(expected) => prop_assert_eq!(value.as_u64(), Some(*expected)),
        Model::Float(expected) => {
            let bits = value.as_f64().map(f64::to_bits);
            prop_assert_eq!(bits, Some(expected.to_bits()));
        }
        Model::Bytes(expected) | Model::Opaque(expected) => {
            prop_assert_eq!(value.as_bytes(), Some(expected.as_slice()));
        }
        Model::Text(expected) => prop_assert_eq!(value.as_bytes(), Some(expected.as_bytes())),
        Model::Slice(_, expected) => {
            prop_assert_eq!(value.kind(), Kind::Slice);
            prop_assert_eq!(value.elements().count(), expected.len());
            for (expected, element) in expected.iter().zip(value.elements()) {
                check(expected, &element)?;
            }
        }
        Model::Map(_, expected) => {
            prop_assert_eq!(value.entries().count(), expected.len());
            for ((name, expected), (key, element)) in expected.iter().zip(value.entries()) {
                prop_assert_eq!(key.as_bytes(), Some(name.as_bytes()));
                check(expected, &element)?;
            }
        }
        Model::Struct(expected) => {
            let there = expected.iter().filter(|(_, field)| !is_zero(field));
            prop_assert_eq!(value.fields().count(), there.clone().count());
            for (name, _) in expected {
                prop_assert!(value.declares(name));
            }
            for ((name, expected), (known, field)) in there.zip(value.fields()) {
                prop_assert_eq!(known, name.as_bytes());
                check(expected, &field)?;
            }
        }
    }
    Ok(())
}

proptest! {
    /// Values of many types in one stream, types defined in any order, in chunks of any size.
    #[test]
    fn what_is_written_is_read(
        values in proptest::collection::vec(models(), 1..6),
        chunk in 1..300_usize,
        backwards in any::<bool>(),
    ) {
        let mut types = Types::default();
        let ids: Vec<_> = values.iter().map(|value| types.id(value)).collect();
        if backwards {
            types.messages.reverse();
        }
        let mut bytes = types.messages.concat();
        for (id, value) in ids.iter().zip(&values) {
            let mut body = int(*id);
            if !matches!(value, Model::Struct(_)) {
                body.push(0);
            }
            body.extend(encoded(value));
            bytes.extend(message(&body));
        }
        let mut stream = GobStream::default();
        let mut expected = values.iter();
        for chunk in bytes.chunks(chunk) {
            stream.push(chunk);
            while let Some(value) = stream.next_value().unwrap() {
                check(expected.next().unwrap(), &value)?;
            }
        }
        prop_assert_eq!(expected.next(), None);
        prop_assert_eq!((stream.pending(), stream.types().len()), (0, types.messages.len()));
    }
}
