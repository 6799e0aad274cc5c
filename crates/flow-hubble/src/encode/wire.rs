//! Messages in protobuf's wire format.

use core::fmt;
use std::vec::Vec;

use super::packed::{TYPE_PREFIX, packed_name};
use super::protobuf::{
    LEN, VARINT, begin, begin_large, display, end, end_large, long_varint, mend, tag, tag_and,
    varint,
};
use super::short::Short;
use super::sink::{ExtensionForm, Field, Sink, Walk, field};
use super::structure::Structure;

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
    let name = packed_name::<W>(form);
    tag(out, 1, LEN);
    varint(out, (TYPE_PREFIX.len() + name.len()) as u64);
    out.extend_from_slice(TYPE_PREFIX.as_bytes());
    out.extend_from_slice(name.as_bytes());
}
