//! Single values: text, names of enumerations, messages with one field.

use core::fmt::{self, Write};

use serde::ser::{Serialize, SerializeMap, Serializer};

/// What prints, as a JSON string.
pub(super) struct Text<T>(pub(super) T);

impl<T: fmt::Display> Serialize for Text<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// The name of an enumeration's value, or its number.
pub(super) struct Named<N>(pub(super) Option<&'static str>, pub(super) N);

impl<N: Serialize> Serialize for Named<N> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Some(name) => serializer.serialize_str(name),
            None => self.1.serialize(serializer),
        }
    }
}

/// As [`Named`], a name like `to-stack` in protobuf's spelling `TO_STACK`.
pub(super) struct Upper(pub(super) Option<&'static str>, pub(super) u8);

impl Serialize for Upper {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Some(name) => serializer.collect_str(&Spelled(name)),
            None => serializer.serialize_u8(self.1),
        }
    }
}

struct Spelled(&'static str);

impl fmt::Display for Spelled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|letter| {
            f.write_char(match letter {
                '-' => '_',
                _ => letter.to_ascii_uppercase(),
            })
        })
    }
}

/// A message with one field.
pub(super) struct One<T>(pub(super) &'static str, pub(super) T);

impl<T: Serialize> Serialize for One<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry(self.0, &self.1)?;
        map.end()
    }
}
