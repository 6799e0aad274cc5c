//! A dropped packet.

use zerocopy::native_endian::{U16, U32, U64};
use zerocopy::{FromBytes, Immutable, KnownLayout, Unaligned};

use super::header::{self, Captured, Header, PacketBits, RawHeader};
use super::{Extensions, MessageError};
use flow_core::flow::{DropReason, EventType};

/// What every version has: 36 bytes.
#[derive(FromBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
struct Raw {
    /// 0
    header: RawHeader,
    /// 16
    src_label: U32,
    /// 20
    dst_label: U32,
    /// 24
    dst_id: U32,
    /// 28
    line: U16,
    /// 30
    file: u8,
    /// 31
    ext_error: i8,
    /// 32
    ifindex: U32,
}

/// Place of the flags, from version 2 on; three bytes of padding follow.
const FLAGS: usize = 36;
/// Place of the trace id, from version 3 on.
const TRACE_ID: usize = 40;

const _: () = assert!(size_of::<Raw>() == FLAGS);

/// A message about a dropped packet, of type 1 and versions 0 to 3.
#[derive(Clone, Copy)]
pub struct DropNotify<'a> {
    record: &'a [u8],
    raw: &'a Raw,
}

impl<'a> DropNotify<'a> {
    /// Newest version that is known.
    pub const VERSION: u8 = 3;

    /// Length of a message in bytes by version; `None` where the version is not known.
    #[must_use]
    pub const fn length(version: u8) -> Option<usize> {
        match version {
            0 | 1 => Some(36),
            2 => Some(40),
            3 => Some(48),
            _ => None,
        }
    }

    /// Reads a message. One of a newer version is read as far as version 0 goes.
    ///
    /// # Errors
    /// Where the record is no such message, or shorter than its version has it.
    #[inline]
    pub fn parse(record: &'a [u8]) -> Result<Self, MessageError> {
        let raw = header::view(record, EventType::DROP)?;
        let message = Self { record, raw };
        match Self::length(message.header().version) {
            Some(needed) if record.len() < needed => Err(header::short(record, needed)),
            _ => Ok(message),
        }
    }

    /// What it begins with.
    #[inline]
    #[must_use]
    pub const fn header(&self) -> Header {
        Header::new(&self.raw.header)
    }

    /// Whether all of its fields are known to this decoder.
    #[must_use]
    pub fn is_known_version(&self) -> bool {
        self.header().version <= Self::VERSION
    }

    /// Why the packet was dropped.
    #[must_use]
    pub fn reason(&self) -> DropReason {
        DropReason::from_cilium(self.header().sub_type)
    }

    /// Security identity of the sender; 0 is unknown.
    #[must_use]
    pub const fn source_identity(&self) -> u32 {
        self.raw.src_label.get()
    }

    /// Security identity of the receiver; 0 is unknown.
    #[must_use]
    pub const fn destination_identity(&self) -> u32 {
        self.raw.dst_label.get()
    }

    /// Id of the receiving endpoint; 0 is none.
    #[must_use]
    pub const fn destination_endpoint(&self) -> u32 {
        self.raw.dst_id.get()
    }

    /// Line of the source file at which the packet was dropped.
    #[must_use]
    pub const fn line(&self) -> u16 {
        self.raw.line.get()
    }

    /// Number of that source file: see [`file_name`](super::file_name).
    #[must_use]
    pub const fn file(&self) -> u8 {
        self.raw.file
    }

    /// Second half of the reason, e.g. the code of a kernel function; 0 is none.
    #[must_use]
    pub const fn ext_error(&self) -> i8 {
        self.raw.ext_error
    }

    /// Index of the interface.
    #[must_use]
    pub const fn interface(&self) -> u32 {
        self.raw.ifindex.get()
    }

    fn bits(&self) -> PacketBits {
        PacketBits(match self.header().version {
            2 | 3 => self.record.get(FLAGS).copied().unwrap_or(0),
            _ => 0,
        })
    }

    /// Whether the packet is one of IPv6; only versions from 2 on have it.
    #[must_use]
    pub fn is_ipv6(&self) -> bool {
        self.bits().is_ipv6()
    }

    /// Id that a tracer put into an option of the IP header, from version 3 on; 0 is none.
    #[must_use]
    pub fn ip_trace_id(&self) -> u64 {
        match self.header().version {
            3 => header::number::<U64>(self.record, TRACE_ID).map_or(0, |id| id.get()),
            _ => 0,
        }
    }

    /// What was captured of the packet.
    #[inline]
    #[must_use]
    pub fn captured(&self, extensions: &Extensions) -> Option<Captured<'a>> {
        let header = self.header();
        let length = Self::length(header.version);
        header::captured(self.record, &header, length, extensions, self.bits())
    }
}
