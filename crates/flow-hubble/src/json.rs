//! Messages as JSON and back: protobuf's JSON form with original names
//! (<https://protobuf.dev/programming-guides/json>), as Hubble writes it.

use std::io;
use std::string::{String, ToString};
use std::vec::Vec;

use prost::{Message, Name};
use prost_reflect::{DeserializeOptions, DynamicMessage, MessageDescriptor, SerializeOptions};
use serde_json::Value;
use serde_json::ser::{CompactFormatter, Formatter, Serializer};

use super::{descriptors, observer};
use flow_core::text::is_hazard;

/// Why JSON could not be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JsonError {
    /// The text is not the JSON of this message: it is not JSON, or a field is not known or of
    /// another type.
    #[error("expected the JSON of {message}, found {reason}")]
    Read {
        /// Full name of the message.
        message: String,
        /// What was found, and where.
        reason: String,
    },
    /// The message has no JSON: a time outside the years 1 to 9999, or an `Any` that holds a
    /// message which is not known or damaged.
    #[error("{message} cannot be written as JSON: {reason}")]
    Write {
        /// Full name of the message.
        message: String,
        /// What is wrong.
        reason: String,
    },
}

/// A message as JSON: original names, names of enumerations, 64-bit numbers as strings, empty
/// fields left out. What a terminal would obey is written as `\u` escapes.
///
/// # Errors
/// Where the message has no JSON.
pub fn to_json<M: Message + Name>(message: &M) -> Result<String, JsonError> {
    const OPTIONS: SerializeOptions = SerializeOptions::new().use_proto_field_name(true);
    let fail = |reason: String| JsonError::Write {
        message: M::full_name(),
        reason,
    };
    let mut dynamic = DynamicMessage::new(descriptors::of::<M>());
    dynamic
        .transcode_from(message)
        .map_err(|error| fail(error.to_string()))?;
    let mut out = Vec::new();
    dynamic
        .serialize_with_options(
            &mut Serializer::with_formatter(&mut out, Harmless(CompactFormatter)),
            &OPTIONS,
        )
        .map_err(|error| fail(error.to_string()))?;
    String::from_utf8(out).map_err(|error| fail(error.to_string()))
}

/// A message of its JSON. Original names and those in camel case are both understood, so are
/// enumerations by name and by number.
///
/// # Errors
/// Where the text is not JSON, a field is not known, or its value does not fit.
pub fn from_json<M: Message + Name + Default>(text: &str) -> Result<M, JsonError> {
    read(text, true)
}

fn read<M: Message + Name + Default>(text: &str, strict: bool) -> Result<M, JsonError> {
    let fail = |reason: String| JsonError::Read {
        message: M::full_name(),
        reason,
    };
    let mut input = serde_json::Deserializer::from_str(text);
    let message = dynamic(descriptors::of::<M>(), &mut input, strict)
        .and_then(|message| input.end().map(|()| message))
        .map_err(|error| fail(error.to_string()))?;
    message
        .transcode_to()
        .map_err(|error| fail(error.to_string()))
}

/// A message of JSON that was parsed already. Fields that are not known are passed over.
pub(super) fn from_value<M: Message + Name + Default>(value: Value) -> Result<M, JsonError> {
    dynamic(descriptors::of::<M>(), value, false)
        .map_err(|error| error.to_string())
        .and_then(|message| message.transcode_to().map_err(|error| error.to_string()))
        .map_err(|reason| JsonError::Read {
            message: M::full_name(),
            reason,
        })
}

fn dynamic<'de, D: serde::Deserializer<'de>>(
    message: MessageDescriptor,
    input: D,
    strict: bool,
) -> Result<DynamicMessage, D::Error> {
    let options = DeserializeOptions::new().deny_unknown_fields(strict);
    DynamicMessage::deserialize_with_options(message, input, &options)
}

/// A line of a file of exported events.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Line {
    /// The event.
    pub event: observer::ExportEvent,
    /// What of the line is not in the event, and why: a field of a newer version, or an extension
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
    let strict = match from_json(line) {
        Ok(event) => {
            return Ok(Line {
                event,
                ignored: None,
            });
        }
        Err(error) => error,
    };
    if let Ok(event) = read(line, false) {
        return Ok(Line {
            event,
            ignored: Some(strict.to_string()),
        });
    }
    let Some((value, type_url)) = without_extension(line) else {
        return Err(strict);
    };
    Ok(Line {
        event: from_value(value)?,
        ignored: Some(std::format!("extensions of the unknown type {type_url:?}")),
    })
}

/// A line without the flow's extension, and the type of that, if it is not known.
fn without_extension(line: &str) -> Option<(Value, String)> {
    let mut value: Value = serde_json::from_str(line).ok()?;
    let extension = value
        .get_mut("flow")?
        .as_object_mut()?
        .remove("extensions")?;
    let type_url = extension.get("@type")?.as_str()?;
    let name = type_url.rsplit('/').next().unwrap_or_default();
    descriptors::named(name)
        .is_none()
        .then(|| (value, type_url.to_string()))
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
