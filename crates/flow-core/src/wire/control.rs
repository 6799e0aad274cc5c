//! Small control protocols: ARP, ICMP, IGMP, VRRP.

use core::net::Ipv4Addr;

use super::bytes::{be16, be32, chunk};

/// ARP (RFC 826).
#[derive(Clone, Copy, Debug)]
pub struct Arp<'a> {
    pub(super) header: &'a [u8; 8],
    pub(super) body: &'a [u8],
}

impl Arp<'_> {
    /// Hardware type: 1 is Ethernet.
    #[must_use]
    pub const fn hardware(&self) -> u16 {
        be16(self.header, 0)
    }

    /// EtherType of the addresses that are resolved.
    #[must_use]
    pub const fn protocol(&self) -> u16 {
        be16(self.header, 2)
    }

    /// 1 request, 2 reply.
    #[must_use]
    pub const fn operation(&self) -> u16 {
        be16(self.header, 6)
    }

    /// Sender's and target's address, for IPv4 over Ethernet.
    #[must_use]
    pub fn ipv4(&self) -> Option<(Ipv4Addr, Ipv4Addr)> {
        if self.header[..6] != [0, 1, 8, 0, 6, 4] {
            return None;
        }
        let sender = chunk::<4>(self.body, 6)?;
        let target = chunk::<4>(self.body, 16)?;
        Some((Ipv4Addr::from(*sender), Ipv4Addr::from(*target)))
    }
}

/// ICMP (RFC 792) or ICMPv6 (RFC 4443).
#[derive(Clone, Copy, Debug)]
pub struct Icmp<'a> {
    pub(super) header: &'a [u8; 4],
    pub(super) body: &'a [u8],
    pub(super) is_v6: bool,
}

impl<'a> Icmp<'a> {
    /// Whether it is ICMPv6.
    #[must_use]
    pub const fn is_v6(&self) -> bool {
        self.is_v6
    }

    /// Type.
    #[must_use]
    pub const fn kind(&self) -> u8 {
        self.header[0]
    }

    /// Code.
    #[must_use]
    pub const fn code(&self) -> u8 {
        self.header[1]
    }

    /// Checksum, not verified.
    #[must_use]
    pub const fn checksum(&self) -> u16 {
        be16(self.header, 2)
    }

    /// Whether it reports an error about a packet, which it then quotes.
    #[must_use]
    pub const fn is_error(&self) -> bool {
        if self.is_v6 {
            self.kind() < 128
        } else {
            matches!(self.kind(), 3 | 4 | 5 | 11 | 12)
        }
    }

    /// Identifier and sequence number of an echo request or reply.
    #[must_use]
    pub fn echo(&self) -> Option<(u16, u16)> {
        let is_echo = if self.is_v6 {
            matches!(self.kind(), 128 | 129)
        } else {
            matches!(self.kind(), 0 | 8)
        };
        let rest = chunk::<4>(self.body, 0)?;
        is_echo.then(|| (be16(rest, 0), be16(rest, 2)))
    }

    /// Identifier of a query or its answer: of echo, timestamp, information and address mask
    /// messages (RFC 792, RFC 950) and extended echo (RFC 8335).
    #[must_use]
    pub fn identifier(&self) -> Option<u16> {
        let has_identifier = if self.is_v6 {
            matches!(self.kind(), 128 | 129 | 160 | 161)
        } else {
            matches!(self.kind(), 0 | 8 | 13..=18 | 42 | 43)
        };
        let rest = chunk::<2>(self.body, 0)?;
        has_identifier.then(|| be16(rest, 0))
    }

    /// Length in bytes of the packet that an error quotes, with its padding to at least 128,
    /// where the error has it because extensions follow (RFC 4884 section 4).
    #[must_use]
    pub fn quoted_len(&self) -> Option<usize> {
        let rest = chunk::<4>(self.body, 0)?;
        let length = match (self.is_v6, self.kind()) {
            (false, 3 | 11 | 12) => usize::from(rest[1]) * 4,
            (true, 1 | 3) => usize::from(rest[0]) * 8,
            _ => 0,
        };
        (length >= 128).then_some(length)
    }

    /// The bytes after the checksum, as far as it was captured.
    #[must_use]
    pub const fn body(&self) -> &'a [u8] {
        self.body
    }
}

/// IGMP (RFC 3376; older versions share the first eight bytes).
#[derive(Clone, Copy, Debug)]
pub struct Igmp<'a>(pub(super) &'a [u8; 8]);

impl Igmp<'_> {
    /// Type: 0x11 query, 0x12, 0x16 and 0x22 reports of versions 1, 2 and 3, 0x17 leave.
    #[must_use]
    pub const fn kind(&self) -> u8 {
        self.0[0]
    }

    /// Maximum response code of a query; 0 in version 1.
    #[must_use]
    pub const fn max_response(&self) -> u8 {
        self.0[1]
    }

    /// Checksum, not verified.
    #[must_use]
    pub const fn checksum(&self) -> u16 {
        be16(self.0, 2)
    }

    /// Group address, unspecified in a general query; `None` in a version 3 report, which has
    /// group records instead.
    #[must_use]
    pub const fn group(&self) -> Option<Ipv4Addr> {
        match self.kind() {
            0x22 => None,
            _ => Some(Ipv4Addr::from_bits(be32(self.0, 4))),
        }
    }

    /// Number of group records in a version 3 report; 0 in other messages.
    #[must_use]
    pub const fn group_records(&self) -> u16 {
        match self.kind() {
            0x22 => be16(self.0, 6),
            _ => 0,
        }
    }
}

/// VRRP (RFC 9568; version 2 is RFC 3768).
#[derive(Clone, Copy, Debug)]
pub struct Vrrp<'a>(pub(super) &'a [u8; 8]);

impl Vrrp<'_> {
    /// Version.
    #[must_use]
    pub const fn version(&self) -> u8 {
        self.0[0] >> 4
    }

    /// Type: 1 advertisement.
    #[must_use]
    pub const fn kind(&self) -> u8 {
        self.0[0] & 0x0f
    }

    /// Virtual router id.
    #[must_use]
    pub const fn router_id(&self) -> u8 {
        self.0[1]
    }

    /// Priority: 255 owns the addresses, 0 releases them.
    #[must_use]
    pub const fn priority(&self) -> u8 {
        self.0[2]
    }

    /// Number of addresses that follow.
    #[must_use]
    pub const fn address_count(&self) -> u8 {
        self.0[3]
    }

    /// Advertisement interval in milliseconds: version 2 has seconds, version 3 hundredths of
    /// them. `None` for other versions.
    #[must_use]
    pub const fn interval_ms(&self) -> Option<u32> {
        match self.version() {
            2 => Some(self.0[5] as u32 * 1_000),
            3 => Some((be16(self.0, 4) & 0x0fff) as u32 * 10),
            _ => None,
        }
    }

    /// Checksum, not verified.
    #[must_use]
    pub const fn checksum(&self) -> u16 {
        be16(self.0, 6)
    }
}

#[cfg(test)]
mod tests {
    use super::super::frames::{error, ipv4, ipv6, raw};
    use super::super::{Layer, Problem};

    #[test]
    fn echo_requests_and_replies() {
        for kind in [8, 0] {
            let bytes = ipv4(1, &[kind, 0, 0x12, 0x34, 0, 7, 0, 9, b'x']);
            let packet = raw(&bytes);
            assert!(packet.flags().is_empty());
            let icmp = packet.icmp().unwrap();
            assert_eq!((icmp.is_v6(), icmp.kind(), icmp.code()), (false, kind, 0));
            assert_eq!((icmp.checksum(), icmp.echo()), (0x1234, Some((7, 9))));
            assert_eq!((icmp.is_error(), icmp.quoted_len()), (false, None));
            assert_eq!(icmp.body(), [0, 7, 0, 9, b'x']);
            assert!(packet.quoted().is_none());
        }
        for kind in [128, 129] {
            let bytes = ipv6(58, &[kind, 0, 0x12, 0x34, 0, 7, 0, 9]);
            let icmp = raw(&bytes).icmp().unwrap();
            assert_eq!(
                (icmp.is_v6(), icmp.kind(), icmp.echo()),
                (true, kind, Some((7, 9)))
            );
        }
    }

    #[test]
    fn queries_and_answers_have_an_identifier() {
        let body = |kind| [kind, 0, 0, 0, 0x12, 0x34, 0, 9];
        for kind in 0..=255 {
            let bytes = ipv4(1, &body(kind));
            let found = raw(&bytes).icmp().unwrap().identifier();
            let expected = matches!(kind, 0 | 8 | 13..=18 | 42 | 43);
            assert_eq!(found, expected.then_some(0x1234), "ICMP {kind}");
            let bytes = ipv6(58, &body(kind));
            let found = raw(&bytes).icmp().unwrap().identifier();
            let expected = matches!(kind, 128 | 129 | 160 | 161);
            assert_eq!(found, expected.then_some(0x1234), "ICMPv6 {kind}");
        }
        let cut = ipv4(1, &body(8));
        assert_eq!(raw(&cut[..25]).icmp().unwrap().identifier(), None);
    }

    #[test]
    fn which_types_are_errors() {
        for kind in 0..=255 {
            let bytes = ipv4(1, &[kind, 0, 0, 0, 0, 0, 0, 0]);
            let is_error = matches!(kind, 3 | 4 | 5 | 11 | 12);
            assert_eq!(
                raw(&bytes).icmp().unwrap().is_error(),
                is_error,
                "ICMP {kind}"
            );
            let bytes = ipv6(58, &[kind, 0, 0, 0, 0, 0, 0, 0]);
            assert_eq!(
                raw(&bytes).icmp().unwrap().is_error(),
                kind < 128,
                "ICMPv6 {kind}"
            );
        }
    }

    #[test]
    fn a_control_message_that_is_not_whole_is_reported() {
        for (protocol, layer, needed) in [
            (1, Layer::Icmpv4, 4),
            (2, Layer::Igmp, 8),
            (58, Layer::Icmpv6, 4),
            (112, Layer::Vrrp, 8),
        ] {
            let bytes = ipv4(protocol, &[0; 3]);
            let packet = raw(&bytes);
            assert_eq!(error(&packet), (layer, 20, Problem::Header, needed, 3));
            assert!(packet.icmp().is_none() && packet.igmp().is_none());
            assert!(packet.vrrp().is_none());
            assert_eq!(packet.protocol(), Some(protocol));
        }
    }

    #[test]
    fn igmp_of_each_version() {
        let bytes = ipv4(2, &[0x11, 100, 0x12, 0x34, 224, 0, 0, 5, 2, 125, 0, 0]);
        let packet = raw(&bytes);
        assert!(packet.flags().is_empty());
        let query = packet.igmp().unwrap();
        assert_eq!((query.kind(), query.max_response()), (0x11, 100));
        assert_eq!((query.checksum(), query.group_records()), (0x1234, 0));
        assert_eq!(query.group().unwrap().octets(), [224, 0, 0, 5]);
        assert_eq!(packet.payload(), [2, 125, 0, 0]);
        for kind in [0x12, 0x16, 0x17] {
            let bytes = ipv4(2, &[kind, 0, 0, 0, 239, 1, 2, 3]);
            let group = raw(&bytes).igmp().unwrap().group().unwrap();
            assert_eq!(group.octets(), [239, 1, 2, 3]);
        }
        let bytes = ipv4(2, &[0x22, 0, 0, 0, 0, 0, 0, 2]);
        let report = raw(&bytes).igmp().unwrap();
        assert_eq!((report.group(), report.group_records()), (None, 2));
    }

    #[test]
    fn vrrp_of_both_versions() {
        let bytes = ipv4(112, &[0x21, 7, 200, 1, 0, 3, 0x12, 0x34, 10, 0, 0, 9]);
        let packet = raw(&bytes);
        assert!(packet.flags().is_empty());
        let v2 = packet.vrrp().unwrap();
        assert_eq!(
            (v2.version(), v2.kind(), v2.router_id(), v2.priority()),
            (2, 1, 7, 200)
        );
        assert_eq!((v2.address_count(), v2.interval_ms()), (1, Some(3_000)));
        assert_eq!(
            (v2.checksum(), packet.payload()),
            (0x1234, &[10, 0, 0, 9][..])
        );
        let bytes = ipv6(112, &[0x31, 7, 255, 2, 0xf0, 100, 0, 0]);
        let v3 = raw(&bytes).vrrp().unwrap();
        assert_eq!(
            (v3.version(), v3.priority(), v3.address_count()),
            (3, 255, 2)
        );
        assert_eq!(v3.interval_ms(), Some(1_000));
        let bytes = ipv4(112, &[0x41, 7, 255, 2, 0, 100, 0, 0]);
        assert_eq!(raw(&bytes).vrrp().unwrap().interval_ms(), None);
    }
}
