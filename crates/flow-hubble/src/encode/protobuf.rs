//! Tags, numbers and lengths of protobuf's wire format
//! (<https://protobuf.dev/programming-guides/encoding>).

use core::fmt::{self, Write};
use std::vec::Vec;

/// Wire types.
pub(super) const VARINT: u32 = 0;
pub(super) const LEN: u32 = 2;

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
pub(super) fn tag_and(out: &mut Vec<u8>, number: u32, wire_type: u32, byte: u8) {
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
pub(super) fn long_varint(out: &mut Vec<u8>, value: u64) {
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
pub(super) fn begin_large(out: &mut Vec<u8>, number: u32) -> usize {
    tag(out, number, LEN);
    out.extend_from_slice(&[0; 2]);
    out.len()
}

/// Ends what [`begin_large`] began.
#[inline(always)]
pub(super) fn end_large(out: &mut Vec<u8>, start: usize) {
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
