//! Long headers.

use crate::cursor::Cursor;
use crate::error::{L7Error, L7Layer, L7Problem};
use flow_core::open_enum;

open_enum! {
    /// Version.
    QuicVersion(u32) {
        /// No version: the server lists those that it supports.
        NEGOTIATION = 0 => "Version Negotiation",
        /// Version 1, RFC 9000.
        V1 = 1 => "QUIC v1",
        /// Version 2, RFC 9369.
        V2 = 0x6b33_43cf => "QUIC v2",
    }
}

impl QuicVersion {
    /// Number of the draft, for those from 23 to 34, which were in use.
    #[must_use]
    pub const fn draft(self) -> Option<u8> {
        match self.0 {
            0xff00_0017..=0xff00_0022 => Some(self.0 as u8),
            _ => None,
        }
    }

    const fn is_known(self) -> bool {
        self.name().is_some() || self.draft().is_some()
    }
}

/// Type of a packet with a long header: RFC 9000 section 17.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PacketKind {
    /// First packets of both ends; anyone can decrypt them.
    Initial,
    /// Data before the handshake is over.
    ZeroRtt,
    /// Handshake.
    Handshake,
    /// The server wants another Initial, with a token.
    Retry,
    /// The server lists the versions that it supports.
    VersionNegotiation,
}

/// Longest connection identifier in bytes, in versions 1 and 2.
const MAX_ID: usize = 20;

/// A packet with a long header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LongHeader<'a> {
    /// Version.
    pub version: QuicVersion,
    /// Type.
    pub kind: PacketKind,
    /// Identifier that the receiver chose; of a client's first packet, random bytes.
    pub destination_id: &'a [u8],
    /// Identifier that the sender chose.
    pub source_id: &'a [u8],
    /// Token of an Initial packet.
    pub token: &'a [u8],
    /// Where the packet number begins, in bytes from the beginning of the packet; for a Retry
    /// and a Version Negotiation, where what follows the identifiers begins.
    pub payload_at: usize,
    /// Length in bytes of the packet number and what follows it, as the header gives it.
    pub length: usize,
}

impl<'a> LongHeader<'a> {
    /// Reads the header of the packet that `packet` begins with; more may follow it.
    ///
    /// # Errors
    /// Where it is none of a version that is known, or not whole.
    pub fn parse(packet: &'a [u8]) -> Result<Self, L7Error> {
        Self::read(packet).map_err(|problem| {
            let got = packet.len();
            L7Error::new(L7Layer::Quic, 0, problem, got + 1, got)
        })
    }

    fn read(packet: &'a [u8]) -> Result<Self, L7Problem> {
        let mut cursor = Cursor::new(packet, 0);
        let cut = L7Problem::Truncated;
        let first = cursor.u8().ok_or(cut)?;
        let version = QuicVersion(cursor.u32().ok_or(cut)?);
        // The fixed bit may be anything: RFC 9287, and where there is no version.
        let is_negotiation = version == QuicVersion::NEGOTIATION;
        if first & 0x80 == 0 || !version.is_known() {
            return Err(L7Problem::Value);
        }
        let destination_id = identifier(&mut cursor)?;
        let source_id = identifier(&mut cursor)?;
        let kind = match (version, first >> 4 & 3) {
            _ if is_negotiation => PacketKind::VersionNegotiation,
            (QuicVersion::V2, 1) => PacketKind::Initial,
            (QuicVersion::V2, 2) => PacketKind::ZeroRtt,
            (QuicVersion::V2, 3) => PacketKind::Handshake,
            (QuicVersion::V2, _) | (_, 3) => PacketKind::Retry,
            (_, 0) => PacketKind::Initial,
            (_, 1) => PacketKind::ZeroRtt,
            _ => PacketKind::Handshake,
        };
        let mut token = &[][..];
        if kind == PacketKind::Initial {
            let length = varint(&mut cursor).ok_or(cut)?;
            token = cursor.take(length).ok_or(cut)?;
        }
        let length = match kind {
            PacketKind::Retry | PacketKind::VersionNegotiation => cursor.rest().len(),
            _ => varint(&mut cursor).ok_or(cut)?,
        };
        Ok(Self {
            version,
            kind,
            destination_id,
            source_id,
            token,
            payload_at: cursor.at(),
            length,
        })
    }
}

fn identifier<'a>(cursor: &mut Cursor<'a>) -> Result<&'a [u8], L7Problem> {
    let length = usize::from(cursor.u8().ok_or(L7Problem::Truncated)?);
    if length > MAX_ID {
        return Err(L7Problem::Length);
    }
    cursor.take(length).ok_or(L7Problem::Truncated)
}

/// A number of 1, 2, 4 or 8 bytes: RFC 9000 section 16. `None` where it is not whole, or too
/// large for this machine.
pub(super) fn varint(cursor: &mut Cursor<'_>) -> Option<usize> {
    let first = cursor.u8()?;
    let mut number = u64::from(first & 0x3f);
    for _ in 1..1 << (first >> 6) {
        number = number << 8 | u64::from(cursor.u8()?);
    }
    usize::try_from(number).ok()
}
