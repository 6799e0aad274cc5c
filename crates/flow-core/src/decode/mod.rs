//! From captured packets to flows: [`flow_of`] makes a [`Flow`](crate::flow::Flow) of one packet.
//!
//! ```
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
//! assert_eq!((flow.source.port, flow.traffic.forward_bytes), (53, 44));
//! # Ok::<(), flow_core::decode::NoFlow>(())
//! ```

mod key;
mod packet;

pub use packet::{Capture, NoFlow, fill_outermost, flow_of, flow_of_packet};
