//! Decoding of header blocks: RFC 7541 section 6.

use std::vec::Vec;

use super::fields::{FieldBlock, Piece};
use super::fixed::FIXED;
use super::huffman;
use super::table::Table;
use crate::cursor::Cursor;
use crate::error::{L7Error, L7Layer, L7Problem};
use crate::flags::L7Flags;

/// Decodes the header blocks of one direction of a connection, in their order.
#[derive(Clone, Debug)]
pub struct Decoder {
    table: Table,
    /// Entries of the table are not known: an index beyond it is no error.
    is_missing: bool,
    /// For an entry that is built.
    scratch: Vec<u8>,
}

impl Decoder {
    /// For a connection from its beginning on. `capacity` bounds the dynamic table, in bytes as
    /// RFC 7541 counts them; what a sender keeps beyond it is not known then.
    #[must_use]
    pub const fn new(capacity: usize) -> Self {
        Self {
            table: Table::new(capacity),
            is_missing: false,
            scratch: Vec::new(),
        }
    }

    /// Something of the connection was missed: entries that were made so far are not known any
    /// more.
    pub fn lose(&mut self) {
        self.table.lose();
        self.is_missing = true;
    }

    /// Decodes a block into `to`, whose former content goes. Fields that come before an error
    /// are there.
    ///
    /// # Errors
    /// Where the block is malformed or cut off. Then the table is not known any more: see
    /// [`lose`](Self::lose).
    pub fn decode(&mut self, block: &[u8], to: &mut FieldBlock) -> Result<(), L7Error> {
        to.clear();
        let mut cursor = Cursor::new(block, 0);
        while let Some(&first) = cursor.rest().first() {
            let at = cursor.at();
            if let Err(problem) = self.field(first, &mut cursor, to) {
                self.lose();
                to.flags |= match problem {
                    L7Problem::Truncated => L7Flags::TRUNCATED,
                    _ => L7Flags::MALFORMED,
                };
                let (needed, got) = (cursor.rest().len() + 1, cursor.rest().len());
                return Err(L7Error::new(L7Layer::Hpack, at, problem, needed, got));
            }
        }
        if to.flags.contains(L7Flags::LIMIT) {
            // A value may be cut: an entry that is made of it would be wrong.
            self.lose();
        }
        Ok(())
    }

    fn field(
        &mut self,
        first: u8,
        cursor: &mut Cursor<'_>,
        to: &mut FieldBlock,
    ) -> Result<(), L7Problem> {
        match first {
            // 6.1, an entry of a table.
            0x80.. => {
                let index = integer(cursor, 7)?;
                let (name, value) = self.entry(index, to, true)?;
                to.add(name, value);
            }
            // 6.3, a new size of the table.
            0x20..0x40 => self.table.resize(integer(cursor, 5)?),
            // 6.2.1, a literal that becomes an entry.
            0x40.. => {
                let (name, value) = self.literal(integer(cursor, 6)?, cursor, to)?;
                self.scratch.clear();
                self.scratch
                    .extend_from_slice(to.get(value).unwrap_or_default());
                self.table.insert(to.get(name), &self.scratch);
                to.add(name, value);
            }
            // 6.2.2 and 6.2.3, a literal that does not.
            _ => {
                let (name, value) = self.literal(integer(cursor, 4)?, cursor, to)?;
                to.add(name, value);
            }
        }
        Ok(())
    }

    /// A name, of an entry or as a literal, and a value.
    fn literal(
        &self,
        index: usize,
        cursor: &mut Cursor<'_>,
        to: &mut FieldBlock,
    ) -> Result<(Piece, Piece), L7Problem> {
        let name = if index == 0 {
            string(cursor, to)?
        } else {
            self.entry(index, to, false)?.0
        };
        Ok((name, string(cursor, to)?))
    }

    /// Copies name and, where it is wanted, value of an entry.
    fn entry(
        &self,
        index: usize,
        to: &mut FieldBlock,
        with_value: bool,
    ) -> Result<(Piece, Piece), L7Problem> {
        let (name, value) = match (index.checked_sub(1), index.checked_sub(1 + FIXED.len())) {
            (None, _) => return Err(L7Problem::Value),
            (Some(index), None) => {
                let (name, value) = FIXED[index % FIXED.len()];
                (Some(name.as_bytes()), value.as_bytes())
            }
            (_, Some(index)) => match self.table.get(index) {
                Some(entry) => entry,
                None if self.is_missing => return Ok((Piece::UNKNOWN, Piece::UNKNOWN)),
                None => return Err(L7Problem::Value),
            },
        };
        let name = name.map_or(Piece::UNKNOWN, |name| to.copy(name));
        let value = match with_value {
            true => to.copy(value),
            false => Piece::UNKNOWN,
        };
        Ok((name, value))
    }

    /// Bytes that it has on the heap.
    #[must_use]
    pub fn heap_len(&self) -> usize {
        self.table.heap_len() + self.scratch.capacity()
    }

    /// Gives memory back that only few fields needed.
    pub(in crate::http2) fn shrink(&mut self, keep: usize) {
        self.scratch.clear();
        self.scratch.shrink_to(keep);
    }

    #[cfg(any(test, feature = "fuzzing"))]
    pub(in crate::http2) fn check(&self) {
        self.table.check();
    }
}

/// A number, of which the first byte holds `bits` bits: RFC 7541 section 5.1. Numbers beyond
/// 2^28 are refused; nothing is that large.
fn integer(cursor: &mut Cursor<'_>, bits: u32) -> Result<usize, L7Problem> {
    let mask = (1_u8 << bits) - 1;
    let first = cursor.u8().ok_or(L7Problem::Truncated)? & mask;
    let mut number = usize::from(first);
    if first < mask {
        return Ok(number);
    }
    for shift in [0, 7, 14, 21] {
        let byte = cursor.u8().ok_or(L7Problem::Truncated)?;
        number += usize::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Ok(number);
        }
    }
    Err(L7Problem::Value)
}

/// A string: RFC 7541 section 5.2.
fn string(cursor: &mut Cursor<'_>, to: &mut FieldBlock) -> Result<Piece, L7Problem> {
    let is_coded = cursor.rest().first().is_some_and(|first| *first >= 0x80);
    let length = integer(cursor, 7)?;
    let bytes = cursor.take(length).ok_or(L7Problem::Truncated)?;
    let start = to.begin();
    if is_coded {
        huffman::decode(bytes, |byte| to.put(byte)).ok_or(L7Problem::Value)?;
    } else {
        to.put_all(bytes);
    }
    Ok(to.end(start))
}
