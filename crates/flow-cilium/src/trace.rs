//! A packet on its way.

use zerocopy::native_endian::{U16, U32, U64};
use zerocopy::{FromBytes, Immutable, KnownLayout, Unaligned};

use super::header::{self, Captured, Header, PacketBits, RawHeader};
use super::{Extensions, MessageError};
use flow_core::flow::{EventType, Ip, TracePoint, TraceReason};

/// What every version has: 32 bytes.
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
    dst_id: U16,
    /// 26
    reason: u8,
    /// 27
    flags: u8,
    /// 28
    ifindex: U32,
}

/// Place of the original address, from version 1 on.
const ORIG_IP: usize = 32;
/// Place of the trace id, from version 2 on.
const TRACE_ID: usize = 48;
/// The bit of the reason that marks an encrypted packet.
const ENCRYPTED: u8 = 0x80;

const _: () = assert!(size_of::<Raw>() == ORIG_IP);

/// A message about a packet that passed a point of the datapath, of type 4 and versions 0 to 2.
#[derive(Clone, Copy)]
pub struct TraceNotify<'a> {
    record: &'a [u8],
    raw: &'a Raw,
}

impl<'a> TraceNotify<'a> {
    /// Newest version that is known.
    pub const VERSION: u8 = 2;

    /// Length of a message in bytes by version; `None` where the version is not known.
    #[must_use]
    pub const fn length(version: u8) -> Option<usize> {
        match version {
            0 => Some(32),
            1 => Some(48),
            2 => Some(56),
            _ => None,
        }
    }

    /// Reads a message. One of a newer version is read as far as version 0 goes.
    ///
    /// # Errors
    /// Where the record is no such message, or shorter than its version has it.
    #[inline]
    pub fn parse(record: &'a [u8]) -> Result<Self, MessageError> {
        let raw = header::view(record, EventType::TRACE)?;
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

    /// Where the packet was seen.
    #[must_use]
    pub fn point(&self) -> TracePoint {
        match self.header().sub_type {
            // The datapath writes "to endpoint" as 0.
            0 => TracePoint::TO_ENDPOINT,
            number => TracePoint(number),
        }
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
    pub const fn destination_endpoint(&self) -> u16 {
        self.destination().0
    }

    /// Port of the proxy that the packet was sent to, at [`TracePoint::TO_PROXY`]; else 0.
    #[must_use]
    pub const fn proxy_port(&self) -> u16 {
        self.destination().1
    }

    /// Endpoint, and port of a proxy, which stand at the same place.
    #[inline]
    pub(super) const fn destination(&self) -> (u16, u16) {
        let number = self.raw.dst_id.get();
        if self.header().sub_type == TracePoint::TO_PROXY.0 {
            (0, number)
        } else {
            (number, 0)
        }
    }

    /// State of the connection by connection tracking.
    #[must_use]
    pub const fn reason(&self) -> TraceReason {
        match self.raw.reason & !ENCRYPTED {
            5 => TraceReason::UNKNOWN,
            // Hubble has "unknown" first, so what the datapath has before it moves up by one.
            number if number < 5 => TraceReason(number + 1),
            number => TraceReason(number),
        }
    }

    /// Whether the packet was encrypted.
    #[must_use]
    pub const fn is_encrypted(&self) -> bool {
        self.raw.reason & ENCRYPTED != 0
    }

    const fn bits(&self) -> PacketBits {
        PacketBits(self.raw.flags)
    }

    /// Whether the packet is one of IPv6.
    #[must_use]
    pub const fn is_ipv6(&self) -> bool {
        self.bits().is_ipv6()
    }

    /// Index of the interface; 0 is unknown.
    #[must_use]
    pub const fn interface(&self) -> u32 {
        self.raw.ifindex.get()
    }

    /// The sender's address before translation, from version 1 on, where there was one.
    #[must_use]
    pub fn original_ip(&self) -> Option<Ip> {
        if !matches!(self.header().version, 1 | 2) {
            return None;
        }
        let octets: &[u8; 16] = self.record.get(ORIG_IP..)?.first_chunk()?;
        let [a, b, c, d, ..] = *octets;
        if self.is_ipv6() {
            (*octets != [0; 16]).then_some(Ip(*octets))
        } else {
            ([a, b, c, d] != [0; 4]).then_some(Ip::v4([a, b, c, d]))
        }
    }

    /// Id that a tracer put into an option of the IP header, from version 2 on; 0 is none.
    #[must_use]
    pub fn ip_trace_id(&self) -> u64 {
        match self.header().version {
            2 => header::number::<U64>(self.record, TRACE_ID).map_or(0, |id| id.get()),
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
