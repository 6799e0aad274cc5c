//! Types laid out for reading values in one pass.
//!
//! A [`Value`] finds its parts by name, after its bytes were looked at. Where values of one type
//! come over and over, its [`Layout`] is made once: what each part is, and what it means to the
//! reader. Then a value is checked and read in the same pass.

use std::vec::Vec;

use super::cursor;
use super::error::GobError;
use super::kind::Kind;
use super::types::{Definition, MAX_DEPTH, TypeTable};
use super::value::Value;

/// A part of a value as it is read.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Item<'a> {
    /// A signed number.
    Int(i64),
    /// An unsigned number.
    Uint(u64),
    /// Text, bytes, or what a type's own code made.
    Text(&'a [u8]),
    /// Of any other kind.
    Other(Value<'a>),
}

impl<'a> Item<'a> {
    pub(crate) fn of(value: Value<'a>) -> Self {
        match value.kind() {
            Kind::Int => value.as_i64().map_or(Self::Other(value), Self::Int),
            Kind::Uint => value.as_u64().map_or(Self::Other(value), Self::Uint),
            _ => value.as_bytes().map_or(Self::Other(value), Self::Text),
        }
    }

    /// Text; empty where it is none.
    pub(crate) fn text(self) -> &'a [u8] {
        match self {
            Self::Text(text) => text,
            _ => &[],
        }
    }

    /// A number that the type has room for; 0 where there is no such number.
    pub(crate) fn number<T: TryFrom<i64> + TryFrom<u64> + Default>(self) -> T {
        match self {
            Self::Int(number) => T::try_from(number).unwrap_or_default(),
            Self::Uint(number) => T::try_from(number).unwrap_or_default(),
            _ => T::default(),
        }
    }

    /// A list, map or struct.
    pub(crate) fn other(self) -> Option<Value<'a>> {
        match self {
            Self::Other(value) => Some(value),
            _ => None,
        }
    }
}

/// What is made of a struct's fields. `T` stands for their names.
pub(crate) trait Take<'a, T> {
    /// Whether a struct of this name is [entered](Self::enter) rather than taken; none, unless
    /// both are reported.
    #[inline]
    fn enters(_name: T) -> bool {
        false
    }

    /// Takes a field.
    fn take(&mut self, name: T, item: Item<'a>);

    /// Reads the fields of a struct into what they belong to: `fields.read(…)`. What is not
    /// entered by that is not read.
    #[inline]
    fn enter<F: ReadFields<'a, T>>(&mut self, _name: T, _fields: F) -> Option<F::Read> {
        None
    }
}

/// A struct whose fields can be read.
pub(crate) trait ReadFields<'a, T> {
    /// What is known behind it.
    type Read;

    /// Reads all of its fields.
    fn read(self, into: &mut impl Take<'a, T>) -> Option<Self::Read>;
}

/// A struct that was looked at already: its fields are found by name.
pub(crate) struct Named<'a, T> {
    pub(crate) value: Value<'a>,
    pub(crate) name: fn(&[u8]) -> T,
}

impl<'a, T: Copy> ReadFields<'a, T> for Named<'a, T> {
    type Read = ();

    fn read(self, into: &mut impl Take<'a, T>) -> Option<()> {
        fn read<'a, T: Copy, I: Take<'a, T>>(from: Named<'a, T>, into: &mut I) {
            for (name, value) in from.value.fields() {
                let tag = (from.name)(name);
                if value.kind() == Kind::Struct && I::enters(tag) {
                    into.enter(tag, Named { value, ..from });
                } else {
                    into.take(tag, Item::of(value));
                }
            }
        }
        read(self, into);
        Some(())
    }
}

/// How a value is written.
#[derive(Clone, Copy, Debug)]
enum Shape {
    /// One number.
    Number,
    /// Two of them.
    Numbers,
    /// Bytes behind their length.
    Text,
    /// Fields, at these places.
    Struct(Places),
    /// Values behind their count, as the one at this place.
    List(u16),
    /// Pairs behind their count, as the two from this place on.
    Map(u16),
}

/// Places that follow one another.
#[derive(Clone, Copy, Debug)]
struct Places {
    first: u16,
    count: u16,
}

#[derive(Clone, Copy, Debug)]
struct Place<T> {
    shape: Shape,
    kind: Kind,
    name: T,
    id: u32,
}

/// A struct type and all that is in it.
#[derive(Clone, Debug)]
pub(crate) struct Layout<T> {
    places: Vec<Place<T>>,
    fields: Places,
    id: u32,
}

/// Types that are laid out already, or are being so.
type Known = Vec<(u32, Shape)>;

/// Why a type has no layout.
enum Obstacle {
    /// It is not known, or not before its values are.
    Unknown,
    /// Types stand in types too deep.
    TooDeep,
}

/// Names and types of what a value of this type is made of.
fn parts(types: &TypeTable, id: u32) -> Option<Vec<(&[u8], u32)>> {
    Some(match types.get(id)? {
        Definition::Array { element } | Definition::Slice { element } => {
            [(&[][..], *element)].into()
        }
        Definition::Map { key, element } => [(&[][..], *key), (&[][..], *element)].into(),
        Definition::Struct { fields } => fields
            .iter()
            .map(|field| (&*field.name, field.id))
            .collect(),
        Definition::Opaque => return None,
    })
}

impl<T: Copy> Layout<T> {
    /// The layout of the type of a value; `None` for what is no struct or cannot be read in one
    /// pass, because a part of it carries its type itself, or has none.
    ///
    /// # Errors
    /// Where types stand in types deeper than values are followed.
    pub(crate) fn of_value(
        value: &Value<'_>,
        name: fn(&[u8]) -> T,
    ) -> Result<Option<Self>, GobError> {
        let (types, id) = value.of_type();
        let mut layout = Self {
            places: Vec::new(),
            fields: Places { first: 0, count: 0 },
            id,
        };
        match layout.shape(types, id, name, &mut Known::new(), MAX_DEPTH) {
            Ok(Shape::Struct(fields)) => layout.fields = fields,
            Ok(_) | Err(Obstacle::Unknown) => return Ok(None),
            Err(Obstacle::TooDeep) => return Err(GobError::TooDeep { limit: MAX_DEPTH }),
        }
        Ok(Some(layout))
    }

    fn shape(
        &mut self,
        types: &TypeTable,
        id: u32,
        name: fn(&[u8]) -> T,
        known: &mut Known,
        depth: u8,
    ) -> Result<Shape, Obstacle> {
        if let Some((_, shape)) = known.iter().find(|(known, _)| *known == id) {
            return Ok(*shape);
        }
        let kind = types.kind(id).ok_or(Obstacle::Unknown)?;
        let parts = match kind {
            Kind::Bool | Kind::Int | Kind::Uint | Kind::Float => return Ok(Shape::Number),
            Kind::Bytes | Kind::String | Kind::Opaque => return Ok(Shape::Text),
            Kind::Complex => return Ok(Shape::Numbers),
            Kind::Interface => return Err(Obstacle::Unknown),
            Kind::Slice | Kind::Struct | Kind::Map => parts(types, id).ok_or(Obstacle::Unknown)?,
        };
        let depth = depth.checked_sub(1).ok_or(Obstacle::TooDeep)?;
        let first = u16::try_from(self.places.len()).map_err(|_| Obstacle::Unknown)?;
        let count = u16::try_from(parts.len()).map_err(|_| Obstacle::Unknown)?;
        let shape = match kind {
            Kind::Struct => Shape::Struct(Places { first, count }),
            Kind::Map => Shape::Map(first),
            _ => Shape::List(first),
        };
        // It may hold values of its own type.
        known.push((id, shape));
        for (text, id) in &parts {
            let kind = types.kind(*id).ok_or(Obstacle::Unknown)?;
            self.places.push(Place {
                // Not known yet.
                shape: Shape::Number,
                kind,
                name: name(text),
                id: *id,
            });
        }
        for (at, (_, id)) in parts.iter().enumerate() {
            let shape = self.shape(types, *id, name, known, depth)?;
            if let Some(place) = self.places.get_mut(usize::from(first) + at) {
                place.shape = shape;
            }
        }
        Ok(shape)
    }

    /// Reads a message that holds a value of the type and nothing else, its length before it.
    /// `None` where `bytes` do not begin with one; what was taken then means nothing.
    pub(crate) fn read<'a>(
        &self,
        types: &'a TypeTable,
        bytes: &'a [u8],
        into: &mut impl Take<'a, T>,
    ) -> Option<()> {
        let (message, _) = text(bytes)?;
        let (id, bytes) = uint(message)?;
        // A signed number, which is not negative.
        if id != u64::from(self.id) << 1 {
            return None;
        }
        let fields = Fields {
            layout: self,
            types,
            places: self.fields,
            bytes,
            depth: MAX_DEPTH - 1,
        };
        fields.read(into)?.is_empty().then_some(())
    }

    fn places(&self, places: Places) -> &[Place<T>] {
        let first = usize::from(places.first);
        self.places
            .get(first..first + usize::from(places.count))
            .unwrap_or_default()
    }

    /// What is behind a value of this shape, whose every part is looked at.
    #[inline]
    fn behind<'a>(&self, shape: Shape, bytes: &'a [u8], depth: u8) -> Option<&'a [u8]> {
        match shape {
            Shape::Number => Some(uint(bytes)?.1),
            Shape::Text => Some(text(bytes)?.1),
            _ => self.behind_parts(shape, bytes, depth),
        }
    }

    fn behind_parts<'a>(&self, shape: Shape, bytes: &'a [u8], depth: u8) -> Option<&'a [u8]> {
        if let Shape::Number | Shape::Numbers | Shape::Text = shape {
            return match shape {
                Shape::Text => Some(text(bytes)?.1),
                Shape::Number => Some(uint(bytes)?.1),
                _ => Some(uint(uint(bytes)?.1)?.1),
            };
        }
        let depth = depth.checked_sub(1)?;
        match shape {
            Shape::Struct(places) => {
                let places = self.places(places);
                let (mut next, mut bytes) = (0_usize, bytes);
                loop {
                    let (distance, rest) = uint(bytes)?;
                    if distance == 0 {
                        return Some(rest);
                    }
                    next = next.checked_add(usize::try_from(distance).ok()?)?;
                    bytes = self.behind(places.get(next - 1)?.shape, rest, depth)?;
                }
            }
            Shape::List(place) => {
                let element = self.places.get(usize::from(place))?.shape;
                let (count, mut bytes) = uint(bytes)?;
                if let Shape::Text = element {
                    for _ in 0..count {
                        bytes = text(bytes)?.1;
                    }
                } else {
                    for _ in 0..count {
                        bytes = self.behind(element, bytes, depth)?;
                    }
                }
                Some(bytes)
            }
            Shape::Map(place) => {
                let key = self.places.get(usize::from(place))?.shape;
                let element = self.places.get(usize::from(place) + 1)?.shape;
                let (count, mut bytes) = uint(bytes)?;
                for _ in 0..count {
                    bytes = self.behind(key, bytes, depth)?;
                    bytes = self.behind(element, bytes, depth)?;
                }
                Some(bytes)
            }
            _ => None,
        }
    }
}

/// A struct that was not looked at yet.
struct Fields<'l, 'a, T> {
    layout: &'l Layout<T>,
    types: &'a TypeTable,
    places: Places,
    bytes: &'a [u8],
    /// How deep the values in it may be.
    depth: u8,
}

impl<'a, T: Copy> ReadFields<'a, T> for Fields<'_, 'a, T> {
    type Read = &'a [u8];

    #[inline]
    fn read(self, into: &mut impl Take<'a, T>) -> Option<&'a [u8]> {
        fn entered<'a, T, I: Take<'a, T>>(_: &I, name: T) -> bool {
            I::enters(name)
        }
        let places = self.layout.places(self.places);
        let (mut next, mut bytes) = (0_usize, self.bytes);
        loop {
            let (distance, rest) = uint(bytes)?;
            if distance == 0 {
                return Some(rest);
            }
            next = next.checked_add(usize::try_from(distance).ok()?)?;
            let place = places.get(next - 1)?;
            let name = place.name;
            bytes = match (place.kind, place.shape) {
                (Kind::Uint, _) => {
                    let (number, rest) = uint(rest)?;
                    into.take(name, Item::Uint(number));
                    rest
                }
                (Kind::Int, _) => {
                    let (bits, rest) = uint(rest)?;
                    let number = (bits >> 1).cast_signed();
                    let number = if bits & 1 == 0 { number } else { !number };
                    into.take(name, Item::Int(number));
                    rest
                }
                (_, Shape::Text) => {
                    let (text, rest) = text(rest)?;
                    into.take(name, Item::Text(text));
                    rest
                }
                (_, Shape::Struct(places)) if entered(into, name) => {
                    let inner = Fields {
                        places,
                        bytes: rest,
                        depth: self.depth.checked_sub(1)?,
                        ..self
                    };
                    into.enter(name, inner)?
                }
                (kind, shape) => {
                    let behind = self.layout.behind(shape, rest, self.depth)?;
                    let value = Value::looked_at(self.types, place.id, kind, rest);
                    into.take(name, Item::Other(value));
                    behind
                }
            };
        }
    }
}

/// The number at the beginning, and what is behind it.
#[inline]
pub(super) fn uint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    match bytes {
        [first @ 0..=127, rest @ ..] => Some((u64::from(*first), rest)),
        _ => long_uint(bytes),
    }
}

#[inline(never)]
fn long_uint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let (number, length) = cursor::uint(bytes)?.ok()?;
    Some((number, bytes.get(length..)?))
}

/// The bytes behind their length, and what is behind them.
#[inline]
pub(super) fn text(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = uint(bytes)?;
    rest.split_at_checked(usize::try_from(length).ok()?)
}
