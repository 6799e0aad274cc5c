//! The owned, compact flow: one observation of a connection or packet.
//!
//! A [`Flow`] is plain data of a fixed size ([`Flow::SIZE`] bytes): it is copied, never
//! allocated, and any byte pattern of that size is a valid one. Open enumerations such as
//! [`Verdict`] are therefore numbers with names, so that a value this version does not know
//! survives the way from a source to a reader.

#[cfg(any(test, feature = "proptest"))]
#[doc(hidden)]
pub mod arbitrary;
mod compact;
mod drop_reason;
mod endpoint;
mod enums;
mod flags;
mod icmp;
mod key;
mod model;
mod time;

pub use compact::{Compact, Kind, LineTexts, Named, Summary};
pub use drop_reason::DropReason;
pub use endpoint::{Endpoint, Ip, Mac, reserved_identity};
pub use enums::{
    Direction, EventType, FlowType, IpVersion, L7Type, Protocol, Reply, TcpState, TracePoint,
    TraceReason, TunnelProtocol, Verdict,
};
pub use flags::{FlowFlags, TcpFlags};
pub(crate) use key::VlanTags;
pub use key::{ConnectionKey, Side};
pub use model::{Counters, Flow, Interface, Name16, Process, Traffic, Tunnel};
pub use time::{Rfc3339, UtcFields, UtcTime};
