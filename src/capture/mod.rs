//! Capture files: pcap (draft-ietf-opsawg-pcap) and pcapng (draft-ietf-opsawg-pcapng).

mod buffer;
mod error;
mod input;
mod pcapng;
mod reader;
mod writer;

pub use error::CaptureError;
pub use reader::{Packet, Reader, Step};
pub use writer::Writer;

/// `LINKTYPE_ETHERNET` of the tcpdump.org registry of link types.
pub const LINK_ETHERNET: u32 = 1;

#[cfg(test)]
mod tests;
