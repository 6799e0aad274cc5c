//! QUIC: what is not encrypted, and with the feature `quic` what its Initial packets hold.
//!
//! [`LongHeader`] reads the header that the first packets of a connection have (RFC 8999,
//! RFC 9000 section 17.2, RFC 9369). Initial packets are encrypted with keys that everyone can
//! derive (RFC 9001 section 5.2): `Initials` does, and puts the handshake in them together.
//! The cryptography is that of the crates `aes-gcm`, `hkdf` and `sha2`.

#[cfg(feature = "quic")]
mod crypto;
#[cfg(all(feature = "quic", any(test, feature = "fuzzing")))]
pub(super) mod exercise;
#[cfg(feature = "quic")]
mod frames;
mod header;
#[cfg(feature = "quic")]
mod initial;
#[cfg(feature = "quic")]
mod keys;
#[cfg(test)]
mod tests;

pub use header::{LongHeader, PacketKind, QuicVersion};
#[cfg(feature = "quic")]
pub use initial::Initials;
#[cfg(feature = "quic")]
pub use keys::{InitialKeys, Side};
