//! SCTP (RFC 9260).

use super::bytes::{be16, be32};

/// The common header, 12 bytes; and the chunks, as far as they were captured.
#[derive(Clone, Copy, Debug)]
pub struct Sctp<'a> {
    pub(super) header: &'a [u8; 12],
    pub(super) chunks: &'a [u8],
}

impl<'a> Sctp<'a> {
    /// Sender's port.
    #[must_use]
    pub const fn source_port(&self) -> u16 {
        be16(self.header, 0)
    }

    /// Receiver's port.
    #[must_use]
    pub const fn destination_port(&self) -> u16 {
        be16(self.header, 2)
    }

    /// Verification tag.
    #[must_use]
    pub const fn verification_tag(&self) -> u32 {
        be32(self.header, 4)
    }

    /// Checksum (CRC32c), not verified.
    #[must_use]
    pub const fn checksum(&self) -> u32 {
        be32(self.header, 8)
    }

    /// The chunks, one after the other.
    #[must_use]
    pub const fn chunks(&self) -> SctpChunks<'a> {
        SctpChunks { rest: self.chunks }
    }
}

/// One chunk: RFC 9260 section 3.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SctpChunk<'a> {
    /// Type: 0 DATA, 1 INIT, 2 INIT ACK, 3 SACK, 4 HEARTBEAT, 6 ABORT, 7 SHUTDOWN and so on.
    pub kind: u8,
    /// Flags.
    pub flags: u8,
    /// Length in bytes by its own length field, the header of four bytes included.
    pub length: u16,
    /// Value, as far as it was captured.
    pub value: &'a [u8],
}

impl SctpChunk<'_> {
    /// Whether its length is less than its own header has. Where the next chunk begins is not
    /// known then, so this is the last one, and it has no value.
    #[must_use]
    pub const fn is_malformed(&self) -> bool {
        self.length < 4
    }

    /// Whether the value is shorter than its length field: cut off, or beyond the packet.
    #[must_use]
    pub const fn is_cut(&self) -> bool {
        self.value.len() + 4 < self.length as usize
    }

    /// Name of the type in the IANA registry "Chunk Types".
    #[must_use]
    pub const fn name(&self) -> Option<&'static str> {
        Some(match self.kind {
            0 => "DATA",
            1 => "INIT",
            2 => "INIT_ACK",
            3 => "SACK",
            4 => "HEARTBEAT",
            5 => "HEARTBEAT_ACK",
            6 => "ABORT",
            7 => "SHUTDOWN",
            8 => "SHUTDOWN_ACK",
            9 => "ERROR",
            10 => "COOKIE_ECHO",
            11 => "COOKIE_ACK",
            12 => "ECNE",
            13 => "CWR",
            14 => "SHUTDOWN_COMPLETE",
            15 => "AUTH",
            64 => "I_DATA",
            128 => "ASCONF_ACK",
            130 => "RE_CONFIG",
            132 => "PAD",
            192 => "FORWARD_TSN",
            193 => "ASCONF",
            194 => "I_FORWARD_TSN",
            _ => return None,
        })
    }
}

/// Iterates over chunks. One that is malformed or cut is the last.
#[derive(Clone, Copy, Debug)]
pub struct SctpChunks<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for SctpChunks<'a> {
    type Item = SctpChunk<'a>;

    fn next(&mut self) -> Option<SctpChunk<'a>> {
        let &[kind, flags, high, low, ref rest @ ..] = self.rest else {
            return None;
        };
        let length = u16::from_be_bytes([high, low]);
        let (value, padded) = match usize::from(length).checked_sub(4) {
            Some(length) => (
                rest.get(..length).unwrap_or(rest),
                length.next_multiple_of(4),
            ),
            None => (&[][..], usize::MAX),
        };
        self.rest = rest.get(padded..).unwrap_or_default();
        Some(SctpChunk {
            kind,
            flags,
            length,
            value,
        })
    }
}

#[cfg(test)]
mod tests {

    use super::*;

    #[test]
    fn chunks_are_padded_to_four_bytes() {
        let bytes = [0, 3, 0, 5, 9, 0, 0, 0, 14, 0, 0, 4, 1, 0, 0, 9, 7];
        let chunks: Vec<_> = SctpChunks { rest: &bytes }.collect();
        assert_eq!(chunks.len(), 3);
        assert_eq!((chunks[0].kind, chunks[0].value), (0, &[9][..]));
        assert_eq!((chunks[0].flags, chunks[0].length), (3, 5));
        assert_eq!(chunks[1].name(), Some("SHUTDOWN_COMPLETE"));
        assert!(!chunks[1].is_cut() && !chunks[1].is_malformed());
        assert_eq!((chunks[2].length, chunks[2].value), (9, &[7][..]));
        assert!(chunks[2].is_cut());
    }

    #[test]
    fn a_chunk_shorter_than_its_header_ends_them() {
        let bytes = [11, 0, 0, 4, 0, 0, 0, 3, 1, 1, 1, 1];
        let chunks: Vec<_> = SctpChunks { rest: &bytes }.collect();
        assert_eq!(chunks.len(), 2);
        assert!(chunks[1].is_malformed() && chunks[1].value.is_empty());
    }
}
