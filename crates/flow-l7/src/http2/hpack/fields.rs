//! Decoded header fields.

use std::vec::Vec;

use super::known::{KnownFields, KnownName};
use crate::flags::L7Flags;

/// Bytes of names and values that are kept of one block.
const MAX_BYTES: usize = 64 << 10;
/// Fields that are kept of one block.
const MAX_FIELDS: usize = 1024;

/// A header field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Field<'a> {
    /// Name; `None` where it stood in a part of the connection that was missed.
    pub name: Option<&'a [u8]>,
    /// Value; `None` where it stood in a part of the connection that was missed.
    pub value: Option<&'a [u8]>,
}

/// Header fields of one block, decoded. Used again for the next block.
#[derive(Clone, Debug, Default)]
pub struct FieldBlock {
    bytes: Vec<u8>,
    spans: Vec<Span>,
    known: KnownFields,
    pub(super) flags: L7Flags,
}

#[derive(Clone, Copy, Debug)]
struct Span {
    name: Piece,
    value: Piece,
}

/// Where a string of a block stands, or that it is not known. Small, for it is handed around for each
/// field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    start: u32,
    end: u32,
}

impl Piece {
    /// A string that stood in what was missed.
    pub(super) const UNKNOWN: Self = Self {
        start: u32::MAX,
        end: u32::MAX,
    };
}

impl FieldBlock {
    /// The fields.
    #[must_use]
    pub fn fields(&self) -> Fields<'_> {
        Fields {
            block: self,
            next: 0,
        }
    }

    /// Bytes that it has on the heap.
    #[must_use]
    pub fn heap_len(&self) -> usize {
        self.bytes.capacity() + self.spans.capacity() * size_of::<Span>()
    }

    /// Gives memory back that only few blocks needed: more than `keep` bytes.
    pub(in crate::http2) fn shrink(&mut self, keep: usize) {
        if self.heap_len() > keep {
            *self = Self::default();
        }
    }

    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.spans.clear();
        self.known = KnownFields::default();
        self.flags = L7Flags::NONE;
    }

    /// Where the next string begins; see [`end`](Self::end).
    pub(super) fn begin(&self) -> usize {
        self.bytes.len()
    }

    pub(super) fn put(&mut self, byte: u8) {
        if self.bytes.len() < MAX_BYTES {
            self.bytes.push(byte);
        } else {
            self.flags |= L7Flags::LIMIT;
        }
    }

    pub(super) fn put_all(&mut self, bytes: &[u8]) {
        let room = MAX_BYTES - self.bytes.len();
        if bytes.len() > room {
            self.flags |= L7Flags::LIMIT;
        }
        self.bytes
            .extend_from_slice(&bytes[..bytes.len().min(room)]);
    }

    /// Adds a string.
    #[inline]
    pub(super) fn copy(&mut self, bytes: &[u8]) -> Piece {
        let start = self.begin();
        self.put_all(bytes);
        self.end(start)
    }

    /// The string that began at `start`.
    pub(super) fn end(&self, start: usize) -> Piece {
        // Both are at most `MAX_BYTES`.
        Piece {
            start: start as u32,
            end: self.bytes.len() as u32,
        }
    }

    /// The bytes of a string; `None` where it is not known.
    #[inline]
    pub(super) fn get(&self, piece: Piece) -> Option<&[u8]> {
        self.bytes.get(piece.start as usize..piece.end as usize)
    }

    #[inline]
    pub(super) fn add(&mut self, name: Piece, value: Piece) {
        if name == Piece::UNKNOWN || value == Piece::UNKNOWN {
            self.flags |= L7Flags::MISSED_START;
        }
        if self.spans.len() < MAX_FIELDS {
            let text = self.bytes.get(name.start as usize..name.end as usize);
            if let Some(text) = text {
                self.known.note(text, self.spans.len());
            }
            self.spans.push(Span { name, value });
        } else {
            self.flags |= L7Flags::LIMIT;
        }
    }
}

/// Iterates over header fields, and finds those with a meaning for an observer.
#[derive(Clone, Copy, Debug)]
pub struct Fields<'a> {
    block: &'a FieldBlock,
    next: usize,
}

impl<'a> Fields<'a> {
    /// The value of the first field of this name, which is lower-case in HTTP/2.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&'a [u8]> {
        self.find(|field| field.name == Some(name.as_bytes()))?
            .value
    }

    /// The same for a name that means something to an observer, without a search.
    #[inline]
    pub(in crate::http2) fn known(&self, name: KnownName) -> Option<&'a [u8]> {
        let span = self.block.spans.get(self.block.known.find(name)?)?;
        self.block.get(span.value)
    }

    fn find(mut self, mut is: impl FnMut(&Field<'a>) -> bool) -> Option<Field<'a>> {
        Iterator::find(&mut self, |field| is(field))
    }

    /// What is special about the block: [`L7Flags::MISSED_START`] where a field is not known,
    /// [`L7Flags::LIMIT`] where there was more than is kept.
    #[must_use]
    pub const fn flags(&self) -> L7Flags {
        self.block.flags
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Field<'a>;

    fn next(&mut self) -> Option<Field<'a>> {
        let span = self.block.spans.get(self.next)?;
        self.next += 1;
        Some(Field {
            name: self.block.get(span.name),
            value: self.block.get(span.value),
        })
    }
}
