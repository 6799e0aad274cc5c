//! A `google.protobuf.Struct` with the fields that the JSON form of a message has.

use core::fmt;
use std::vec::Vec;

use super::clock;
use super::protobuf::{LEN, begin, display, end, mend, tag, varint};
use super::sink::{ExtensionForm, Field, Sink, Walk};

/// Tag of `number_value` in a `Value`: field 2, eight bytes.
const NUMBER_TAG: u8 = 2 << 3 | 1;
/// Tag of `bool_value` in a `Value`: field 4, a varint.
const BOOL_TAG: u8 = 4 << 3;
/// `string_value` in a `Value`.
const STRING: u32 = 3;
/// Tag of `string_value`: field 3, bytes.
const STRING_TAG: u8 = 3 << 3 | 2;
/// `struct_value` in a `Value`.
const STRUCT: u32 = 5;
/// `list_value` in a `Value`.
const LIST: u32 = 6;

/// Appends the wire format of a `Struct`: for each field an entry of key and value.
pub(crate) struct Structure<'a> {
    out: &'a mut Vec<u8>,
}

/// Places where lengths are missing: of an entry, its value, and what the value holds. Those of
/// an item of a list are two.
pub(crate) struct Mark {
    entry: Option<usize>,
    value: usize,
    content: usize,
}

impl<'a> Structure<'a> {
    pub(crate) const fn new(out: &'a mut Vec<u8>) -> Self {
        Self { out }
    }

    /// Begins an entry and its value.
    #[inline(always)]
    fn entry(&mut self, field: Field) -> (usize, usize) {
        let entry = begin(self.out, 1);
        tag(self.out, 1, LEN);
        varint(self.out, field.name.len() as u64);
        self.out.extend_from_slice(field.name.as_bytes());
        (entry, begin(self.out, 2))
    }

    /// An entry whose value `body` writes.
    fn value(&mut self, field: Field, body: impl FnOnce(&mut Vec<u8>)) {
        let (entry, value) = self.entry(field);
        body(self.out);
        end(self.out, value);
        end(self.out, entry);
    }

    /// An entry whose value takes `length` bytes, which the caller appends. Names of fields are
    /// short, so with a value of less than 64 bytes every length takes one byte.
    #[inline(always)]
    fn short_entry(&mut self, field: Field, length: u8) {
        let name = field.name.len() as u8;
        self.out
            .extend_from_slice(&[1 << 3 | 2, name + length + 4, 1 << 3 | 2, name]);
        self.out.extend_from_slice(field.name.as_bytes());
        self.out.extend_from_slice(&[2 << 3 | 2, length]);
    }

    #[inline(always)]
    fn number(&mut self, field: Field, number: f64) {
        self.short_entry(field, 9);
        self.out.push(NUMBER_TAG);
        self.out.extend_from_slice(&number.to_le_bytes());
    }

    /// An entry with text that is UTF-8 for certain.
    #[inline(always)]
    fn plain(&mut self, field: Field, text: &[u8]) {
        if text.len() < 62 {
            let length = text.len() as u8;
            self.short_entry(field, length + 2);
            self.out.extend_from_slice(&[STRING_TAG, length]);
            self.out.extend_from_slice(text);
        } else {
            self.string(field, |out| out.extend_from_slice(text));
        }
    }

    fn string(&mut self, field: Field, body: impl FnOnce(&mut Vec<u8>)) {
        self.value(field, |out| string(out, body));
    }

    fn container(&mut self, field: Field, number: u32) -> Mark {
        let (entry, value) = self.entry(field);
        Mark {
            entry: Some(entry),
            value,
            content: begin(self.out, number),
        }
    }
}

/// `string_value`, whose text `body` writes.
fn string(out: &mut Vec<u8>, body: impl FnOnce(&mut Vec<u8>)) {
    let text = begin(out, STRING);
    body(out);
    end(out, text);
}

/// The name of an enumeration's value, or its number.
fn choice(out: &mut Vec<u8>, number: i32, name: Option<&'static str>) {
    match name {
        Some(name) => string(out, |out| out.extend_from_slice(name.as_bytes())),
        None => {
            out.push(NUMBER_TAG);
            out.extend_from_slice(&f64::from(number).to_le_bytes());
        }
    }
}

impl Sink for Structure<'_> {
    type Mark = Mark;

    fn open(&mut self, field: Field) -> Option<Mark> {
        Some(self.container(field, STRUCT))
    }

    fn close(&mut self, mark: Mark) {
        end(self.out, mark.content);
        end(self.out, mark.value);
        if let Some(entry) = mark.entry {
            end(self.out, entry);
        }
    }

    fn open_list(&mut self, field: Field) -> Option<Mark> {
        Some(self.container(field, LIST))
    }

    fn open_item(&mut self, _field: Field) -> Mark {
        Mark {
            entry: None,
            value: begin(self.out, 1),
            content: begin(self.out, STRUCT),
        }
    }

    fn close_list(&mut self, mark: Mark) {
        self.close(mark);
    }

    fn uint(&mut self, field: Field, value: u32) {
        if value != 0 {
            self.number(field, f64::from(value));
        }
    }

    fn some_uint(&mut self, field: Field, value: u32) {
        self.number(field, f64::from(value));
    }

    fn int(&mut self, field: Field, value: i32) {
        if value != 0 {
            self.number(field, f64::from(value));
        }
    }

    fn long(&mut self, field: Field, value: u64) {
        if value != 0 {
            let mut digits = itoa::Buffer::new();
            self.plain(field, digits.format(value).as_bytes());
        }
    }

    fn flag(&mut self, field: Field, value: bool) {
        if value {
            self.some_flag(field, true);
        }
    }

    fn some_flag(&mut self, field: Field, value: bool) {
        self.short_entry(field, 2);
        self.out.extend_from_slice(&[BOOL_TAG, u8::from(value)]);
    }

    fn choice(&mut self, field: Field, number: i32, name: impl Fn(i32) -> Option<&'static str>) {
        if number != 0 {
            match name(number) {
                Some(name) => self.plain(field, name.as_bytes()),
                None => self.number(field, f64::from(number)),
            }
        }
    }

    fn choices(
        &mut self,
        field: Field,
        numbers: impl Iterator<Item = i32> + Clone,
        name: impl Fn(i32) -> Option<&'static str>,
    ) {
        if numbers.clone().next().is_none() {
            return;
        }
        let list = self.container(field, LIST);
        for number in numbers {
            let value = begin(self.out, 1);
            choice(self.out, number, name(number));
            end(self.out, value);
        }
        self.close(list);
    }

    fn valid(&mut self, field: Field, value: &[u8]) {
        if !value.is_empty() {
            self.plain(field, value);
        }
    }

    fn valid_list<T: AsRef<[u8]>>(&mut self, field: Field, values: impl Iterator<Item = T>) {
        self.lossy_list(field, values);
    }

    fn lossy(&mut self, field: Field, value: &[u8]) {
        if core::str::from_utf8(value).is_ok() {
            self.valid(field, value);
        } else {
            self.string(field, |out| mend(out, value));
        }
    }

    fn lossy_list<T: AsRef<[u8]>>(&mut self, field: Field, values: impl Iterator<Item = T>) {
        let mut values = values.peekable();
        if values.peek().is_none() {
            return;
        }
        let list = self.container(field, LIST);
        for text in values {
            let value = begin(self.out, 1);
            string(self.out, |out| mend(out, text.as_ref()));
            end(self.out, value);
        }
        self.close(list);
    }

    fn shown(&mut self, field: Field, value: &impl fmt::Display) {
        self.string(field, |out| display(out, value));
    }

    fn time(&mut self, field: Field, nanoseconds: u64) {
        self.string(field, |out| clock::timestamp(out, nanoseconds));
    }

    fn duration(&mut self, field: Field, nanoseconds: u64) {
        self.string(field, |out| clock::duration(out, nanoseconds));
    }

    fn any(&mut self, _field: Field, _form: ExtensionForm, _message: &impl Walk) {
        // Only the flow itself has one, and that is never packed in a `Struct`.
    }
}
