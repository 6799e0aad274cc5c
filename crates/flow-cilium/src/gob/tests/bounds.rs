//! What is wrong, and what is too much.

use std::vec::Vec;

use flow_core::flow::EventType;
use proptest::prelude::*;

use super::writer::*;
use crate::gob::*;
use crate::{AgentDecoder, AgentError};

/// Number of a struct with one signed number.
const POINT: i64 = 70;

fn point() -> Vec<u8> {
    message(&define_struct(POINT, &[("X", 2)]))
}

fn value(id: i64, bytes: &[u8]) -> Vec<u8> {
    let mut body = int(id);
    body.extend(bytes);
    message(&body)
}

/// X of every point, and every error.
fn read(stream: &mut GobStream, bytes: &[u8]) -> (Vec<i64>, Vec<GobError>) {
    let (mut numbers, mut errors) = (Vec::new(), Vec::new());
    stream.push(bytes);
    loop {
        match stream.next_value() {
            Ok(Some(value)) => {
                numbers.push(value.field("X").map_or(0, |x| x.as_i64().unwrap()));
            }
            Ok(None) => return (numbers, errors),
            Err(error) => {
                let is_fatal = error.is_fatal();
                errors.push(error);
                if is_fatal {
                    return (numbers, errors);
                }
            }
        }
    }
}

fn read_all(parts: &[Vec<u8>]) -> (Vec<i64>, Vec<GobError>) {
    read(&mut GobStream::default(), &parts.concat())
}

#[test]
fn numbers_are_as_the_documentation_has_them() {
    for (number, bytes) in [
        (0, &[0][..]),
        (7, &[7]),
        (127, &[127]),
        (128, &[0xff, 128]),
        (256, &[0xfe, 1, 0]),
        (u64::MAX, &[0xf8, 255, 255, 255, 255, 255, 255, 255, 255]),
    ] {
        assert_eq!(cursor::uint(bytes), Some(Ok((number, bytes.len()))));
        assert_eq!(uint(number), bytes);
        for length in 0..bytes.len() {
            assert_eq!(cursor::uint(&bytes[..length]), None);
        }
    }
    assert_eq!(int(-129), [0xfe, 1, 1]);
    for first in 0x80..0xf8 {
        assert_eq!(cursor::uint(&[first, 1, 2]), Some(Err(first)));
    }
}

#[test]
fn a_wrong_message_is_left_out() {
    let good = value(POINT, &[1, 14, 0]);
    let wrong = [
        // Not defined; a type that describes types; zero.
        (value(99, &[0]), GobError::UnknownType { id: 99 }),
        (value(16, &[0]), GobError::UnknownType { id: 16 }),
        (value(0, &[0]), GobError::UnknownType { id: 0 }),
        // A field that there is not, a value that is cut off, bytes behind the value.
        (
            value(POINT, &[2, 14, 0]),
            malformed("a field of the type", 3),
        ),
        (value(POINT, &[1]), malformed("a number", 3)),
        (value(POINT, &[1, 14]), malformed("a number", 4)),
        (
            value(POINT, &[1, 14, 0, 0]),
            malformed("the end of the message", 5),
        ),
        (value(POINT, &[0x80, 14, 0]), malformed("a number", 2)),
        // A number alone has a zero before it.
        (
            value(2, &[5]),
            malformed("a zero before a value that is no struct", 2),
        ),
        (
            message(&define_struct(POINT, &[("Y", 2)])),
            GobError::Redefined { id: POINT },
        ),
        (message(&define_slice(5, 2)), GobError::Redefined { id: 5 }),
        (
            message(&[0xff, 0x8d, 0]),
            malformed("a description of a type", 3),
        ),
        (message(&[0xff, 0x8d, 9, 0]), malformed("a kind of type", 3)),
        (
            message(&[0xff, 0x8d, 2, 9, 0]),
            malformed("a part of a type's description", 4),
        ),
        (
            message(&[0xff, 0x8d, 3, 9, 0]),
            malformed("a part of a struct's description", 4),
        ),
        (
            message(&[0xff, 0x8d, 2, 1, 9, 0]),
            malformed("name and number of a type", 5),
        ),
        (message(&[0xff]), malformed("a number", 0)),
    ];
    for (bytes, error) in wrong {
        let (numbers, errors) = read_all(&[point(), good.clone(), bytes.clone(), good.clone()]);
        assert_eq!(
            (numbers, errors),
            (Vec::from([7, 7]), Vec::from([error])),
            "{bytes:x?}"
        );
    }
}

fn malformed(expected: &'static str, offset: usize) -> GobError {
    GobError::Malformed { expected, offset }
}

#[test]
fn a_stream_out_of_step_ends() {
    let mut stream = GobStream::default();
    let (numbers, errors) = read(&mut stream, &[point(), Vec::from([0x81])].concat());
    let error = GobError::OutOfStep { got: 0x81 };
    assert_eq!((numbers.len(), errors), (0, Vec::from([error])));
    stream.push(&value(POINT, &[1, 14, 0]));
    assert_eq!(stream.next_value().map(|_| ()), Err(error));
    assert_eq!(stream.pending(), 0, "nothing is kept");
}

#[test]
fn a_message_that_is_too_long_is_left_out_without_being_kept() {
    let limits = GobLimits {
        message: 100,
        ..GobLimits::default()
    };
    for chunk in [1, 7, 5000] {
        let mut stream = GobStream::new(limits);
        let bytes = [point(), message(&[9; 3000]), value(POINT, &[1, 14, 0])].concat();
        let (mut numbers, mut errors) = (Vec::new(), Vec::new());
        for chunk in bytes.chunks(chunk) {
            let (more, wrong) = read(&mut stream, chunk);
            numbers.extend(more);
            errors.extend(wrong);
            assert!(stream.pending() <= 100 + 9);
        }
        let error = GobError::TooLong {
            limit: 100,
            got: 3000,
        };
        assert_eq!((numbers, errors), (Vec::from([7]), Vec::from([error])));
    }
    let mut stream = GobStream::default();
    let (_, errors) = read(&mut stream, &[0xf8, 255, 255, 255, 255, 255, 255, 255, 255]);
    let error = GobError::TooLong {
        limit: 1 << 20,
        got: u64::MAX,
    };
    assert_eq!(errors, [error]);
}

#[test]
fn definitions_are_bounded() {
    let limits = GobLimits {
        definitions: 200,
        ..GobLimits::default()
    };
    let mut stream = GobStream::new(limits);
    let mut bytes = Vec::new();
    for id in 70..100 {
        bytes.extend(message(&define_struct(id, &[("X", 2)])));
    }
    bytes.extend(value(POINT, &[1, 14, 0]));
    let (numbers, errors) = read(&mut stream, &bytes);
    assert_eq!(numbers, [7], "what was defined before stays");
    let error = GobError::TooManyDefinitions { limit: 200 };
    assert!(errors.iter().all(|found| *found == error));
    assert_eq!(errors.len() + stream.types().len(), 30);
    assert!(!stream.types().is_empty());
}

#[test]
fn values_in_values_are_bounded() {
    // A list of lists of itself.
    let list = message(&define_slice(80, 80));
    let nested = |depth: usize| {
        let mut body = Vec::from([0]);
        body.extend(core::iter::repeat_n(1, depth));
        body.push(0);
        value(80, &body)
    };
    let (numbers, errors) = read_all(&[list.clone(), nested(0), nested(31)]);
    assert_eq!((numbers.len(), errors.len()), (2, 0));
    for depth in [32, 10_000] {
        let (_, errors) = read_all(&[list.clone(), nested(depth)]);
        assert_eq!(errors, [GobError::TooDeep { limit: 32 }]);
    }
}

/// A record of an access log with a field whose type is a list of lists, so many levels of them.
fn nested_types(levels: i64) -> Vec<u8> {
    let mut definitions = Vec::new();
    for level in 0..levels {
        let element = if level + 1 == levels { 2 } else { 101 + level };
        definitions.extend(define_slice(100 + level, element));
    }
    let fields = [("Type", 6), ("SourceEndpoint", 6), ("Deep", 100)];
    definitions.extend(define_struct(99, &fields));
    let record = value(99, &[&[1][..], &string(b"Request"), &[0]].concat());
    [&[129][..], &message(&definitions), &record].concat()
}

#[test]
fn types_in_types_are_bounded() {
    let deep = GobError::TooDeep { limit: 32 };
    let event = EventType::L7;
    for (levels, error) in [(31, None), (32, Some(deep)), (10_000, Some(deep))] {
        let record = nested_types(levels);
        let mut decoder = AgentDecoder::default();
        // The same record ends the same way when its types are known.
        for _ in 0..2 {
            let result = decoder.decode(&record).map(|_| ());
            let expected = error.map_or(Ok(()), |error| Err(AgentError::Gob { event, error }));
            assert_eq!(result, expected, "{levels} levels");
        }
    }
}

#[test]
fn a_count_without_its_values_ends_soon() {
    let list = message(&define_slice(80, 2));
    let map = message(&define_map(81, 6, 2));
    for id in [80, 81] {
        let mut body = Vec::from([0]);
        body.extend(uint(u64::MAX));
        let (numbers, errors) = read_all(&[list.clone(), map.clone(), value(id, &body)]);
        assert_eq!((numbers.len(), errors.len()), (0, 1));
    }
    // As many fields as there can be.
    let mut body = int(-82);
    body.extend([3, 2]);
    body.extend(uint(u64::MAX));
    let (_, errors) = read_all(&[message(&body)]);
    assert_eq!(errors.len(), 1);
}

/// A value of an interface whose type is defined inside of it: that ends a message, and the value
/// goes on in the next one.
fn interfaces(count: usize) -> Vec<u8> {
    let mut body = int(90);
    body.push(1);
    body.extend(uint(count as u64));
    let mut bytes = Vec::new();
    for id in (100..).take(count) {
        body.extend(string(b"main.point"));
        body.extend(define_struct(id, &[("X", 2)]));
        bytes.extend(message(&body));
        body = int(id);
        body.extend(string(&[1, 14, 0]));
    }
    body.extend([1, 10, 0]);
    bytes.extend(message(&body));
    bytes
}

fn holder() -> Vec<u8> {
    let mut bytes = message(&define_slice(91, 8));
    bytes.extend(message(&define_struct(90, &[("Any", 91), ("X", 2)])));
    bytes
}

#[test]
fn a_value_in_several_messages() {
    for count in [1, 3, 63] {
        let bytes = [holder(), interfaces(count), value(100, &[1, 12, 0])].concat();
        for chunk in [1, 50, bytes.len()] {
            let mut stream = GobStream::default();
            let mut numbers = Vec::new();
            for chunk in bytes.chunks(chunk) {
                let (more, errors) = read(&mut stream, chunk);
                assert_eq!(errors, []);
                numbers.extend(more);
            }
            assert_eq!(numbers, [5, 6], "{count} {chunk}");
            assert_eq!(stream.types().len(), 2 + count);
        }
    }
}

#[test]
fn a_value_in_too_many_messages() {
    let (_, errors) = read_all(&[holder(), interfaces(64), point(), value(POINT, &[1, 14, 0])]);
    assert_eq!(errors[0], GobError::TooManyParts { limit: 64 });
    let limits = GobLimits {
        message: 100,
        ..GobLimits::default()
    };
    let mut stream = GobStream::new(limits);
    let bytes = [holder(), interfaces(20), point(), value(POINT, &[1, 14, 0])].concat();
    let (numbers, errors) = read(&mut stream, &bytes);
    assert!(matches!(errors[0], GobError::TooLong { limit: 100, .. }));
    assert_eq!(numbers.last(), Some(&7), "the stream goes on");
}

#[test]
fn a_value_says_nothing_that_it_is_not() {
    let mut stream = GobStream::default();
    stream.push(&[point(), value(POINT, &[1, 14, 0])].concat());
    let value = stream.next_value().unwrap().unwrap();
    assert_eq!(value.kind(), Kind::Struct);
    assert!(value.declares("X") && !value.declares("Y"));
    assert_eq!(
        (value.as_i64(), value.as_u64(), value.as_bool()),
        (None, None, None)
    );
    assert_eq!((value.as_bytes(), value.as_f64()), (None, None));
    assert_eq!((value.elements().count(), value.entries().count()), (0, 0));
    assert!(value.field("Y").is_none());
    let x = value.field("X").unwrap();
    assert_eq!((x.as_i64(), x.as_u64()), (Some(7), Some(7)));
    assert_eq!((x.fields().count(), x.as_bytes()), (0, None));
    assert_eq!(std::format!("{value:?}"), "Value(Struct)");
}

proptest! {
    /// Any bytes, in any chunks: an end, and nothing kept beyond the bounds.
    #[test]
    fn any_bytes_in_any_chunks(
        bytes in proptest::collection::vec(prop_oneof![0..8_u8, any::<u8>()], 0..400),
        chunk in 1..50_usize,
    ) {
        let bytes = [holder(), point(), bytes].concat();
        let mut stream = GobStream::new(GobLimits { message: 120, definitions: 300 });
        let mut whole = stream.clone();
        let (mut numbers, mut errors) = (Vec::new(), Vec::new());
        for chunk in bytes.chunks(chunk) {
            let (more, wrong) = read(&mut stream, chunk);
            numbers.extend(more);
            errors.extend(wrong);
            prop_assert!(stream.pending() <= 120 + 9 + 50 + 9);
            if errors.last().is_some_and(GobError::is_fatal) {
                break;
            }
        }
        prop_assert_eq!(read(&mut whole, &bytes), (numbers, errors));
    }
}
