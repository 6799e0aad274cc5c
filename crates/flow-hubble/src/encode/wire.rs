//! Protobuf's wire format (<https://protobuf.dev/programming-guides/encoding>).

use core::fmt::{self, Write};
use std::vec::Vec;

use super::short::Short;
use super::sink::{ExtensionForm, Field, Sink, Walk, field};
use super::structure::Structure;

/// Wire types.
pub(super) const VARINT: u32 = 0;
pub(super) const LEN: u32 = 2;

const NANOS: u64 = 1_000_000_000;

/// Appends the wire format to a buffer.
pub(crate) struct Wire<'a> {
    pub(super) out: &'a mut Vec<u8>,
}

impl<'a> Wire<'a> {
    pub(crate) const fn new(out: &'a mut Vec<u8>) -> Self {
        Self { out }
    }

    /// A field of varint type.
    #[inline(always)]
    fn varint_field(&mut self, number: u32, value: u64) {
        if value < 0x80 {
            tag_and(self.out, number, VARINT, value as u8);
        } else {
            tag(self.out, number, VARINT);
            long_varint(self.out, value);
        }
    }

    /// A field of bytes.
    #[inline(always)]
    pub(super) fn bytes_field(&mut self, number: u32, value: &[u8]) {
        if value.len() < 0x80 {
            tag_and(self.out, number, LEN, value.len() as u8);
        } else {
            tag(self.out, number, LEN);
            long_varint(self.out, value.len() as u64);
        }
        self.out.extend_from_slice(value);
    }

    /// A field of text, made valid.
    fn text_field(&mut self, number: u32, value: &[u8]) {
        if core::str::from_utf8(value).is_ok() {
            self.bytes_field(number, value);
        } else {
            self.mended_field(number, value);
        }
    }

    #[cold]
    fn mended_field(&mut self, number: u32, value: &[u8]) {
        let mark = begin(self.out, number);
        mend(self.out, value);
        end(self.out, mark);
    }

    /// Seconds and nanoseconds, as `Timestamp` and `Duration` have them.
    #[inline(always)]
    fn seconds_field(&mut self, number: u32, nanoseconds: u64) {
        let mark = begin(self.out, number);
        let (seconds, rest) = (nanoseconds / NANOS, nanoseconds % NANOS);
        if seconds != 0 {
            self.varint_field(1, seconds);
        }
        if rest != 0 {
            self.varint_field(2, rest);
        }
        end(self.out, mark);
    }
}

/// A tag and room for one more byte, and how long the tag is. Numbers of fields are below 2^25, so
/// four bytes hold the tag.
const fn tag_bytes(number: u32, wire_type: u32) -> ([u8; 5], usize) {
    let mut rest = number << 3 | wire_type;
    let mut bytes = [0; 5];
    let mut length = 0;
    while rest >= 0x80 {
        bytes[length] = rest as u8 | 0x80;
        rest >>= 7;
        length += 1;
    }
    bytes[length] = rest as u8;
    (bytes, length + 1)
}

/// Appends a tag.
#[inline(always)]
pub(super) fn tag(out: &mut Vec<u8>, number: u32, wire_type: u32) {
    let (bytes, length) = tag_bytes(number, wire_type);
    out.extend_from_slice(&bytes[..length]);
}

/// Appends a tag and one byte. The number is known when this is compiled, so that it is one store.
#[inline(always)]
fn tag_and(out: &mut Vec<u8>, number: u32, wire_type: u32, byte: u8) {
    let (mut bytes, length) = tag_bytes(number, wire_type);
    bytes[length] = byte;
    out.extend_from_slice(&bytes[..=length]);
}

/// Appends a number in groups of seven bits, the lowest first.
#[inline(always)]
pub(super) fn varint(out: &mut Vec<u8>, value: u64) {
    if value < 0x80 {
        out.push(value as u8);
    } else {
        long_varint(out, value);
    }
}

/// As [`varint`], for a number of two bytes or more.
#[inline]
fn long_varint(out: &mut Vec<u8>, value: u64) {
    if value >= 1 << 28 {
        longer_varint(out, value);
        return;
    }
    // Each group goes to its byte; four bytes are written and those above the number dropped.
    let value = value as u32;
    let group = |at: u32| (value & (0x7f << (7 * at))) << at;
    let groups = group(0) | group(1) | group(2) | group(3);
    let unused = ((value | 1).leading_zeros() - 4) / 7;
    let more = 0x0080_8080_u32 >> (8 * unused);
    out.extend_from_slice(&(groups | more).to_le_bytes());
    out.truncate(out.len() - unused as usize);
}

fn longer_varint(out: &mut Vec<u8>, value: u64) {
    let mut bytes = [0; 10];
    let mut length = 0;
    let mut rest = value;
    while rest >= 0x80 {
        bytes[length] = rest as u8 | 0x80;
        rest >>= 7;
        length += 1;
    }
    bytes[length] = rest as u8;
    out.extend_from_slice(&bytes[..=length]);
}

/// Begins something whose length stands before it. Gives the place after the length, which
/// takes one byte for now.
#[inline(always)]
pub(super) fn begin(out: &mut Vec<u8>, number: u32) -> usize {
    tag_and(out, number, LEN, 0);
    out.len()
}

/// Ends what began at `start`: puts its length in its place.
#[inline(always)]
pub(super) fn end(out: &mut Vec<u8>, start: usize) {
    let length = out.len() - start;
    if length < 0x80 {
        out[start - 1] = length as u8;
    } else {
        end_long(out, start, length);
    }
}

/// As [`end`], for a length of more than one byte: what was written moves up.
fn end_long(out: &mut Vec<u8>, start: usize, length: usize) {
    let more = (length.ilog2() / 7) as usize;
    let written = out.len();
    out.extend_from_slice(&[0; 9][..more]);
    out.copy_within(start..written, start + more);
    let mut rest = length;
    for place in &mut out[start - 1..start + more] {
        *place = rest as u8 | 0x80;
        rest >>= 7;
    }
    out[start - 1 + more] &= 0x7f;
}

/// As [`begin`], for something of mostly 128 to 16,383 bytes: its length takes two bytes for now.
#[inline(always)]
fn begin_large(out: &mut Vec<u8>, number: u32) -> usize {
    tag(out, number, LEN);
    out.extend_from_slice(&[0; 2]);
    out.len()
}

/// Ends what [`begin_large`] began.
#[inline(always)]
fn end_large(out: &mut Vec<u8>, start: usize) {
    let length = out.len() - start;
    if (0x80..0x4000).contains(&length) {
        out[start - 2] = length as u8 | 0x80;
        out[start - 1] = (length >> 7) as u8;
    } else {
        // One byte is enough, or two are not.
        out.remove(start - 1);
        end(out, start - 1);
    }
}

/// Appends text; what is not UTF-8 becomes U+FFFD.
pub(super) fn mend(out: &mut Vec<u8>, value: &[u8]) {
    for chunk in value.utf8_chunks() {
        out.extend_from_slice(chunk.valid().as_bytes());
        if !chunk.invalid().is_empty() {
            out.extend_from_slice("\u{fffd}".as_bytes());
        }
    }
}

/// Appends what is written to it.
pub(super) struct Append<'a>(pub(super) &'a mut Vec<u8>);

impl Write for Append<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.extend_from_slice(text.as_bytes());
        Ok(())
    }
}

/// Appends what a value displays.
pub(super) fn display(out: &mut Vec<u8>, value: &impl fmt::Display) {
    // Writing to a buffer does not fail; a `Display` that does has written what it could.
    let _ = write!(Append(out), "{value}");
}

impl Sink for Wire<'_> {
    type Mark = usize;

    #[inline(always)]
    fn open(&mut self, field: Field) -> Option<usize> {
        Some(begin(self.out, field.number))
    }

    #[inline(always)]
    fn close(&mut self, mark: usize) {
        end(self.out, mark);
    }

    #[inline(always)]
    fn open_large(&mut self, field: Field) -> Option<usize> {
        Some(begin_large(self.out, field.number))
    }

    #[inline(always)]
    fn close_large(&mut self, mark: usize) {
        end_large(self.out, mark);
    }

    #[inline(always)]
    fn open_list(&mut self, _field: Field) -> Option<usize> {
        Some(0)
    }

    #[inline(always)]
    fn open_item(&mut self, field: Field) -> usize {
        begin(self.out, field.number)
    }

    #[inline(always)]
    fn close_list(&mut self, _mark: usize) {}

    #[inline(always)]
    fn uint(&mut self, field: Field, value: u32) {
        self.long(field, u64::from(value));
    }

    #[inline(always)]
    fn some_uint(&mut self, field: Field, value: u32) {
        self.varint_field(field.number, u64::from(value));
    }

    #[inline(always)]
    fn int(&mut self, field: Field, value: i32) {
        // A negative number is extended to 64 bits.
        self.long(field, i64::from(value).cast_unsigned());
    }

    #[inline(always)]
    fn long(&mut self, field: Field, value: u64) {
        if value != 0 {
            self.varint_field(field.number, value);
        }
    }

    #[inline(always)]
    fn flag(&mut self, field: Field, value: bool) {
        if value {
            self.varint_field(field.number, 1);
        }
    }

    #[inline(always)]
    fn some_flag(&mut self, field: Field, value: bool) {
        let mark = begin(self.out, field.number);
        self.flag(field!(1, "value"), value);
        end(self.out, mark);
    }

    #[inline(always)]
    fn choice(&mut self, field: Field, number: i32, _name: impl Fn(i32) -> Option<&'static str>) {
        self.int(field, number);
    }

    fn choices(
        &mut self,
        field: Field,
        numbers: impl Iterator<Item = i32> + Clone,
        _name: impl Fn(i32) -> Option<&'static str>,
    ) {
        // Packed: one length, then the numbers.
        let before = self.out.len();
        let mark = begin(self.out, field.number);
        for number in numbers {
            varint(self.out, i64::from(number).cast_unsigned());
        }
        if self.out.len() == mark {
            self.out.truncate(before);
        } else {
            end(self.out, mark);
        }
    }

    #[inline(always)]
    fn valid(&mut self, field: Field, value: &[u8]) {
        if !value.is_empty() {
            self.bytes_field(field.number, value);
        }
    }

    #[inline(always)]
    fn short(&mut self, field: Field, text: &Short) {
        // All of it is written, which is one store, and what is not text dropped.
        let unused = text.all().len() - text.as_ref().len();
        tag_and(self.out, field.number, LEN, text.as_ref().len() as u8);
        self.out.extend_from_slice(text.all());
        self.out.truncate(self.out.len() - unused);
    }

    #[inline(always)]
    fn valid_list<T: AsRef<[u8]>>(&mut self, field: Field, values: impl Iterator<Item = T>) {
        for value in values {
            self.bytes_field(field.number, value.as_ref());
        }
    }

    fn lossy(&mut self, field: Field, value: &[u8]) {
        if !value.is_empty() {
            self.text_field(field.number, value);
        }
    }

    fn lossy_list<T: AsRef<[u8]>>(&mut self, field: Field, values: impl Iterator<Item = T>) {
        for value in values {
            self.text_field(field.number, value.as_ref());
        }
    }

    fn shown(&mut self, field: Field, value: &impl fmt::Display) {
        let before = self.out.len();
        let mark = begin(self.out, field.number);
        display(self.out, value);
        if self.out.len() == mark {
            self.out.truncate(before);
        } else {
            end(self.out, mark);
        }
    }

    #[inline(always)]
    fn time(&mut self, field: Field, nanoseconds: u64) {
        self.seconds_field(field.number, nanoseconds);
    }

    #[inline(always)]
    fn duration(&mut self, field: Field, nanoseconds: u64) {
        self.seconds_field(field.number, nanoseconds);
    }

    fn any(&mut self, field: Field, form: ExtensionForm, message: &impl Walk) {
        let before = self.out.len();
        let mark = begin_large(self.out, field.number);
        type_url(self.out, form, message);
        let value = begin(self.out, 2);
        match form {
            ExtensionForm::Struct => message.walk(&mut Structure::new(self.out)),
            ExtensionForm::Message => message.walk(self),
            ExtensionForm::Omit => {}
        }
        if self.out.len() == value {
            self.out.truncate(before);
        } else {
            end(self.out, value);
            end_large(self.out, mark);
        }
    }
}

/// The first field of an `Any`.
fn type_url<W: Walk>(out: &mut Vec<u8>, form: ExtensionForm, _message: &W) {
    let name = super::packed_name::<W>(form);
    tag(out, 1, LEN);
    varint(out, (super::TYPE_PREFIX.len() + name.len()) as u64);
    out.extend_from_slice(super::TYPE_PREFIX.as_bytes());
    out.extend_from_slice(name.as_bytes());
}
