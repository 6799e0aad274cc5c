//! Values, borrowed.

use super::cursor::Cursor;
use super::kind::Kind;
use super::types::{Definition, FieldNumbers, MAX_DEPTH, TypeTable};

/// A value of a stream. Every part of it was looked at when its message was read, so that its
/// parts can be had without an error.
#[derive(Clone, Copy)]
pub struct Value<'a> {
    types: &'a TypeTable,
    id: u32,
    kind: Kind,
    /// From the value on, to the end of the message.
    bytes: &'a [u8],
}

impl core::fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        // What a value says may be a secret.
        write!(f, "Value({:?})", self.kind)
    }
}

impl<'a> Value<'a> {
    /// A value whose bytes were looked at, of a type that was defined; others may follow.
    pub(super) fn new(types: &'a TypeTable, id: u32, bytes: &'a [u8]) -> Option<Self> {
        let kind = types.kind(id)?;
        Some(Self {
            types,
            id,
            kind,
            bytes,
        })
    }

    /// A value whose bytes were looked at, of a type of this kind; others may follow.
    #[inline]
    pub(super) const fn looked_at(
        types: &'a TypeTable,
        id: u32,
        kind: Kind,
        bytes: &'a [u8],
    ) -> Self {
        Self {
            types,
            id,
            kind,
            bytes,
        }
    }

    /// Its bytes, and what follows in its message.
    pub(super) const fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Its type.
    pub(super) const fn of_type(&self) -> (&'a TypeTable, u32) {
        (self.types, self.id)
    }

    /// What it is.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// A truth value.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        (self.kind == Kind::Bool)
            .then(|| Cursor::new(self.bytes).uint().ok())?
            .map(|number| number != 0)
    }

    /// A number that is not negative, signed in the stream or not.
    #[must_use]
    pub fn as_u64(&self) -> Option<u64> {
        match self.kind {
            Kind::Uint => Cursor::new(self.bytes).uint().ok(),
            Kind::Int => u64::try_from(Cursor::new(self.bytes).int().ok()?).ok(),
            _ => None,
        }
    }

    /// A number, signed in the stream or not.
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        match self.kind {
            Kind::Int => Cursor::new(self.bytes).int().ok(),
            Kind::Uint => i64::try_from(Cursor::new(self.bytes).uint().ok()?).ok(),
            _ => None,
        }
    }

    /// A floating-point number: its bits with the order of the bytes reversed.
    #[must_use]
    pub fn as_f64(&self) -> Option<f64> {
        (self.kind == Kind::Float)
            .then(|| Cursor::new(self.bytes).uint().ok())?
            .map(|bits| f64::from_bits(bits.swap_bytes()))
    }

    /// Text, bytes, or what the type's own code made.
    #[must_use]
    pub fn as_bytes(&self) -> Option<&'a [u8]> {
        matches!(self.kind, Kind::Bytes | Kind::String | Kind::Opaque)
            .then(|| Cursor::new(self.bytes).string().ok())?
    }

    /// The fields of a struct, in order. What has the zero value of its type is left out.
    #[must_use]
    pub fn fields(&self) -> Fields<'a> {
        Fields {
            value: *self,
            walk: Walk::new(self.types, Cursor::new(self.bytes)),
            numbers: FieldNumbers::default(),
        }
    }

    /// The field of a struct with this name.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<Self> {
        self.fields()
            .find(|(known, _)| *known == name.as_bytes())
            .map(|(_, value)| value)
    }

    /// Whether it is a struct whose type has a field of this name, be it left out or not.
    #[must_use]
    pub fn declares(&self, name: &str) -> bool {
        match self.types.get(self.id) {
            Some(Definition::Struct { fields }) => {
                fields.iter().any(|field| *field.name == *name.as_bytes())
            }
            _ => false,
        }
    }

    /// The values of a slice or an array.
    #[must_use]
    pub fn elements(&self) -> Elements<'a> {
        let mut cursor = Cursor::new(self.bytes);
        let (element, left) = match self.types.get(self.id) {
            Some(Definition::Array { element } | Definition::Slice { element }) => {
                (*element, cursor.uint().unwrap_or(0))
            }
            _ => (0, 0),
        };
        Elements {
            walk: Walk::new(self.types, cursor),
            element,
            left,
        }
    }

    /// The pairs of a map, in the order of the stream.
    #[must_use]
    pub fn entries(&self) -> Entries<'a> {
        let mut cursor = Cursor::new(self.bytes);
        let (ids, left) = match self.types.get(self.id) {
            Some(Definition::Map { key, element }) => {
                ([*key, *element], cursor.uint().unwrap_or(0))
            }
            _ => ([0; 2], 0),
        };
        Entries {
            walk: Walk::new(self.types, cursor),
            ids,
            left,
        }
    }
}

/// Goes from value to value. A value is stepped over when the next one is asked for, and not if
/// none is.
#[derive(Clone, Debug)]
struct Walk<'a> {
    types: &'a TypeTable,
    cursor: Cursor<'a>,
    /// Type of the value at the cursor, if it was given out.
    given: Option<u32>,
}

impl<'a> Walk<'a> {
    const fn new(types: &'a TypeTable, cursor: Cursor<'a>) -> Self {
        Self {
            types,
            cursor,
            given: None,
        }
    }

    /// The cursor, behind the value that was given out last.
    fn behind(&mut self) -> Option<&mut Cursor<'a>> {
        if let Some(id) = self.given.take() {
            let cursor = &mut self.cursor;
            self.types.skip(id, cursor, MAX_DEPTH, &mut drop).ok()?;
        }
        Some(&mut self.cursor)
    }

    /// The value at the cursor.
    fn give(&mut self, id: u32) -> Option<Value<'a>> {
        self.given = Some(id);
        Value::new(self.types, id, self.cursor.rest())
    }

    fn next(&mut self, id: u32) -> Option<Value<'a>> {
        self.behind()?;
        self.give(id)
    }
}

/// Names and values of a struct's fields: see [`Value::fields`].
#[derive(Clone, Debug)]
pub struct Fields<'a> {
    value: Value<'a>,
    walk: Walk<'a>,
    numbers: FieldNumbers,
}

impl<'a> Iterator for Fields<'a> {
    type Item = (&'a [u8], Value<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        let Definition::Struct { fields } = self.value.types.get(self.value.id)? else {
            return None;
        };
        let number = self.numbers.next(self.walk.behind()?).ok()??;
        let field = fields.get(number)?;
        let value = self.walk.give(field.id)?;
        Some((&field.name, value))
    }
}

/// Values of a slice: see [`Value::elements`].
#[derive(Clone, Debug)]
pub struct Elements<'a> {
    walk: Walk<'a>,
    element: u32,
    left: u64,
}

impl<'a> Iterator for Elements<'a> {
    type Item = Value<'a>;

    fn next(&mut self) -> Option<Value<'a>> {
        self.left = self.left.checked_sub(1)?;
        self.walk.next(self.element)
    }
}

/// Pairs of a map: see [`Value::entries`].
#[derive(Clone, Debug)]
pub struct Entries<'a> {
    walk: Walk<'a>,
    ids: [u32; 2],
    left: u64,
}

impl<'a> Iterator for Entries<'a> {
    type Item = (Value<'a>, Value<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        let key = self.walk.next(self.ids[0])?;
        let element = self.walk.next(self.ids[1])?;
        Some((key, element))
    }
}
