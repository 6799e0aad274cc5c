//! The key of a connection, with what only a packet shows.

use crate::flow::{ConnectionKey, Flow, VlanTags};
use crate::wire::Packet;

impl ConnectionKey {
    /// Returns the key of `flow`, which was made of `packet`.
    ///
    /// Addresses, tunnel and interface are those of the flow. The packet adds the VLAN tags, those
    /// of a packet inside of a tunnel behind the outer ones (eight in all), and the identifier of
    /// an ICMP message.
    #[must_use]
    pub fn of_packet(flow: &Flow, packet: &Packet<'_>) -> Self {
        let mut tags = VlanTags::default();
        packet.vlans().for_each(|tag| tags.push(tag.id(), false));
        let (mut innermost, mut innermost_tags) = (*packet, tags);
        let mut carried = packet.inner();
        while let Some((_, inner)) = carried {
            inner.vlans().for_each(|tag| tags.push(tag.id(), true));
            if inner.ip_version() != 0 {
                (innermost, innermost_tags) = (inner, tags);
            }
            carried = inner.inner();
        }
        let identifier = innermost.icmp().and_then(|message| message.identifier());
        Self::with(flow, identifier.unwrap_or(0), innermost_tags)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::flow_of_packet;
    use crate::wire::LinkType;
    use crate::wire::frames::{ethernet, ipv4, ipv6, tcp, udp, whole};

    fn key(frame: &[u8]) -> ConnectionKey {
        let packet = whole(LinkType::Ethernet, frame);
        let flow = flow_of_packet(&packet).expect("a flow");
        ConnectionKey::of_packet(&flow, &packet)
    }

    /// The body with VLAN tags before it, and the EtherType that stands before the tags.
    fn tagged(ids: &[u16], body: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (index, id) in ids.iter().enumerate() {
            let next: u16 = if index + 1 == ids.len() {
                0x0800
            } else {
                0x8100
            };
            bytes.extend(id.to_be_bytes());
            bytes.extend(next.to_be_bytes());
        }
        bytes.extend(body);
        ethernet(if ids.is_empty() { 0x0800 } else { 0x8100 }, &bytes)
    }

    fn vxlan(vni: u8, inner: &[u8]) -> Vec<u8> {
        let header = [8, 0, 0, 0, 0, 0, vni, 0];
        ethernet(0x0800, &ipv4(17, &udp(4789, &[&header, inner].concat())))
    }

    fn segment() -> Vec<u8> {
        ipv4(6, &tcp(2, &[], b""))
    }

    #[test]
    fn it_is_that_of_the_flow_where_the_flow_has_everything() {
        for frame in [
            tagged(&[], &segment()),
            tagged(&[7], &segment()),
            // A priority, and no VLAN.
            tagged(&[0xe000], &segment()),
            tagged(&[], &ipv4(17, &udp(53, b"query"))),
            tagged(&[], &ipv4(1, &[3, 3, 0, 0, 0, 0, 0, 0])),
            vxlan(1, &tagged(&[], &segment())),
        ] {
            let packet = whole(LinkType::Ethernet, &frame);
            let flow = flow_of_packet(&packet).expect("a flow");
            assert_eq!(key(&frame), ConnectionKey::of(&flow));
        }
    }

    #[test]
    fn every_vlan_tag_separates_connections() {
        let frames = [
            tagged(&[], &segment()),
            tagged(&[1], &segment()),
            tagged(&[2], &segment()),
            tagged(&[1, 2], &segment()),
            tagged(&[2, 1], &segment()),
            tagged(&[1, 2, 3, 4, 5, 6, 7, 8], &segment()),
            tagged(&[1, 2, 3, 4, 5, 6, 7, 9], &segment()),
            vxlan(1, &tagged(&[], &segment())),
            vxlan(2, &tagged(&[], &segment())),
            vxlan(1, &tagged(&[1], &segment())),
            vxlan(1, &tagged(&[1, 2], &segment())),
        ];
        for (index, frame) in frames.iter().enumerate() {
            for other in &frames[index + 1..] {
                assert_ne!(key(frame), key(other), "{frame:02x?} {other:02x?}");
            }
        }
    }

    #[test]
    fn the_priority_of_a_tag_means_nothing() {
        assert_eq!(
            key(&tagged(&[0x0005], &segment())),
            key(&tagged(&[0xf005], &segment()))
        );
        assert_eq!(
            key(&tagged(&[], &segment())),
            key(&tagged(&[0xe000], &segment()))
        );
    }

    #[test]
    fn what_is_no_ip_in_a_tunnel_changes_nothing() {
        let arp = ethernet(
            0x8100,
            &[&[0, 9, 8, 6][..], &[0, 1, 8, 0, 6, 4, 0, 1]].concat(),
        );
        let frame = vxlan(1, &arp);
        let packet = whole(LinkType::Ethernet, &frame);
        let flow = flow_of_packet(&packet).expect("a flow");
        assert_eq!(key(&frame), ConnectionKey::of(&flow));
    }

    #[test]
    fn queries_belong_together_by_their_identifier() {
        let v4 = |kind, code, id| ethernet(0x0800, &ipv4(1, &[kind, code, 0, 0, 0, id, 0, 1]));
        let v6 = |kind, code, id| ethernet(0x86dd, &ipv6(58, &[kind, code, 0, 0, 0, id, 0, 1]));
        for (query, answer) in [(8, 0), (13, 14), (15, 16), (17, 18), (42, 43)] {
            assert_eq!(key(&v4(query, 0, 1)), key(&v4(answer, 0, 1)), "{query}");
            assert_ne!(key(&v4(query, 0, 1)), key(&v4(answer, 0, 2)), "{query}");
        }
        for (query, answer) in [(128, 129), (160, 161)] {
            assert_eq!(key(&v6(query, 0, 1)), key(&v6(answer, 0, 1)), "{query}");
            assert_ne!(key(&v6(query, 0, 1)), key(&v6(answer, 0, 2)), "{query}");
        }
        let kinds = [(3, 3), (3, 4), (11, 0), (5, 1), (8, 0), (13, 0)];
        for (index, one) in kinds.iter().enumerate() {
            for other in &kinds[index + 1..] {
                assert_ne!(key(&v4(one.0, one.1, 0)), key(&v4(other.0, other.1, 0)));
            }
        }
    }
}
