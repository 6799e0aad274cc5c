//! Zero-copy views over captured packets.
//!
//! [`Packet::parse`] finds every layer of a packet in one pass and never fails: what was cut
//! off by the snap length or is malformed is flagged, and what comes before it is readable.
//! Nothing is allocated, nothing is read outside of the bytes passed, and the work is bounded
//! by the length and by fixed limits (see [`Packet`]). No function of this module panics,
//! whatever the bytes. Checksums are not verified.
//!
//! ```
//! use flow_core::wire::{LinkType, Packet};
//!
//! // Ethernet, IPv4, UDP from 10.0.0.1:53 to 10.0.0.2:4242 with the payload "hi".
//! let frame = [
//!     2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x08, 0x00, //
//!     0x45, 0, 0, 30, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, //
//!     0, 53, 0x10, 0x92, 0, 10, 0, 0, b'h', b'i',
//! ];
//! let packet = Packet::parse(LinkType::Ethernet, &frame, frame.len());
//! assert_eq!(packet.error(), None);
//! assert_eq!(packet.source().unwrap().to_string(), "10.0.0.1");
//! assert_eq!((packet.source_port(), packet.destination_port()), (53, 4242));
//! assert_eq!(packet.payload(), b"hi");
//! ```
//!
//! Packets in packets (VXLAN, Geneve, GRE, IP in IP) are decoded on request, by
//! [`Packet::inner`]; the packet that an ICMP error quotes, by [`Packet::quoted`].

mod access;
mod bytes;
mod control;
mod cooked;
mod error;
mod ethernet;
pub mod ethertype;
#[cfg(any(test, feature = "fuzzing"))]
#[doc(hidden)]
#[allow(
    clippy::exhaustive_enums,
    clippy::exhaustive_structs,
    reason = "for tests and fuzz targets"
)]
pub mod exercise;
mod flags;
mod frame;
#[cfg(test)]
pub(crate) mod frames;
mod gre;
mod ipv4;
mod ipv6;
mod link;
mod packet;
pub mod protocol;
mod sctp;
mod tcp;
mod transport;
mod tunnel;
mod udp;

pub use access::Fragment;
pub use control::{Arp, Icmp, Igmp, Vrrp};
pub use cooked::Cooked;
pub use error::{Layer, Problem, WireError};
pub use ethernet::{Ethernet, Vlan};
pub use flags::PacketFlags;
pub use gre::Gre;
pub use ipv4::{Ipv4, Ipv4Option, Ipv4Options};
pub use ipv6::{Ipv6, Ipv6Extension, Ipv6Extensions};
pub use link::LinkType;
pub use packet::Packet;
pub use sctp::{Sctp, SctpChunk, SctpChunks};
pub use tcp::{Tcp, TcpOption, TcpOptions};
pub use tunnel::{Tunnel, TunnelKind};
pub use udp::Udp;
