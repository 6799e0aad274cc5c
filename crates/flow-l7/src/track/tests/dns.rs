use proptest::prelude::*;

use super::*;
use flow_core::flow::Verdict;
use flow_core::record::{L7Kind, RecordFlags};

/// A query, or its answer.
pub(super) fn dns(id: u8, is_response: bool, label: &str) -> Vec<u8> {
    let bit = if is_response { 0x81 } else { 0x01 };
    let mut bytes = vec![0, id, bit, 0, 0, 1, 0, u8::from(is_response), 0, 0, 0, 0];
    bytes.push(label.len() as u8);
    bytes.extend_from_slice(label.as_bytes());
    bytes.extend_from_slice(&[0, 0, 1, 0, 1]);
    if is_response {
        bytes.extend_from_slice(&[0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 9, 0, 4, 192, 0, 2, 1]);
    }
    bytes
}

/// Conversations of several messages.
pub(super) fn conversations() -> Vec<Conversation> {
    let pair = |id, is_response| in_stream(&dns(id, is_response, "host"));
    let both = |is_response| [pair(1, is_response), pair(2, is_response)].concat();
    vec![(
        53,
        vec![
            (true, both(false)),
            (false, both(true)),
            (true, pair(1, false)),
            (false, pair(1, true)),
        ],
    )]
}

fn in_stream(message: &[u8]) -> Vec<u8> {
    [&(message.len() as u16).to_be_bytes()[..], message].concat()
}

#[test]
fn a_query_and_its_answer() {
    let mut lab = Lab::new(Limits::default());
    for (is_client, time, message) in [
        (true, 1_000, dns(7, false, "Host")),
        (true, 2_000, dns(7, false, "host")),
        (false, 3_000, dns(7, true, "hOst")),
        (false, 4_000, dns(7, true, "host")),
    ] {
        let flow = packet(is_client, Protocol::UDP, 53, time);
        lab.give(&flow, &Segment::datagram(&message));
    }
    assert_eq!(
        lab.summaries()[2],
        "DNS Answer \"192.0.2.1\" TTL: 9 2µs (hOst. A)"
    );
    let stats = lab.tracker.stats();
    assert_eq!((stats.repeated, stats.paired, stats.unmatched), (1, 1, 0));
    assert_eq!((stats.repeated_responses, lab.flows.len()), (1, 3));
}

#[test]
fn an_answer_without_a_question_repeats_that_of_its_query() {
    let mut answer = vec![0, 7, 0x81, 0x80, 0, 0, 0, 1, 0, 0, 0, 0];
    answer.extend_from_slice(&[0, 0, 1, 0, 1, 0, 0, 0, 9, 0, 4, 192, 0, 2, 1]);
    let mut lab = Lab::new(Limits::default());
    for (is_client, time, message) in [(true, 1_000, dns(7, false, "host")), (false, 2_000, answer)]
    {
        let flow = packet(is_client, Protocol::UDP, 53, time);
        lab.give(&flow, &Segment::datagram(&message));
    }
    assert_eq!(
        lab.summaries()[1],
        "DNS Answer \"192.0.2.1\" TTL: 9 1µs (host. A)"
    );
    assert_eq!(lab.tracker.stats().paired, 1);
}

/// A message with these sections behind its header, which says how many there are of each.
fn message(bits: u16, counts: [u8; 3], sections: &[u8]) -> Vec<u8> {
    let [questions, answers, additional] = counts;
    let header = [
        0,
        7,
        (bits >> 8) as u8,
        bits as u8,
        0,
        questions,
        0,
        answers,
        0,
        0,
        0,
        additional,
    ];
    [&header[..], sections].concat()
}

/// The summaries of datagrams between a client and a server on port 53.
fn summaries(messages: &[(bool, &[u8])]) -> (Vec<String>, Lab) {
    let mut lab = Lab::new(Limits::default());
    for ((is_client, message), time) in messages.iter().zip((1_000..).step_by(1_000)) {
        let flow = packet(*is_client, Protocol::UDP, 53, time);
        lab.give(&flow, &Segment::datagram(message));
    }
    (lab.summaries(), lab)
}

const QUESTION: &[u8] = b"\x04host\0\0\x01\0\x01";
const ANSWER: &[u8] = b"\xc0\x0c\0\x01\0\x01\0\0\0\x09\0\x04\xc0\0\x02\x01";

#[test]
fn whatever_parses_in_part_is_reported_on_a_port_of_dns() {
    let query = dns(7, false, "host");
    let both = [QUESTION, ANSWER].concat();
    let broken = [&both[..], &[0xc0, 0xff, 0]].concat();
    for (answer, expected, flags) in [
        // FORMERR and REFUSED with a header alone.
        (
            message(0x8181, [0, 0, 0], &[]),
            "RCode: Format Error",
            RecordFlags::NONE,
        ),
        (
            message(0x8185, [0, 0, 0], &[]),
            "RCode: Query Refused",
            RecordFlags::NONE,
        ),
        // A reserved bit.
        (
            message(0x81c0, [1, 1, 0], &both),
            "\"192.0.2.1\" TTL: 9",
            RecordFlags::NONE,
        ),
        // The sender cut it.
        (
            message(0x8380, [1, 1, 0], &both),
            "\"192.0.2.1\" TTL: 9 TC",
            RecordFlags::NONE,
        ),
        (
            message(0x8180, [1, 1, 1], &broken),
            "\"192.0.2.1\" TTL: 9",
            RecordFlags::MALFORMED,
        ),
    ] {
        let (summaries, lab) = summaries(&[(true, &query), (false, &answer)]);
        assert_eq!(summaries[1], format!("DNS Answer {expected} 1µs (host. A)"));
        assert_eq!(lab.records()[1].flags, flags, "{expected}");
        assert_eq!(lab.tracker.stats().paired, 1);
    }
}

#[test]
fn a_second_answer_is_reported_where_it_differs() {
    let query = dns(7, false, "host");
    let answers = |addresses: &[u8], ttl: u8| {
        let answer = |address: &u8| {
            let mut answer = ANSWER.to_vec();
            (answer[9], answer[15]) = (ttl, *address);
            answer
        };
        let answers: Vec<u8> = addresses.iter().flat_map(answer).collect();
        message(
            0x8180,
            [1, addresses.len() as u8, 0],
            &[QUESTION, &answers].concat(),
        )
    };
    let (first, later, forged) = (answers(&[1, 2], 9), answers(&[2, 1], 8), answers(&[66], 9));
    let (summaries, lab) = summaries(&[
        (true, &query),
        (false, &first),
        (false, &later),
        (false, &forged),
    ]);
    assert_eq!(
        summaries[1..],
        [
            "DNS Answer \"192.0.2.1,192.0.2.2\" TTL: 9 1µs (host. A)",
            "DNS Answer \"192.0.2.66\" TTL: 9 conflicting 3µs (host. A)",
        ]
    );
    let stats = lab.tracker.stats();
    assert_eq!(
        (stats.paired, stats.repeated_responses, stats.conflicting),
        (1, 1, 1)
    );
    assert_eq!(lab.records()[2].flags, RecordFlags::CONFLICTING);
}

#[test]
fn data_questions_and_opcodes_are_reported() {
    let two = [QUESTION, b"\x03two\0\0\x1c\0\x01"].concat();
    let record = |kind: u8, data: &[u8]| {
        [
            &[0xc0, 12, 0, kind, 0, 1, 0, 0, 0, 9, 0, data.len() as u8][..],
            data,
        ]
        .concat()
    };
    let all = [
        QUESTION,
        &record(15, b"\0\x0a\x02mx\xc0\x0c"),
        &record(16, b"\x04v=s1\x02-a"),
        &record(33, b"\0\x01\0\x02\0\x50\x01s\0"),
        &record(12, b"\x01p\0"),
    ]
    .concat();
    let alone = [&b"\x04_tcp\0"[..], &ANSWER[2..]].concat();
    let with_id = |id: u8, mut message: Vec<u8>| {
        message[1] = id;
        message
    };
    let (summaries, _) = summaries(&[
        (true, &message(0x0000, [2, 0, 0], &two)),
        (true, &message(0x2800, [1, 0, 0], QUESTION)),
        (false, &message(0xa800, [1, 0, 0], QUESTION)),
        (false, &with_id(8, message(0x8180, [0, 1, 0], &alone))),
        (false, &with_id(9, message(0x8180, [1, 4, 0], &all))),
    ]);
    assert_eq!(
        summaries,
        [
            "DNS Query host. A, two. AAAA",
            "DNS Update host. A",
            "DNS Update Answer \"\" TTL: 0 1µs (host. A)",
            "DNS Answer \"192.0.2.1\" TTL: 9 (_tcp. A)",
            "DNS Answer \"10 mx.host.,v=s1 -a,1 2 80 s.,p.\" TTL: 9 (host. A)",
        ]
    );
}

#[test]
fn a_query_without_an_answer_in_time_is_reported_once_more() {
    const SECOND: u64 = 1_000_000_000;
    let mut lab = Lab::new(Limits::default());
    for (is_client, time, message) in [
        (true, SECOND, dns(7, false, "host")),
        (true, 2 * SECOND, dns(8, false, "other")),
        (false, 3 * SECOND, dns(8, true, "other")),
    ] {
        let flow = packet(is_client, Protocol::UDP, 53, time);
        lab.give(&flow, &Segment::datagram(&message));
    }
    lab.expire(6 * SECOND - 1);
    assert_eq!(lab.flows.len(), 3);
    lab.expire(6 * SECOND);
    lab.expire(9 * SECOND);
    assert_eq!(lab.summaries()[3..], ["DNS Query host. A unanswered"]);
    let (flow, record) = (lab.flows[3], lab.records()[3].clone());
    assert_eq!(
        (record.kind, record.flags),
        (L7Kind::UNKNOWN, RecordFlags::UNANSWERED)
    );
    assert_eq!((record.latency_ns, flow.verdict), (0, Verdict::UNKNOWN));
    assert_eq!((flow.first_seen, flow.time), (SECOND, 6 * SECOND));
    assert_eq!(
        (flow.source.port, flow.destination.port),
        (lab.flows[0].source.port, 53)
    );
    // It waits on, and the answer that comes late is its own.
    assert_eq!(
        (lab.tracker.stats().timed_out, lab.tracker.pending()),
        (1, 1)
    );
    let flow = packet(false, Protocol::UDP, 53, 10 * SECOND);
    lab.give(&flow, &Segment::datagram(&dns(7, true, "host")));
    assert_eq!(lab.records()[4].latency_ns, 9 * SECOND);
    lab.expire(99 * SECOND);
    assert_eq!((lab.tracker.stats().timed_out, lab.flows.len()), (1, 5));
}

#[test]
fn an_answer_that_nobody_asked_for() {
    let mut lab = Lab::new(Limits::default());
    for (is_client, message) in [
        (true, dns(7, false, "host")),
        // Another identifier, another question, and the wrong sender.
        (false, dns(8, true, "host")),
        (false, dns(7, true, "other")),
        (true, dns(7, true, "host")),
    ] {
        let flow = packet(is_client, Protocol::UDP, 53, 1_000);
        lab.give(&flow, &Segment::datagram(&message));
    }
    let records = lab.records();
    assert!(
        records[1..]
            .iter()
            .all(|record| record.flags == RecordFlags::UNMATCHED)
    );
    assert_eq!(
        (lab.tracker.stats().unmatched, lab.tracker.pending()),
        (3, 1)
    );
}

#[test]
fn a_query_that_was_answered_can_be_asked_again() {
    let mut lab = Lab::new(Limits::default());
    for (is_client, time) in [(true, 1_000), (false, 2_000), (true, 5_000), (false, 9_000)] {
        let flow = packet(is_client, Protocol::UDP, 53, time);
        lab.give(&flow, &Segment::datagram(&dns(7, !is_client, "host")));
    }
    let latencies: Vec<_> = lab
        .records()
        .iter()
        .map(|record| record.latency_ns)
        .collect();
    assert_eq!(latencies, [0, 1_000, 0, 4_000]);
    assert_eq!(lab.tracker.stats().connections, 1, "it was remembered");
}

#[test]
fn few_answered_queries_are_remembered() {
    let mut lab = Lab::new(Limits::default());
    for id in 0..100 {
        for is_response in [false, true] {
            let flow = packet(!is_response, Protocol::UDP, 53, 1_000);
            lab.give(&flow, &Segment::datagram(&dns(id, is_response, "host")));
        }
    }
    let memory = lab.tracker.memory();
    assert!(memory < 16 * 400 + 32 * 80, "{memory}");
    for (id, is_known) in [(99, true), (84, true), (83, false)] {
        let repeated = lab.tracker.stats().repeated_responses;
        let flow = packet(false, Protocol::UDP, 53, 2_000);
        lab.give(&flow, &Segment::datagram(&dns(id, true, "host")));
        let is_repeated = lab.tracker.stats().repeated_responses > repeated;
        assert_eq!(is_repeated, is_known, "{id}");
    }
}

#[test]
fn messages_in_a_stream() {
    let (one, other) = (dns(1, false, "one"), dns(2, false, "other"));
    let both = [in_stream(&one), in_stream(&other)].concat();
    for cut in 0..both.len() {
        let mut wire = Wire::on(53);
        wire.say(true, &both[..cut]);
        wire.say(true, &both[cut..]);
        wire.say(false, &in_stream(&dns(2, true, "other")));
        wire.say(false, &in_stream(&dns(1, true, "one"))[..9]);
        wire.lab.finish();
        assert_eq!(
            wire.lab.summaries()[..3],
            [
                "DNS Query one. A",
                "DNS Query other. A",
                "DNS Answer \"192.0.2.1\" TTL: 9 1µs (other. A)"
            ],
            "{cut}"
        );
        assert_eq!(wire.lab.tracker.stats().unanswered, 1);
    }
}

#[test]
fn a_message_in_a_stream_that_is_cut() {
    let mut wire = Wire::on(53);
    let query = in_stream(&dns(1, false, "one"));
    wire.say(true, &query);
    let answer = in_stream(&dns(1, true, "one"));
    wire.say(false, &answer[..24]);
    // The rest was not captured.
    let flow = packet(false, Protocol::TCP, 53, wire.time);
    let mut rest = Segment::stream(&[], wire.next[1], ACK);
    rest.wire_len = (answer.len() - 24) as u32;
    wire.lab.give(&flow, &rest);
    wire.lose(false, rest.wire_len);
    wire.say(true, &in_stream(&dns(2, false, "two")));
    wire.say(false, &in_stream(&dns(2, true, "two")));
    let records = wire.lab.records();
    assert_eq!(records[1].flags, RecordFlags::TRUNCATED);
    assert_eq!(
        wire.lab.summaries()[3],
        "DNS Answer \"192.0.2.1\" TTL: 9 1µs (two. A)"
    );
    assert_eq!(wire.lab.tracker.stats().paired, 2);
}

/// The same without limits: identifiers and names that wait, and those that were answered.
#[derive(Default)]
struct Model {
    pending: Vec<(u8, u8, u64)>,
    answered: Vec<(u8, u8)>,
}

impl Model {
    fn ask(&mut self, id: u8, name: u8, time: u64) {
        if !self
            .pending
            .iter()
            .any(|query| (query.0, query.1) == (id, name))
        {
            self.answered.retain(|query| *query != (id, name));
            self.pending.push((id, name, time));
        }
    }

    /// Whether the answer is told, and since when it was waited for.
    fn answer(&mut self, id: u8, name: u8) -> (bool, Option<u64>) {
        let is_it = |query: &(u8, u8, u64)| (query.0, query.1) == (id, name);
        if let Some(at) = self.pending.iter().position(is_it) {
            self.answered.push((id, name));
            return (true, Some(self.pending.remove(at).2));
        }
        (!self.answered.contains(&(id, name)), None)
    }
}

proptest! {
    #[test]
    fn it_is_a_model(
        steps in prop::collection::vec((any::<bool>(), 0..3_u8, 0..3_u8, 1..9_u64), 0..60),
    ) {
        let (mut lab, mut model, mut time) = (Lab::new(Limits::default()), Model::default(), 0);
        for (is_client, id, name, early) in steps {
            time += early;
            let label = ["a", "bb", "c"][usize::from(name)];
            let told = lab.flows.len();
            let flow = packet(is_client, Protocol::UDP, 53, time);
            lab.give(&flow, &Segment::datagram(&dns(id, !is_client, label)));
            let record = (lab.flows.len() > told).then(|| lab.records().pop().unwrap());
            if is_client {
                model.ask(id, name, time);
                prop_assert!(record.is_some());
                continue;
            }
            let (is_told, asked) = model.answer(id, name);
            prop_assert_eq!(record.is_some(), is_told);
            if let Some(record) = record {
                prop_assert_eq!(record.flags == RecordFlags::NONE, asked.is_some());
                prop_assert_eq!(record.latency_ns, asked.map_or(0, |asked| time - asked));
            }
        }
        prop_assert_eq!(lab.tracker.pending(), model.pending.len() as u64);
    }
}
