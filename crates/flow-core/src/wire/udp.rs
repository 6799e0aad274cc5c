//! UDP (RFC 768) and UDP-Lite (RFC 3828).

use super::bytes::be16;

/// The header, 8 bytes.
#[derive(Clone, Copy, Debug)]
pub struct Udp<'a>(pub(super) &'a [u8; 8]);

impl Udp<'_> {
    /// Sender's port.
    #[must_use]
    pub const fn source_port(&self) -> u16 {
        be16(self.0, 0)
    }

    /// Receiver's port.
    #[must_use]
    pub const fn destination_port(&self) -> u16 {
        be16(self.0, 2)
    }

    /// Length of header and payload in bytes; in UDP-Lite the bytes that the checksum covers.
    #[must_use]
    pub const fn length(&self) -> u16 {
        be16(self.0, 4)
    }

    /// Checksum, not verified; 0 is none.
    #[must_use]
    pub const fn checksum(&self) -> u16 {
        be16(self.0, 6)
    }
}
