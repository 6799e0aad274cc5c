//! Capture files, and flows of the packets in them.
//!
//! [`Reader`] reads pcap (draft-ietf-opsawg-pcap) and pcapng (draft-ietf-opsawg-pcapng), [`Writer`]
//! writes pcap, [`FlowTable`] adds single packets up to connections, in user space, and
//! [`CaptureSource`] is all of it as the source of a [pipeline](flow_core::pipeline).
//!
//! ```
//! use flow_capture::FlowTable;
//! use flow_core::decode::{Capture, flow_of};
//! use flow_core::wire::LinkType;
//!
//! let frame = [
//!     2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x08, 0x00, //
//!     0x45, 0, 0, 30, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, //
//!     0, 53, 0x10, 0x92, 0, 10, 0, 0, b'h', b'i',
//! ];
//! let capture = Capture { time: 1_700_000_000_000_000_000, ..Capture::whole(LinkType::Ethernet, &frame) };
//! let flow = flow_of(&capture)?;
//!
//! let mut table = FlowTable::with_capacity(1024);
//! let mut finished = Vec::new();
//! table.add(&flow, &mut |flow| finished.push(*flow));
//! table.finish(&mut |flow| finished.push(*flow));
//! assert_eq!(finished.len(), 1);
//! # Ok::<(), flow_core::decode::NoFlow>(())
//! ```
#![forbid(unsafe_code)]
#![warn(clippy::exhaustive_enums, clippy::exhaustive_structs)]

mod buffer;
mod counts;
mod error;
mod input;
mod interface;
mod pcapng;
mod reader;
mod source;
mod table;
mod writer;

pub use counts::CaptureCounts;
pub use error::{CaptureError, Damage};
pub use interface::CaptureInterface;
pub use reader::{Packet, Reader, Step};
pub use source::{CaptureMode, CaptureProgress, CaptureSource};
pub use table::FlowTable;
pub use writer::Writer;

/// `LINKTYPE_ETHERNET` of the tcpdump.org registry of link types.
pub const LINK_ETHERNET: u32 = 1;

/// `LINKTYPE_RAW` of the tcpdump.org registry of link types: packets begin with their IP header.
pub const LINK_RAW: u32 = 101;

#[cfg(test)]
mod tests;
