//! Values, borrowed.

use super::TypeTable;
use super::cursor::Cursor;
use super::types::{Definition, FieldNumbers, MAX_DEPTH};

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// True or false.
    Bool,
    /// A signed number.
    Int,
    /// An unsigned number.
    Uint,
    /// A floating-point number.
    Float,
    /// Bytes.
    Bytes,
    /// Bytes that are text.
    String,
    /// A complex number.
    Complex,
    /// A value of a type that is told with it.
    Interface,
    /// Values of one type, in order.
    Slice,
    /// Values with names.
    Struct,
    /// Pairs.
    Map,
    /// Bytes that the type's own code made.
    Opaque,
}

/// A value of a stream. Every part of it was looked at when its message was read, so that its
/// parts can be had without an error.
#[derive(Clone, Copy)]
pub struct Value<'a> {
    types: &'a TypeTable,
    id: u32,
    kind: Kind,
    bytes: &'a [u8],
}

impl core::fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        // What a value says may be a secret.
        write!(f, "Value({:?}, {} bytes)", self.kind, self.bytes.len())
    }
}

impl<'a> Value<'a> {
    /// A value whose bytes were looked at, of a type that was defined.
    pub(super) fn new(types: &'a TypeTable, id: u32, bytes: &'a [u8]) -> Option<Self> {
        let kind = types.kind(id)?;
        Some(Self {
            types,
            id,
            kind,
            bytes,
        })
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
            cursor: Cursor::new(self.bytes),
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
            types: self.types,
            cursor,
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
            types: self.types,
            cursor,
            ids,
            left,
        }
    }
}

/// The value at the cursor, which moves behind it.
fn take<'a>(types: &'a TypeTable, id: u32, cursor: &mut Cursor<'a>) -> Option<Value<'a>> {
    let begin = cursor.at();
    types.skip(id, cursor, MAX_DEPTH, &mut drop).ok()?;
    Value::new(types, id, cursor.since(begin))
}

/// Names and values of a struct's fields: see [`Value::fields`].
#[derive(Clone, Debug)]
pub struct Fields<'a> {
    value: Value<'a>,
    cursor: Cursor<'a>,
    numbers: FieldNumbers,
}

impl<'a> Iterator for Fields<'a> {
    type Item = (&'a [u8], Value<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        let Definition::Struct { fields } = self.value.types.get(self.value.id)? else {
            return None;
        };
        let number = self.numbers.next(&mut self.cursor).ok()??;
        let field = fields.get(number)?;
        let value = take(self.value.types, field.id, &mut self.cursor)?;
        Some((&field.name, value))
    }
}

/// Values of a slice: see [`Value::elements`].
#[derive(Clone, Debug)]
pub struct Elements<'a> {
    types: &'a TypeTable,
    cursor: Cursor<'a>,
    element: u32,
    left: u64,
}

impl<'a> Iterator for Elements<'a> {
    type Item = Value<'a>;

    fn next(&mut self) -> Option<Value<'a>> {
        self.left = self.left.checked_sub(1)?;
        take(self.types, self.element, &mut self.cursor)
    }
}

/// Pairs of a map: see [`Value::entries`].
#[derive(Clone, Debug)]
pub struct Entries<'a> {
    types: &'a TypeTable,
    cursor: Cursor<'a>,
    ids: [u32; 2],
    left: u64,
}

impl<'a> Iterator for Entries<'a> {
    type Item = (Value<'a>, Value<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        let key = take(self.types, self.ids[0], &mut self.cursor)?;
        let element = take(self.types, self.ids[1], &mut self.cursor)?;
        Some((key, element))
    }
}
