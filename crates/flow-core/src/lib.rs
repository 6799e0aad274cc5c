//! Network flow events: decoding, the [`Flow`](flow::Flow) model and the history ring.
//!
//! Everything is made of five steps, and each stands alone:
//!
//! | Module | Step |
//! |---|---|
//! | [`wire`] | reads the headers of a captured packet, in place |
//! | [`event`] | reads a record of the kernel programs (crate `flow-ebpf`), in place |
//! | [`decode`] | makes flows of packets |
//! | [`flow`] | is the flow: 248 bytes of plain data, one line of text |
//! | [`ring`] | keeps the newest flows for any number of readers, and counts what they miss |
//!
//! Around them: [`clock`] (the kernel's clock to wall clock), [`text`] (untrusted text on a
//! terminal) and [`pipeline`], the traits between a source of records and whoever wants flows.
//!
//! From a packet to a line, through the ring:
//!
#![cfg_attr(feature = "std", doc = "```")]
#![cfg_attr(not(feature = "std"), doc = "```ignore")]
//! use flow_core::decode::{Capture, flow_of};
//! use flow_core::ring::{Next, Ring, Start};
//! use flow_core::wire::LinkType;
//!
//! // IPv4 from 10.0.0.1 to 10.0.0.2, UDP from port 4242 to 53, "hi".
//! let packet = [
//!     0x45, 0, 0, 30, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, //
//!     0x10, 0x92, 0, 53, 0, 10, 0, 0, b'h', b'i',
//! ];
//! let flow = flow_of(&Capture {
//!     time: 1_795_530_906_123_000_000,
//!     ..Capture::whole(LinkType::RawIp, &packet)
//! })?;
//!
//! let (mut writer, ring) = Ring::with_capacity(65_536)?;
//! let mut reader = ring.reader(Start::Now);
//! writer.publish(&flow);
//! let Next::Record(flow) = reader.wait_next()? else { panic!("nothing was lost") };
//! assert_eq!(
//!     format!("{flow:#}"),
//!     "Nov 24 14:35:06.123: 10.0.0.1:4242 <> 10.0.0.2:53 trace FORWARDED (UDP) [1/0 packets, 30/0 B]"
//! );
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Features
//!
//! - `std` (default): records, names, the ring and the pipeline. Without it [`wire`], [`event`],
//!   [`decode`], [`flow`], [`clock`] and [`text`] build on `core` alone, without an allocator.
//!
//! # What it does not do
//!
//! The crate does no input or output: it reads bytes that the caller passes, and times that the
//! caller took. Sources that read files, sockets or the kernel are crates of their own
//! (`flow-capture`, `flow-cilium`, `flow-ebpf`, `flow-hubble`). Only the pipeline starts threads.
//! All `unsafe` code is in one file, `names/cells.rs`.
#![deny(unsafe_code)]
#![warn(clippy::exhaustive_enums, clippy::exhaustive_structs)]
#![cfg_attr(not(any(feature = "std", test)), no_std)]

pub mod clock;
pub mod decode;
pub mod event;
pub mod flow;
#[cfg(feature = "std")]
pub mod names;
mod open_enum;
#[cfg(feature = "std")]
pub mod pipeline;
#[cfg(feature = "std")]
pub mod record;
#[cfg(feature = "std")]
pub mod resolve;
#[cfg(feature = "std")]
pub mod ring;
#[cfg(feature = "std")]
pub mod store;
pub mod text;
#[cfg(feature = "std")]
pub mod view;
pub mod wire;
