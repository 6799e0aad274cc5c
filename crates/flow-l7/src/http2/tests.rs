use proptest::prelude::*;

use super::exercise::http2;
use super::*;

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// A field as a literal that does not become an entry.
fn literal(name: &str, value: &str) -> Vec<u8> {
    let text = |text: &str| [&[u8::try_from(text.len()).unwrap()][..], text.as_bytes()].concat();
    [vec![0], text(name), text(value)].concat()
}

/// A field as a literal that becomes an entry.
fn entry(name: &str, value: &str) -> Vec<u8> {
    let mut bytes = literal(name, value);
    bytes[0] = 0x40;
    bytes
}

const TRACE: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

fn call() -> Vec<u8> {
    [
        vec![0x83, 0x86], // POST, http
        entry(":path", "/pkg.Greeter/SayHello"),
        entry(":authority", "10.0.0.1:50051"),
        entry("content-type", "application/grpc"),
        literal("traceparent", TRACE),
        literal("user-agent", "grpc-go/1.60"),
    ]
    .concat()
}

fn client_bytes() -> Vec<u8> {
    [
        PREFACE.to_vec(),
        frame(4, 0, 0, &[]),
        frame(8, 0, 0, &[0, 0, 1, 0]),
        frame(1, 4, 1, &call()),
        frame(0, 1, 1, b"\0\0\0\0\x02hi"),
    ]
    .concat()
}

/// What happened, one line each.
fn lines_of(half: &mut Half, payloads: &[&[u8]]) -> Vec<String> {
    let mut lines = Vec::new();
    for payload in payloads {
        half.feed(payload, &mut |event| lines.push(line(&event)));
    }
    lines
}

fn text(bytes: Option<&[u8]>) -> String {
    bytes.map_or_else(
        || "-".to_owned(),
        |bytes| String::from_utf8_lossy(bytes).into_owned(),
    )
}

fn line(event: &Event<'_>) -> String {
    let stream = event.stream;
    match event.kind {
        EventKind::Headers(headers) => format!(
            "{stream} {:?} {} {} {} {:?} {:?} {:?}",
            headers.kind(),
            text(headers.method()),
            text(headers.path()),
            text(headers.authority()),
            headers.status(),
            headers.is_end(),
            headers.flags(),
        ),
        EventKind::Data { length, is_end } => format!("{stream} data {length} {is_end}"),
        EventKind::Reset(error) => format!("{stream} reset {error}"),
        EventKind::GoAway { last_stream, error } => format!("goaway {last_stream} {error}"),
        EventKind::Broken(error) => format!("{stream} broken {error}"),
    }
}

#[test]
fn a_call_and_its_answer() {
    let mut client = Half::client(Limits::default());
    let mut found = None;
    client.feed(&client_bytes(), &mut |event| {
        if let EventKind::Headers(headers) = event.kind {
            assert!(headers.is_grpc() && found.is_none());
            let method = headers.grpc_method().unwrap();
            assert_eq!(
                (method.service, method.method),
                (&b"pkg.Greeter"[..], &b"SayHello"[..])
            );
            assert_eq!(
                headers.traceparent().unwrap().trace_id_text(),
                &TRACE[3..35]
            );
            assert_eq!(headers.user_agent(), Some(&b"grpc-go/1.60"[..]));
            assert_eq!(
                (headers.scheme(), headers.promised()),
                (Some(&b"http"[..]), None)
            );
            found = Some(event.stream);
        }
    });
    assert_eq!(found, Some(1));
    let mut again = Half::client(Limits::default());
    assert_eq!(
        lines_of(&mut again, &[&client_bytes()]),
        [
            "1 Request POST /pkg.Greeter/SayHello 10.0.0.1:50051 None false L7Flags(0)",
            "1 data 7 true",
        ]
    );
    let server = [
        frame(4, 1, 0, &[]),
        frame(
            1,
            4,
            1,
            &[&[0x88][..], &entry("content-type", "application/grpc")].concat(),
        ),
        frame(0, 0, 1, b"\0\0\0\0\x02ho"),
        frame(
            1,
            5,
            1,
            &[
                literal("grpc-status", "5"),
                literal("grpc-message", "no%20x"),
            ]
            .concat(),
        ),
        frame(3, 0, 3, &[0, 0, 0, 8]),
        frame(7, 0, 0, &[0, 0, 0, 1, 0, 0, 0, 0, b'x']),
    ]
    .concat();
    let mut half = Half::server(Limits::default());
    assert_eq!(
        lines_of(&mut half, &[&server]),
        [
            "1 Response - - - Some(200) false L7Flags(0)",
            "1 data 7 false",
            "1 Trailers - - - None true L7Flags(0)",
            "3 reset CANCEL",
            "goaway 1 NO_ERROR",
        ]
    );
    let mut status = None;
    let mut half = Half::server(Limits::default());
    half.feed(&server, &mut |event| {
        if let EventKind::Headers(headers) = event.kind {
            status = headers
                .grpc_status()
                .zip(headers.grpc_message().map(<[u8]>::to_vec));
        }
    });
    assert_eq!(status, Some((GrpcStatus::NOT_FOUND, b"no%20x".to_vec())));
}

#[test]
fn header_fields_in_several_frames_with_padding_and_priority() {
    let block = call();
    let (first, rest) = block.split_at(5);
    let (second, third) = rest.split_at(20);
    let padded = [&[3][..], &[0x80, 0, 0, 0, 9], first, &[0; 3]].concat();
    let bytes = [
        frame(1, 0x29, 5, &padded),
        frame(9, 0, 5, second),
        frame(9, 4, 5, third),
        frame(
            5,
            0x0c,
            5,
            &[&[1, 0, 0, 0, 2][..], &[0x82, 0x84], &[0]].concat(),
        ),
    ]
    .concat();
    let expected = [
        "5 Request POST /pkg.Greeter/SayHello 10.0.0.1:50051 None true L7Flags(0)",
        "5 Request GET / - None false L7Flags(0)",
    ];
    let mut half = Half::server(Limits::default());
    assert_eq!(lines_of(&mut half, &[&bytes]), expected);
    for size in 1..bytes.len() {
        let mut half = Half::server(Limits::default());
        let parts: Vec<_> = bytes.chunks(size).collect();
        assert_eq!(lines_of(&mut half, &parts), expected, "{size}");
    }
}

#[test]
fn a_connection_joined_in_its_middle() {
    let second = [&[0xc0, 0xbf][..], &literal(":status", "204")].concat();
    let payloads = [
        &b"\x01\x02the middle of a body"[..],
        &frame(1, 5, 7, &second),
    ];
    let mut half = Half::joined(Limits::default());
    assert!(!half.is_in_step());
    let lines = lines_of(&mut half, &payloads);
    assert_eq!(lines, ["7 Response - - - Some(204) true L7Flags(8)"]);
    assert!(half.is_in_step());
    // A client that does not begin with the preface.
    let mut half = Half::client(Limits::default());
    assert_eq!(lines_of(&mut half, &[&frame(1, 5, 7, &second)]), lines);
}

#[test]
fn a_gap_reports_what_was_there() {
    let bytes = frame(1, 4, 1, &call());
    let mut half = Half::server(Limits::default());
    let mut lines = lines_of(&mut half, &[&bytes[..60]]);
    assert_eq!(lines, [""; 0]);
    half.gap(&mut |event| lines.push(line(&event)));
    assert_eq!(
        lines,
        ["1 Request POST /pkg.Greeter/SayHello - None false L7Flags(1)"]
    );
    // Its entries are not known any more.
    let lines = lines_of(&mut half, &[b"lost", &frame(1, 4, 3, &[0x82, 0xbe])]);
    assert_eq!(lines, ["3 Request GET - - None false L7Flags(8)"]);
    // In the middle of CONTINUATION.
    let mut half = Half::server(Limits::default());
    let mut lines = lines_of(&mut half, &[&frame(1, 0, 1, &[0x82])]);
    half.gap(&mut |event| lines.push(line(&event)));
    assert_eq!(lines, ["1 Request GET - - None false L7Flags(1)"]);
}

#[test]
fn what_breaks_the_protocol_is_flagged() {
    let broken = |bytes: &[u8]| {
        let mut half = Half::server(Limits::default());
        let lines = lines_of(&mut half, &[bytes]);
        assert!(lines.last().unwrap().contains("broken"), "{lines:?}");
        assert!(!half.is_in_step());
    };
    broken(&frame(9, 4, 1, &[0x82]));
    broken(&[frame(1, 0, 1, &[0x82]), frame(0, 0, 1, b"x")].concat());
    broken(&[frame(1, 0, 1, &[0x82]), frame(9, 4, 3, &[0x84])].concat());
    broken(&frame(1, 4, 0, &[0x82]));
    broken(&frame(6, 0, 0, b"seven.."));
    broken(&frame(1, 0x0c, 1, &[9, 0x82]));
    let mut half = Half::server(Limits::default());
    assert_eq!(
        lines_of(&mut half, &[&frame(1, 4, 1, &[0x82, 0xbe])]),
        ["1 Request GET - - None false L7Flags(2)"]
    );
}

#[test]
fn what_is_too_large_is_cut_and_flagged() {
    let limits = Limits {
        block: 64,
        ..Limits::default()
    };
    let long = literal("x", &"y".repeat(100));
    let block = [&[0x82][..], &long].concat();
    let mut half = Half::server(limits);
    // Whether it comes in one payload or in several.
    let bytes = frame(1, 4, 1, &block);
    for payloads in [&[&bytes[..]][..], &[&bytes[..20], &bytes[20..]]] {
        assert_eq!(
            lines_of(&mut half, payloads),
            ["1 Request GET - - None false L7Flags(4)"]
        );
    }
    half.check();
}

#[test]
fn plausible_frames() {
    let header = |bytes: &[u8]| FrameHeader::parse(bytes.first_chunk().unwrap());
    assert!(header(&frame(4, 0, 0, &[0; 12])).is_plausible(100));
    assert!(!header(&frame(4, 0, 0, &[0; 11])).is_plausible(100));
    assert!(!header(&frame(4, 0, 1, &[0; 12])).is_plausible(100));
    assert!(!header(&frame(0, 0, 1, &[0; 101])).is_plausible(100));
    assert!(!header(&frame(0, 4, 1, &[0; 10])).is_plausible(100));
    assert!(!header(&frame(99, 0, 1, &[])).is_plausible(100));
    assert!(GrpcMethod::parse(b"/a/").is_none() && GrpcMethod::parse(b"a/b").is_none());
    assert!(GrpcStatus::parse(b"+5").is_none() && GrpcStatus::parse(b"").is_none());
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(data in prop::collection::vec(any::<u8>(), 0..300)) {
        http2(&data);
    }

    #[test]
    fn no_frames_make_it_panic(
        frames in prop::collection::vec(
            (0_u8..11, prop_oneof![Just(4_u8), Just(5), any::<u8>()], 0_u32..4,
             prop::collection::vec(prop_oneof![0x80_u8..0xc8, any::<u8>()], 0..80)),
            0..8),
        split in any::<u8>(),
        flip in any::<(prop::sample::Index, u8)>(),
    ) {
        let mut bytes = vec![split];
        for (kind, flags, stream, payload) in &frames {
            bytes.extend(frame(*kind, *flags, *stream, payload));
        }
        http2(&bytes);
        let at = flip.0.index(bytes.len());
        bytes[at] ^= flip.1;
        http2(&bytes);
    }
}
