//! Fields that this version does not know.

use std::vec::Vec;

use prost::encoding::bytes;
use prost::{DecodeError, Message, Name};
use prost_reflect::{Kind, MessageDescriptor};

use super::descriptors;
use super::scan::RawFields;

/// A message together with the fields that its type does not know.
///
/// Prost drops those. Here they are kept as they came, at every level: of the message itself, of
/// the messages in it, and of the items of lists. Encoding puts them after the known fields of
/// the message they belong to. Numbers of enumerations that have no name need no care, and what
/// an `Any` holds is not looked into.
///
/// The message may be changed in between. What belongs to a message in it stays with the field,
/// and with the place in a list; it goes where that is no longer there.
///
/// ```
/// use flow_hubble::{WithUnknownFields, flow::Flow};
///
/// // Field 1 of `interface` (28), and a field 2000 of a newer version.
/// let newer = [0xe2, 0x01, 0x02, 0x08, 0x03, 0x80, 0x7d, 0x2a];
/// let kept: WithUnknownFields<Flow> = WithUnknownFields::decode(&newer)?;
/// assert_eq!(kept.message.interface.as_ref().unwrap().index, 3);
/// assert_eq!(kept.encode_to_vec(), newer);
/// # Ok::<(), prost::DecodeError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct WithUnknownFields<M> {
    /// The message with its known fields.
    pub message: M,
    unknown: Unknown,
}

/// The unknown fields of a message.
#[derive(Clone, Debug, Default, PartialEq)]
struct Unknown {
    /// Its own, one after the other.
    fields: Vec<u8>,
    /// Those of the messages in it, by number and place, in that order.
    nested: Vec<((u32, usize), Self)>,
}

impl<M: Message + Name + Default> WithUnknownFields<M> {
    /// Decodes a message.
    ///
    /// # Errors
    /// Where the bytes are not this message in protobuf.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        // Prost refuses what is nested too deep, so the second look ends as well.
        let message = M::decode(bytes)?;
        let mut unknown = Unknown::default();
        unknown.collect(&descriptors::of::<M>(), bytes)?;
        Ok(Self { message, unknown })
    }

    /// Appends the message in protobuf, unknown fields too.
    ///
    /// # Panics
    /// Never: what was encoded can be read.
    pub fn encode(&self, out: &mut Vec<u8>) {
        if self.has_unknown() {
            self.unknown
                .splice(&self.message.encode_to_vec(), out)
                .expect("what was encoded can be read");
        } else {
            // Only a buffer that cannot grow refuses.
            self.message.encode(out).expect("a vector grows");
        }
    }

    /// The message in protobuf, unknown fields too.
    #[must_use]
    pub fn encode_to_vec(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.encode(&mut out);
        out
    }
}

impl<M> WithUnknownFields<M> {
    /// Whether there are fields that the type does not know.
    #[must_use]
    pub fn has_unknown(&self) -> bool {
        !self.unknown.is_empty()
    }
}

impl<M> From<M> for WithUnknownFields<M> {
    fn from(message: M) -> Self {
        Self {
            message,
            unknown: Unknown::default(),
        }
    }
}

impl Unknown {
    fn is_empty(&self) -> bool {
        self.fields.is_empty() && self.nested.is_empty()
    }

    /// Those of the message at a place; empty where there were none yet.
    fn entry(&mut self, place: (u32, usize)) -> &mut Self {
        let at = match self
            .nested
            .binary_search_by_key(&place, |(place, _)| *place)
        {
            Ok(at) => at,
            Err(at) => {
                self.nested.insert(at, (place, Self::default()));
                at
            }
        };
        &mut self.nested[at].1
    }

    fn collect(&mut self, message: &MessageDescriptor, bytes: &[u8]) -> Result<(), DecodeError> {
        let mut places = Places::default();
        for field in RawFields::new(bytes) {
            let field = field?;
            let Some(known) = message.get_field(field.number) else {
                self.fields.extend_from_slice(field.bytes);
                continue;
            };
            let (Kind::Message(inner), Some(content)) = (known.kind(), field.content) else {
                continue;
            };
            // A message that comes twice where one is expected is one in two parts.
            let place = if known.is_list() {
                places.next(field.number)
            } else {
                0
            };
            let mut unknown = Self::default();
            unknown.collect(&inner, content)?;
            if !unknown.is_empty() {
                self.entry((field.number, place)).merge(unknown);
            }
        }
        Ok(())
    }

    fn merge(&mut self, other: Self) {
        self.fields.extend(other.fields);
        for (place, unknown) in other.nested {
            self.entry(place).merge(unknown);
        }
    }

    /// Appends an encoded message, with the unknown fields in their places.
    fn splice(&self, message: &[u8], out: &mut Vec<u8>) -> Result<(), DecodeError> {
        let mut places = Places::default();
        for field in RawFields::new(message) {
            let field = field?;
            let place = (field.number, places.next(field.number));
            let nested = self
                .nested
                .binary_search_by_key(&place, |(place, _)| *place);
            match (nested, field.content) {
                (Ok(at), Some(content)) => {
                    let mut inner = Vec::with_capacity(content.len());
                    self.nested[at].1.splice(content, &mut inner)?;
                    bytes::encode(field.number, &inner, out);
                }
                _ => out.extend_from_slice(field.bytes),
            }
        }
        out.extend_from_slice(&self.fields);
        Ok(())
    }
}

/// Counts how often each field came.
#[derive(Default)]
struct Places(Vec<(u32, usize)>);

impl Places {
    fn next(&mut self, number: u32) -> usize {
        if let Some((_, count)) = self.0.iter_mut().find(|(seen, _)| *seen == number) {
            *count += 1;
            return *count;
        }
        self.0.push((number, 0));
        0
    }
}

#[cfg(test)]
mod tests;
