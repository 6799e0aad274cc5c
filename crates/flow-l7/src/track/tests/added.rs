use std::boxed::Box;

use proptest::prelude::*;

use super::*;
use crate::redact::MARKER;
use flow_core::record::{L7Body, RecordFlags};

/// Lines: `?id words` is asked, `!id words` answers; `.words` wants no answer. After `+n`
/// instead of the end of the line come n bytes more.
#[derive(Clone, Copy)]
struct Lines {
    pairing: Pairing,
    transport: TransportKind,
}

impl crate::track::Protocol for Lines {
    fn name(&self) -> &str {
        "lines"
    }

    fn transport(&self) -> TransportKind {
        self.transport
    }

    fn pairing(&self) -> Pairing {
        self.pairing
    }

    fn detect(&self, first: &FirstBytes<'_>) -> Detection {
        match first.bytes {
            [b'?' | b'.', _, ..] if first.receiver_port == 7 => Detection::Client,
            [b'!', _, ..] if first.sender_port == 7 => Detection::Server,
            [b'?' | b'.' | b'!'] => Detection::More,
            _ => Detection::No,
        }
    }

    fn parser(&self) -> Box<dyn ProtocolParser> {
        Box::new(LineParser)
    }
}

struct LineParser;

impl ProtocolParser for LineParser {
    fn begins(&self, sender: Role, data: &[u8]) -> bool {
        match sender {
            Role::Client => matches!(data.first(), Some(b'?' | b'.')),
            Role::Server => data.first() == Some(&b'!'),
        }
    }

    fn parse(&mut self, sender: Role, data: &[u8], context: &mut ParseContext<'_>) -> Parsed {
        let Some(end) = data.iter().position(|byte| *byte == b'\n') else {
            return Parsed::More;
        };
        let line = String::from_utf8_lossy(&data[..end]);
        let (line, more) = line.split_once('+').unwrap_or((&line, "0"));
        let Ok(more) = more.parse::<usize>() else {
            return Parsed::Malformed;
        };
        let (head, words) = line.split_once(' ').unwrap_or((line, ""));
        let number = || head[1..].parse().unwrap_or(0);
        let words = if words.starts_with("secret") {
            context.flag(RecordFlags::REDACTED);
            MARKER
        } else {
            words
        };
        match (sender, head.as_bytes().first()) {
            (Role::Client, Some(b'?')) => context.request(number(), |message| {
                message.operation(words);
            }),
            (Role::Client, Some(b'.')) => context.one_way(|message| {
                message.operation(words);
            }),
            (Role::Server, Some(b'!')) => context.response(number(), |message| {
                message.status(words);
            }),
            _ => return Parsed::Malformed,
        }
        Parsed::Used(end + 1 + more)
    }
}

fn lab(pairing: Pairing, transport: TransportKind) -> Lab {
    let mut lab = Lab::new(Limits::default());
    lab.tracker = Tracker::builder()
        .protocol(Lines { pairing, transport })
        .build();
    lab
}

fn wire(pairing: Pairing) -> Wire {
    let mut wire = Wire::on(7);
    wire.lab = lab(pairing, TransportKind::Stream);
    wire.next = wire.next.map(|next| next.wrapping_sub(1));
    wire.raw(true, b"", SYN);
    wire.raw(false, b"", SYN | ACK);
    wire.next = wire.next.map(|next| next.wrapping_add(1));
    wire
}

#[test]
fn in_order() {
    let mut wire = wire(Pairing::Order);
    wire.say(true, b"?9 get a\n?8 secret\n.0 log\n");
    wire.say(false, b"!1 ok\n!2 no\n!3 more\n");
    assert_eq!(
        wire.lab.summaries(),
        [
            "lines get a",
            "lines HUBBLE_REDACTED",
            "lines log",
            "lines ok 1µs (get a)",
            "lines no 1µs (HUBBLE_REDACTED)",
            "lines more",
        ]
    );
    let flags: Vec<_> = wire
        .lab
        .records()
        .iter()
        .map(|record| record.flags)
        .collect();
    assert_eq!(flags[1], RecordFlags::REDACTED);
    assert_eq!(flags[4], RecordFlags::REDACTED);
    assert_eq!(flags[5], RecordFlags::UNMATCHED);
    assert!(matches!(wire.lab.records()[0].body(), L7Body::Message(_)));
    wire.lab.finish();
    let stats = wire.lab.tracker.stats();
    assert_eq!((stats.paired, stats.one_way, stats.unmatched), (2, 1, 1));
}

#[test]
fn by_identifier_over_datagrams() {
    let mut lab = lab(Pairing::Id, TransportKind::Datagram);
    for (is_client, time, text) in [
        (true, 1_000, &b"?1 a\n?2 b\n"[..]),
        (false, 2_000, b"!2 two\n"),
        (false, 4_000, b"!1 one\n!3 three\n"),
        (true, 5_000, b"?4"),
        (true, 6_000, b"what\n"),
    ] {
        let flow = packet(is_client, Protocol::UDP, 7, time);
        lab.give(&flow, &Segment::datagram(text));
    }
    assert_eq!(
        lab.summaries()[2..],
        ["lines two 1µs (b)", "lines one 3µs (a)", "lines three"]
    );
    let stats = lab.tracker.stats();
    assert_eq!(
        (stats.datagrams, stats.truncated, stats.malformed),
        (5, 1, 1)
    );
    lab.finish();
}

#[test]
fn what_is_skipped_need_not_be_seen_and_loss_is_counted() {
    let mut wire = wire(Pairing::Order);
    wire.say(true, b"?1 put+100\n");
    wire.lose(true, 100);
    wire.say(true, b"?2 get\n");
    wire.say(false, b"!1 ok\n!2 ok\n");
    assert_eq!(wire.lab.tracker.stats().paired, 2);
    assert_eq!(wire.lab.tracker.stats().gaps, 0);
    // The rest of an answer is not captured.
    wire.say(true, b"?3 get\n");
    wire.say(false, b"!3 o");
    let flow = packet(false, Protocol::TCP, 7, wire.time);
    let mut rest = Segment::stream(&[], wire.next[1], ACK);
    rest.wire_len = 20;
    wire.lab.give(&flow, &rest);
    wire.lose(false, 20);
    wire.say(false, b"within a line\n");
    wire.say(true, b"?4 get\n");
    wire.say(false, b"!4 ok\n");
    wire.lab.finish();
    let stats = wire.lab.tracker.stats();
    assert_eq!(
        (stats.paired, stats.unanswered, stats.gaps, stats.truncated),
        (3, 1, 1, 1)
    );
    assert_eq!(wire.lab.summaries().last().unwrap(), "lines ok 1µs (get)");
}

proptest! {
    /// However the stream is cut, the same is reported; the oldest request goes where there are
    /// too many.
    #[test]
    fn cuts_do_not_matter(cuts in prop::collection::vec(1..9_usize, 1..20), skip in 0..30_usize) {
        let text = |mark: char| {
            let line = |at| std::format!("{mark}{at} word{at}+{skip}\n{}", "x".repeat(skip));
            (0..70).map(line).collect::<String>()
        };
        let mut wire = wire(Pairing::Order);
        for (is_client, mark) in [(true, '?'), (false, '!')] {
            let text = text(mark);
            let mut rest = text.as_bytes();
            for cut in cuts.iter().cycle() {
                let (part, after) = rest.split_at(rest.len().min(*cut));
                wire.say(is_client, part);
                rest = after;
                if rest.is_empty() {
                    break;
                }
            }
        }
        wire.lab.finish();
        let stats = wire.lab.tracker.stats();
        prop_assert_eq!((stats.requests, stats.responses), (70, 70));
        prop_assert_eq!((stats.evicted, stats.paired, stats.unmatched), (6, 64, 6));
        let paired = wire.lab.summaries()[76..].iter().enumerate().all(|(at, shown)| {
            shown.ends_with(&std::format!("(word{})", at + 6))
        });
        prop_assert!(paired, "{:?}", wire.lab.summaries());
    }
}
