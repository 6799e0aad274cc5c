//! However packets come, the same is told.

use proptest::prelude::*;

use super::*;
use crate::track::exercise::exchange;

/// What one side says at once, in parts.
fn parts<'t>(text: &'t [u8], cuts: &[usize]) -> Vec<(usize, &'t [u8])> {
    let (mut parts, mut at) = (Vec::new(), 0);
    for cut in cuts.iter().cycle() {
        let end = (at + cut).min(text.len());
        parts.push((at, &text[at..end]));
        at = end;
        if at == text.len() {
            return parts;
        }
    }
    parts
}

fn conversations() -> Vec<Conversation> {
    [
        http1::conversations(),
        http2::conversations(),
        dns::conversations(),
        kafka::conversations(),
        tls::conversations(),
    ]
    .concat()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// However what each side says at once is cut, and whatever is sent again or too early.
    #[test]
    fn order_does_not_matter(
        which in any::<prop::sample::Index>(),
        cuts in prop::collection::vec(8..60_usize, 1..40),
        swaps in prop::collection::vec(any::<(prop::sample::Index, prop::sample::Index)>(), 0..20),
        again in prop::collection::vec(any::<prop::sample::Index>(), 0..9),
    ) {
        let conversations = conversations();
        let (port, said) = which.get(&conversations);
        let mut whole = Wire::conversation(*port, said);
        let mut wire = Wire::on(*port);
        for (is_client, text) in said {
            wire.time += 1_000;
            let mut parts = parts(text, &cuts);
            for index in &again {
                parts.push(parts[index.index(parts.len())]);
            }
            for (one, other) in &swaps {
                let (one, other) = (one.index(parts.len()), other.index(parts.len()));
                parts.swap(one, other);
            }
            prop_assert!(parts.len() < 64, "what a window holds");
            let flow = packet(*is_client, Protocol::TCP, *port, wire.time);
            let next = wire.next[usize::from(!is_client)];
            for (at, part) in parts {
                let sequence = next.wrapping_add(at as u32);
                wire.lab.give(&flow, &Segment::stream(part, sequence, ACK));
            }
            wire.lose(*is_client, text.len() as u32);
        }
        prop_assert_eq!(wire.lab.records(), whole.lab.records());
        whole.lab.finish();
        wire.lab.finish();
        prop_assert_eq!(wire.lab.records(), whole.lab.records());
    }

    /// One byte after the other.
    #[test]
    fn cuts_do_not_matter(which in any::<prop::sample::Index>(), cut in 1..5_usize) {
        let conversations = conversations();
        let (port, said) = which.get(&conversations);
        let whole = Wire::conversation(*port, said);
        let mut wire = Wire::on(*port);
        for (is_client, text) in said {
            let time = wire.time + 1_000;
            for part in text.chunks(cut) {
                wire.time = time - 1_000;
                wire.say(*is_client, part);
            }
        }
        prop_assert_eq!(wire.lab.records(), whole.lab.records());
    }

    /// Any packets in any order keep to the limits and to the laws.
    #[test]
    fn anything_is_taken(bytes in prop::collection::vec(any::<u8>(), 0..900)) {
        exchange(&bytes);
    }

    /// Conversations with other parts between them.
    #[test]
    fn any_conversation_is_taken(
        steps in prop::collection::vec(
            (any::<prop::sample::Index>(), any::<prop::sample::Index>(), any::<[u8; 2]>(), 1..255_u8),
            0..60,
        ),
    ) {
        let conversations = conversations();
        let mut bytes = Vec::new();
        for (which, turn, what, length) in steps {
            let (_, said) = which.get(&conversations);
            let (is_server, text) = turn.get(said);
            let text = &text[..text.len().min(usize::from(length))];
            // Mostly TCP without a flag.
            let flags = if what[0] % 4 == 0 { what[0] } else { what[0] & 0xe0 };
            bytes.extend([flags & !1 | u8::from(!is_server), what[1], text.len() as u8]);
            bytes.extend(text);
        }
        exchange(&bytes);
    }
}
