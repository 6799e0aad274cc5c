//! A message: an object whose members are its fields.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::string::String;

pub(crate) use serde::de::MapAccess;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, Visitor};

use super::kind::Kind;
use super::notes::Notes;

/// A message that can be read from JSON. All messages of this crate are.
pub trait ReadJson: Default {
    /// Full name of the message.
    #[doc(hidden)]
    const NAME: &'static str;

    /// Reads the member `name`, if there is a field of that name; else returns `false` and leaves it.
    #[doc(hidden)]
    fn read_field<'de, A: MapAccess<'de>>(
        &mut self,
        name: &str,
        input: &mut A,
        notes: &Notes,
    ) -> Result<bool, A::Error>;
}

/// The kind of a message.
pub(crate) struct Msg<M>(PhantomData<M>);

impl<M: ReadJson> Kind for Msg<M> {
    type Value = M;

    fn read<'de, D: Deserializer<'de>>(input: D, notes: &Notes) -> Result<Option<M>, D::Error> {
        read(input, notes).map(Some)
    }
}

/// Reads a message.
pub(crate) fn read<'de, M: ReadJson, D: Deserializer<'de>>(
    input: D,
    notes: &Notes,
) -> Result<M, D::Error> {
    input.deserialize_map(Fields(notes, PhantomData))
}

struct Fields<'n, M>(&'n Notes, PhantomData<M>);

impl<'de, M: ReadJson> Visitor<'de> for Fields<'_, M> {
    type Value = M;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object with the fields of {}", M::NAME)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut input: A) -> Result<M, A::Error> {
        let mut message = M::default();
        while let Some(name) = input.next_key_seed(FieldName)? {
            if !message.read_field(&name, &mut input, self.0)? {
                input.next_value::<IgnoredAny>()?;
                let part = || std::format!("unrecognized field name '{name}' of {}", M::NAME);
                self.0.note(part);
            }
        }
        Ok(message)
    }
}

/// Reads a name, which is borrowed unless it has escapes.
struct FieldName;

impl<'de> DeserializeSeed<'de> for FieldName {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<Self::Value, D::Error> {
        input.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for FieldName {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(name))
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(name.into()))
    }

    fn visit_string<E>(self, name: String) -> Result<Self::Value, E> {
        Ok(Cow::Owned(name))
    }
}
