//! DNS (RFC 1035) over UDP and TCP, multicast DNS (RFC 6762) and LLMNR (RFC 4795) included.
//!
//! [`Message::parse`] finds the records in one pass. Names and data of records are decoded on
//! request; a name that loops or is too long is refused with an [`L7Error`](super::L7Error),
//! and shown up to that place followed by `\?`.

#[cfg(any(test, feature = "fuzzing"))]
pub(super) mod exercise;
mod field;
mod message;
mod name;
mod rdata;
mod record;
mod registry;
mod svcb;
mod tcp;
#[cfg(test)]
mod tests;
mod walk;

pub use message::Message;
pub use name::{Labels, Name, NameText};
pub use rdata::{EdnsOption, EdnsOptions, Mx, RData, Soa, Srv, Strings};
pub use record::{Edns, Question, Questions, Record, Records};
pub use registry::{Class, Opcode, Rcode, RecordType};
pub use svcb::{Svcb, SvcbParam, SvcbParams};
pub use tcp::{TcpMessage, TcpMessages};
