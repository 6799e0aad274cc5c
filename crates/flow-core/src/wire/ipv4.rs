//! IPv4 (RFC 791).

use core::net::Ipv4Addr;

use super::bytes::be16;

/// The header without its options, 20 bytes; and the options, as far as they were captured.
#[derive(Clone, Copy, Debug)]
pub struct Ipv4<'a> {
    pub(super) header: &'a [u8; 20],
    pub(super) options: &'a [u8],
}

impl<'a> Ipv4<'a> {
    /// Type of service: DSCP in the upper six bits, ECN in the lower two.
    #[must_use]
    pub const fn tos(&self) -> u8 {
        self.header[1]
    }

    /// Length of header and payload in bytes; 0 stands for "to the end of the frame".
    #[must_use]
    pub const fn total_len(&self) -> u16 {
        be16(self.header, 2)
    }

    /// Length of header and options in bytes, at least 20.
    #[must_use]
    pub const fn header_len(&self) -> usize {
        (self.header[0] & 0x0f) as usize * 4
    }

    /// Identification of the packet that a fragment belongs to.
    #[must_use]
    pub const fn id(&self) -> u16 {
        be16(self.header, 4)
    }

    /// "Don't fragment".
    #[must_use]
    pub const fn dont_fragment(&self) -> bool {
        self.header[6] & 0x40 != 0
    }

    /// "More fragments".
    #[must_use]
    pub const fn more_fragments(&self) -> bool {
        self.header[6] & 0x20 != 0
    }

    /// Offset of a fragment in bytes.
    #[must_use]
    pub const fn fragment_offset(&self) -> u16 {
        (be16(self.header, 6) & 0x1fff) << 3
    }

    /// Time to live.
    #[must_use]
    pub const fn ttl(&self) -> u8 {
        self.header[8]
    }

    /// Number of the protocol that follows.
    #[must_use]
    pub const fn protocol(&self) -> u8 {
        self.header[9]
    }

    /// Header checksum, not verified.
    #[must_use]
    pub const fn checksum(&self) -> u16 {
        be16(self.header, 10)
    }

    /// Sender.
    #[must_use]
    pub const fn source(&self) -> Ipv4Addr {
        let h = self.header;
        Ipv4Addr::new(h[12], h[13], h[14], h[15])
    }

    /// Receiver.
    #[must_use]
    pub const fn destination(&self) -> Ipv4Addr {
        let h = self.header;
        Ipv4Addr::new(h[16], h[17], h[18], h[19])
    }

    /// The options, undecoded, as far as they were captured.
    #[must_use]
    pub const fn options(&self) -> &'a [u8] {
        self.options
    }
}
