//! A kernel record, borrowed.

use core::error::Error;
use core::fmt;

use zerocopy::{FromBytes, IntoBytes};

use super::RawEvent;

/// Error of reading a kernel record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EventError {
    /// The bytes end before the record does.
    Length {
        /// Part of the record that is not whole.
        part: &'static str,
        /// Where that part begins, in bytes.
        offset: usize,
        /// Bytes it needs.
        needed: usize,
        /// Bytes that are there.
        got: usize,
    },
    /// A record begins at a multiple of 8 bytes, as those of a ring buffer do. Copy it.
    Alignment {
        /// Alignment of a record.
        needed: usize,
        /// Bytes by which it is missed.
        got: usize,
    },
    /// The header is shorter than that of the first version.
    Header {
        /// Smallest header.
        needed: usize,
        /// Length of the header, as the record states it.
        got: usize,
    },
}

impl fmt::Display for EventError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Length {
                part,
                offset,
                needed,
                got,
            } => write!(
                f,
                "kernel record, {part} at offset {offset}: needed {needed} bytes, got {got}"
            ),
            Self::Alignment { needed, got } => write!(
                f,
                "kernel record: address is {got} beyond a multiple of {needed} bytes"
            ),
            Self::Header { needed, got } => write!(
                f,
                "kernel record: header of {got} bytes, at least {needed} expected"
            ),
        }
    }
}

impl Error for EventError {}

/// A kernel record: its header, and the bytes it captured, both borrowed.
#[derive(Clone, Copy, Debug)]
pub struct EventView<'a> {
    header: &'a RawEvent,
    payload: &'a [u8],
}

impl<'a> EventView<'a> {
    /// Reads a record.
    ///
    /// A record of a newer version is read as far as it is known,
    /// see [`is_known_version`](Self::is_known_version). Bytes after the captured ones are
    /// padding and ignored.
    ///
    /// # Errors
    /// Where the record is shorter than it has to be or claims to be, or is not aligned.
    #[inline]
    pub fn parse(record: &'a [u8]) -> Result<Self, EventError> {
        let header = match RawEvent::ref_from_prefix(record) {
            Ok((header, _)) => header,
            // Reported before a wrong alignment, for a copy would not help.
            Err(_) if record.len() < RawEvent::SIZE => return Err(short(record)),
            Err(_) => {
                let needed = align_of::<RawEvent>();
                let got = record.as_ptr().addr() % needed;
                return Err(EventError::Alignment { needed, got });
            }
        };
        Ok(Self {
            header,
            payload: payload(header, record)?,
        })
    }

    /// The header.
    #[must_use]
    pub const fn header(&self) -> &'a RawEvent {
        self.header
    }

    /// The captured bytes; [`RawEvent::capture_kind`] is what they begin with.
    #[must_use]
    pub const fn payload(&self) -> &'a [u8] {
        self.payload
    }

    /// Whether the record is of the version that this decoder knows in full.
    #[must_use]
    pub const fn is_known_version(&self) -> bool {
        self.header.version == RawEvent::VERSION
    }
}

/// The error of a record that is shorter than a header.
pub(super) const fn short(record: &[u8]) -> EventError {
    EventError::Length {
        part: "header",
        offset: 0,
        needed: RawEvent::SIZE,
        got: record.len(),
    }
}

/// The captured bytes of a record with this header.
pub(super) fn payload<'a>(header: &RawEvent, record: &'a [u8]) -> Result<&'a [u8], EventError> {
    let begin = usize::from(header.header_len);
    if begin < RawEvent::SIZE {
        return Err(EventError::Header {
            needed: RawEvent::SIZE,
            got: begin,
        });
    }
    let needed = usize::from(header.payload_len);
    let rest = record.get(begin..).unwrap_or_default();
    rest.get(..needed).ok_or(EventError::Length {
        part: "captured bytes",
        offset: begin,
        needed,
        got: rest.len(),
    })
}

/// The bytes of a record, for tests and for sources that make records in user space.
impl AsRef<[u8]> for RawEvent {
    fn as_ref(&self) -> &[u8] {
        self.as_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_record_is_short_at_every_address() {
        let bytes = [0; RawEvent::SIZE + 16];
        let expected = |got| EventError::Length {
            part: "header",
            offset: 0,
            needed: RawEvent::SIZE,
            got,
        };
        for at in 0..8 {
            for got in [0, 1, RawEvent::SIZE - 1] {
                let error = EventView::parse(&bytes[at..at + got]).unwrap_err();
                assert_eq!(error, expected(got));
            }
        }
    }
}
