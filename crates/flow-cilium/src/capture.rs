//! A packet captured for debugging.

use zerocopy::native_endian::U32;
use zerocopy::{FromBytes, Immutable, KnownLayout, Unaligned};

use super::header::{self, Captured, Header, PacketBits, RawHeader};
use super::{CapturePoint, Extensions, MessageError};
use flow_core::flow::EventType;

/// 24 bytes.
#[derive(FromBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
struct Raw {
    /// 0
    header: RawHeader,
    /// 16
    arguments: [U32; 2],
}

/// A message with a packet that was captured for debugging, of type 3.
#[derive(Clone, Copy)]
pub struct DebugCapture<'a> {
    record: &'a [u8],
    raw: &'a Raw,
}

impl<'a> DebugCapture<'a> {
    /// Length of a message in bytes.
    pub const LENGTH: usize = 24;

    /// Reads a message.
    ///
    /// # Errors
    /// Where the record is no such message, or shorter than one.
    pub fn parse(record: &'a [u8]) -> Result<Self, MessageError> {
        let raw = header::view(record, EventType::CAPTURE)?;
        Ok(Self { record, raw })
    }

    /// The header.
    #[must_use]
    pub const fn header(&self) -> Header {
        Header::new(&self.raw.header)
    }

    /// Where the packet was captured.
    #[must_use]
    pub fn point(&self) -> CapturePoint {
        CapturePoint(self.header().sub_type)
    }

    /// Its arguments, whose meaning depends on the point.
    #[must_use]
    pub fn arguments(&self) -> [u32; 2] {
        self.raw.arguments.map(U32::get)
    }

    /// Index of the interface, at points that have it; else 0.
    #[must_use]
    pub fn interface(&self) -> u32 {
        if self.point().has_interface() {
            self.arguments()[0]
        } else {
            0
        }
    }

    /// Port of the proxy, at points that have it; else 0.
    #[must_use]
    pub fn proxy_port(&self) -> u16 {
        if !self.point().has_proxy_port() {
            return 0;
        }
        // In network order, as 16 bits or as 32.
        let argument = self.arguments()[0];
        match u16::try_from(argument) {
            Ok(port) => u16::from_be(port),
            Err(_) => u16::try_from(u32::from_be(argument)).unwrap_or(0),
        }
    }

    /// The captured part of the packet.
    #[must_use]
    pub fn captured(&self, extensions: &Extensions) -> Option<Captured<'a>> {
        // One layout, whatever the version.
        header::captured(
            self.record,
            &self.header(),
            Some(Self::LENGTH),
            extensions,
            PacketBits(0),
        )
    }
}

const _: () = assert!(size_of::<Raw>() == DebugCapture::LENGTH);
