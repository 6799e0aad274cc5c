use super::*;
use crate::l7::error::L7Problem;

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
    assert_eq!(kind(0x80, 1).unwrap_err().problem, L7Problem::Value);
    assert_eq!(kind(0x40, 1).unwrap_err().problem, L7Problem::Value);
    assert_eq!(kind(0xc0, 9).unwrap_err().problem, L7Problem::Value);
    let long = [0xc0, 0, 0, 0, 1, 21, 0];
    assert_eq!(
        LongHeader::parse(&long).unwrap_err().problem,
        L7Problem::Length
    );
}
