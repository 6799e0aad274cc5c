//! Fields of one kind: one value or a list, or `null` for none.

use std::fmt;
use std::marker::PhantomData;
use std::vec::Vec;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use super::notes::Notes;

/// A kind of value.
pub(crate) trait Kind {
    /// Values of this kind.
    type Value;

    /// Reads a value; `None` where it has a name that is not known, which is noted.
    fn read<'de, D: Deserializer<'de>>(
        input: D,
        notes: &Notes,
    ) -> Result<Option<Self::Value>, D::Error>;
}

/// Reads one value; `None` for `null` too.
struct One<'n, K>(&'n Notes, PhantomData<K>);

impl<'de, K: Kind> DeserializeSeed<'de> for One<'_, K> {
    type Value = Option<K::Value>;

    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<Self::Value, D::Error> {
        input.deserialize_option(self)
    }
}

impl<'de, K: Kind> Visitor<'de> for One<'_, K> {
    type Value = Option<K::Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value or null")
    }

    fn visit_none<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, input: D) -> Result<Self::Value, D::Error> {
        K::read(input, self.0)
    }
}

/// Reads a list; an empty one for `null`.
struct Many<'n, K>(&'n Notes, PhantomData<K>);

impl<'de, K: Kind> DeserializeSeed<'de> for Many<'_, K> {
    type Value = Vec<K::Value>;

    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<Self::Value, D::Error> {
        input.deserialize_any(self)
    }
}

impl<'de, K: Kind> Visitor<'de> for Many<'_, K> {
    type Value = Vec<K::Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Vec::new())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut input: A) -> Result<Self::Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = input.next_element_seed(Item::<K>(self.0, PhantomData))? {
            values.extend(value);
        }
        Ok(values)
    }
}

/// Reads an item of a list, which is never `null`.
struct Item<'n, K>(&'n Notes, PhantomData<K>);

impl<'de, K: Kind> DeserializeSeed<'de> for Item<'_, K> {
    type Value = Option<K::Value>;

    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<Self::Value, D::Error> {
        K::read(input, self.0)
    }
}

/// Reads the value of a member; `None` where there is none.
pub(crate) fn one<'de, K: Kind, A: MapAccess<'de>>(
    input: &mut A,
    notes: &Notes,
) -> Result<Option<K::Value>, A::Error> {
    input.next_value_seed(One::<K>(notes, PhantomData))
}

/// Reads a field that always has a value.
pub(crate) fn set<'de, K: Kind, A: MapAccess<'de>>(
    field: &mut K::Value,
    input: &mut A,
    notes: &Notes,
) -> Result<(), A::Error> {
    if let Some(value) = one::<K, A>(input, notes)? {
        *field = value;
    }
    Ok(())
}

/// Reads a field that may have no value.
pub(crate) fn put<'de, K: Kind, A: MapAccess<'de>>(
    field: &mut Option<K::Value>,
    input: &mut A,
    notes: &Notes,
) -> Result<(), A::Error> {
    *field = one::<K, A>(input, notes)?;
    Ok(())
}

/// Reads a list.
pub(crate) fn list<'de, K: Kind, A: MapAccess<'de>>(
    field: &mut Vec<K::Value>,
    input: &mut A,
    notes: &Notes,
) -> Result<(), A::Error> {
    *field = input.next_value_seed(Many::<K>(notes, PhantomData))?;
    Ok(())
}
