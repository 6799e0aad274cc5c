//! TCP (RFC 9293).

use super::bytes::{RawOption, be16, be32, chunk, next_option};

/// The header without its options, 20 bytes; and the options, as far as they were captured.
#[derive(Clone, Copy, Debug)]
pub struct Tcp<'a> {
    pub(super) header: &'a [u8; 20],
    pub(super) options: &'a [u8],
}

impl<'a> Tcp<'a> {
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

    /// Sequence number of the first byte of payload, or of SYN.
    #[must_use]
    pub const fn sequence(&self) -> u32 {
        be32(self.header, 4)
    }

    /// Next sequence number that the sender expects, where ACK is set.
    #[must_use]
    pub const fn acknowledgement(&self) -> u32 {
        be32(self.header, 8)
    }

    /// Length of header and options in bytes, at least 20.
    #[must_use]
    pub const fn header_len(&self) -> usize {
        (self.header[12] >> 4) as usize * 4
    }

    /// The nine control bits, NS (bit 8) to FIN (bit 0).
    #[must_use]
    pub const fn flags(&self) -> u16 {
        be16(self.header, 12) & 0x01ff
    }

    /// Receive window, not scaled.
    #[must_use]
    pub const fn window(&self) -> u16 {
        be16(self.header, 14)
    }

    /// Checksum, not verified.
    #[must_use]
    pub const fn checksum(&self) -> u16 {
        be16(self.header, 16)
    }

    /// Urgent pointer, significant where URG is set.
    #[must_use]
    pub const fn urgent(&self) -> u16 {
        be16(self.header, 18)
    }

    /// The options, one after the other.
    #[must_use]
    pub const fn options(&self) -> TcpOptions<'a> {
        TcpOptions { rest: self.options }
    }
}

/// One option.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TcpOption<'a> {
    /// Largest segment that the sender can receive, in bytes (2).
    MaximumSegmentSize(u16),
    /// Exponent of the window scale, RFC 7323 section 2 (3).
    WindowScale(u8),
    /// Selective acknowledgement is allowed, RFC 2018 (4).
    SackPermitted,
    /// Selective acknowledgement: pairs of sequence numbers of eight bytes, RFC 2018 (5).
    Sack(&'a [u8]),
    /// Timestamps, RFC 7323 section 3 (8).
    Timestamps {
        /// The sender's clock.
        value: u32,
        /// The newest one received, echoed.
        echo: u32,
    },
    /// Another option.
    Other {
        /// Its kind.
        kind: u8,
        /// Its data.
        data: &'a [u8],
    },
    /// What remains is no option: a length that is too small, or beyond the end (which, of a
    /// truncated packet, may be that of the capture). Nothing comes after it.
    Malformed(&'a [u8]),
}

/// Iterates over options; padding is left out. See [`Tcp::options`].
#[derive(Clone, Copy, Debug)]
pub struct TcpOptions<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for TcpOptions<'a> {
    type Item = TcpOption<'a>;

    fn next(&mut self) -> Option<TcpOption<'a>> {
        Some(match next_option(&mut self.rest)? {
            RawOption::Whole { kind, data } => decode(kind, data),
            RawOption::Malformed(rest) => TcpOption::Malformed(rest),
        })
    }
}

fn decode(kind: u8, data: &[u8]) -> TcpOption<'_> {
    match (kind, data) {
        (2, &[high, low]) => TcpOption::MaximumSegmentSize(u16::from_be_bytes([high, low])),
        (3, &[shift]) => TcpOption::WindowScale(shift),
        (4, []) => TcpOption::SackPermitted,
        (5, blocks) if blocks.len() % 8 == 0 => TcpOption::Sack(blocks),
        (8, _) if data.len() == 8 => {
            let times = chunk::<8>(data, 0).unwrap_or(&[0; 8]);
            TcpOption::Timestamps {
                value: be32(times, 0),
                echo: be32(times, 4),
            }
        }
        _ => TcpOption::Other { kind, data },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(bytes: &[u8]) -> Vec<TcpOption<'_>> {
        TcpOptions { rest: bytes }.collect()
    }

    #[test]
    fn options_of_a_usual_syn() {
        let bytes = [
            2, 4, 0x05, 0xb4, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2, 1, 3, 3, 7, 0, 99, 99,
        ];
        assert_eq!(
            options(&bytes),
            [
                TcpOption::MaximumSegmentSize(1460),
                TcpOption::SackPermitted,
                TcpOption::Timestamps { value: 1, echo: 2 },
                TcpOption::WindowScale(7),
            ]
        );
    }

    #[test]
    fn what_is_no_option_is_flagged_and_ends_them() {
        assert_eq!(options(&[1, 3, 1, 0]), [TcpOption::Malformed(&[3, 1, 0])]);
        assert_eq!(options(&[254, 9, 0]), [TcpOption::Malformed(&[254, 9, 0])]);
        assert_eq!(options(&[5]), [TcpOption::Malformed(&[5])]);
        assert_eq!(
            options(&[2, 3, 1]),
            [TcpOption::Other {
                kind: 2,
                data: &[1]
            }]
        );
    }
}
