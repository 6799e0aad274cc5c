use super::*;
use flow_core::record::RecordFlags;

fn string(text: &str) -> Vec<u8> {
    [&(text.len() as u16).to_be_bytes()[..], text.as_bytes()].concat()
}

fn framed(parts: &[&[u8]]) -> Vec<u8> {
    let message = parts.concat();
    [&(message.len() as u32).to_be_bytes()[..], &message].concat()
}

fn request(api: u16, version: u16, id: u32, body: &[u8]) -> Vec<u8> {
    let (api, version) = (api.to_be_bytes(), version.to_be_bytes());
    framed(&[&api, &version, &id.to_be_bytes(), &string("rdkafka"), body])
}

/// Version 2, with records of this length.
fn produce(id: u32, acks: i16, records: usize) -> Vec<u8> {
    let head = [
        &acks.to_be_bytes()[..],
        &[0, 0, 5, 220, 0, 0, 0, 1],
        &string("orders"),
    ]
    .concat();
    let length = (records as u32).to_be_bytes();
    let body = [
        &head[..],
        &[0, 0, 0, 1, 0, 0, 0, 0],
        &length,
        &vec![7; records],
    ]
    .concat();
    request(0, 2, id, &body)
}

fn produced(id: u32, error: u16) -> Vec<u8> {
    let partition = [
        &[0, 0, 0, 1, 0, 0, 0, 0][..],
        &error.to_be_bytes(),
        &[0; 16],
    ]
    .concat();
    framed(&[
        &id.to_be_bytes(),
        &[0, 0, 0, 1],
        &string("orders"),
        &partition,
        &[0; 4],
    ])
}

fn versions(id: u32) -> Vec<u8> {
    request(18, 0, id, &[])
}

/// Conversations of several messages.
pub(super) fn conversations() -> Vec<Conversation> {
    let answer = |id: u32| framed(&[&id.to_be_bytes(), &[0, 0, 0, 0, 0, 0]]);
    vec![(
        9092,
        vec![
            (true, versions(1)),
            (false, answer(1)),
            (
                true,
                [produce(2, -1, 30), produce(3, 1, 90), versions(4)].concat(),
            ),
            (false, [produced(2, 0), produced(3, 3), answer(4)].concat()),
        ],
    )]
}

#[test]
fn responses_are_read_as_their_requests_have_it() {
    let (port, said) = conversations().remove(0);
    for port in [port, 7_000] {
        let wire = Wire::conversation(port, &said);
        assert_eq!(
            wire.lab.summaries(),
            [
                "Kafka request apiversions correlation id 1",
                "Kafka response apiversions correlation id 1 return code: 0 1µs",
                "Kafka request produce correlation id 2 topic 'orders'",
                "Kafka request produce correlation id 3 topic 'orders'",
                "Kafka request apiversions correlation id 4",
                "Kafka response produce correlation id 2 topic 'orders' return code: 0 1µs",
                "Kafka response produce correlation id 3 topic 'orders' return code: 3 1µs",
                "Kafka response apiversions correlation id 4 return code: 0 1µs",
            ]
        );
        assert!(
            wire.lab
                .records()
                .iter()
                .all(|record| record.flags == RecordFlags::NONE)
        );
        assert_eq!(wire.lab.tracker.stats().paired, 4);
    }
}

#[test]
fn long_messages_and_those_that_want_no_response() {
    let mut wire = Wire::on(9092);
    let long = produce(1, 0, 100_000);
    wire.say(true, &long[..5_000]);
    // The rest is records: a hole in them matters not.
    wire.lose(true, long.len() as u32 - 5_000);
    wire.say(true, &versions(2));
    wire.say(false, &framed(&[&[0, 0, 0, 9], &[0; 6]]));
    let records = wire.lab.records();
    let flags: Vec<_> = records.iter().map(|record| record.flags).collect();
    assert_eq!(
        flags,
        [RecordFlags::NONE, RecordFlags::NONE, RecordFlags::UNMATCHED]
    );
    let stats = wire.lab.tracker.stats();
    assert_eq!((stats.one_way, stats.unmatched, stats.gaps), (1, 1, 0));
    assert_eq!(wire.lab.tracker.pending(), 1);
    assert!(wire.lab.tracker.memory() < 20_000);
}

#[test]
fn a_connection_joined_in_its_middle_and_a_hole() {
    let mut wire = Wire::joined(9092);
    wire.say(false, b"the rest of a fetch");
    wire.say(true, &versions(5));
    wire.say(false, b"and more of it");
    wire.say(false, &framed(&[&[0, 0, 0, 5], &[0, 35, 0, 0, 0, 0]]));
    assert_eq!(
        wire.lab.summaries()[1],
        "Kafka response apiversions correlation id 5 return code: 35 2µs"
    );
    // The size of a message is missing: it goes on with the next one.
    let lost = produce(6, 1, 10);
    let flow = packet(true, Protocol::TCP, 9092, wire.time);
    let mut segment = Segment::stream(&lost[..3], wire.next[0], ACK);
    segment.wire_len = lost.len() as u32;
    wire.lab.give(&flow, &segment);
    wire.lose(true, segment.wire_len);
    wire.say(true, &versions(7));
    assert_eq!(
        wire.lab.summaries()[2],
        "Kafka request apiversions correlation id 7"
    );
    assert_eq!(wire.lab.tracker.stats().gaps, 1);
}
