//! Handshake messages, put together from records.

use super::record::{Record, Records};
use super::registry::{ContentType, HandshakeType};
use crate::error::{L7Error, L7Layer, L7Problem};
use crate::flags::L7Flags;

/// The bytes of the handshake messages that a payload begins with.
#[derive(Clone, Copy, Debug)]
pub struct HandshakeBytes<'a> {
    bytes: &'a [u8],
    flags: L7Flags,
}

impl<'a> HandshakeBytes<'a> {
    /// Takes the first handshake records of a payload, up to the next record of another kind;
    /// alerts and others before them are stepped over.
    ///
    /// Where the first message is in one record, that record is borrowed and nothing else is
    /// looked at. Otherwise fragments are copied to `room`, as many as fit; where they do not,
    /// [`L7Flags::LIMIT`] is set.
    ///
    /// # Errors
    /// Where the payload does not begin with a record, or has no handshake record.
    #[inline]
    pub fn join(payload: &'a [u8], room: &'a mut [u8]) -> Result<Self, L7Error> {
        let mut records = Records::new(payload);
        let mut last = None;
        let first = loop {
            match records.next() {
                Some(Ok(record)) if record.kind == ContentType::HANDSHAKE => break record,
                Some(record) => last = Some(record?),
                None => return Err(no_handshake(last.as_ref())),
            }
        };
        let message = Handshakes::new(first.fragment).next();
        if message.is_some_and(|message| message.is_whole()) {
            return Ok(Self {
                bytes: first.fragment,
                flags: L7Flags::NONE,
            });
        }
        if !first.is_whole() {
            return Ok(Self {
                bytes: first.fragment,
                flags: L7Flags::TRUNCATED,
            });
        }
        Ok(Self::copy(first.fragment, records, room))
    }

    #[cold]
    fn copy(first: &[u8], records: Records<'_>, room: &'a mut [u8]) -> Self {
        let mut length = 0;
        let mut flags = L7Flags::NONE;
        let following = records
            .map_while(Result::ok)
            .take_while(|record| record.kind == ContentType::HANDSHAKE)
            .map(|record| record.fragment);
        for fragment in core::iter::once(first).chain(following) {
            let free = room.get_mut(length..).unwrap_or_default();
            let taken = fragment.len().min(free.len());
            free[..taken].copy_from_slice(&fragment[..taken]);
            length += taken;
            if taken < fragment.len() {
                flags |= L7Flags::LIMIT;
                break;
            }
        }
        let bytes = &room[..length];
        if !Handshakes::new(bytes)
            .next()
            .is_some_and(|message| message.is_whole())
        {
            flags |= L7Flags::TRUNCATED;
        }
        Self { bytes, flags }
    }

    /// The messages. What is encrypted is no message and comes out as one of an odd type or
    /// length.
    #[must_use]
    pub const fn messages(&self) -> Handshakes<'a> {
        Handshakes { rest: self.bytes }
    }

    /// The bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Whether the first message is cut off, or did not fit into the room.
    #[must_use]
    pub const fn flags(&self) -> L7Flags {
        self.flags
    }
}

#[cold]
fn no_handshake(record: Option<&Record<'_>>) -> L7Error {
    let (layer, needed) = (L7Layer::TlsRecord, usize::from(ContentType::HANDSHAKE.0));
    match record {
        Some(record) => {
            let got = usize::from(record.kind.0);
            L7Error::new(layer, 0, L7Problem::Value, needed, got)
        }
        None => L7Error::new(layer, 0, L7Problem::Truncated, 5, 0),
    }
}

/// A handshake message: RFC 8446 section 4.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Handshake<'a> {
    /// Type.
    pub kind: HandshakeType,
    /// Length of the body in bytes, as its header gives it.
    pub length: usize,
    /// Body, as far as it is there.
    pub body: &'a [u8],
}

impl Handshake<'_> {
    /// Whether all of it is there.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.body.len() == self.length
    }
}

/// Iterates over handshake messages; the last may be cut off.
#[derive(Clone, Copy, Debug)]
pub struct Handshakes<'a> {
    rest: &'a [u8],
}

impl<'a> Handshakes<'a> {
    /// The messages in bytes that were put together, or come out of QUIC.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }
}

impl<'a> Iterator for Handshakes<'a> {
    type Item = Handshake<'a>;

    #[inline]
    fn next(&mut self) -> Option<Handshake<'a>> {
        let (&[kind, high, middle, low], after) = self.rest.split_first_chunk()?;
        let length = u32::from_be_bytes([0, high, middle, low]) as usize;
        let (body, rest) = after.split_at_checked(length).unwrap_or((after, &[]));
        self.rest = rest;
        Some(Handshake {
            kind: HandshakeType(kind),
            length,
            body,
        })
    }
}
