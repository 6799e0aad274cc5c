//! A debug message.

use zerocopy::native_endian::U32;
use zerocopy::{FromBytes, Immutable, KnownLayout, Unaligned};

use super::header::{self, Header};
use super::{DebugKind, MessageError};
use flow_core::flow::EventType;

/// 20 bytes.
#[derive(FromBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
struct Raw {
    /// 0
    header: [u8; 8],
    /// 8
    arguments: [U32; 3],
}

/// A debug message, of type 2: its kind, and three arguments whose meaning depends on that.
#[derive(Clone, Copy)]
pub struct DebugMsg<'a> {
    raw: &'a Raw,
}

impl<'a> DebugMsg<'a> {
    /// Length of a message in bytes.
    pub const LENGTH: usize = 20;

    /// Reads a message.
    ///
    /// # Errors
    /// Where the record is no such message, or shorter than one.
    pub fn parse(record: &'a [u8]) -> Result<Self, MessageError> {
        let raw = header::view(record, EventType::DEBUG)?;
        Ok(Self { raw })
    }

    /// The header. Its fields of a packet are zero.
    #[must_use]
    pub fn header(&self) -> Header {
        Header::of(&self.raw.header)
    }

    /// What it is about.
    #[must_use]
    pub fn kind(&self) -> DebugKind {
        DebugKind(self.header().sub_type)
    }

    /// Its arguments.
    #[must_use]
    pub fn arguments(&self) -> [u32; 3] {
        self.raw.arguments.map(U32::get)
    }
}

const _: () = assert!(size_of::<Raw>() == DebugMsg::LENGTH);

impl core::fmt::Debug for DebugMsg<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("DebugMsg")
            .field("kind", &self.kind())
            .field("endpoint", &self.header().endpoint)
            .field("arguments", &self.arguments())
            .finish()
    }
}
