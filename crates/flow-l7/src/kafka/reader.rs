//! Fields in the two encodings: with fixed lengths, and flexible (KIP-482).

use crate::cursor::Cursor;

/// Reads fields one after the other; `None` where one is not whole.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reader<'a> {
    cursor: Cursor<'a>,
    is_flexible: bool,
}

impl<'a> Reader<'a> {
    pub(super) const fn new(data: &'a [u8], is_flexible: bool) -> Self {
        Self {
            cursor: Cursor::new(data, 0),
            is_flexible,
        }
    }

    pub(super) fn rest(&self) -> &'a [u8] {
        self.cursor.rest()
    }

    pub(super) fn i16(&mut self) -> Option<i16> {
        self.cursor.array().map(|bytes| i16::from_be_bytes(*bytes))
    }

    pub(super) fn i32(&mut self) -> Option<i32> {
        self.cursor.array().map(|bytes| i32::from_be_bytes(*bytes))
    }

    pub(super) fn skip(&mut self, length: usize) -> Option<()> {
        self.cursor.take(length).map(|_| ())
    }

    pub(super) fn uuid(&mut self) -> Option<&'a [u8; 16]> {
        self.cursor.array()
    }

    /// UNSIGNED_VARINT, at most 32 bits.
    fn varint(&mut self) -> Option<u32> {
        let mut number = 0_u64;
        for shift in [0, 7, 14, 21, 28] {
            let byte = self.cursor.u8()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return u32::try_from(number).ok();
            }
        }
        None
    }

    /// A length; the inner `None` is that of nothing at all.
    fn length(&mut self, is_short: bool) -> Option<Option<usize>> {
        if self.is_flexible {
            return Some((self.varint()? as usize).checked_sub(1));
        }
        if is_short {
            return Some(usize::try_from(self.i16()?).ok());
        }
        Some(usize::try_from(self.i32()?).ok())
    }

    /// STRING, NULLABLE_STRING and their compact forms.
    pub(super) fn string(&mut self) -> Option<Option<&'a [u8]>> {
        match self.length(true)? {
            Some(length) => self.cursor.take(length).map(Some),
            None => Some(None),
        }
    }

    /// Steps over BYTES, RECORDS and their compact forms.
    pub(super) fn skip_bytes(&mut self) -> Option<()> {
        match self.length(false)? {
            Some(length) => self.skip(length),
            None => Some(()),
        }
    }

    /// Number of items of an ARRAY or COMPACT_ARRAY.
    pub(super) fn count(&mut self) -> Option<u32> {
        let count = self.length(false)?.unwrap_or(0);
        u32::try_from(count).ok()
    }

    /// Steps over the tagged fields that a flexible structure ends with.
    pub(super) fn skip_tags(&mut self) -> Option<()> {
        if !self.is_flexible {
            return Some(());
        }
        for _ in 0..self.varint()? {
            let _tag = self.varint()?;
            let length = self.varint()?;
            self.skip(length as usize)?;
        }
        Some(())
    }
}
