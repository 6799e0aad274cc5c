//! A translation at a socket.

use zerocopy::native_endian::{U16, U64};
use zerocopy::{FromBytes, Immutable, KnownLayout, Unaligned};

use super::{MessageError, SocketPoint};
use flow_core::flow::{EventType, Ip, IpVersion, Protocol};

/// 40 bytes.
#[derive(FromBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
struct Raw {
    /// 0
    kind: u8,
    /// 1
    point: u8,
    /// 2
    l4_proto: u8,
    /// 3
    ipv6: u8,
    /// 4
    dst_port: U16,
    /// 6
    pad: [u8; 2],
    /// 8
    cookie: U64,
    /// 16
    cgroup: U64,
    /// 24
    dst_ip: [u8; 16],
}

/// 38 bytes.
#[derive(FromBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
struct RawPacked {
    /// 0
    kind: u8,
    /// 1
    point: u8,
    /// 2
    dst_ip: [u8; 16],
    /// 18
    dst_port: U16,
    /// 20
    cookie: U64,
    /// 28
    cgroup: U64,
    /// 36
    l4_proto: u8,
    /// 37
    ipv6: u8,
}

const _: () = assert!(size_of::<Raw>() == 40 && size_of::<RawPacked>() == 38);

/// Layouts of the message. It has no version; the content distinguishes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SockLayout {
    /// 38 bytes, as older datapaths write.
    Packed,
    /// 40 bytes.
    Aligned,
}

impl SockLayout {
    /// Length of the message in bytes.
    #[must_use]
    pub const fn length(self) -> usize {
        match self {
            Self::Packed => size_of::<RawPacked>(),
            Self::Aligned => size_of::<Raw>(),
        }
    }

    /// The layout of a record. With the padding of the perf buffer both have the same length, so
    /// that the layout is taken whose small fields have values that occur.
    fn of(record: &[u8]) -> Self {
        let Some(aligned) = Fields::aligned(record) else {
            return Self::Packed;
        };
        let packed = Fields::packed(record).unwrap_or_default();
        let padded = record.get(6..8) == Some(&[0, 0]);
        let aligned_fits = padded && aligned.fits();
        // Read as aligned, a packed message about IPv4 has no cookie: its address ends there. Read as
        // packed, an aligned message without a cookie has no protocol.
        let is_packed = aligned.cookie == 0 && packed.cookie != 0 && packed.l4_proto != 0;
        if packed.fits() && (!aligned_fits || is_packed) {
            Self::Packed
        } else {
            Self::Aligned
        }
    }
}

/// The fields of either layout.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Fields {
    point: u8,
    l4_proto: u8,
    ipv6: u8,
    dst_port: u16,
    cookie: u64,
    cgroup: u64,
    dst_ip: [u8; 16],
}

impl Fields {
    fn aligned(record: &[u8]) -> Option<Self> {
        let (raw, _) = Raw::ref_from_prefix(record).ok()?;
        Some(Self {
            point: raw.point,
            l4_proto: raw.l4_proto,
            ipv6: raw.ipv6,
            dst_port: raw.dst_port.get(),
            cookie: raw.cookie.get(),
            cgroup: raw.cgroup.get(),
            dst_ip: raw.dst_ip,
        })
    }

    fn packed(record: &[u8]) -> Option<Self> {
        let (raw, _) = RawPacked::ref_from_prefix(record).ok()?;
        Some(Self {
            point: raw.point,
            l4_proto: raw.l4_proto,
            ipv6: raw.ipv6,
            dst_port: raw.dst_port.get(),
            cookie: raw.cookie.get(),
            cgroup: raw.cgroup.get(),
            dst_ip: raw.dst_ip,
        })
    }

    /// Whether the small fields have values that occur.
    fn fits(&self) -> bool {
        self.l4_proto <= 2 && self.ipv6 <= 1 && (self.ipv6 == 1 || self.dst_ip[4..] == [0; 12])
    }
}

/// A message about a service address that was translated at a socket, of type 7.
#[derive(Clone, Copy, Debug)]
pub struct TraceSockNotify {
    fields: Fields,
    layout: SockLayout,
}

impl TraceSockNotify {
    /// Reads a message.
    ///
    /// # Errors
    /// Where the record is no such message, or shorter than the shorter layout.
    pub fn parse(record: &[u8]) -> Result<Self, MessageError> {
        Self::parse_as(record, SockLayout::of(record))
    }

    /// Reads a message whose layout is known.
    ///
    /// # Errors
    /// Where the record is no such message, or shorter than the layout.
    pub fn parse_as(record: &[u8], layout: SockLayout) -> Result<Self, MessageError> {
        let (expected, got) = (
            EventType::TRACE_SOCK,
            EventType(record.first().copied().unwrap_or(0)),
        );
        if got != expected && !record.is_empty() {
            return Err(MessageError::Kind { expected, got });
        }
        let fields = match layout {
            SockLayout::Packed => Fields::packed(record),
            SockLayout::Aligned => Fields::aligned(record),
        };
        let fields = fields.ok_or(MessageError::Length {
            event: got,
            version: 0,
            needed: layout.length(),
            got: record.len(),
        })?;
        Ok(Self { fields, layout })
    }

    /// Its layout.
    #[must_use]
    pub const fn layout(&self) -> SockLayout {
        self.layout
    }

    /// Where the address was translated.
    #[must_use]
    pub const fn point(&self) -> SocketPoint {
        SocketPoint(self.fields.point)
    }

    /// The protocol; 0 where it is unknown.
    #[must_use]
    pub const fn protocol(&self) -> Protocol {
        match self.fields.l4_proto {
            1 => Protocol::TCP,
            2 => Protocol::UDP,
            _ => Protocol(0),
        }
    }

    /// IP version of the address.
    #[must_use]
    pub const fn ip_version(&self) -> IpVersion {
        if self.fields.ipv6 & 1 == 0 {
            IpVersion::V4
        } else {
            IpVersion::V6
        }
    }

    /// Address of the other side: that of the service, or of what stands behind it.
    #[must_use]
    pub const fn remote_ip(&self) -> Ip {
        match self.ip_version() {
            IpVersion::V6 => Ip(self.fields.dst_ip),
            _ => {
                let [a, b, c, d, ..] = self.fields.dst_ip;
                Ip::v4([a, b, c, d])
            }
        }
    }

    /// Port of the other side.
    #[must_use]
    pub const fn remote_port(&self) -> u16 {
        self.fields.dst_port
    }

    /// The kernel's cookie of the socket; 0 is unknown.
    #[must_use]
    pub const fn socket_cookie(&self) -> u64 {
        self.fields.cookie
    }

    /// Id of the control group that the socket belongs to; 0 is unknown.
    #[must_use]
    pub const fn cgroup_id(&self) -> u64 {
        self.fields.cgroup
    }
}
