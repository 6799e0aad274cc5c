use std::string::ToString;

use crate::flow::{self as pb};
use crate::{from_json, read_line};

fn seconds(text: &str) -> Option<(i64, i32)> {
    let json = std::format!("{{\"time\":{text:?}}}");
    let message: pb::TimeNotification = from_json(&json).ok()?;
    message.time.map(|time| (time.seconds, time.nanos))
}

#[test]
fn times_in_every_form() {
    for (text, expected) in [
        ("1970-01-01T00:00:00Z", (0, 0)),
        ("1969-12-31T23:59:59.5Z", (-1, 500_000_000)),
        ("0001-01-01T00:00:00Z", (-62_135_596_800, 0)),
        (
            "9999-12-31T23:59:59.999999999Z",
            (253_402_300_799, 999_999_999),
        ),
        ("2024-02-29T12:00:00+05:30", (1_709_188_200, 0)),
        ("2024-02-29t12:00:00,25z", (1_709_208_000, 250_000_000)),
        ("2016-12-31T23:59:60Z", (1_483_228_800, 0)),
        (
            "2026-11-24T14:35:06.1234567891Z",
            (1_795_530_906, 123_456_789),
        ),
        ("2000-03-01T00:00:00Z", (951_868_800, 0)),
    ] {
        assert_eq!(seconds(text), Some(expected), "{text}");
    }
    for text in [
        "",
        "yesterday",
        "2023-02-29T00:00:00Z",
        "1900-02-29T00:00:00Z",
        "0000-01-01T00:00:00Z",
        "2024-13-01T00:00:00Z",
        "2024-01-01T24:00:00Z",
        "2024-01-01T00:00:00",
        "2024-01-01T00:00:00.Z",
        "2024-01-01T00:00:00+25:00",
        "2024-01-01T00:00:00Z ",
        "2024-1-01T00:00:00Z",
    ] {
        assert_eq!(seconds(text), None, "{text}");
    }
}

#[test]
fn numbers_as_text_and_as_numbers_within_their_range() {
    let cookie = |value: &str| {
        let json = std::format!("{{\"socket_cookie\":{value}}}");
        from_json::<pb::Flow>(&json).map(|flow| flow.socket_cookie)
    };
    for (value, expected) in [
        ("7", 7),
        ("\"7\"", 7),
        ("7.0", 7),
        ("\"7e2\"", 700),
        ("18446744073709551615", u64::MAX),
        ("\"18446744073709551615\"", u64::MAX),
        ("null", 0),
    ] {
        assert_eq!(cookie(value).unwrap(), expected, "{value}");
    }
    for value in [
        "-1", "\"-1\"", "1.5", "\" 7\"", "\"\"", "1e300", "[]", "true", "{}",
    ] {
        assert!(cookie(value).is_err(), "{value}");
    }
}

#[test]
fn enumerations_by_name_and_number() {
    for (value, expected) in [
        ("\"DROPPED\"", 2),
        ("2", 2),
        ("99", 99),
        ("-3", -3),
        ("null", 0),
    ] {
        let flow: pb::Flow = from_json(&std::format!("{{\"verdict\":{value}}}")).unwrap();
        assert_eq!(flow.verdict, expected, "{value}");
    }
    // In a list, an unknown name is passed over and noted.
    let json = r#"{"verdict":["DROPPED","NEWER",1]}"#;
    let error = from_json::<pb::FlowFilter>(json).unwrap_err().to_string();
    assert!(
        error.contains("unrecognized enum value 'NEWER' of flow.Verdict"),
        "{error}"
    );
}

#[test]
fn null_is_no_value_but_no_item_either() {
    let line = r#"{"flow":{"time":null,"source":null,"is_reply":null,"node_labels":null,"Type":null,"l7":null}}"#;
    assert!(read_line(line).unwrap().ignored.is_none());
    assert!(read_line(r#"{"flow":{"node_labels":[null]}}"#).is_err());
}

#[test]
fn members_with_escapes_in_their_names_are_found() {
    let flow: pb::Flow = from_json(r#"{"node\u005fname":"n"}"#).unwrap();
    assert_eq!(flow.node_name, "n");
}
