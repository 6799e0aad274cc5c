//! The packets.

use std::ops::Range;

use flow_lab::frame::{Host, Path, Segment, flag};

/// Number of packets in the mix.
pub(crate) const MIX: usize = 1_024;

/// Ethernet frames, one after the other in one piece of memory, as a capture has them.
pub(crate) struct Frames {
    bytes: Vec<u8>,
    places: Vec<Range<usize>>,
}

impl Frames {
    fn new(frames: &[Vec<u8>]) -> Self {
        let mut all = Self {
            bytes: Vec::new(),
            places: Vec::new(),
        };
        for frame in frames {
            let begin = all.bytes.len();
            all.bytes.extend(frame);
            all.places.push(begin..all.bytes.len());
        }
        all
    }

    /// Number of frames.
    pub(crate) fn len(&self) -> usize {
        self.places.len()
    }

    /// One after the other.
    #[inline]
    pub(crate) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        self.places.iter().map(|place| &self.bytes[place.clone()])
    }
}

fn path(v6: bool, number: u8) -> Path {
    let ip = |last: u8| -> std::net::IpAddr {
        if v6 {
            [0x2001, 0xdb8, 0, 0, 0, 0, 0, u16::from(last)].into()
        } else {
            [10, 0, 0, last].into()
        }
    };
    let host = |last: u8| Host {
        mac: [2, 0, 0, 0, 0, last],
        ip: ip(last),
    };
    Path {
        source: host(number),
        destination: host(255 - number),
        vlan: None,
    }
}

/// Twelve bytes of options, as nearly every segment has them: padding and timestamps.
fn with_timestamps(mut frame: Vec<u8>, at: usize) -> Vec<u8> {
    let options = [1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2];
    frame.splice(at + 20..at + 20, options);
    frame[at + 12] += 0x30;
    let total = at - 20 + 2;
    let length = u16::from_be_bytes([frame[total], frame[total + 1]]) + 12;
    frame[total..total + 2].copy_from_slice(&length.to_be_bytes());
    frame
}

fn segment(payload: &[u8]) -> Segment<'_> {
    Segment {
        flags: flag::ACK,
        sequence: 1,
        acknowledgement: 2,
        payload,
    }
}

/// An acknowledgement over IPv4, with timestamps: 66 bytes.
pub(crate) fn single() -> Frames {
    let frame = path(false, 1).tcp((49_152, 443), segment(b""));
    let frame = with_timestamps(frame, 34);
    assert_eq!(frame.len(), 66);
    Frames::new(&[frame])
}

/// 1,024 packets in a random order, each time the same: of 16, seven are TCP over IPv4 (half of
/// them with timestamps), two UDP over IPv4, three TCP over IPv6, two UDP over IPv6, one TCP in a
/// VLAN, and one is ICMP, a fragment or an IPv6 packet with an extension header.
pub(crate) fn mix() -> Frames {
    let mut seed = 1_u64;
    let mut random = move |below: usize| {
        // Knuth's constants for a linear congruential generator.
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % below
    };
    let data = [0x5a; 1_400];
    let mut frames: Vec<Vec<u8>> = (0..MIX)
        .map(|index| {
            let number = 1 + random(100) as u8;
            let ports = (
                1_024 + random(60_000) as u16,
                [80, 443, 5432, 8080][random(4)],
            );
            let payload = &data[..[0, 0, 64, 300, 1_400][random(5)]];
            match index % 16 {
                0..7 => {
                    let frame = path(false, number).tcp(ports, segment(payload));
                    if index % 2 == 0 {
                        with_timestamps(frame, 34)
                    } else {
                        frame
                    }
                }
                7..9 => path(false, number).udp((ports.0, 53), payload),
                9..12 => path(true, number).tcp(ports, segment(payload)),
                12..14 => path(true, number).udp((ports.0, 53), payload),
                14 => {
                    let vlan = Some(42);
                    Path {
                        vlan,
                        ..path(false, number)
                    }
                    .tcp(ports, segment(payload))
                }
                _ => rare(index / 16 % 4, number),
            }
        })
        .collect();
    for last in (1..MIX).rev() {
        frames.swap(last, random(last + 1));
    }
    Frames::new(&frames)
}

fn rare(kind: usize, number: u8) -> Vec<u8> {
    match kind {
        0 => path(false, number).echo(false, 7, 1, b"ping"),
        1 => path(true, number).echo(true, 7, 1, b"ping"),
        2 => {
            // A fragment after the first one.
            let mut frame = path(false, number).udp((7, 8), &[0; 64]);
            frame[20..22].copy_from_slice(&[0, 100]);
            frame
        }
        _ => {
            // Destination options of eight bytes.
            let mut frame = path(true, number).udp((7, 8), b"data");
            frame.splice(54..54, [17, 0, 1, 4, 0, 0, 0, 0]);
            frame[20] = 60;
            frame[19] += 8;
            frame
        }
    }
}
