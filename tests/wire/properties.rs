//! The properties.

use flow_core::decode::Capture;
use flow_core::wire::{LinkType, Packet};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::generate::{frame, net};
use crate::roundtrip::{link_of, same};
use flow_core::wire::exercise::Body;
use flow_core::wire::exercise::{check, flow_agrees, part_agrees};

fn link() -> impl Strategy<Value = LinkType> {
    let known = [0, 1, 101, 108, 113, 228, 229, 276];
    select(known.to_vec()).prop_map(|number| LinkType::from_number(number).expect("a known one"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    /// Any bytes at all.
    #[test]
    fn arbitrary_bytes(link in link(), data in vec(any::<u8>(), 0..200), more in 0_usize..100) {
        check(link, &data, data.len());
        check(link, &data, data.len() + more);
        check(link, &data, usize::MAX);
    }

    /// Any bytes behind a valid IP header, so that each parser above it gets them, those of tunnels
    /// and of options too.
    #[test]
    fn arbitrary_bytes_behind_ip(
        net in net(),
        protocol in select(vec![1_u8, 2, 4, 6, 17, 41, 47, 51, 58, 112, 132, 136]),
        port in prop::option::of(select(vec![4789_u16, 8472, 6081])),
        mut payload in vec(any::<u8>(), 0..160),
    ) {
        if let (Some(port), true) = (port, payload.len() > 8) {
            payload[2..4].copy_from_slice(&port.to_be_bytes());
            // To the end, and a plausible beginning of the tunnel's header.
            payload[4..6].fill(0);
            payload[8] = if port == 6081 { payload[8] & 0x0f } else { 0x08 };
        }
        let bytes = net.build(&Body::Other { protocol, payload });
        let whole = check(LinkType::RawIp, &bytes, bytes.len());
        for length in 0..bytes.len() {
            part_agrees(&check(LinkType::RawIp, &bytes[..length], bytes.len()), &whole);
        }
        flow_agrees(&Capture::whole(LinkType::RawIp, &bytes));
    }

    /// Every layer of a packet is told as it was built, whatever is captured with it.
    #[test]
    fn valid_packets_round_trip(frame in frame()) {
        let bytes = frame.build();
        let packet = check(link_of(&frame), &bytes, bytes.len());
        same(&packet, &frame);
        same(&Packet::parse(link_of(&frame), &bytes, usize::MAX), &frame);
        flow_agrees(&Capture::whole(link_of(&frame), &bytes));
    }

    /// A packet that was cut anywhere tells nothing wrong, and that it was cut.
    #[test]
    fn every_prefix_agrees_with_the_whole(frame in frame()) {
        let bytes = frame.build();
        let link = link_of(&frame);
        let whole = check(link, &bytes, bytes.len());
        for length in 0..bytes.len() {
            let part = check(link, &bytes[..length], bytes.len());
            prop_assert_eq!(part.error(), None);
            part_agrees(&part, &whole);
            // The same bytes as a packet of their own.
            check(link, &bytes[..length], length);
            part_agrees(&check(link, &bytes[..length], usize::MAX), &whole);
        }
    }

    /// Packets that are nearly valid reach every branch. Their prefixes agree with them too.
    #[test]
    fn damaged_packets(
        frame in frame(),
        link in prop::option::weighted(0.1, link()),
        changes in vec((any::<Index>(), any::<u8>()), 1..6),
        cut in any::<Index>(),
    ) {
        let mut bytes = frame.build();
        for (place, value) in changes {
            *place.get_mut(&mut bytes) = value;
        }
        let link = link.unwrap_or_else(|| link_of(&frame));
        let whole = check(link, &bytes, bytes.len());
        let length = cut.index(bytes.len());
        part_agrees(&check(link, &bytes[..length], bytes.len()), &whole);
        check(link, &bytes[..length], length);
        check(link, &bytes[..length], usize::MAX);
        for (data, wire_len) in [(&bytes[..], 0), (&bytes[..length], bytes.len() as u32)] {
            flow_agrees(&Capture { time: 9, link, wire_len, data });
        }
    }
}
