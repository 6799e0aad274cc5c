//! Every length of every message: a flow or a counted error, never a panic.

use std::vec::Vec;

use proptest::prelude::*;

use super::record::*;
use crate::*;
use flow_core::flow::{EventType, FlowFlags};

fn messages() -> Vec<Record> {
    let mut all = Vec::from([debug()]);
    all.extend((0..=4).map(|version| drop(version.min(3)).u8(14, version)));
    all.extend((0..=3).map(|version| trace(version.min(2)).u8(14, version)));
    all.extend([28, 32, 40].map(policy));
    all.extend((0..=12).map(|point| capture(point, 1)));
    all.extend((0..=5).map(sock));
    all.extend((0..=5).map(packed_sock));
    all
}

/// The sum that has to hold whatever came.
fn assert_all_counted(stats: CiliumStats, records: u64) {
    assert_eq!(stats.flows + stats.no_flow + stats.empty, records);
    for part in [
        stats.unknown_kinds,
        stats.unknown_versions,
        stats.truncated,
        stats.no_ip,
    ] {
        assert!(part <= stats.flows);
    }
}

#[test]
fn every_length_of_every_message() {
    let mut decoder = CiliumDecoder::new(());
    let mut records = 0;
    for message in messages() {
        let is_socket = message.0[0] == 7;
        let whole = if is_socket {
            message
        } else {
            message.packet(&tcp4())
        };
        let needed = whole.0.len();
        for length in 0..=needed {
            let record = &whole.0[..length];
            records += 1;
            match decoder.decode_full(record, 0, 0) {
                Ok((flow, extra)) => {
                    assert_eq!(flow.event_type, EventType(record[0]));
                    let is_partial = length < needed;
                    let told = FlowFlags::TRUNCATED | FlowFlags::UNKNOWN_VERSION;
                    // A shorter layout may be meant where the length alone tells it.
                    let may_be_whole = is_socket || record[0] == 5;
                    assert!(may_be_whole || !is_partial || flow.flags.intersects(told));
                    if length > 8 && !is_socket {
                        assert_eq!(extra.endpoint, 0x0203);
                        assert_eq!(extra.hash, 0x0405_0607);
                    }
                }
                Err(CiliumError::Empty) => assert_eq!(length, 0),
                Err(CiliumError::NoFlow { event }) => assert_eq!(event, EventType::DEBUG),
            }
        }
    }
    assert_all_counted(decoder.stats(), records);
}

#[test]
fn a_message_that_is_cut_off_reports_what_is_there() {
    let mut decoder = CiliumDecoder::new(());
    for version in 0..=3 {
        let record = drop(version).packet(&tcp4()).0;
        let flow = decoder.decode(&record[..20], 0, 0).unwrap();
        assert_eq!(flow.flags, FlowFlags::TRUNCATED);
        assert_eq!(
            (flow.drop_reason.0, flow.source.identity),
            (133, 0x1011_1213)
        );
        assert_eq!(flow.destination.identity, 0);
        assert_eq!(flow.traffic.forward_packets, 0);
    }
    let record = sock(2).0;
    let flow = decoder.decode(&record[..24], 0, 0).unwrap();
    assert_eq!(flow.flags, FlowFlags::TRUNCATED);
    assert_eq!(decoder.stats().truncated, 5);
}

/// Mostly messages that are nearly right.
fn records() -> impl Strategy<Value = Vec<u8>> {
    let changed = (
        0..messages().len(),
        proptest::collection::vec((any::<u8>(), any::<u8>()), 0..8),
        proptest::collection::vec(any::<u8>(), 0..160),
        0..220_usize,
    )
        .prop_map(|(index, changes, tail, length)| {
            let mut bytes = messages()[index].0.clone();
            for (at, value) in changes {
                let at = usize::from(at) % bytes.len();
                if at > 0 {
                    bytes[at] = value;
                }
            }
            bytes.extend(tail);
            bytes.truncate(length);
            bytes
        });
    let any_kind =
        (0..9_u8, proptest::collection::vec(any::<u8>(), 0..200)).prop_map(|(kind, mut bytes)| {
            bytes.insert(0, kind);
            bytes
        });
    prop_oneof![3 => changed, 2 => any_kind, 1 => proptest::collection::vec(any::<u8>(), 0..64)]
}

proptest! {
    #[test]
    fn any_bytes_give_a_flow_or_a_counted_error(
        batch in proptest::collection::vec(records(), 1..20),
    ) {
        let mut extensions = Extensions::NONE;
        extensions.set(EventType::TRACE, 1, 0xffff);
        extensions.set(EventType::DROP, 1, 4);
        let mut decoder = CiliumDecoder::new(()).with_extensions(extensions);
        let count = batch.len() as u64;
        for record in batch {
            let parsed = Message::parse(&record);
            let decoded = decoder.decode_full(&record, 9, 5);
            if let Ok((flow, extra)) = decoded {
                prop_assert_eq!(flow.event_type.0, record[0]);
                prop_assert_eq!((flow.time, extra.cpu), (5, 9));
                prop_assert_eq!(decoder.decode(&record, 9, 5), Ok(flow));
                if let Err(error) = parsed {
                    prop_assert!(flow.flags.contains(FlowFlags::TRUNCATED), "{}", error);
                }
            } else {
                prop_assert!(record.is_empty() || matches!(record[0], 2 | 129 | 130));
                prop_assert!(decoder.decode(&record, 9, 5).is_err());
            }
        }
        assert_all_counted(decoder.stats(), count * 2);
    }

    /// Whatever the message says, a captured packet lies within the record.
    #[test]
    fn captured_bytes_are_bytes_of_the_record(record in records()) {
        let none = Extensions::NONE;
        let captured = match Message::parse(&record) {
            Ok(Message::Drop(message)) => message.captured(&none),
            Ok(Message::Trace(message)) => message.captured(&none),
            Ok(Message::PolicyVerdict(message)) => message.captured(&none),
            Ok(Message::Capture(message)) => message.captured(&none),
            _ => None,
        };
        if let Some(captured) = captured {
            let range = record.as_ptr_range();
            prop_assert!(range.contains(&captured.data.as_ptr()) || captured.data.is_empty());
            prop_assert!(captured.data.as_ptr_range().end <= range.end);
            prop_assert!(captured.wire_len as usize >= captured.data.len());
        }
    }
}
