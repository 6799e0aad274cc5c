//! Feeds anything to HTTP/2, and checks what must hold for any bytes.

use super::hpack::{Decoder, FieldBlock};
use super::{Event, EventKind, Half, Limits};
use crate::flags::L7Flags;
use std::string::String;
use std::vec::Vec;

const LIMITS: Limits = Limits {
    table: 300,
    block: 200,
    frame: 1 << 14,
};

/// For tests and fuzzing: no bytes make it panic, its memory is bounded, and how they are split
/// into payloads changes nothing once frames are followed.
pub fn http2(data: &[u8]) {
    let Some((&split, data)) = data.split_first() else {
        return;
    };
    for begin in [Half::client, Half::server, Half::joined] {
        let mut half = begin(LIMITS);
        let mut events = Vec::new();
        half.feed(data, &mut |event| events.push(line_of(&event)));
        half.check();
        half.gap(&mut |event| events.push(line_of(&event)));
        half.feed(data, &mut |event| drop(line_of(&event)));
        half.check();
    }
    let (mut whole, mut split_up) = (Half::server(LIMITS), Half::server(LIMITS));
    let (mut expected, mut found) = (Vec::new(), Vec::new());
    let mut is_broken = false;
    whole.feed(data, &mut |event| {
        is_broken |= matches!(event.kind, EventKind::Broken(_));
        expected.push(line_of(&event));
    });
    for part in data.chunks(usize::from(split % 32) + 1) {
        split_up.feed(part, &mut |event| found.push(line_of(&event)));
    }
    // What follows a break depends on where payloads begin.
    if !is_broken {
        assert_eq!(found, expected);
    }
}

fn line_of(event: &Event<'_>) -> String {
    if let EventKind::Headers(headers) = event.kind {
        let missing = headers
            .fields()
            .any(|field| field.name.is_none() || field.value.is_none());
        assert!(!missing || headers.flags().contains(L7Flags::MISSED_START));
        let count: usize = headers
            .fields()
            .map(|field| {
                field.name.unwrap_or_default().len() + field.value.unwrap_or_default().len()
            })
            .sum();
        assert!(count <= 64 << 10);
        let _ = (headers.kind(), headers.status(), headers.traceparent());
        let _ = (
            headers.grpc_method(),
            headers.grpc_status(),
            headers.authority(),
        );
        return std::format!(
            "{} {:?} {:?} {:?} {:?}",
            event.stream,
            headers.fields().collect::<Vec<_>>(),
            headers.is_end(),
            headers.promised(),
            headers.flags()
        );
    }
    std::format!("{event:?}")
}

/// For tests and fuzzing: no block makes the decoder panic or its table wrong.
pub fn hpack(data: &[u8]) {
    let mut fields = FieldBlock::default();
    let mut strict = Decoder::new(200);
    let mut lost = Decoder::new(200);
    lost.lose();
    for block in data.chunks(64) {
        for decoder in [&mut strict, &mut lost] {
            let outcome = decoder.decode(block, &mut fields);
            let flags = fields.fields().flags();
            let bad = flags.contains(L7Flags::MALFORMED) || flags.contains(L7Flags::TRUNCATED);
            assert_eq!(outcome.is_err(), bad);
            decoder.check();
        }
    }
}
