use super::super::frames::{error, ethernet, ipv4, ipv6, udp, whole};
use super::*;
use crate::wire::Vlan;

fn datagram() -> Vec<u8> {
    ipv4(17, &udp(53, b"hi"))
}

fn is_the_datagram(packet: &Packet<'_>) {
    assert_eq!(packet.error(), None);
    assert!(packet.flags().is_empty(), "{:?}", packet.flags());
    assert_eq!(
        (packet.source_port(), packet.destination_port()),
        (1000, 53)
    );
    assert_eq!(packet.payload(), b"hi");
}

#[test]
fn ethernet_reports_its_addresses() {
    let frame = ethernet(0x0800, &datagram());
    let packet = whole(LinkType::Ethernet, &frame);
    is_the_datagram(&packet);
    let header = packet.ethernet().unwrap();
    assert_eq!(header.source(), [2, 0, 0, 0, 0, 1]);
    assert_eq!(header.destination(), [2, 0, 0, 0, 0, 2]);
    assert_eq!((header.ethertype(), packet.ethertype()), (0x0800, 0x0800));
    assert_eq!(packet.source_mac(), Some([2, 0, 0, 0, 0, 1]));
    assert_eq!((packet.vlan(), packet.vlans().count()), (None, 0));
    assert!(packet.cooked().is_none());
}

#[test]
fn tags_of_every_kind_and_number() {
    let tags = [[0x88, 0xa8], [0x81, 0], [0x91, 0], [0x92, 0], [0x93, 0]];
    let mut frame = ethernet(0x88a8, &[]);
    for index in 0..tags.len() {
        // Priority 5, drop eligible, id 100 and so on.
        frame.extend([0xb0, 100 + index as u8]);
        frame.extend(tags.get(index + 1).copied().unwrap_or([8, 0]));
    }
    frame.extend(datagram());
    let packet = whole(LinkType::Ethernet, &frame);
    is_the_datagram(&packet);
    assert_eq!(packet.ethertype(), 0x0800);
    assert_eq!(packet.ethernet().unwrap().ethertype(), 0x88a8);
    let tag = packet.vlan().unwrap();
    assert_eq!(
        (tag.id(), tag.priority(), tag.is_drop_eligible()),
        (100, 5, true)
    );
    let ids: Vec<_> = packet.vlans().map(Vlan::id).collect();
    assert_eq!(ids, [100, 101, 102, 103, 104]);
}

#[test]
fn tags_beyond_eight_are_not_followed_and_flagged() {
    let tag = [0, 7, 0x81, 0];
    for (count, flags) in [(8, PacketFlags::NONE), (9, PacketFlags::DEPTH_LIMIT)] {
        let mut frame = ethernet(0x8100, &tag.repeat(count - 1));
        frame.extend([0, 7, 8, 0]);
        frame.extend(datagram());
        let packet = whole(LinkType::Ethernet, &frame);
        assert_eq!(packet.flags(), flags, "{count} tags");
        assert_eq!(packet.ip_version() != 0, count == 8);
        assert_eq!(packet.vlans().count(), 8);
    }
}

#[test]
fn a_tag_that_is_not_whole_is_reported() {
    let frame = ethernet(0x8100, &[0, 7, 8]);
    let packet = whole(LinkType::Ethernet, &frame);
    assert_eq!(error(&packet), (Layer::Vlan, 14, Problem::Header, 4, 3));
    assert!(packet.ethernet().is_some() && packet.vlan().is_none());
    let packet = Packet::parse(LinkType::Ethernet, &frame, 60);
    assert_eq!(
        (packet.flags(), packet.error()),
        (PacketFlags::TRUNCATED, None)
    );
}

#[test]
fn a_short_ethernet_header_is_reported() {
    let packet = whole(LinkType::Ethernet, &[2; 13]);
    assert_eq!(
        error(&packet),
        (Layer::Ethernet, 0, Problem::Header, 14, 13)
    );
}

#[test]
fn arp_is_recognised() {
    let mut body = Vec::from([0, 1, 8, 0, 6, 4, 0, 2]);
    body.extend([2, 0, 0, 0, 0, 1, 10, 0, 0, 1, 2, 0, 0, 0, 0, 2, 10, 0, 0, 2]);
    let frame = ethernet(0x0806, &body);
    let packet = whole(LinkType::Ethernet, &frame);
    assert!(packet.flags().is_empty());
    let arp = packet.arp().unwrap();
    assert_eq!(
        (arp.hardware(), arp.protocol(), arp.operation()),
        (1, 0x0800, 2)
    );
    let (sender, target) = arp.ipv4().unwrap();
    assert_eq!(
        (sender.octets(), target.octets()),
        ([10, 0, 0, 1], [10, 0, 0, 2])
    );
    assert_eq!(
        (packet.ip_version(), packet.source(), packet.protocol()),
        (0, None, None)
    );
    // Addresses that were cut off, and those of something else.
    assert!(
        whole(LinkType::Ethernet, &frame[..40])
            .arp()
            .unwrap()
            .ipv4()
            .is_none()
    );
    let mut other = frame.clone();
    other[18] = 8;
    assert!(
        whole(LinkType::Ethernet, &other)
            .arp()
            .unwrap()
            .ipv4()
            .is_none()
    );
    let packet = whole(LinkType::Ethernet, &frame[..21]);
    assert_eq!(error(&packet), (Layer::Arp, 14, Problem::Header, 8, 7));
}

#[test]
fn another_protocol_is_payload() {
    let frame = ethernet(0x88cc, b"LLDP");
    let packet = whole(LinkType::Ethernet, &frame);
    assert!(packet.flags().is_empty());
    assert_eq!(
        (packet.ethertype(), packet.payload()),
        (0x88cc, &b"LLDP"[..])
    );
}

#[test]
fn mpls_labels_are_skipped() {
    let labels = [0, 0, 0x10, 64, 0, 0, 0x21, 64];
    let frame = ethernet(0x8847, &[&labels[..], &datagram()].concat());
    is_the_datagram(&whole(LinkType::Ethernet, &frame));
    let frame = ethernet(0x8848, &[&labels[4..], &ipv6(17, &udp(53, b"hi"))].concat());
    is_the_datagram(&whole(LinkType::Ethernet, &frame));
    // A pseudowire's control word.
    let frame = ethernet(0x8847, &[&labels[..], &[0, 0, 0, 1], &[2; 60]].concat());
    let packet = whole(LinkType::Ethernet, &frame);
    assert!(packet.flags().is_empty());
    assert_eq!((packet.ip_version(), packet.payload().len()), (0, 64));
    // No bottom of the stack in sight.
    let frame = ethernet(0x8847, &[0; 80]);
    assert_eq!(
        whole(LinkType::Ethernet, &frame).flags(),
        PacketFlags::DEPTH_LIMIT
    );
    let frame = ethernet(0x8847, &[0; 6]);
    let packet = whole(LinkType::Ethernet, &frame);
    assert_eq!(error(&packet), (Layer::Mpls, 18, Problem::Header, 4, 2));
    // Nothing behind the last label.
    let frame = ethernet(0x8847, &labels);
    let packet = whole(LinkType::Ethernet, &frame);
    assert_eq!(error(&packet), (Layer::Mpls, 22, Problem::Header, 1, 0));
}

#[test]
fn pppoe_bounds_what_it_carries() {
    let session = |length: u16, protocol: u16, body: &[u8]| {
        let mut bytes = Vec::from([0x11, 0, 0, 9]);
        bytes.extend(length.to_be_bytes());
        bytes.extend(protocol.to_be_bytes());
        bytes.extend(body);
        ethernet(0x8864, &bytes)
    };
    let frame = session(32, 0x0021, &datagram());
    is_the_datagram(&whole(LinkType::Ethernet, &frame));
    let frame = session(52, 0x0057, &ipv6(17, &udp(53, b"hi")));
    is_the_datagram(&whole(LinkType::Ethernet, &frame));
    // A protocol number of one byte.
    let mut compressed = session(31, 0x0021, &datagram());
    compressed.remove(20);
    is_the_datagram(&whole(LinkType::Ethernet, &compressed));
    let frame = session(30, 0x0021, &datagram());
    let packet = whole(LinkType::Ethernet, &frame);
    assert_eq!(error(&packet), (Layer::Ipv4, 22, Problem::Beyond, 30, 28));
    let frame = session(33, 0x0021, &datagram());
    let packet = whole(LinkType::Ethernet, &frame);
    assert_eq!(error(&packet), (Layer::Pppoe, 14, Problem::Beyond, 39, 38));
    assert_eq!(packet.destination_port(), 53);
    let frame = session(1, 0x0021, &datagram());
    let packet = whole(LinkType::Ethernet, &frame);
    assert_eq!(
        error(&packet),
        (Layer::Pppoe, 14, Problem::TotalLength, 2, 1)
    );
    let frame = session(4, 0xc021, &[1, 2]);
    let packet = whole(LinkType::Ethernet, &frame);
    assert!(packet.flags().is_empty());
    assert_eq!(packet.payload(), [1, 2]);
}

#[test]
fn ieee_802_2_with_snap() {
    let snap = |number: [u8; 2], body: &[u8]| {
        let llc = [&[0xaa, 0xaa, 3, 0, 0, 0], &number[..], body].concat();
        ethernet(llc.len() as u16, &llc)
    };
    is_the_datagram(&whole(LinkType::Ethernet, &snap([8, 0], &datagram())));
    let frame = snap([0x86, 0xdd], &ipv6(17, &udp(53, b"hi")));
    is_the_datagram(&whole(LinkType::Ethernet, &frame));
    let frame = snap([8, 6], &[0, 1, 8, 0, 6, 4, 0, 1]);
    assert!(whole(LinkType::Ethernet, &frame).arp().is_some());
    // A bridge's spanning tree, and padding.
    let frame = ethernet(3, &[0x42, 0x42, 3, 0, 0, 0, 0, 0]);
    let packet = whole(LinkType::Ethernet, &frame);
    assert!(packet.flags().is_empty());
    assert_eq!(
        (packet.ethertype(), packet.payload()),
        (3, &[0x42, 0x42, 3][..])
    );
}

#[test]
fn raw_ip_is_found_by_its_version() {
    is_the_datagram(&whole(LinkType::RawIp, &datagram()));
    is_the_datagram(&whole(LinkType::RawIp, &ipv6(17, &udp(53, b"hi"))));
    is_the_datagram(&whole(LinkType::Ipv4, &datagram()));
    is_the_datagram(&whole(LinkType::Ipv6, &ipv6(17, &udp(53, b"hi"))));
    let packet = whole(LinkType::RawIp, &[0x50; 40]);
    assert_eq!(error(&packet), (Layer::Ipv4, 0, Problem::Version, 4, 5));
    let datagram = datagram();
    let packet = whole(LinkType::Ipv6, &datagram);
    assert_eq!(error(&packet), (Layer::Ipv6, 0, Problem::Header, 40, 30));
}

#[test]
fn loopback_has_a_family_in_either_order() {
    let captured = |family: [u8; 4], body: &[u8]| [&family[..], body].concat();
    for link in [LinkType::Null, LinkType::Loop] {
        for family in [[0, 0, 0, 2], [2, 0, 0, 0]] {
            is_the_datagram(&whole(link, &captured(family, &datagram())));
        }
        for number in [10, 24, 28, 30] {
            let body = ipv6(17, &udp(53, b"hi"));
            is_the_datagram(&whole(link, &captured([0, 0, 0, number], &body)));
            is_the_datagram(&whole(link, &captured([number, 0, 0, 0], &body)));
        }
        let other = captured([0, 0, 0, 7], b"x");
        let packet = whole(link, &other);
        assert!(packet.flags().is_empty());
        assert_eq!((packet.ip_version(), packet.payload()), (0, &b"x"[..]));
        let packet = whole(link, &[0, 0, 0]);
        assert_eq!(error(&packet), (Layer::Link, 0, Problem::Header, 4, 3));
    }
}

#[test]
fn linux_cooked_version_1() {
    let mut header = Vec::from([0, 4, 0, 1, 0, 6, 2, 0, 0, 0, 0, 9, 0, 0, 8, 0]);
    header.extend(datagram());
    let packet = whole(LinkType::LinuxSll, &header);
    is_the_datagram(&packet);
    let cooked = packet.cooked().unwrap();
    assert_eq!(
        (cooked.packet_type(), cooked.hardware(), cooked.protocol()),
        (4, 1, 0x0800)
    );
    assert_eq!(
        (cooked.address(), cooked.interface()),
        (&[2, 0, 0, 0, 0, 9][..], None)
    );
    assert_eq!(packet.source_mac(), Some([2, 0, 0, 0, 0, 9]));
    assert!(packet.ethernet().is_none());
    // An address of another length; of more than there is room for.
    header[5] = 4;
    assert_eq!(whole(LinkType::LinuxSll, &header).source_mac(), None);
    header[4] = 9;
    assert_eq!(
        whole(LinkType::LinuxSll, &header)
            .cooked()
            .unwrap()
            .address()
            .len(),
        8
    );
    let packet = whole(LinkType::LinuxSll, &header[..15]);
    assert_eq!(error(&packet), (Layer::Link, 0, Problem::Header, 16, 15));
}

#[test]
fn linux_cooked_version_2_with_a_tag() {
    let mut header = Vec::from([
        0x81, 0, 0, 0, 0, 0, 0, 3, 3, 4, 0, 6, 2, 0, 0, 0, 0, 9, 0, 0,
    ]);
    header.extend([0, 42, 8, 0]);
    header.extend(datagram());
    let packet = whole(LinkType::LinuxSll2, &header);
    is_the_datagram(&packet);
    let cooked = packet.cooked().unwrap();
    assert_eq!((cooked.packet_type(), cooked.hardware()), (0, 772));
    assert_eq!((cooked.interface(), cooked.protocol()), (Some(3), 0x8100));
    assert_eq!(packet.source_mac(), Some([2, 0, 0, 0, 0, 9]));
    assert_eq!(packet.vlan().unwrap().id(), 42);
    let packet = whole(LinkType::LinuxSll2, &header[..19]);
    assert_eq!(error(&packet), (Layer::Link, 0, Problem::Header, 20, 19));
}

#[test]
fn a_cooked_protocol_of_netlink_is_no_ethertype() {
    let mut header = Vec::from([0, 4, 0x03, 0x38, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0]);
    header.extend(datagram());
    let packet = whole(LinkType::LinuxSll, &header);
    assert!(packet.flags().is_empty());
    assert_eq!((packet.ip_version(), packet.ethertype()), (0, 0));
    assert_eq!(packet.payload(), datagram());
}
