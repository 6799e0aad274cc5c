//! Types that a stream defined.

use std::boxed::Box;
use std::vec::Vec;

use super::cursor::Cursor;
use super::error::GobError;
use super::kind::Kind;

/// Numbers of the types that need no definition.
mod basic {
    pub(super) const BOOL: u32 = 1;
    pub(super) const INT: u32 = 2;
    pub(super) const UINT: u32 = 3;
    pub(super) const FLOAT: u32 = 4;
    pub(super) const BYTES: u32 = 5;
    pub(super) const STRING: u32 = 6;
    pub(super) const COMPLEX: u32 = 7;
    pub(super) const INTERFACE: u32 = 8;
}

/// A field of a struct.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) name: Box<[u8]>,
    pub(super) id: u32,
}

/// A type that was defined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Definition {
    Array {
        element: u32,
    },
    Slice {
        element: u32,
    },
    Struct {
        fields: Box<[Field]>,
    },
    Map {
        key: u32,
        element: u32,
    },
    /// Bytes that the type's own code makes.
    Opaque,
}

/// Types that a stream defined so far.
#[derive(Clone, Debug, Default)]
pub struct TypeTable {
    /// In order of number.
    known: Vec<(u32, Definition)>,
    /// Bytes of all definitions.
    length: usize,
}

impl TypeTable {
    /// Number of types that were defined.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.known.len()
    }

    /// Whether none was defined.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// Forgets all types.
    pub fn clear(&mut self) {
        self.known.clear();
        self.length = 0;
    }

    #[inline]
    pub(super) fn get(&self, id: u32) -> Option<&Definition> {
        // Mostly numbers follow one another.
        let first = self.known.first()?.0;
        let guess = id.wrapping_sub(first) as usize;
        let index = match self.known.get(guess) {
            Some((known, _)) if *known == id => guess,
            _ => self.known.binary_search_by_key(&id, |(id, _)| *id).ok()?,
        };
        self.known.get(index).map(|(_, definition)| definition)
    }

    /// What values of this type are; `None` where it was not defined.
    pub(super) fn kind(&self, id: u32) -> Option<Kind> {
        Some(match id {
            basic::BOOL => Kind::Bool,
            basic::INT => Kind::Int,
            basic::UINT => Kind::Uint,
            basic::FLOAT => Kind::Float,
            basic::BYTES => Kind::Bytes,
            basic::STRING => Kind::String,
            basic::COMPLEX => Kind::Complex,
            basic::INTERFACE => Kind::Interface,
            _ => match self.get(id)? {
                Definition::Array { .. } | Definition::Slice { .. } => Kind::Slice,
                Definition::Struct { .. } => Kind::Struct,
                Definition::Map { .. } => Kind::Map,
                Definition::Opaque => Kind::Opaque,
            },
        })
    }

    /// Takes a definition. All of them have at most `limit` bytes.
    pub(super) fn define(&mut self, defined: Defined, limit: usize) -> Result<(), GobError> {
        let Defined {
            id,
            definition,
            length,
            ..
        } = defined;
        self.length = self.length.saturating_add(length);
        if self.length > limit {
            return Err(GobError::TooManyDefinitions { limit });
        }
        let number = type_id(id)?;
        if self.kind(number).is_some() {
            return Err(GobError::Redefined { id });
        }
        let place = self.known.partition_point(|(known, _)| *known < number);
        self.known.insert(place, (number, definition));
        Ok(())
    }

    /// Moves the cursor behind a value, whose every part is looked at. Types that it defines
    /// itself, as a value of an interface may, are given to `defined`.
    pub(super) fn skip(
        &self,
        id: u32,
        cursor: &mut Cursor<'_>,
        depth: u8,
        defined: &mut dyn FnMut(Defined),
    ) -> Result<(), GobError> {
        match id {
            basic::BOOL | basic::INT | basic::UINT | basic::FLOAT => cursor.uint().map(drop),
            basic::BYTES | basic::STRING => cursor.string().map(drop),
            basic::COMPLEX => {
                cursor.uint()?;
                cursor.uint().map(drop)
            }
            basic::INTERFACE => skip_interface(cursor, defined),
            _ => self.skip_defined(id, cursor, depth, defined),
        }
    }

    fn skip_defined(
        &self,
        id: u32,
        cursor: &mut Cursor<'_>,
        depth: u8,
        defined: &mut dyn FnMut(Defined),
    ) -> Result<(), GobError> {
        let Some(definition) = self.get(id) else {
            return Err(GobError::UnknownType { id: i64::from(id) });
        };
        let Some(depth) = depth.checked_sub(1) else {
            return Err(GobError::TooDeep { limit: MAX_DEPTH });
        };
        match definition {
            Definition::Opaque => cursor.string().map(drop),
            Definition::Array { element } | Definition::Slice { element } => {
                for _ in 0..cursor.uint()? {
                    self.skip(*element, cursor, depth, defined)?;
                }
                Ok(())
            }
            Definition::Map { key, element } => {
                for _ in 0..cursor.uint()? {
                    self.skip(*key, cursor, depth, defined)?;
                    self.skip(*element, cursor, depth, defined)?;
                }
                Ok(())
            }
            Definition::Struct { fields } => {
                let mut numbers = FieldNumbers::default();
                while let Some(number) = numbers.next(cursor)? {
                    let Some(field) = fields.get(number) else {
                        return Err(cursor.expected("a field of the type"));
                    };
                    self.skip(field.id, cursor, depth, defined)?;
                }
                Ok(())
            }
        }
    }
}

/// How deep values in values, and types in types, are followed.
pub(super) const MAX_DEPTH: u8 = 32;

/// The name of a type, its number, and a value with its length; or an empty name. The type may
/// be defined before its number is read. The value itself is not looked at.
fn skip_interface(
    cursor: &mut Cursor<'_>,
    defined: &mut dyn FnMut(Defined),
) -> Result<(), GobError> {
    if cursor.string()?.is_empty() {
        return Ok(());
    }
    loop {
        let id = cursor.int()?;
        if id > 0 {
            return cursor.string().map(drop);
        }
        defined(Defined::read(id, cursor)?);
        // The length of what follows, in this message or as the next one.
        cursor.uint()?;
    }
}

/// A type that is being defined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Defined {
    id: i64,
    definition: Definition,
    /// Bytes of its definition.
    length: usize,
    /// The message ends with it.
    ends_message: bool,
}

impl Defined {
    /// Reads the definition behind a number that is negative.
    pub(super) fn read(negative: i64, cursor: &mut Cursor<'_>) -> Result<Self, GobError> {
        let begin = cursor.at();
        let definition = definition(cursor)?;
        Ok(Self {
            id: negative.wrapping_neg(),
            definition,
            length: cursor.at() - begin,
            ends_message: cursor.is_at_end(),
        })
    }

    /// Whether the message ended with the definition: where it stands inside of a value, that
    /// goes on in the next message.
    pub(super) const fn ends_message(&self) -> bool {
        self.ends_message
    }
}

fn type_id(id: i64) -> Result<u32, GobError> {
    match u32::try_from(id) {
        Ok(number) if number > 0 => Ok(number),
        _ => Err(GobError::UnknownType { id }),
    }
}

/// Numbers of the fields of a struct: each is written as its distance to the one before.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct FieldNumbers {
    next: usize,
}

impl FieldNumbers {
    /// Number of the next field, whose value is at the cursor; `None` at the end of the struct.
    pub(super) fn next(&mut self, cursor: &mut Cursor<'_>) -> Result<Option<usize>, GobError> {
        let distance = cursor.uint()?;
        if distance == 0 {
            return Ok(None);
        }
        let next = usize::try_from(distance)
            .ok()
            .and_then(|distance| self.next.checked_add(distance));
        self.next = next.ok_or(cursor.expected("the distance to a field"))?;
        Ok(Some(self.next - 1))
    }
}

/// The description of a type: a struct of which one field is there, that for its kind.
fn definition(cursor: &mut Cursor<'_>) -> Result<Definition, GobError> {
    let mut found = None;
    let mut numbers = FieldNumbers::default();
    while let Some(kind) = numbers.next(cursor)? {
        found = Some(match kind {
            0 => {
                let ids = ids(cursor)?;
                Definition::Array { element: ids[0] }
            }
            1 => {
                let ids = ids(cursor)?;
                Definition::Slice { element: ids[0] }
            }
            2 => structure(cursor)?,
            3 => {
                let [key, element] = ids(cursor)?;
                Definition::Map { key, element }
            }
            // Gob encoder, binary marshaler, text marshaler.
            4..=6 => {
                ids(cursor)?;
                Definition::Opaque
            }
            _ => return Err(cursor.expected("a kind of type")),
        });
    }
    found.ok_or(cursor.expected("a description of a type"))
}

/// A description that holds the common part and at most two numbers.
fn ids(cursor: &mut Cursor<'_>) -> Result<[u32; 2], GobError> {
    let mut ids = [0; 2];
    let mut numbers = FieldNumbers::default();
    while let Some(number) = numbers.next(cursor)? {
        match number {
            0 => common(cursor)?,
            1 | 2 => {
                let id = cursor.int()?;
                // The length of an array stands at the place of a map's second type.
                ids[number - 1] = u32::try_from(id).unwrap_or(0);
            }
            _ => return Err(cursor.expected("a part of a type's description")),
        }
    }
    Ok(ids)
}

/// Name and number of the type, which stand elsewhere.
fn common(cursor: &mut Cursor<'_>) -> Result<(), GobError> {
    let mut numbers = FieldNumbers::default();
    while let Some(number) = numbers.next(cursor)? {
        match number {
            0 => drop(cursor.string()?),
            1 => drop(cursor.int()?),
            _ => return Err(cursor.expected("name and number of a type")),
        }
    }
    Ok(())
}

fn structure(cursor: &mut Cursor<'_>) -> Result<Definition, GobError> {
    let mut fields = Vec::new();
    let mut numbers = FieldNumbers::default();
    while let Some(number) = numbers.next(cursor)? {
        match number {
            0 => common(cursor)?,
            1 => {
                for _ in 0..cursor.uint()? {
                    fields.push(field(cursor)?);
                }
            }
            _ => return Err(cursor.expected("a part of a struct's description")),
        }
    }
    Ok(Definition::Struct {
        fields: fields.into(),
    })
}

fn field(cursor: &mut Cursor<'_>) -> Result<Field, GobError> {
    let mut field = Field {
        name: Box::default(),
        id: 0,
    };
    let mut numbers = FieldNumbers::default();
    while let Some(number) = numbers.next(cursor)? {
        match number {
            0 => field.name = cursor.string()?.into(),
            1 => field.id = type_id(cursor.int()?)?,
            _ => return Err(cursor.expected("name and type of a field")),
        }
    }
    Ok(field)
}
