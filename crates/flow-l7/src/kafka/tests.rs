use proptest::prelude::*;

use super::exercise::kafka;
use super::*;
use crate::error::L7Problem;
use crate::flags::L7Flags;

/// Writes fields in either encoding.
struct Writer {
    bytes: Vec<u8>,
    is_flexible: bool,
}

impl Writer {
    fn new(is_flexible: bool) -> Self {
        Self {
            bytes: Vec::new(),
            is_flexible,
        }
    }

    fn raw(mut self, bytes: &[u8]) -> Self {
        self.bytes.extend(bytes);
        self
    }

    fn i16(self, number: i16) -> Self {
        self.raw(&number.to_be_bytes())
    }

    fn i32(self, number: i32) -> Self {
        self.raw(&number.to_be_bytes())
    }

    fn zeros(self, count: usize) -> Self {
        self.raw(&vec![0; count])
    }

    fn varint(mut self, mut number: usize) -> Self {
        while number >= 0x80 {
            self.bytes.push((number & 0x7f) as u8 | 0x80);
            number >>= 7;
        }
        self.bytes.push(number as u8);
        self
    }

    fn string(self, text: &str) -> Self {
        let head = match self.is_flexible {
            true => self.varint(text.len() + 1),
            false => self.i16(text.len() as i16),
        };
        head.raw(text.as_bytes())
    }

    fn null_string(self) -> Self {
        match self.is_flexible {
            true => self.varint(0),
            false => self.i16(-1),
        }
    }

    fn count(self, count: usize) -> Self {
        match self.is_flexible {
            true => self.varint(count + 1),
            false => self.i32(count as i32),
        }
    }

    fn records(self, bytes: &[u8]) -> Self {
        self.count(bytes.len()).raw(bytes)
    }

    /// One tagged field, to be stepped over.
    fn tags(self) -> Self {
        match self.is_flexible {
            true => self.varint(1).varint(200).varint(3).raw(b"tag"),
            false => self,
        }
    }
}

fn request_header(api: ApiKey, version: i16, client: &str) -> Writer {
    let mut header = Writer::new(false)
        .i16(api.0)
        .i16(version)
        .i32(77)
        .string(client);
    header.is_flexible = api.is_flexible(version);
    header.tags()
}

fn response_header(api: ApiKey, version: i16) -> Writer {
    Writer::new(api.is_flexible(version)).i32(77).tags()
}

fn framed(message: &[u8]) -> Vec<u8> {
    [
        &u32::try_from(message.len()).unwrap().to_be_bytes()[..],
        message,
    ]
    .concat()
}

fn parse(bytes: &[u8]) -> Request<'_> {
    kafka(&framed(bytes));
    let request = Request::parse(bytes, bytes.len() as u32).unwrap();
    assert_eq!((request.flags(), request.error()), (L7Flags::NONE, None));
    request
}

fn names(request: &Request<'_>) -> Vec<String> {
    request.topics().map(|topic| shown(&topic)).collect()
}

fn shown(topic: &Topic<'_>) -> String {
    match (topic.name, topic.id) {
        (Some(name), _) => String::from_utf8_lossy(name).into_owned(),
        (None, Some(id)) => format!("#{}", id[0]),
        (None, None) => "?".to_owned(),
    }
}

fn produce_request(version: i16) -> Vec<u8> {
    let mut body = request_header(ApiKey::PRODUCE, version, "console-producer");
    if version >= 3 {
        body = body.null_string();
    }
    body = body.i16(-1).i32(1500).count(2);
    for name in ["orders", "bills"] {
        body = match version {
            13.. => body.raw(&[name.len() as u8; 16]),
            _ => body.string(name),
        };
        body = body.count(2);
        for partition in 0..2 {
            body = body.i32(partition).records(b"the records").tags();
        }
        body = body.tags();
    }
    body.tags().bytes
}

#[test]
fn produce_requests_of_every_encoding() {
    for version in [0, 2, 3, 7, 8, 9, 11, 12] {
        let bytes = produce_request(version);
        let request = parse(&bytes);
        assert_eq!(
            (request.api.to_string().as_str(), request.version),
            ("produce", version)
        );
        assert_eq!(request.correlation_id, 77);
        assert_eq!(request.client_id(), Some(&b"console-producer"[..]));
        assert_eq!(names(&request), ["orders", "bills"], "{version}");
    }
    assert_eq!(names(&parse(&produce_request(13))), ["#6", "#5"]);
    assert_eq!(
        names(&parse(&produce_request(14))),
        [""; 0],
        "not known yet"
    );
}

fn fetch_request(version: i16) -> Vec<u8> {
    let mut body = request_header(ApiKey::FETCH, version, "c");
    let fixed = [(15, 0, 4), (0, 8, 0), (3, 4, 0), (4, 1, 0), (7, 8, 0)];
    for (from, length, before) in fixed {
        body = body.zeros(if version >= from { length } else { before });
    }
    body = body.count(2);
    for name in ["orders", "bills"] {
        body = match version {
            13.. => body.raw(&[name.len() as u8; 16]),
            _ => body.string(name),
        };
        let length = 16
            + if version >= 5 { 8 } else { 0 }
            + if version >= 9 { 4 } else { 0 }
            + if version >= 12 { 4 } else { 0 };
        body = body.count(1).zeros(length).tags().tags();
    }
    body.bytes
}

#[test]
fn fetch_requests_of_every_encoding() {
    for version in 0..13 {
        assert_eq!(
            names(&parse(&fetch_request(version))),
            ["orders", "bills"],
            "{version}"
        );
    }
    for version in 13..19 {
        assert_eq!(
            names(&parse(&fetch_request(version))),
            ["#6", "#5"],
            "{version}"
        );
    }
}

#[test]
fn metadata_requests_of_every_encoding() {
    for version in 0..14 {
        let mut body = request_header(ApiKey::METADATA, version, "").count(2);
        for name in ["orders", "bills"] {
            if version >= 10 {
                body = body.zeros(16);
            }
            body = body.string(name).tags();
        }
        assert_eq!(names(&parse(&body.bytes)), ["orders", "bills"], "{version}");
    }
    // All topics.
    let all = request_header(ApiKey::METADATA, 1, "").i32(-1);
    assert_eq!(names(&parse(&all.bytes)), [""; 0]);
}

fn outcomes(bytes: &[u8], api: ApiKey, version: i16) -> Vec<String> {
    kafka(&framed(bytes));
    let response = Response::parse(bytes, bytes.len() as u32).unwrap();
    assert_eq!(
        (response.correlation_id, response.flags()),
        (77, L7Flags::NONE)
    );
    response
        .outcomes(api, version)
        .map(|outcome| {
            let topic = shown(&outcome.topic);
            format!("{topic} {:?} {}", outcome.partition, outcome.error)
        })
        .collect()
}

fn error_code(bytes: &[u8], api: ApiKey, version: i16) -> Option<ErrorCode> {
    let length = bytes.len() as u32;
    Response::parse(bytes, length)
        .unwrap()
        .error_code(api, version)
}

#[test]
fn produce_responses_of_every_encoding() {
    for version in 0..13 {
        let mut body = response_header(ApiKey::PRODUCE, version)
            .count(1)
            .string("orders")
            .count(2);
        for (partition, error) in [(0, 0), (1, 3)] {
            body = body.i32(partition).i16(error).zeros(8);
            body = body.zeros(if version >= 2 { 8 } else { 0 } + if version >= 5 { 8 } else { 0 });
            if version >= 8 {
                body = body
                    .count(1)
                    .i32(5)
                    .string("bad record")
                    .tags()
                    .null_string();
            }
            body = body.tags();
        }
        let bytes = body.tags().zeros(4).tags().bytes;
        assert_eq!(
            outcomes(&bytes, ApiKey::PRODUCE, version),
            [
                "orders Some(0) NONE",
                "orders Some(1) UNKNOWN_TOPIC_OR_PARTITION"
            ],
            "{version}"
        );
        let error = error_code(&bytes, ApiKey::PRODUCE, version);
        assert_eq!(error, Some(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION));
    }
}

#[test]
fn fetch_responses_of_every_encoding() {
    for version in 0..19 {
        let mut body = response_header(ApiKey::FETCH, version);
        body = body.zeros(if version >= 1 { 4 } else { 0 });
        body = body.zeros(if version >= 7 { 6 } else { 0 }).count(2);
        for error in [0, 1] {
            body = match version {
                13.. => body.raw(&[9; 16]),
                _ => body.string("t"),
            };
            body = body.count(1).i32(4).i16(error).zeros(8);
            if version >= 4 {
                body = body.zeros(if version >= 5 { 16 } else { 8 });
                body = body.count(1).zeros(16).tags();
            }
            body = body.zeros(if version >= 11 { 4 } else { 0 });
            body = body.records(b"records").tags().tags();
        }
        let bytes = body.tags().bytes;
        let topic = if version >= 13 { "#9" } else { "t" };
        assert_eq!(
            outcomes(&bytes, ApiKey::FETCH, version),
            [
                format!("{topic} Some(4) NONE"),
                format!("{topic} Some(4) OFFSET_OUT_OF_RANGE")
            ],
            "{version}"
        );
        let error = error_code(&bytes, ApiKey::FETCH, version);
        assert_eq!(error, Some(ErrorCode::OFFSET_OUT_OF_RANGE));
    }
}

#[test]
fn metadata_responses_of_every_encoding() {
    for version in 0..14 {
        let since = |from: i16, length: usize| if version >= from { length } else { 0 };
        let mut body = response_header(ApiKey::METADATA, version)
            .zeros(since(3, 4))
            .count(1);
        body = body.i32(1).string("broker").i32(9092);
        if version >= 1 {
            body = body.null_string();
        }
        body = body.tags();
        if version >= 2 {
            body = body.string("cluster");
        }
        body = body.zeros(since(1, 4)).count(2);
        for (name, error) in [("a", 0), ("b", 5)] {
            body = body
                .i16(error)
                .string(name)
                .zeros(since(10, 16))
                .zeros(since(1, 1))
                .count(1);
            body = body.zeros(10 + since(7, 4));
            for _ in 0..2 + since(5, 1) {
                body = body.count(2).zeros(8);
            }
            body = body.tags().zeros(since(8, 4)).tags();
        }
        let bytes = body.bytes;
        assert_eq!(
            outcomes(&bytes, ApiKey::METADATA, version),
            ["a None NONE", "b None LEADER_NOT_AVAILABLE"],
            "{version}"
        );
    }
}

#[test]
fn outcomes_of_whole_requests() {
    // The error code comes first, and the header is the old one in every version.
    let bytes = Writer::new(false).i32(77).i16(35).bytes;
    assert_eq!(
        error_code(&bytes, ApiKey::API_VERSIONS, 4),
        Some(ErrorCode::UNSUPPORTED_VERSION)
    );
    let bytes = response_header(ApiKey::HEARTBEAT, 4).i32(0).i16(27).bytes;
    assert_eq!(
        error_code(&bytes, ApiKey::HEARTBEAT, 4),
        Some(ErrorCode::REBALANCE_IN_PROGRESS)
    );
    let bytes = response_header(ApiKey::JOIN_GROUP, 1).i16(25).bytes;
    assert_eq!(
        error_code(&bytes, ApiKey::JOIN_GROUP, 1),
        Some(ErrorCode::UNKNOWN_MEMBER_ID)
    );
    let bytes = response_header(ApiKey::FETCH, 7).i32(0).i16(70).bytes;
    let error = error_code(&bytes, ApiKey::FETCH, 7);
    assert_eq!(error, Some(ErrorCode::FETCH_SESSION_ID_NOT_FOUND));
    // A fetch that had nothing to tell.
    let bytes = response_header(ApiKey::FETCH, 7)
        .i32(0)
        .i16(0)
        .i32(1)
        .count(0)
        .bytes;
    assert_eq!(error_code(&bytes, ApiKey::FETCH, 7), Some(ErrorCode::NONE));
    assert_eq!(error_code(&bytes, ApiKey::OFFSET_COMMIT, 1), None);
    assert_eq!(error_code(&bytes[..5], ApiKey::FETCH, 7), None);
    assert_eq!(ErrorCode(-1).to_string(), "UNKNOWN_SERVER_ERROR");
}

#[test]
fn headers() {
    let request = parse(&[0, 7, 0, 0, 0, 0, 0, 77, 1, 2]).body();
    assert_eq!(request, [1, 2], "the oldest header has no client");
    let bytes = Writer::new(false).i16(3).i16(1).i32(5).null_string().bytes;
    assert_eq!(parse(&bytes).client_id(), None);
    let bytes = produce_request(9);
    let error = Request::parse(&bytes[..7], 900).unwrap_err();
    assert!(error.is_truncated());
    let cut = Request::parse(&bytes[..12], 900).unwrap();
    assert_eq!((cut.flags(), cut.client_id()), (L7Flags::TRUNCATED, None));
    let bad = Request::parse(&[0, 3, 0, 1, 0, 0, 0, 1, 0, 9, b'x'], 11).unwrap();
    assert_eq!(bad.flags(), L7Flags::MALFORMED);
    assert_eq!(bad.error().unwrap().problem, L7Problem::Beyond);
    assert!(!ApiKey(17).is_flexible(99) && ApiKey(999).is_flexible(0));
    assert_eq!(ApiKey::from_name("offsets"), Some(ApiKey::LIST_OFFSETS));
}

#[test]
fn messages_in_a_stream() {
    let (first, second) = (produce_request(7), fetch_request(4));
    let stream = [framed(&first), framed(&second)].concat();
    let frames: Vec<_> = Frames::new(&stream).map(Result::unwrap).collect();
    assert_eq!((frames[0].data, frames[1].data), (&first[..], &second[..]));
    let cut = Frames::new(&stream[..stream.len() - 1])
        .last()
        .unwrap()
        .unwrap();
    assert!(!cut.is_whole() && cut.length as usize == second.len());
    let bad = Frames::new(&[0, 0, 0, 3, 1]).next().unwrap().unwrap_err();
    assert_eq!(bad.problem, L7Problem::Length);
    assert!(Frames::new(b"GET / HTTP").next().unwrap().is_err());
    assert_eq!(Frames::new(&[0, 0]).rest(), [0, 0]);
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(data in prop::collection::vec(any::<u8>(), 0..300)) {
        kafka(&data);
    }

    #[test]
    fn no_small_numbers_make_it_panic(
        api in prop_oneof![Just(0_u8), Just(1), Just(3)],
        version in 0_u8..20,
        body in prop::collection::vec(prop_oneof![0_u8..4, any::<u8>()], 0..200),
    ) {
        kafka(&[&[0, 0, 0, 210, 0, api, 0, version, 0, 0, 0, 7, 0, 1, b'c'][..], &body].concat());
    }

    #[test]
    fn beginnings_tell_beginnings(version in 0_i16..13, is_fetch in any::<bool>()) {
        let bytes = match is_fetch {
            true => fetch_request(version),
            false => produce_request(version),
        };
        let length = bytes.len() as u32;
        let all = names(&parse(&bytes));
        for end in 8..bytes.len() {
            let part = Request::parse(&bytes[..end], length).unwrap();
            prop_assert_eq!(part.flags(), L7Flags::TRUNCATED);
            prop_assert!(all.starts_with(&names(&part)));
        }
    }

    #[test]
    fn generated_requests_come_back(
        version in 0_i16..13,
        client in "[a-z-]{0,40}",
        topics in prop::collection::vec("[a-zA-Z0-9._-]{0,200}", 0..6),
    ) {
        let mut body = request_header(ApiKey::METADATA, version, &client).count(topics.len());
        for name in &topics {
            body = body.zeros(if version >= 10 { 16 } else { 0 }).string(name).tags();
        }
        let bytes = body.bytes;
        let request = parse(&bytes);
        prop_assert_eq!(request.client_id(), Some(client.as_bytes()));
        prop_assert_eq!(names(&request), topics);
    }
}
