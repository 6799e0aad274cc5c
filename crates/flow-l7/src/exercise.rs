//! One function for each decoder that uses all of it on any bytes and checks what must hold.
//! The property tests call them, and the fuzz targets.

pub use super::dns::exercise::dns;
pub use super::http1::exercise::http1;
#[cfg(feature = "std")]
pub use super::http2::exercise::{hpack, http2};
pub use super::kafka::exercise::kafka;
#[cfg(feature = "quic")]
pub use super::quic::exercise::quic;
pub use super::tls::exercise::tls;
