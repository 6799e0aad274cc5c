//! From captured packets to flows, and from single packets to connections.
//!
//! [`flow_of`] makes a [`Flow`](crate::flow::Flow) of one packet; [`FlowTable`] adds packets up
//! to connections, in user space, for captures and other sources of single packets.
//!
//! ```
//! use flow_core::decode::{Capture, FlowTable, flow_of};
//! use flow_core::wire::LinkType;
//!
//! let frame = [
//!     2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x08, 0x00, //
//!     0x45, 0, 0, 30, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, //
//!     0, 53, 0x10, 0x92, 0, 10, 0, 0, b'h', b'i',
//! ];
//! let capture = Capture { time: 1_700_000_000_000_000_000, ..Capture::whole(LinkType::Ethernet, &frame) };
//! let flow = flow_of(&capture)?;
//! assert_eq!((flow.source.port, flow.traffic.forward_bytes), (53, 44));
//!
//! let mut table = FlowTable::with_capacity(1024);
//! let mut finished = Vec::new();
//! table.add(&flow, &mut |flow| finished.push(*flow));
//! table.finish(&mut |flow| finished.push(*flow));
//! assert_eq!(finished.len(), 1);
//! # Ok::<(), flow_core::decode::NoFlow>(())
//! ```

mod packet;
#[cfg(feature = "std")]
mod table;

pub(crate) use packet::fill_outermost;
pub use packet::{Capture, NoFlow, flow_of, flow_of_packet};
#[cfg(feature = "std")]
pub use table::FlowTable;
