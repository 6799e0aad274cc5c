//! Messages as JSON and back: protobuf's JSON form with original names
//! (<https://protobuf.dev/programming-guides/json>), as Hubble writes it.

use std::boxed::Box;
use std::error::Error;
use std::io;
use std::string::{String, ToString};
use std::vec::Vec;

use prost::{Message, Name};
use prost_reflect::{DynamicMessage, SerializeOptions};
use serde_json::Value;
use serde_json::ser::{CompactFormatter, Formatter, Serializer};

use super::read::{self, Notes, ReadJson};
use super::{descriptors, observer};
use flow_core::text::is_hazard;

/// The underlying error of a [`JsonError`].
pub type JsonErrorSource = Box<dyn Error + Send + Sync>;

/// Error of reading or writing JSON.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JsonError {
    /// The text is not the JSON of this message: it is not JSON, or a field is not known or of
    /// another type.
    #[error("expected the JSON of {message}, found {source}")]
    Read {
        /// Full name of the message.
        message: String,
        /// The error in the text, with its place.
        source: JsonErrorSource,
    },
    /// The message has no JSON: a time outside the years 1 to 9999, or an `Any` that holds a
    /// message which is not known or damaged.
    #[error("{message} cannot be written as JSON: {source}")]
    Write {
        /// Full name of the message.
        message: String,
        /// The reason.
        source: JsonErrorSource,
    },
}

/// Returns a message as JSON: original names, names of enumerations, 64-bit numbers as strings, empty
/// fields left out. Characters that a terminal would obey become `\u`
/// escapes.
///
/// # Errors
/// Where the message has no JSON.
pub fn to_json<M: Message + Name>(message: &M) -> Result<String, JsonError> {
    const OPTIONS: SerializeOptions = SerializeOptions::new().use_proto_field_name(true);
    let fail = |source: JsonErrorSource| JsonError::Write {
        message: M::full_name(),
        source,
    };
    let mut dynamic = DynamicMessage::new(descriptors::of::<M>());
    dynamic
        .transcode_from(message)
        .map_err(|error| fail(error.into()))?;
    let mut out = Vec::new();
    dynamic
        .serialize_with_options(
            &mut Serializer::with_formatter(&mut out, Harmless(CompactFormatter)),
            &OPTIONS,
        )
        .map_err(|error| fail(error.into()))?;
    String::from_utf8(out).map_err(|error| fail(error.into()))
}

/// Reads a message from its JSON: with original names or those in camel case, enumerations by name
/// or by number.
///
/// # Errors
/// Where the text is not JSON, a field is not known, or its value does not fit.
pub fn from_json<M: ReadJson>(text: &str) -> Result<M, JsonError> {
    match parse(text)? {
        (message, None) => Ok(message),
        (_, Some(unknown)) => Err(fail::<M>(unknown)),
    }
}

/// Reads a message, and returns the first part of the text that is not known.
fn parse<M: ReadJson>(text: &str) -> Result<(M, Option<String>), JsonError> {
    let notes = Notes::default();
    let mut input = serde_json::Deserializer::from_str(text);
    let message = read::read(&mut input, &notes).map_err(fail::<M>)?;
    input.end().map_err(fail::<M>)?;
    Ok((message, notes.into_first()))
}

fn fail<M: ReadJson>(source: impl Into<JsonErrorSource>) -> JsonError {
    JsonError::Read {
        message: M::NAME.to_string(),
        source: source.into(),
    }
}

/// A message of JSON that was parsed already. Fields that are not known are passed over.
pub(super) fn from_value<M: ReadJson>(value: Value) -> Result<M, JsonError> {
    read::read(value, &Notes::default()).map_err(fail::<M>)
}

/// A line of a file of exported events.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Line {
    /// The event.
    pub event: observer::ExportEvent,
    /// The part of the line that is not in the event, and why: a field of a newer version, or an extension
    /// of an unknown type. `None` where all of it is.
    pub ignored: Option<String>,
}

/// Reads a line of a file that Hubble's exporter or `hubble observe --output jsonpb` has written.
///
/// As `hubble observe --input-file`, it passes over fields that it does not know, and reports them.
/// Unlike it, it also passes over an extension of an unknown type.
///
/// # Errors
/// Where the line is not JSON, or the value of a known field does not fit.
pub fn read_line(line: &str) -> Result<Line, JsonError> {
    let (event, ignored) = parse(line)?;
    Ok(Line { event, ignored })
}

/// The integer that a float is, where it has no fraction and every integer up to it is a float.
pub(super) fn as_integer(number: f64) -> Option<i64> {
    const LIMIT: f64 = (1_u64 << f64::MANTISSA_DIGITS) as f64;
    (number.fract() == 0.0 && number.abs() <= LIMIT).then_some(number as i64)
}

/// Writes what a terminal would obey as escapes, and whole numbers of a `Struct` without a
/// fraction, as other libraries do.
struct Harmless(CompactFormatter);

impl Formatter for Harmless {
    fn write_f64<W: ?Sized + io::Write>(&mut self, writer: &mut W, value: f64) -> io::Result<()> {
        match as_integer(value) {
            Some(integer) => self.0.write_i64(writer, integer),
            None => self.0.write_f64(writer, value),
        }
    }

    fn write_string_fragment<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut plain = 0;
        for (at, hazard) in fragment
            .char_indices()
            .filter(|(_, letter)| is_hazard(*letter))
        {
            writer.write_all(&fragment.as_bytes()[plain..at])?;
            for unit in hazard.encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
            plain = at + hazard.len_utf8();
        }
        self.0.write_string_fragment(writer, &fragment[plain..])
    }
}

#[cfg(test)]
mod tests;
