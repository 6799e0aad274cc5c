use super::*;
use crate::error::L7Problem;

#[test]
fn long_headers_of_both_versions() {
    let tail = [2, 7, 8, 1, 9, 1, 5, 0x40, 0x44, 1, 2];
    for (first, version, kind) in [
        (0xc0, 1_u32, PacketKind::Initial),
        (0xd0, 0x6b33_43cf, PacketKind::Initial),
        (0xc0, 0xff00_001d, PacketKind::Initial),
    ] {
        let packet = [&[first][..], &version.to_be_bytes(), &tail].concat();
        let header = LongHeader::parse(&packet).unwrap();
        assert_eq!((header.version.0, header.kind), (version, kind));
        assert_eq!(
            (header.destination_id, header.source_id),
            (&[7, 8][..], &[9][..])
        );
        assert_eq!(
            (header.token, header.length, header.payload_at),
            (&[5][..], 0x44, 14)
        );
        for end in 0..header.payload_at {
            let error = LongHeader::parse(&packet[..end]).unwrap_err();
            assert!(error.is_truncated(), "{end}");
        }
    }
    let kind = |first: u8, version: u8| {
        let packet = [first, 0, 0, 0, version, 0, 0, 4];
        LongHeader::parse(&packet).map(|header| header.kind)
    };
    assert_eq!(kind(0xd0, 1), Ok(PacketKind::ZeroRtt));
    assert_eq!(kind(0xe0, 1), Ok(PacketKind::Handshake));
    assert_eq!(kind(0xf0, 1), Ok(PacketKind::Retry));
    assert_eq!(kind(0x80, 0), Ok(PacketKind::VersionNegotiation));
    // RFC 9287: the fixed bit may be cleared.
    assert_eq!(kind(0xb0, 1), Ok(PacketKind::Retry));
    assert_eq!(kind(0x40, 1).unwrap_err().problem, L7Problem::Value);
    assert_eq!(kind(0xc0, 9).unwrap_err().problem, L7Problem::Value);
    let long = [0xc0, 0, 0, 0, 1, 21, 0];
    assert_eq!(
        LongHeader::parse(&long).unwrap_err().problem,
        L7Problem::Length
    );
}

#[cfg(feature = "quic")]
mod initial {
    use proptest::prelude::*;

    use super::super::exercise::quic;
    use super::super::*;
    use crate::error::L7Problem;
    use crate::flags::L7Flags;
    use crate::tls::HandshakeType;

    fn bytes(hex: &str) -> Vec<u8> {
        let pairs = hex.as_bytes().chunks(2);
        pairs
            .map(|pair| u8::from_str_radix(core::str::from_utf8(pair).unwrap(), 16).unwrap())
            .collect()
    }

    /// The identifier of the examples.
    const ID: [u8; 8] = [0x83, 0x94, 0xc8, 0xf0, 0x3e, 0x51, 0x57, 0x08];

    #[test]
    fn keys_of_the_examples() {
        // RFC 9001 appendix A.1, RFC 9369 appendix A.1.
        for (version, side, iv) in [
            (QuicVersion::V1, Side::Client, "fa044b2f42a3fd3b46fb255c"),
            (QuicVersion::V1, Side::Server, "0ac1493ca1905853b0bba03e"),
            (QuicVersion::V2, Side::Client, "91f73e2351d8fa91660e909f"),
        ] {
            let keys = InitialKeys::new(version, &ID, side).unwrap();
            assert_eq!(keys.iv(), bytes(iv)[..], "{version} {side:?}");
            assert_eq!(format!("{keys:?}"), "InitialKeys");
        }
        assert!(InitialKeys::new(QuicVersion(5), &ID, Side::Client).is_none());
    }

    #[test]
    fn the_server_s_packet_of_the_example() {
        // RFC 9001 appendix A.3.
        let packet = bytes(concat!(
            "cf000000010008f067a5502a4262b5004075c0d95a482cd0991cd25b0aac406a5816b6394100f37a1c69",
            "797554780bb38cc5a99f5ede4cf73c3ec2493a1839b3dbcba3f6ea46c5b7684df3548e7ddeb9c3bf9c73",
            "cc3f3bded74b562bfb19fb84022f8ef4cdd93795d77d06edbb7aaf2f58891850abbdca3d20398c276456",
            "cbc42158407dd074ee",
        ));
        let keys = InitialKeys::new(QuicVersion::V1, &ID, Side::Server).unwrap();
        let mut room = [0; 512];
        let mut initials = Initials::server(&mut room, keys);
        initials.take(&packet).unwrap();
        let message = initials.messages().next().unwrap();
        assert_eq!(message.kind, HandshakeType::SERVER_HELLO);
        assert!(message.is_whole());
        let hello = crate::tls::ServerHello::parse(message.body, message.length).unwrap();
        assert_eq!(
            hello.cipher().unwrap().name(),
            Some("TLS_AES_128_GCM_SHA256")
        );
        assert_eq!(hello.version().name(), Some("TLS 1.3"));
        let mut damaged = packet.clone();
        damaged[60] ^= 1;
        assert_eq!(
            initials.take(&damaged).unwrap_err().problem,
            L7Problem::Value
        );
        let cut = &packet[..packet.len() - 1];
        assert!(initials.take(cut).unwrap_err().is_truncated());
    }

    fn varint(number: usize) -> Vec<u8> {
        (0x4000 | u16::try_from(number).unwrap())
            .to_be_bytes()
            .to_vec()
    }

    /// An Initial packet of a client with these frames.
    fn packet(version: QuicVersion, number: &[u8], frames: &[u8]) -> Vec<u8> {
        let kind = if version == QuicVersion::V2 { 1 } else { 0 };
        let first = 0xc0 | kind << 4 | u8::try_from(number.len() - 1).unwrap();
        // So short a text has to be padded for the sample.
        let text = [frames, &[0; 4]].concat();
        let length = varint(number.len() + text.len() + 16);
        let head = [
            &[first][..],
            &version.0.to_be_bytes(),
            &[8],
            &ID,
            &[0, 0],
            &length,
        ]
        .concat();
        let mut bytes = [&head[..], number, &text, &[0; 16]].concat();
        let keys = InitialKeys::new(version, &ID, Side::Client).unwrap();
        keys.seal(&mut bytes, head.len(), number.len());
        bytes
    }

    fn crypto(offset: usize, data: &[u8]) -> Vec<u8> {
        [vec![6], varint(offset), varint(data.len()), data.to_vec()].concat()
    }

    #[test]
    fn frames_of_every_kind() {
        let message = [1, 0, 0, 4, b'a', b'b', b'c', b'd'];
        let frames = [
            vec![0, 0, 1],
            vec![2, 9, 0, 1, 0, 3, 4],
            crypto(4, &message[4..]),
            vec![3, 9, 0, 0, 0, 1, 2, 3],
            vec![0x1c, 1, 6, 2, b'n', b'o'],
            crypto(0, &message[..4]),
        ];
        let mut room = [0; 64];
        let mut initials = Initials::client(&mut room);
        initials
            .take(&packet(QuicVersion::V1, &[0], &frames.concat()))
            .unwrap();
        assert_eq!(initials.flags(), L7Flags::NONE);
        assert_eq!(initials.messages().next().unwrap().body, b"abcd");
        let bad = [crypto(0, &message), vec![0x08, 1, 2, 3]].concat();
        initials.take(&packet(QuicVersion::V1, &[1], &bad)).unwrap();
        assert_eq!(initials.flags(), L7Flags::MALFORMED);
        let error = initials.take(&[0; 20]).unwrap_err();
        assert_eq!(error.problem, L7Problem::Value);
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(data in prop::collection::vec(any::<u8>(), 0..200)) {
            quic(&data);
            quic(&[&[0xc3, 0, 0, 0, 1, 2, 7, 8, 0, 0, 0x40][..], &data].concat());
        }

        #[test]
        fn a_hello_in_shuffled_parts_comes_back(
            body in prop::collection::vec(any::<u8>(), 1..900),
            size in 1_usize..300,
            order in any::<u64>(),
            is_v2 in any::<bool>(),
            number_len in 1_usize..=4,
        ) {
            let length = u32::try_from(body.len()).unwrap().to_be_bytes();
            let message = [&[1][..], &length[1..], &body].concat();
            let size = size.max(message.len() / 60 + 1);
            let mut parts: Vec<_> = message.chunks(size).enumerate().collect();
            parts.sort_by_key(|(index, _)| (*index as u64 + 1).wrapping_mul(order | 1));
            let frames: Vec<_> = parts
                .iter()
                .map(|(index, part)| crypto(index * size, part))
                .collect();
            // Half of the frames in each of two packets of one datagram.
            let (left, right) = frames.split_at(frames.len() / 2);
            let version = if is_v2 { QuicVersion::V2 } else { QuicVersion::V1 };
            let number = [0, 0, 0, 7];
            let datagram = [
                packet(version, &number[4 - number_len..], &left.concat()),
                packet(version, &number, &right.concat()),
            ]
            .concat();
            quic(&datagram);
            let mut room = [0; 1024];
            let mut initials = Initials::client(&mut room);
            initials.take(&datagram).unwrap();
            prop_assert_eq!(initials.flags(), L7Flags::NONE);
            let found = initials.messages().next().unwrap();
            prop_assert!(found.is_whole());
            prop_assert_eq!(found.body, &body[..]);
        }
    }
}
