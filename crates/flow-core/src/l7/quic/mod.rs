//! QUIC: what is not encrypted, and with the feature `quic` what its Initial packets hold.
//!
//! [`LongHeader`] reads the header that the first packets of a connection have (RFC 8999,
//! RFC 9000 section 17.2, RFC 9369).

mod header;
#[cfg(test)]
mod tests;

pub use header::{LongHeader, PacketKind, QuicVersion};
