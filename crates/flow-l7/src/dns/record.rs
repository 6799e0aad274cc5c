//! Questions and records.

use super::name::Name;
use super::rdata::{EdnsOptions, RData, decode};
use super::registry::{Class, RecordType};
use super::walk::Walk;

/// A question.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Question<'a> {
    /// Name asked for.
    pub name: Name<'a>,
    /// Type asked for.
    pub kind: RecordType,
    /// Class asked for, as sent.
    pub class: Class,
}

impl Question<'_> {
    /// In multicast DNS, whether the answer may go to the asker alone (RFC 6762 section 5.4).
    #[must_use]
    pub const fn is_unicast_wanted(&self) -> bool {
        self.class.0 & 0x8000 != 0
    }
}

/// Iterates over questions. See [`Message::questions`](super::Message::questions).
#[derive(Clone, Copy, Debug)]
pub struct Questions<'a> {
    data: &'a [u8],
    at: u16,
    left: u16,
}

impl<'a> Questions<'a> {
    #[inline]
    pub(super) const fn new(data: &'a [u8], left: u16) -> Self {
        Self { data, at: 12, left }
    }

    /// Where the next one begins.
    #[cfg(feature = "track")]
    #[inline]
    pub(super) fn at(&self) -> usize {
        usize::from(self.at)
    }
}

impl<'a> Iterator for Questions<'a> {
    type Item = Question<'a>;

    #[inline]
    fn next(&mut self) -> Option<Question<'a>> {
        self.left = self.left.checked_sub(1)?;
        let fixed = walk(self.data).name(usize::from(self.at)).ok()?;
        let &[a, b, c, d] = self.data.get(fixed..)?.first_chunk()?;
        let name = Name::new(self.data, self.at);
        self.at = u16::try_from(fixed + 4).ok()?;
        Some(Question {
            name,
            kind: RecordType(u16::from_be_bytes([a, b])),
            class: Class(u16::from_be_bytes([c, d])),
        })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, Some(usize::from(self.left)))
    }
}

/// A resource record.
#[derive(Clone, Copy, Debug)]
pub struct Record<'a> {
    message: &'a [u8],
    /// Name of the owner.
    pub name: Name<'a>,
    /// Type.
    pub kind: RecordType,
    /// Class, as sent. In an OPT record, the largest datagram that the sender takes.
    pub class: Class,
    /// Time to live in seconds. In an OPT record, flags.
    pub ttl: u32,
    data_at: u16,
    data_len: u16,
}

impl<'a> Record<'a> {
    /// In multicast DNS, whether older records of this name and type are to be dropped
    /// (RFC 6762 section 10.2).
    #[must_use]
    pub const fn is_flush(&self) -> bool {
        self.class.0 & 0x8000 != 0
    }

    /// The data as sent.
    #[inline]
    #[must_use]
    pub fn raw_data(&self) -> &'a [u8] {
        let at = usize::from(self.data_at);
        self.message
            .get(at..at + usize::from(self.data_len))
            .unwrap_or_default()
    }

    /// The data, decoded.
    #[inline]
    #[must_use]
    pub fn data(&self) -> RData<'a> {
        decode(self.kind, self.message, self.data_at, self.raw_data())
    }
}

/// Iterates over records. See [`Message::answers`](super::Message::answers).
#[derive(Clone, Copy, Debug)]
pub struct Records<'a> {
    data: &'a [u8],
    at: u16,
    left: u16,
}

impl<'a> Records<'a> {
    #[inline]
    pub(super) const fn new(data: &'a [u8], at: u16, left: u16) -> Self {
        Self { data, at, left }
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Record<'a>;

    #[inline]
    fn next(&mut self) -> Option<Record<'a>> {
        self.left = self.left.checked_sub(1)?;
        let fixed = walk(self.data).record(usize::from(self.at)).ok()?;
        let &[_, _, c, d, e, f, g, h] = self.data.get(fixed.at..)?.first_chunk()?;
        let name = Name::new(self.data, self.at);
        self.at = u16::try_from(fixed.end).ok()?;
        Some(Record {
            message: self.data,
            name,
            kind: RecordType(fixed.kind),
            class: Class(u16::from_be_bytes([c, d])),
            ttl: u32::from_be_bytes([e, f, g, h]),
            data_at: u16::try_from(fixed.data).ok()?,
            data_len: u16::try_from(fixed.end - fixed.data).ok()?,
        })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, Some(usize::from(self.left)))
    }
}

#[inline]
fn walk(data: &[u8]) -> Walk<'_> {
    Walk {
        data,
        wire_len: data.len(),
    }
}

/// Contents of the OPT record: RFC 6891 section 6.1.
#[derive(Clone, Copy, Debug)]
pub struct Edns<'a> {
    pub(super) record: Record<'a>,
}

impl<'a> Edns<'a> {
    /// Largest datagram that the sender takes, in bytes.
    #[must_use]
    pub const fn udp_len(&self) -> u16 {
        self.record.class.0
    }

    /// Upper eight bits of the response code.
    #[must_use]
    pub const fn rcode_high(&self) -> u8 {
        self.record.ttl.to_be_bytes()[0]
    }

    /// Version; 0 is the only one.
    #[must_use]
    pub const fn version(&self) -> u8 {
        self.record.ttl.to_be_bytes()[1]
    }

    /// DO: DNSSEC records are wanted, RFC 3225.
    #[must_use]
    pub const fn is_dnssec_ok(&self) -> bool {
        self.record.ttl & 0x8000 != 0
    }

    /// Its options.
    #[must_use]
    pub fn options(&self) -> EdnsOptions<'a> {
        EdnsOptions::new(self.record.raw_data())
    }
}
