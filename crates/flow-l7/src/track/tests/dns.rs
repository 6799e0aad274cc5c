use proptest::prelude::*;

use super::*;
use flow_core::record::RecordFlags;

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
