//! One function for each decoder that uses all of it on any bytes and checks what must hold.
//! The property tests call them, and the fuzz targets.

#[cfg(feature = "dns")]
pub use super::dns::exercise::dns;
#[cfg(feature = "http1")]
pub use super::http1::exercise::http1;
#[cfg(all(feature = "http2", feature = "std"))]
pub use super::http2::exercise::{hpack, http2};
#[cfg(feature = "kafka")]
pub use super::kafka::exercise::kafka;
#[cfg(feature = "quic")]
pub use super::quic::exercise::quic;
#[cfg(feature = "tls")]
pub use super::tls::exercise::tls;
