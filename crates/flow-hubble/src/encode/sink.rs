//! Where an encoder puts the fields of a message.

use core::fmt;

use super::short::Short;

/// A field of a message: its number and its name, in the forms in which they are written.
#[derive(Clone, Copy)]
pub(crate) struct Field {
    /// Number.
    pub(crate) number: u32,
    /// Name.
    pub(crate) name: &'static str,
    /// `,"name":`, as it stands before the value in JSON.
    pub(crate) key: &'static str,
}

/// A [`Field`] of a number and a name.
macro_rules! field {
    ($number:literal, $name:literal) => {
        $crate::encode::sink::Field {
            number: $number,
            name: $name,
            key: concat!(",\"", $name, "\":"),
        }
    };
}
pub(crate) use field;

/// The form of a message in `extensions`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ExtensionForm {
    /// A `google.protobuf.Struct` with the fields of the message's JSON. Every protobuf library
    /// can show it, so `hubble observe` can print a flow with it, and read it in a file of JSON
    /// lines.
    #[default]
    Struct,
    /// The message itself: smaller, but Hubble's tools do not know its type. They pass it on, and
    /// refuse to print it or read it as JSON.
    Message,
    /// Nothing.
    Omit,
}

/// A message that can write its fields to any [`Sink`].
pub(crate) trait Walk {
    /// Full name of the message.
    const NAME: &'static str;

    /// Writes every field that is set, in order of number.
    fn walk<S: Sink>(&self, sink: &mut S);
}

/// Takes the fields of a message in order of number.
///
/// As in proto3, a field with its default value is left out; `some_*` and messages are not.
pub(crate) trait Sink {
    /// What [`open`](Self::open) hands to [`close`](Self::close).
    type Mark;

    /// Begins a nested message; `None` where it is not wanted.
    fn open(&mut self, field: Field) -> Option<Self::Mark>;

    /// Ends a nested message.
    fn close(&mut self, mark: Self::Mark);

    /// As [`open`](Self::open), for a message of mostly more than 127 bytes.
    #[inline(always)]
    fn open_large(&mut self, field: Field) -> Option<Self::Mark> {
        self.open(field)
    }

    /// Ends what [`open_large`](Self::open_large) began.
    #[inline(always)]
    fn close_large(&mut self, mark: Self::Mark) {
        self.close(mark);
    }

    /// Begins a list of messages; `None` where it is not wanted.
    fn open_list(&mut self, field: Field) -> Option<Self::Mark>;

    /// Begins a message of the list.
    fn open_item(&mut self, field: Field) -> Self::Mark;

    /// Ends a list of messages.
    fn close_list(&mut self, mark: Self::Mark);

    /// `uint32`.
    fn uint(&mut self, field: Field, value: u32);

    /// `optional uint32`.
    fn some_uint(&mut self, field: Field, value: u32);

    /// `int32`.
    fn int(&mut self, field: Field, value: i32);

    /// `uint64`.
    fn long(&mut self, field: Field, value: u64);

    /// `bool`.
    fn flag(&mut self, field: Field, value: bool);

    /// `google.protobuf.BoolValue`.
    fn some_flag(&mut self, field: Field, value: bool);

    /// An enumeration.
    fn choice(&mut self, field: Field, number: i32, name: impl Fn(i32) -> Option<&'static str>);

    /// A repeated enumeration.
    fn choices(
        &mut self,
        field: Field,
        numbers: impl Iterator<Item = i32> + Clone,
        name: impl Fn(i32) -> Option<&'static str>,
    );

    /// `string`: bytes that are UTF-8 for certain.
    fn valid(&mut self, field: Field, value: &[u8]);

    /// `repeated string`: bytes that are UTF-8 for certain.
    fn valid_list<T: AsRef<[u8]>>(&mut self, field: Field, values: impl Iterator<Item = T>);

    /// `string`: bytes of unknown origin. What is not UTF-8 becomes U+FFFD.
    fn lossy(&mut self, field: Field, value: &[u8]);

    /// `repeated string`: bytes of unknown origin.
    fn lossy_list<T: AsRef<[u8]>>(&mut self, field: Field, values: impl Iterator<Item = T>);

    /// `string`: what `value` displays.
    fn shown(&mut self, field: Field, value: &impl fmt::Display);

    /// `google.protobuf.Timestamp`: nanoseconds since the Unix epoch.
    fn time(&mut self, field: Field, nanoseconds: u64);

    /// `google.protobuf.Duration`: nanoseconds.
    fn duration(&mut self, field: Field, nanoseconds: u64);

    /// `google.protobuf.Any` that holds `message`; left out where that has no fields.
    fn any(&mut self, field: Field, form: ExtensionForm, message: &impl Walk);

    /// `string`.
    #[inline(always)]
    fn text(&mut self, field: Field, value: &str) {
        self.valid(field, value.as_bytes());
    }

    /// A nested message.
    #[inline(always)]
    fn message(&mut self, field: Field, body: impl FnOnce(&mut Self)) {
        if let Some(mark) = self.open(field) {
            body(self);
            self.close(mark);
        }
    }

    /// A nested message of mostly more than 127 bytes.
    #[inline(always)]
    fn large_message(&mut self, field: Field, body: impl FnOnce(&mut Self)) {
        if let Some(mark) = self.open_large(field) {
            body(self);
            self.close_large(mark);
        }
    }

    /// `string`: a short text that was just made.
    #[inline(always)]
    fn short(&mut self, field: Field, text: &Short) {
        self.valid(field, text.as_ref());
    }

    /// A list of messages.
    #[inline(always)]
    fn messages<T>(
        &mut self,
        field: Field,
        items: impl Iterator<Item = T>,
        mut body: impl FnMut(&mut Self, T),
    ) {
        let mut items = items.peekable();
        if items.peek().is_none() {
            return;
        }
        if let Some(list) = self.open_list(field) {
            for item in items {
                let mark = self.open_item(field);
                body(self, item);
                self.close(mark);
            }
            self.close_list(list);
        }
    }
}
