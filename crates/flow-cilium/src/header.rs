//! What all messages begin with.

use zerocopy::native_endian::{U16, U32};
use zerocopy::{FromBytes, Immutable, KnownLayout, Unaligned};

use super::{Extensions, MessageError};
use flow_core::flow::EventType;
use flow_core::wire::LinkType;

/// The first sixteen bytes of messages that carry a packet; others have the first eight.
#[derive(Clone, Copy, FromBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
pub(super) struct RawHeader {
    /// 0
    kind: u8,
    /// 1
    sub_type: u8,
    /// 2
    source: U16,
    /// 4
    hash: U32,
    /// 8
    len_orig: U32,
    /// 12
    len_cap: U16,
    /// 14; older datapaths wrote a version of two bytes here, whose first is the low one.
    version: u8,
    /// 15
    ext_version: u8,
}

/// The beginning of a message. What a message does not have, or what is cut off, is zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Header {
    /// Kind of message.
    pub event: EventType,
    /// Its meaning depends on the kind: drop reason, trace or capture point, debug message.
    pub sub_type: u8,
    /// Id of the endpoint at which the message was made; 0 is none.
    pub endpoint: u16,
    /// The kernel's hash of the packet's flow.
    pub hash: u32,
    /// Length of the packet in bytes.
    pub len_orig: u32,
    /// Bytes of the packet that were captured.
    pub len_cap: u16,
    /// Version of the message.
    pub version: u8,
    /// Version of what a derived product of Cilium put behind the message; 0 is nothing.
    pub ext_version: u8,
}

impl Header {
    #[inline]
    pub(super) const fn new(raw: &RawHeader) -> Self {
        Self {
            event: EventType(raw.kind),
            sub_type: raw.sub_type,
            endpoint: raw.source.get(),
            hash: raw.hash.get(),
            len_orig: raw.len_orig.get(),
            len_cap: raw.len_cap.get(),
            version: raw.version,
            ext_version: raw.ext_version,
        }
    }

    /// The header of a record of any length.
    pub(super) fn of(record: &[u8]) -> Self {
        let mut whole = [0; size_of::<RawHeader>()];
        let there = record.len().min(whole.len());
        whole[..there].copy_from_slice(&record[..there]);
        Self::new(&zerocopy::transmute!(whole))
    }
}

/// The encapsulation around a packet, by the header of its message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Overlay {
    /// RFC 7348.
    Vxlan,
    /// RFC 8926.
    Geneve,
}

/// The captured part of a packet.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Captured<'a> {
    /// The captured bytes, without the padding of the perf buffer.
    pub data: &'a [u8],
    /// Length of the packet in bytes, from what `link` names on.
    pub wire_len: u32,
    /// Link type: what its bytes begin with.
    pub link: LinkType,
    /// Encapsulation around the packet.
    pub overlay: Option<Overlay>,
    /// Fewer bytes are there than the captured length of the message.
    pub is_cut: bool,
}

/// Bits that drop and trace messages have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PacketBits(pub(super) u8);

impl PacketBits {
    pub(super) const IPV6: u8 = 0x01;
    pub(super) const L3_DEVICE: u8 = 0x02;
    pub(super) const VXLAN: u8 = 0x04;
    pub(super) const GENEVE: u8 = 0x08;

    pub(super) const fn is_ipv6(self) -> bool {
        self.0 & Self::IPV6 != 0
    }

    /// What packets of the device begin with.
    pub(super) const fn link(self) -> LinkType {
        if self.0 & Self::L3_DEVICE == 0 {
            LinkType::Ethernet
        } else if self.is_ipv6() {
            LinkType::Ipv6
        } else {
            LinkType::Ipv4
        }
    }

    pub(super) const fn overlay(self) -> Option<Overlay> {
        if self.0 & (Self::VXLAN | Self::GENEVE) == 0 {
            None
        } else if self.0 & Self::VXLAN != 0 {
            Some(Overlay::Vxlan)
        } else {
            Some(Overlay::Geneve)
        }
    }
}

/// The packet that begins after a message of `length` bytes and its extension.
///
/// `None` where its place is not known: `length` is `None` for a version that is not, and the
/// length of an extension must be set. Also where nothing was captured.
#[inline]
pub(super) fn captured<'a>(
    record: &'a [u8],
    header: &Header,
    length: Option<usize>,
    extensions: &Extensions,
    bits: PacketBits,
) -> Option<Captured<'a>> {
    let extension = extensions.length(header.event, header.ext_version)?;
    let rest = record.get(length? + usize::from(extension)..)?;
    let len_cap = usize::from(header.len_cap);
    let data = match len_cap {
        // Unknown: all that is there, but for the padding of the perf buffer.
        0 if rest.len() >= 8 => rest,
        0 => return None,
        _ => &rest[..len_cap.min(rest.len())],
    };
    let wire_len = u32::try_from(data.len()).unwrap_or(u32::MAX);
    Some(Captured {
        data,
        wire_len: header.len_orig.max(wire_len),
        link: bits.link(),
        overlay: bits.overlay(),
        is_cut: len_cap > rest.len(),
    })
}

/// The message at the beginning of a record, if it is of the kind expected and whole.
#[inline]
pub(super) fn view<T>(record: &[u8], expected: EventType) -> Result<&T, MessageError>
where
    T: FromBytes + Immutable + KnownLayout + Unaligned,
{
    match T::ref_from_prefix(record) {
        Ok((raw, _)) if record.first() == Some(&expected.0) => Ok(raw),
        _ => Err(refused(record, expected, size_of::<T>())),
    }
}

/// Says why a record is not the message expected.
#[cold]
pub(super) fn refused(record: &[u8], expected: EventType, needed: usize) -> MessageError {
    let got = Header::of(record).event;
    if got != expected && !record.is_empty() {
        return MessageError::Kind { expected, got };
    }
    short(record, needed)
}

/// Says that a message of `needed` bytes is not whole.
#[cold]
pub(super) fn short(record: &[u8], needed: usize) -> MessageError {
    let header = Header::of(record);
    MessageError::Length {
        event: header.event,
        version: header.version,
        needed,
        got: record.len(),
    }
}

/// The number at a place of the record, where it is whole.
pub(super) fn number<T>(record: &[u8], at: usize) -> Option<T>
where
    T: FromBytes + Immutable + KnownLayout + Unaligned,
{
    T::read_from_prefix(record.get(at..)?)
        .ok()
        .map(|(number, _)| number)
}
