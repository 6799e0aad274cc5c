//! What all messages begin with.

use zerocopy::native_endian::{U16, U32};
use zerocopy::{FromBytes, Immutable, KnownLayout, Unaligned};

use super::{Extensions, MessageError};
use crate::flow::EventType;
use crate::wire::LinkType;

/// The first eight bytes.
#[derive(FromBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
struct RawHeader {
    /// 0
    kind: u8,
    /// 1
    sub_type: u8,
    /// 2
    source: U16,
    /// 4
    hash: U32,
}

/// What follows in messages that carry a packet.
#[derive(FromBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
struct RawCapture {
    /// 8
    len_orig: U32,
    /// 12
    len_cap: U16,
    /// 14; older datapaths wrote a version of two bytes here, whose first is the low one.
    version: u8,
    /// 15
    ext_version: u8,
}

/// The beginning of a message: eight bytes in all, sixteen in those that carry a packet.
///
/// In a message of another kind, or one that is cut off, what is not there reads as zero.
#[derive(Clone, Copy)]
pub struct Header<'a> {
    record: &'a [u8],
}

impl<'a> Header<'a> {
    pub(super) const fn new(record: &'a [u8]) -> Self {
        Self { record }
    }

    fn first(self) -> Option<&'a RawHeader> {
        RawHeader::ref_from_prefix(self.record)
            .ok()
            .map(|(raw, _)| raw)
    }

    fn capture(self) -> Option<&'a RawCapture> {
        let rest = self.record.get(size_of::<RawHeader>()..)?;
        RawCapture::ref_from_prefix(rest).ok().map(|(raw, _)| raw)
    }

    /// Kind of message.
    #[must_use]
    pub fn event(self) -> EventType {
        EventType(self.record.first().copied().unwrap_or(0))
    }

    /// Its meaning depends on the kind: drop reason, trace or capture point, debug message.
    #[must_use]
    pub fn sub_type(self) -> u8 {
        self.record.get(1).copied().unwrap_or(0)
    }

    /// Id of the endpoint at which the message was made; 0 is none.
    #[must_use]
    pub fn endpoint(self) -> u16 {
        self.first().map_or(0, |raw| raw.source.get())
    }

    /// The kernel's hash of the packet's flow.
    #[must_use]
    pub fn hash(self) -> u32 {
        self.first().map_or(0, |raw| raw.hash.get())
    }

    /// Length of the packet in bytes.
    #[must_use]
    pub fn len_orig(self) -> u32 {
        self.capture().map_or(0, |raw| raw.len_orig.get())
    }

    /// Bytes of the packet that were captured.
    #[must_use]
    pub fn len_cap(self) -> u16 {
        self.capture().map_or(0, |raw| raw.len_cap.get())
    }

    /// Version of the message.
    #[must_use]
    pub fn version(self) -> u8 {
        self.capture().map_or(0, |raw| raw.version)
    }

    /// Version of what a derived product of Cilium put behind the message; 0 is nothing.
    #[must_use]
    pub fn ext_version(self) -> u8 {
        self.capture().map_or(0, |raw| raw.ext_version)
    }
}

impl core::fmt::Debug for Header<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Header")
            .field("event", &self.event())
            .field("sub_type", &self.sub_type())
            .field("endpoint", &self.endpoint())
            .field("hash", &self.hash())
            .field("len_orig", &self.len_orig())
            .field("len_cap", &self.len_cap())
            .field("version", &self.version())
            .field("ext_version", &self.ext_version())
            .finish()
    }
}

/// An encapsulation that the datapath says is around the packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Overlay {
    /// RFC 7348.
    Vxlan,
    /// RFC 8926.
    Geneve,
}

/// What a message carries of a packet.
#[derive(Clone, Copy, Debug)]
pub struct Captured<'a> {
    /// The captured bytes, without the padding of the perf buffer.
    pub data: &'a [u8],
    /// Length of the packet in bytes, from what `link` names on.
    pub wire_len: u32,
    /// What it begins with.
    pub link: LinkType,
    /// What the datapath says is around the packet proper.
    pub overlay: Option<Overlay>,
    /// Fewer bytes are there than the message says were captured.
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

    pub(super) const fn link(self) -> LinkType {
        link(self.0 & Self::L3_DEVICE != 0, self.is_ipv6())
    }

    pub(super) const fn overlay(self) -> Option<Overlay> {
        if self.0 & Self::VXLAN != 0 {
            Some(Overlay::Vxlan)
        } else if self.0 & Self::GENEVE != 0 {
            Some(Overlay::Geneve)
        } else {
            None
        }
    }
}

/// What packets of a device begin with.
pub(super) const fn link(l3_device: bool, ipv6: bool) -> LinkType {
    match (l3_device, ipv6) {
        (false, _) => LinkType::Ethernet,
        (true, false) => LinkType::Ipv4,
        (true, true) => LinkType::Ipv6,
    }
}

/// The packet that begins after a message of `length` bytes and its extension.
///
/// `None` where its place is not known: `length` is `None` for a version that is not, and the
/// length of an extension has to be told. Also where nothing was captured.
pub(super) fn captured<'a>(
    record: &'a [u8],
    length: Option<usize>,
    extensions: &Extensions,
    link: LinkType,
    overlay: Option<Overlay>,
) -> Option<Captured<'a>> {
    let header = Header::new(record);
    let extension = extensions.length(header.event(), header.ext_version())?;
    let rest = record.get(length? + usize::from(extension)..)?;
    let len_cap = usize::from(header.len_cap());
    let data = match len_cap {
        // Not told: all that is there, but for the padding of the perf buffer.
        0 if rest.len() >= 8 => rest,
        0 => return None,
        _ => &rest[..len_cap.min(rest.len())],
    };
    let wire_len = u32::try_from(data.len()).unwrap_or(u32::MAX);
    Some(Captured {
        data,
        wire_len: header.len_orig().max(wire_len),
        link,
        overlay,
        is_cut: len_cap > rest.len(),
    })
}

/// The message at the beginning of a record, if it is of the kind expected and whole.
pub(super) fn view<T>(record: &[u8], expected: EventType) -> Result<&T, MessageError>
where
    T: FromBytes + Immutable + KnownLayout + Unaligned,
{
    let header = Header::new(record);
    let got = header.event();
    if got != expected && !record.is_empty() {
        return Err(MessageError::Kind { expected, got });
    }
    match T::ref_from_prefix(record) {
        Ok((raw, _)) => Ok(raw),
        Err(_) => Err(short(record, size_of::<T>())),
    }
}

/// Says that a message of `needed` bytes is not whole.
#[cold]
pub(super) fn short(record: &[u8], needed: usize) -> MessageError {
    let header = Header::new(record);
    MessageError::Length {
        event: header.event(),
        version: header.version(),
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
