//! Each field of each message at its offset, in every version.

use super::record::*;
use crate::*;
use flow_core::flow::{
    Direction, DropReason, EventType, Ip, IpVersion, Protocol, TracePoint, TraceReason, Verdict,
};
use flow_core::wire::LinkType;

const NONE: Extensions = Extensions::NONE;

fn assert_header(header: Header, event: EventType) {
    assert_eq!(header.event, event);
    assert_eq!(header.endpoint, 0x0203);
    assert_eq!(header.hash, 0x0405_0607);
}

#[test]
fn drop_in_every_version() {
    for version in 0..=3 {
        let record = drop(version).packet(&tcp4());
        let message = DropNotify::parse(&record.0).unwrap();
        assert_header(message.header(), EventType::DROP);
        assert_eq!(message.header().version, version);
        assert!(message.is_known_version());
        assert_eq!(message.reason(), DropReason::from_cilium(133));
        assert_eq!(message.source_identity(), 0x1011_1213);
        assert_eq!(message.destination_identity(), 0x1415_1617);
        assert_eq!(message.destination_endpoint(), 0x1819_1a1b);
        assert_eq!((message.line(), message.file()), (0x1c1d, 0x1e));
        assert_eq!(message.ext_error(), -1);
        assert_eq!(message.interface(), 0x2021_2223);
        let id = if version == 3 {
            0x2829_2a2b_2c2d_2e2f
        } else {
            0
        };
        assert_eq!(message.ip_trace_id(), id);
        let captured = message.captured(&NONE).unwrap();
        assert_eq!(captured.data, tcp4());
        assert_eq!((captured.wire_len, captured.is_cut), (54, false));
        assert_eq!(
            (captured.link, captured.overlay),
            (LinkType::Ethernet, None)
        );
    }
}

/// Bits of the byte at 36 of a drop message, and of that at 27 of a trace message.
const BITS: [(u8, LinkType, Option<Overlay>); 7] = [
    (0, LinkType::Ethernet, None),
    (1, LinkType::Ethernet, None),
    (2, LinkType::Ipv4, None),
    (3, LinkType::Ipv6, None),
    (4, LinkType::Ethernet, Some(Overlay::Vxlan)),
    (8, LinkType::Ethernet, Some(Overlay::Geneve)),
    (7, LinkType::Ipv6, Some(Overlay::Vxlan)),
];

#[test]
fn bits_tell_link_and_overlay() {
    for (bits, link, overlay) in BITS {
        for version in 0..=3 {
            let record = match version {
                0 | 1 => drop(version),
                _ => drop(version).u8(36, bits),
            };
            let record = record.packet(&[0; 20]);
            let message = DropNotify::parse(&record.0).unwrap();
            let captured = message.captured(&NONE).unwrap();
            let expected = if version < 2 {
                (LinkType::Ethernet, None)
            } else {
                (link, overlay)
            };
            assert_eq!(
                (captured.link, captured.overlay),
                expected,
                "{version} {bits}"
            );
            assert_eq!(message.is_ipv6(), version >= 2 && bits & 1 != 0);
        }
        for version in 0..=2 {
            let record = trace(version).u8(27, bits).packet(&[0; 20]);
            let message = TraceNotify::parse(&record.0).unwrap();
            let captured = message.captured(&NONE).unwrap();
            assert_eq!((captured.link, captured.overlay), (link, overlay));
            assert_eq!(message.is_ipv6(), bits & 1 != 0);
        }
    }
}

#[test]
fn trace_in_every_version() {
    for version in 0..=2 {
        let record = trace(version).packet(&tcp4());
        let message = TraceNotify::parse(&record.0).unwrap();
        assert_header(message.header(), EventType::TRACE);
        assert!(message.is_known_version());
        assert_eq!(message.point(), TracePoint::TO_NETWORK);
        assert_eq!(message.source_identity(), 0x1011_1213);
        assert_eq!(message.destination_identity(), 0x1415_1617);
        assert_eq!(message.destination_endpoint(), 0x1819);
        assert_eq!(message.proxy_port(), 0);
        assert_eq!(message.interface(), 0x1c1d_1e1f);
        let original = (version > 0).then(|| Ip::v4([192, 0, 2, 1]));
        assert_eq!(message.original_ip(), original);
        let id = if version == 2 {
            0x3031_3233_3435_3637
        } else {
            0
        };
        assert_eq!(message.ip_trace_id(), id);
        assert_eq!(message.captured(&NONE).unwrap().data, tcp4());
    }
}

#[test]
fn trace_points_and_reasons_are_hubbles() {
    for number in 0..=255 {
        let record = trace(0).u8(1, number).u8(26, number).0;
        let message = TraceNotify::parse(&record).unwrap();
        let point = if number == 0 { 101 } else { number };
        assert_eq!(message.point(), TracePoint(point));
        let proxy = if number == 1 {
            (0x1819, 0)
        } else {
            (0, 0x1819)
        };
        assert_eq!(
            (message.proxy_port(), message.destination_endpoint()),
            proxy
        );
        assert_eq!(message.is_encrypted(), number >= 128);
    }
    let reasons = [
        TraceReason::NEW,
        TraceReason::ESTABLISHED,
        TraceReason::REPLY,
        TraceReason::RELATED,
        TraceReason::REOPENED,
        TraceReason::UNKNOWN,
        TraceReason::SRV6_ENCAP,
        TraceReason::SRV6_DECAP,
        TraceReason::ENCRYPT_OVERLAY,
        TraceReason(9),
    ];
    for (number, reason) in reasons.into_iter().enumerate() {
        for encrypted in [0, 0x80] {
            let record = trace(2).u8(26, number as u8 | encrypted).0;
            assert_eq!(TraceNotify::parse(&record).unwrap().reason(), reason);
        }
    }
}

#[test]
fn the_original_address_is_of_the_version_given() {
    let six = [0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9];
    let original = |version, bits, octets: &[u8]| {
        let record = Record::new(4, [32, 48, 56][usize::from(version)]).u8(14, version);
        let record = if version > 0 {
            record.at(32, octets)
        } else {
            record
        }
        .u8(27, bits)
        .0;
        TraceNotify::parse(&record).unwrap().original_ip()
    };
    assert_eq!(original(0, 0, &[]), None);
    for version in [1, 2] {
        assert_eq!(original(version, 0, &[0; 16]), None);
        assert_eq!(original(version, 1, &[0; 16]), None);
        assert_eq!(
            original(version, 0, &[10, 0, 0, 9]),
            Some(Ip::v4([10, 0, 0, 9]))
        );
        assert_eq!(original(version, 1, &six), Some(Ip(six)));
        assert_eq!(original(version, 1, &[10, 0, 0, 9]).unwrap().0[0], 10);
    }
}

#[test]
fn policy_in_every_layout() {
    let layouts = [
        (28, PolicyLayout::Plain),
        (32, PolicyLayout::WithAuth),
        (40, PolicyLayout::WithCookie),
    ];
    for (length, layout) in layouts {
        let record = policy(length).packet(&tcp4());
        let message = PolicyVerdictNotify::parse(&record.0).unwrap();
        assert_eq!(message.layout(), layout);
        assert_header(message.header(), EventType::POLICY_VERDICT);
        assert_eq!(message.remote_identity(), 0x1011_1213);
        assert_eq!(
            (message.destination_port(), message.protocol()),
            (80, Protocol::TCP)
        );
        assert_eq!(message.direction(), Direction::INGRESS);
        assert_eq!(message.policy_match(), PolicyMatch::L3_L4);
        assert_eq!(message.verdict(), Verdict::FORWARDED);
        let auth = if length == 28 {
            AuthType::DISABLED
        } else {
            AuthType::SPIRE
        };
        assert_eq!(message.auth_type(), auth);
        assert_eq!(message.cookie(), if length == 40 { 0x2021_2223 } else { 0 });
        assert_eq!(message.captured(&NONE).unwrap().data, tcp4());
        let same = PolicyVerdictNotify::parse_as(&record.0, layout).unwrap();
        assert_eq!(same.captured(&NONE).unwrap().data, tcp4());
    }
}

/// The padding of the perf buffer makes some layouts look alike: the packet tells.
#[test]
fn policy_layouts_are_distinct_whatever_the_padding() {
    for length in [28, 32, 40] {
        for more in 0..16 {
            for (bits, packet) in [
                (0x00, ethernet(0x0800, &ipv4(6, &tcp(&[7; 16][..more])))),
                (0x04, ethernet(0x86dd, &ipv6(6, &tcp(&[7; 16][..more])))),
                (0x80, ipv4(6, &tcp(&[7; 16][..more]))),
                (0x84, ipv6(6, &tcp(&[7; 16][..more]))),
            ] {
                let record = policy(length).u8(27, bits | 1).packet(&packet).padded();
                let message = PolicyVerdictNotify::parse(&record.0).unwrap();
                assert_eq!(message.layout().length(), length, "{more} {bits:#x}");
                assert_eq!(message.captured(&NONE).unwrap().data, packet);
            }
        }
    }
}

#[test]
fn policy_flags_and_verdicts() {
    for flags in 0..=255_u8 {
        let record = policy(40).u8(27, flags).packet(&[0; 20]).0;
        let message = PolicyVerdictNotify::parse(&record).unwrap();
        let direction = [
            Direction::EGRESS,
            Direction::INGRESS,
            Direction::EGRESS,
            Direction::EGRESS,
        ][usize::from(flags & 3)];
        assert_eq!(message.direction(), direction);
        let six = flags & 4 != 0;
        assert_eq!(message.ip_version() == IpVersion::V6, six);
        assert_eq!(message.policy_match(), PolicyMatch(flags >> 3 & 7));
        assert_eq!(message.is_audited(), flags & 0x40 != 0);
        let link = match (flags & 0x80 != 0, six) {
            (false, _) => LinkType::Ethernet,
            (true, false) => LinkType::Ipv4,
            (true, true) => LinkType::Ipv6,
        };
        assert_eq!(message.captured(&NONE).unwrap().link, link);
    }
    let cases = [
        (0, 0, Verdict::FORWARDED, DropReason::NONE, 0),
        (0, 0x40, Verdict::AUDIT, DropReason::NONE, 0),
        (15001, 0, Verdict::REDIRECTED, DropReason::NONE, 15001),
        (15001, 0x40, Verdict::REDIRECTED, DropReason::NONE, 15001),
        (70_000, 0, Verdict::REDIRECTED, DropReason::NONE, 0),
        (-133, 0, Verdict::DROPPED, DropReason(133), 0),
        (-133, 0x40, Verdict::DROPPED, DropReason(133), 0),
        (-256, 0, Verdict::DROPPED, DropReason::OTHER, 0),
        (i32::MIN, 0, Verdict::DROPPED, DropReason::OTHER, 0),
    ];
    for (raw, flags, verdict, reason, port) in cases {
        let record = policy(40).u8(27, flags).at(20, &i32::to_ne_bytes(raw)).0;
        let message = PolicyVerdictNotify::parse(&record).unwrap();
        assert_eq!(message.raw_verdict(), raw);
        assert_eq!(
            (message.verdict(), message.reason()),
            (verdict, reason),
            "{raw}"
        );
        assert_eq!(message.proxy_port(), port);
    }
}

#[test]
fn debug_messages_and_captures() {
    let record = debug().0;
    let message = DebugMsg::parse(&record).unwrap();
    assert_header(message.header(), EventType::DEBUG);
    assert_eq!(message.kind(), DebugKind::CT_CREATED);
    assert_eq!(message.kind().to_string(), "DBG_CT_CREATED");
    assert_eq!(DebugKind(200).to_string(), "200");
    assert_eq!(message.arguments(), [0x0809_0a0b, 0x0c0d_0e0f, 0x1011_1213]);
    assert_eq!(
        (message.header().len_orig, message.header().version),
        (0, 0)
    );

    for point in 0..16 {
        let record = capture(point, 0x1011_1213).packet(&tcp4());
        let message = DebugCapture::parse(&record.0).unwrap();
        assert_header(message.header(), EventType::CAPTURE);
        assert_eq!(message.point(), CapturePoint(point));
        assert_eq!(message.arguments(), [0x1011_1213, 0x1415_1617]);
        let interface = if matches!(point, 4..=7 | 10 | 11) {
            0x1011_1213
        } else {
            0
        };
        assert_eq!(message.interface(), interface, "{point}");
        assert_eq!(message.captured(&NONE).unwrap().data, tcp4());
    }
    for point in 0..16 {
        let expected = if matches!(point, 8 | 9) { 8080 } else { 0 };
        for argument in [u32::from(8080_u16.to_be()), 8080_u32.to_be()] {
            let record = capture(point, argument).0;
            assert_eq!(DebugCapture::parse(&record).unwrap().proxy_port(), expected);
        }
    }
}

#[test]
fn sock_in_both_layouts() {
    let six = [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
    for padded in [false, true] {
        for (layout, is_six) in [
            (SockLayout::Aligned, false),
            (SockLayout::Aligned, true),
            (SockLayout::Packed, false),
            (SockLayout::Packed, true),
        ] {
            let record = match (layout, is_six) {
                (SockLayout::Aligned, false) => sock(2),
                (SockLayout::Aligned, true) => sock(2).u8(3, 1).at(24, &six),
                (SockLayout::Packed, false) => packed_sock(2),
                (SockLayout::Packed, true) => packed_sock(2).u8(37, 1).at(2, &six),
            };
            let record = if padded { record.padded() } else { record }.0;
            let message = TraceSockNotify::parse(&record).unwrap();
            assert_eq!(message.layout(), layout);
            assert_eq!(message.point(), SocketPoint::POST_FORWARD);
            let (ip, version) = if is_six {
                (Ip(six), IpVersion::V6)
            } else {
                (Ip::v4([192, 0, 2, 80]), IpVersion::V4)
            };
            assert_eq!((message.remote_ip(), message.ip_version()), (ip, version));
            assert_eq!(
                (message.remote_port(), message.protocol()),
                (443, Protocol::TCP)
            );
            assert_eq!(message.socket_cookie(), 0x0809_0a0b_0c0d_0e0f);
            assert_eq!(message.cgroup_id(), 0x1011_1213_1415_1617);
            let told = TraceSockNotify::parse_as(&record, layout).unwrap();
            assert_eq!(told.remote_ip(), ip);
        }
    }
    // Whose first bytes look like a protocol and a flag.
    for address in [[1, 1, 1, 1], [2, 0, 0, 1], [0, 0, 0, 0], [1, 0, 0, 0]] {
        let record = packed_sock(1).at(2, &address).padded().0;
        let message = TraceSockNotify::parse(&record).unwrap();
        assert_eq!(message.layout(), SockLayout::Packed, "{address:?}");
        assert_eq!(message.remote_ip(), Ip::v4(address));
    }
    for (number, protocol) in [(0, 0), (1, 6), (2, 17), (3, 0)] {
        let record = sock(1).u8(2, number).0;
        let message = TraceSockNotify::parse_as(&record, SockLayout::Aligned).unwrap();
        assert_eq!(message.protocol(), Protocol(protocol));
    }
}

#[test]
fn an_extension_moves_the_packet_when_its_length_is_known() {
    let mut extensions = NONE;
    assert!(extensions.set(EventType::TRACE, 1, 12));
    assert!(extensions.set(EventType::DROP, 2, 4));
    let mut record = trace(2).u8(15, 1);
    record.0.extend([0xee; 12]);
    let record = record.packet(&tcp4()).0;
    let message = TraceNotify::parse(&record).unwrap();
    assert_eq!(message.header().ext_version, 1);
    assert!(message.captured(&NONE).is_none());
    assert_eq!(message.captured(&extensions).unwrap().data, tcp4());

    let mut record = drop(3).u8(15, 2);
    record.0.extend([0xee; 4]);
    let record = record.packet(&tcp4()).0;
    let message = DropNotify::parse(&record).unwrap();
    assert!(message.captured(&NONE).is_none());
    assert_eq!(message.captured(&extensions).unwrap().data, tcp4());
}

#[test]
fn the_padding_of_the_perf_buffer_is_no_part_of_the_packet() {
    for length in 0..24 {
        let packet = &[7; 24][..length];
        let record = trace(0).packet(packet).padded().0;
        let message = TraceNotify::parse(&record).unwrap();
        match message.captured(&NONE) {
            Some(captured) => assert_eq!(captured.data, packet),
            None => assert_eq!(length, 0),
        }
    }
    // A datapath that does not tell how much it captured.
    let record = trace(0).packet(&tcp4()).u16(12, 0).0;
    let message = TraceNotify::parse(&record).unwrap();
    assert_eq!(message.captured(&NONE).unwrap().data, tcp4());
}

#[test]
fn each_view_refuses_other_messages() {
    let records = [
        drop(3),
        debug(),
        capture(4, 1),
        trace(2),
        policy(40),
        sock(1),
    ];
    for record in records {
        let event = EventType(record.0[0]);
        let bytes = record.0;
        let refused = |expected| MessageError::Kind {
            expected,
            got: event,
        };
        let errors = [
            DropNotify::parse(&bytes).err(),
            DebugMsg::parse(&bytes).err(),
            DebugCapture::parse(&bytes).err(),
            TraceNotify::parse(&bytes).err(),
            PolicyVerdictNotify::parse(&bytes).err(),
            TraceSockNotify::parse(&bytes).err(),
        ];
        for (number, error) in [1, 2, 3, 4, 5, 7].into_iter().zip(errors) {
            let expected = (EventType(number) != event).then(|| refused(EventType(number)));
            assert_eq!(error, expected);
        }
    }
}
