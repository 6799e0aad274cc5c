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
pub struct SctpChunk<'a> {
    /// Type: 0 DATA, 1 INIT, 2 INIT ACK, 3 SACK, 4 HEARTBEAT, 6 ABORT, 7 SHUTDOWN and so on.
    pub kind: u8,
    /// Flags.
    pub flags: u8,
    /// Value, as far as it was captured.
    pub value: &'a [u8],
    /// Length of the value in bytes, as the chunk tells it.
    pub length: u16,
}

impl SctpChunk<'_> {
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

/// Iterates over chunks. Ends where one is too short to tell where the next begins.
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
        let Some(length) = u16::from_be_bytes([high, low]).checked_sub(4) else {
            self.rest = &[];
            return None;
        };
        let padded = usize::from(length).next_multiple_of(4);
        let value = rest.get(..usize::from(length)).unwrap_or(rest);
        self.rest = rest.get(padded..).unwrap_or_default();
        Some(SctpChunk {
            kind,
            flags,
            value,
            length,
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
        assert_eq!(chunks[1].name(), Some("SHUTDOWN_COMPLETE"));
        assert_eq!(
            (chunks[2].length, chunks[2].value),
            (5, &[7][..]),
            "cut off"
        );
        let bad = [0, 0, 0, 3, 1, 1, 1, 1];
        assert_eq!(SctpChunks { rest: &bad }.count(), 0);
    }
}
