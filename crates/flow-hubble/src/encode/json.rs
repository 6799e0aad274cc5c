//! Protobuf's JSON form with original names (<https://protobuf.dev/programming-guides/json>).

use core::fmt::{self, Write};
use std::vec::Vec;

use super::clock;
use super::escape::escape;
use super::packed::{TYPE_PREFIX, packed_name};
use super::sink::{ExtensionForm, Field, Sink, Walk, field};

/// Appends JSON to a buffer: one line, of which a terminal obeys nothing.
///
/// Every field begins with a comma. The first one of an object or a list is turned into its
/// bracket at the end, so that nobody has to know which field is the first.
pub(crate) struct Json<'a> {
    out: &'a mut Vec<u8>,
}

impl<'a> Json<'a> {
    pub(crate) const fn new(out: &'a mut Vec<u8>) -> Self {
        Self { out }
    }

    /// Makes an object of the fields that were written from `start` on.
    pub(crate) fn end_object(&mut self, start: usize) {
        close(self.out, start, b'{', b'}');
    }

    #[inline(always)]
    fn raw(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    #[inline(always)]
    fn number(&mut self, value: impl itoa::Integer) {
        let mut digits = itoa::Buffer::new();
        self.out.extend_from_slice(digits.format(value).as_bytes());
    }

    #[inline(always)]
    fn string(&mut self, value: &[u8]) {
        self.out.push(b'"');
        escape(self.out, value);
        self.out.push(b'"');
    }

    #[inline(always)]
    fn name_or_number(&mut self, number: i32, name: Option<&'static str>) {
        match name {
            Some(name) => {
                self.out.push(b'"');
                self.raw(name);
                self.out.push(b'"');
            }
            None => self.number(number),
        }
    }
}

/// Puts the brackets around what was written from `start` on.
#[inline(always)]
fn close(out: &mut Vec<u8>, start: usize, opening: u8, closing: u8) {
    match out.get_mut(start) {
        Some(comma) => *comma = opening,
        None => out.push(opening),
    }
    out.push(closing);
}

/// Escapes what is written to it.
struct Escape<'a>(&'a mut Vec<u8>);

impl Write for Escape<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        escape(self.0, text.as_bytes());
        Ok(())
    }
}

impl Sink for Json<'_> {
    type Mark = usize;

    #[inline(always)]
    fn open(&mut self, field: Field) -> Option<usize> {
        self.raw(field.key);
        Some(self.out.len())
    }

    #[inline(always)]
    fn close(&mut self, mark: usize) {
        close(self.out, mark, b'{', b'}');
    }

    #[inline(always)]
    fn open_list(&mut self, field: Field) -> Option<usize> {
        self.open(field)
    }

    #[inline(always)]
    fn open_item(&mut self, _field: Field) -> usize {
        self.out.push(b',');
        self.out.len()
    }

    #[inline(always)]
    fn close_list(&mut self, mark: usize) {
        close(self.out, mark, b'[', b']');
    }

    #[inline(always)]
    fn uint(&mut self, field: Field, value: u32) {
        if value != 0 {
            self.some_uint(field, value);
        }
    }

    #[inline(always)]
    fn some_uint(&mut self, field: Field, value: u32) {
        self.raw(field.key);
        self.number(value);
    }

    #[inline(always)]
    fn int(&mut self, field: Field, value: i32) {
        if value != 0 {
            self.raw(field.key);
            self.number(value);
        }
    }

    #[inline(always)]
    fn long(&mut self, field: Field, value: u64) {
        if value != 0 {
            self.raw(field.key);
            self.out.push(b'"');
            self.number(value);
            self.out.push(b'"');
        }
    }

    #[inline(always)]
    fn flag(&mut self, field: Field, value: bool) {
        if value {
            self.some_flag(field, true);
        }
    }

    #[inline(always)]
    fn some_flag(&mut self, field: Field, value: bool) {
        self.raw(field.key);
        self.raw(if value { "true" } else { "false" });
    }

    #[inline(always)]
    fn choice(&mut self, field: Field, number: i32, name: impl Fn(i32) -> Option<&'static str>) {
        if number != 0 {
            self.raw(field.key);
            self.name_or_number(number, name(number));
        }
    }

    fn choices(
        &mut self,
        field: Field,
        numbers: impl Iterator<Item = i32> + Clone,
        name: impl Fn(i32) -> Option<&'static str>,
    ) {
        let before = self.out.len();
        self.raw(field.key);
        let mark = self.out.len();
        for number in numbers {
            self.out.push(b',');
            self.name_or_number(number, name(number));
        }
        if self.out.len() == mark {
            self.out.truncate(before);
        } else {
            self.close_list(mark);
        }
    }

    #[inline(always)]
    fn valid(&mut self, field: Field, value: &[u8]) {
        self.lossy(field, value);
    }

    #[inline(always)]
    fn valid_list<T: AsRef<[u8]>>(&mut self, field: Field, values: impl Iterator<Item = T>) {
        self.lossy_list(field, values);
    }

    #[inline(always)]
    fn lossy(&mut self, field: Field, value: &[u8]) {
        if !value.is_empty() {
            self.raw(field.key);
            self.string(value);
        }
    }

    #[inline(always)]
    fn lossy_list<T: AsRef<[u8]>>(&mut self, field: Field, values: impl Iterator<Item = T>) {
        let before = self.out.len();
        self.raw(field.key);
        let mark = self.out.len();
        for value in values {
            self.out.push(b',');
            self.string(value.as_ref());
        }
        if self.out.len() == mark {
            self.out.truncate(before);
        } else {
            self.close_list(mark);
        }
    }

    fn shown(&mut self, field: Field, value: &impl fmt::Display) {
        let before = self.out.len();
        self.raw(field.key);
        self.out.push(b'"');
        let mark = self.out.len();
        // Writing to a buffer does not fail; a `Display` that does has written what it could.
        let _ = write!(Escape(self.out), "{value}");
        if self.out.len() == mark {
            self.out.truncate(before);
        } else {
            self.out.push(b'"');
        }
    }

    #[inline(always)]
    fn time(&mut self, field: Field, nanoseconds: u64) {
        self.raw(field.key);
        self.out.push(b'"');
        clock::timestamp(self.out, nanoseconds);
        self.out.push(b'"');
    }

    #[inline(always)]
    fn duration(&mut self, field: Field, nanoseconds: u64) {
        self.raw(field.key);
        self.out.push(b'"');
        clock::duration(self.out, nanoseconds);
        self.out.push(b'"');
    }

    fn any(&mut self, field: Field, form: ExtensionForm, message: &impl Walk) {
        let before = self.out.len();
        self.raw(field.key);
        let mark = self.out.len();
        type_url(self, form, message);
        let url = self.out.len();
        match form {
            // A well-known type stands in a field of its own.
            ExtensionForm::Struct => {
                self.raw(field!(2, "value").key);
                let value = self.out.len();
                message.walk(self);
                if self.out.len() == value {
                    self.out.truncate(url);
                } else {
                    self.close(value);
                }
            }
            ExtensionForm::Message => message.walk(self),
            ExtensionForm::Omit => {}
        }
        if self.out.len() == url {
            self.out.truncate(before);
        } else {
            self.close(mark);
        }
    }
}

/// The first field of an `Any`.
fn type_url<W: Walk>(json: &mut Json<'_>, form: ExtensionForm, _message: &W) {
    json.raw(field!(1, "@type").key);
    json.out.push(b'"');
    json.raw(TYPE_PREFIX);
    json.raw(packed_name::<W>(form));
    json.out.push(b'"');
}
