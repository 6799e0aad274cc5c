//! Names: what is refused, and what is escaped.

use super::*;

/// The error of the first question's name.
fn refused(name: &[u8]) -> (L7Layer, L7Problem) {
    let bytes = [header(0, [1, 0, 0, 0]), question(name, 1)].concat();
    dns(&bytes);
    let error = match parse(&bytes).error() {
        Some(error) => error,
        None => parse(&bytes)
            .questions()
            .next()
            .unwrap()
            .name
            .check()
            .unwrap_err(),
    };
    (error.layer, error.problem)
}

#[test]
fn names_that_are_none_are_refused() {
    let name = L7Layer::DnsName;
    assert_eq!(
        refused(&[0xc0, 12]),
        (name, L7Problem::Pointer),
        "to itself"
    );
    assert_eq!(
        refused(&[1, b'a', 0xc0, 12]),
        (name, L7Problem::Pointer),
        "to its own start"
    );
    assert_eq!(refused(&[0xc0, 40]), (name, L7Problem::Pointer), "ahead");
    assert_eq!(refused(&[0x40, 0]), (name, L7Problem::Value));
    assert_eq!(refused(&[0x80, 0]), (name, L7Problem::Value));
    // Into the header, whose bytes 0x12 0x34 are no label that ends well.
    assert_eq!(refused(&[0xc0, 0]).0, name);
    let label = [&[63][..], &[b'a'; 63]].concat();
    assert_eq!(
        refused(&[&label.repeat(4)[..], &[0]].concat()),
        (name, L7Problem::Length)
    );
    let longest = [&label.repeat(3)[..], &[61], &[b'b'; 61], &[0]].concat();
    assert_eq!(longest.len(), 255);
    let bytes = [header(0, [1, 0, 0, 0]), question(&longest, 1)].concat();
    assert_eq!(
        parse(&bytes).questions().next().unwrap().name.check(),
        Ok(())
    );
    dns(&bytes);
}

#[test]
fn a_name_that_grows_too_long_by_pointers_is_refused() {
    let label = [&[63][..], &[b'a'; 63]].concat();
    let long = [&label.repeat(3)[..], &[0]].concat();
    let bytes = [
        header(0x8180, [1, 1, 0, 0]),
        question(&long, 1),
        record(&[&label[..], FIRST].concat(), 1, 1, &[1, 2, 3, 4]),
    ]
    .concat();
    dns(&bytes);
    let message = parse(&bytes);
    assert_eq!(message.error(), None, "each part is fine");
    let name = message.answers().next().unwrap().name;
    let error = name.check().unwrap_err();
    assert_eq!((error.problem, error.needed), (L7Problem::Length, 255));
    assert!(name.to_string().ends_with("a.\\?"));
    assert_ne!(name, name, "equal to none");
}

#[test]
fn pointers_that_lead_in_a_circle_are_refused() {
    // Two records whose data are pointers at each other's place: the second points back to the
    // first, the first ahead to the second.
    let name = wire_name("a");
    let at = 12 + name.len() + 4;
    let (first, second) = (at + 12, at + 12 + 2 + 12);
    let pointer = |to: usize| [0xc0, u8::try_from(to).unwrap()];
    let bytes = [
        header(0x8180, [1, 2, 0, 0]),
        question(&name, 5),
        record(FIRST, 5, 1, &pointer(second)),
        record(FIRST, 5, 1, &pointer(first)),
    ]
    .concat();
    dns(&bytes);
    let found: Vec<_> = parse(&bytes)
        .answers()
        .map(|record| record.data())
        .collect();
    assert!(matches!(found[0], RData::Malformed(_)), "ahead");
    let RData::Cname(second) = found[1] else {
        panic!("no name")
    };
    assert_eq!(second.check().unwrap_err().problem, L7Problem::Pointer);
}

#[test]
fn untrusted_bytes_of_names_are_escaped() {
    for (label, expected) in [
        (&b"a.b"[..], "a\\.b"),
        (b"a\\b", "a\\\\b"),
        (b"\x1b[2J", "\\u{1b}[2J"),
        ("\u{202e}x".as_bytes(), "\\u{202e}x"),
        (b"\xff", "\\xff"),
        ("\u{fc}".as_bytes(), "\u{fc}"),
        (b"_a-b*", "_a-b*"),
    ] {
        let length = u8::try_from(label.len()).unwrap();
        let bytes = [
            header(0, [1, 0, 0, 0]),
            question(&[&[length][..], label, &[0]].concat(), 1),
        ]
        .concat();
        let message = parse(&bytes);
        let name = message.questions().next().unwrap().name;
        assert_eq!(name.to_string(), expected);
        assert_eq!(name.text(&mut NameText::new()), Ok(expected));
    }
    let root = [header(0, [1, 0, 0, 0]), question(&[0], 2)].concat();
    assert_eq!(
        parse(&root).questions().next().unwrap().name.to_string(),
        "."
    );
}

#[test]
fn a_longest_text_fits_its_room() {
    let label = [&[63][..], &[0x1f; 63]].concat();
    let name = [&label.repeat(3)[..], &[61], &[0x1f; 61], &[0]].concat();
    let bytes = [header(0, [1, 0, 0, 0]), question(&name, 1)].concat();
    let mut text = NameText::new();
    let message = parse(&bytes);
    let found = message.questions().next().unwrap().name;
    assert_eq!(found.text(&mut text).unwrap().len(), 6 * 250 + 3);
    dns(&bytes);
}
