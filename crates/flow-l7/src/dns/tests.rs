use proptest::prelude::*;

use super::exercise::dns;
use super::*;
use crate::error::{L7Layer, L7Problem};
use crate::flags::L7Flags;

mod names;

/// Header with these flags and counts.
fn header(flags: u16, counts: [u16; 4]) -> Vec<u8> {
    let mut bytes = vec![0x12, 0x34];
    bytes.extend(flags.to_be_bytes());
    bytes.extend(counts.iter().flat_map(|count| count.to_be_bytes()));
    bytes
}

/// A name without pointers.
fn wire_name(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    for label in text.split('.').filter(|label| !label.is_empty()) {
        bytes.push(u8::try_from(label.len()).unwrap());
        bytes.extend(label.as_bytes());
    }
    bytes.push(0);
    bytes
}

fn question(name: &[u8], kind: u16) -> Vec<u8> {
    [name, &kind.to_be_bytes(), &[0, 1]].concat()
}

fn record(name: &[u8], kind: u16, ttl: u32, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len()).unwrap();
    let fixed = [
        &kind.to_be_bytes()[..],
        &[0, 1],
        &ttl.to_be_bytes(),
        &length.to_be_bytes(),
    ];
    [name, &fixed.concat(), data].concat()
}

/// Pointer to the first question's name.
const FIRST: &[u8] = &[0xc0, 12];

fn parse(bytes: &[u8]) -> Message<'_> {
    Message::parse(bytes, bytes.len()).unwrap()
}

/// A message with one answer.
fn answered(kind: u16, data: &[u8]) -> Vec<u8> {
    let name = wire_name("a.example");
    [
        header(0x8180, [1, 1, 0, 0]),
        question(&name, kind),
        record(FIRST, kind, 300, data),
    ]
    .concat()
}

fn shown(bytes: &[u8]) -> String {
    let message = parse(bytes);
    assert_eq!(message.error(), None);
    format!("{:?}", message.answers().next().unwrap().data())
}

#[test]
fn a_query() {
    let bytes = [
        header(0x0120, [1, 0, 0, 0]),
        question(&wire_name("go.dev"), 65),
    ]
    .concat();
    let message = parse(&bytes);
    assert_eq!((message.id(), message.is_response()), (0x1234, false));
    assert_eq!(message.opcode(), Opcode::QUERY);
    assert!(message.is_recursion_desired() && message.is_authentic());
    assert!(!message.is_recursion_available() && !message.is_cut_by_sender());
    assert!(!message.is_authoritative() && !message.is_checking_disabled());
    let questions: Vec<_> = message.questions().collect();
    assert_eq!(questions.len(), 1);
    assert_eq!(questions[0].name.to_string(), "go.dev");
    assert_eq!(questions[0].kind.to_string(), "HTTPS");
    assert_eq!(questions[0].class, Class::IN);
    assert_eq!(message.answers().count(), 0);
    assert_eq!(message.understood_len(), bytes.len());
}

#[test]
fn an_answer_through_a_canonical_name() {
    let name = wire_name("www.example.com");
    // "cdn" and a pointer to "example.com", which begins after "www".
    let target = [&[3][..], b"cdn", &[0xc0, 16]].concat();
    let alias = record(FIRST, 5, 60, &target);
    let target_at = 12 + name.len() + 4 + 2 + 10;
    let pointer = [0xc0, u8::try_from(target_at).unwrap()];
    let bytes = [
        header(0x8580, [1, 3, 0, 0]),
        question(&name, 1),
        alias,
        record(&pointer, 1, 30, &[192, 0, 2, 7]),
        record(
            &pointer,
            28,
            31,
            &[0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
        ),
    ]
    .concat();
    let message = parse(&bytes);
    assert!(message.is_authoritative() && message.is_response());
    assert_eq!(message.rcode().to_string(), "No Error");
    let told: Vec<_> = message
        .answers()
        .map(|record| {
            format!(
                "{} {} {} {:?}",
                record.name,
                record.kind,
                record.ttl,
                record.data()
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            "www.example.com CNAME 60 Cname(Name(cdn.example.com))",
            "cdn.example.com A 30 A(192.0.2.7)",
            "cdn.example.com AAAA 31 Aaaa(2001:db8::1)",
        ]
    );
    dns(&bytes);
}

#[test]
fn data_of_each_kind() {
    let host = wire_name("h.example");
    let soa = [
        &host[..],
        &host,
        &[0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0, 5],
    ];
    assert_eq!(shown(&answered(2, &host)), "Ns(Name(h.example))");
    assert_eq!(shown(&answered(12, &host)), "Ptr(Name(h.example))");
    assert_eq!(shown(&answered(39, &host)), "Dname(Name(h.example))");
    assert_eq!(
        shown(&answered(15, &[&[0, 10][..], &host].concat())),
        "Mx(Mx { preference: 10, exchange: Name(h.example) })"
    );
    assert_eq!(
        shown(&answered(6, &soa.concat())),
        "Soa(Soa { primary: Name(h.example), mailbox: Name(h.example), serial: 1, refresh: 2, \
         retry: 3, expire: 4, minimum: 5 })"
    );
    assert_eq!(
        shown(&answered(
            33,
            &[&[0, 1, 0, 2, 0x1f, 0x90][..], &host].concat()
        )),
        "Srv(Srv { priority: 1, weight: 2, port: 8080, target: Name(h.example) })"
    );
    assert_eq!(shown(&answered(13, b"x")), "Other([120])");
    let text = answered(16, b"\x03abc\x00\x02de");
    let RData::Txt(strings) = parse(&text).answers().next().unwrap().data() else {
        panic!("no text");
    };
    assert_eq!(strings.collect::<Vec<_>>(), [&b"abc"[..], b"", b"de"]);
}

#[test]
fn a_service_binding() {
    let params = [
        &[0, 1, 0, 3, 2][..], // alpn
        b"h2",
        &[0, 3, 0, 2, 0x20, 0xfb],
        &[0, 4, 0, 8, 192, 0, 2, 1, 192, 0, 2, 2],
        &[0, 2, 0, 0],
        &[0, 4, 0, 3, 1, 2, 3],
    ];
    let bytes = answered(65, &[&[0, 1, 0][..], &params.concat()].concat());
    let message = parse(&bytes);
    let RData::Svcb(binding) = message.answers().next().unwrap().data() else {
        panic!("no service binding");
    };
    assert_eq!((binding.priority, binding.target.is_root()), (1, true));
    let params: Vec<_> = binding.params().collect();
    assert_eq!(
        params,
        [
            SvcbParam::Alpn(b"\x02h2"),
            SvcbParam::Port(8443),
            SvcbParam::Ipv4Hint(&[[192, 0, 2, 1], [192, 0, 2, 2]]),
            SvcbParam::NoDefaultAlpn,
            SvcbParam::Other {
                key: 4,
                value: &[1, 2, 3]
            },
        ]
    );
    assert_eq!(
        params[2].ipv4_hints().last().unwrap().to_string(),
        "192.0.2.2"
    );
}

#[test]
fn data_that_does_not_hold_what_it_should_is_flagged() {
    let host = wire_name("h.example");
    for (kind, data) in [
        (1, vec![1, 2, 3]),
        (28, vec![0; 15]),
        (5, [&host[..], &[0]].concat()),
        (5, vec![]),
        (15, vec![0]),
        (6, host.clone()),
        (33, vec![0; 6]),
        (16, vec![5, b'a']),
        (65, vec![0, 1, 0, 0, 1, 0, 9]),
        (41, vec![0, 1, 0, 9, 1]),
    ] {
        let bytes = answered(kind, &data);
        let found = shown(&bytes);
        assert!(found.starts_with("Malformed"), "{kind}: {found}");
        dns(&bytes);
    }
}

#[test]
fn edns_extends_the_response_code() {
    let bytes = [
        header(0x8183, [1, 0, 0, 1]),
        question(&wire_name("x"), 1),
        // Largest datagram 1232, upper code 1, version 0, DO; one option: cookie.
        vec![0, 0, 41, 0x04, 0xd0, 1, 0, 0x80, 0, 0, 6, 0, 10, 0, 2, 7, 8],
    ]
    .concat();
    let message = parse(&bytes);
    let edns = message.edns().unwrap();
    assert_eq!((edns.udp_len(), edns.version()), (1232, 0));
    assert!(edns.is_dnssec_ok());
    assert_eq!(
        edns.options().next(),
        Some(EdnsOption {
            code: 10,
            data: &[7, 8]
        })
    );
    assert_eq!(message.rcode(), Rcode::BAD_MODE);
    assert_eq!(message.additionals().count(), 1);
}

#[test]
fn names_of_codes_are_those_of_the_registry() {
    assert_eq!(Rcode(3).to_string(), "Non-Existent Domain");
    assert_eq!(Rcode(5).to_string(), "Query Refused");
    assert_eq!(Rcode(999).to_string(), "999");
    assert_eq!(RecordType::from_name("aaaa"), Some(RecordType::AAAA));
}

#[test]
fn multicast_bits() {
    let name = wire_name("a.local");
    let mut answer = record(FIRST, 1, 120, &[10, 0, 0, 1]);
    answer[4] = 0x80;
    let bytes = [
        header(0x8400, [1, 1, 0, 0]),
        [&name[..], &[0, 1, 0x80, 1]].concat(),
        answer,
    ]
    .concat();
    let message = parse(&bytes);
    assert!(message.questions().next().unwrap().is_unicast_wanted());
    assert!(message.answers().next().unwrap().is_flush());
}

#[test]
fn messages_in_a_stream() {
    let first = [header(0, [1, 0, 0, 0]), question(&wire_name("a"), 1)].concat();
    let second = answered(1, &[1, 2, 3, 4]);
    let mut stream = Vec::new();
    for message in [&first, &second] {
        stream.extend(u16::try_from(message.len()).unwrap().to_be_bytes());
        stream.extend(message);
    }
    let found: Vec<_> = TcpMessages::new(&stream).collect();
    assert_eq!(found.len(), 2);
    assert_eq!((found[0].data, found[1].data), (&first[..], &second[..]));
    assert!(found.iter().all(TcpMessage::is_whole));

    let cut = &stream[..stream.len() - 3];
    let last = TcpMessages::new(cut).last().unwrap();
    assert!(!last.is_whole());
    let message = last.parse().unwrap();
    assert_eq!(message.flags(), L7Flags::TRUNCATED);
    assert_eq!(
        (message.questions().count(), message.answers().count()),
        (1, 0)
    );

    let mut half = TcpMessages::new(&[7]);
    assert_eq!(half.next(), None);
    assert_eq!(half.rest(), &[7]);
}

#[test]
fn what_claims_more_than_the_message_holds_is_malformed() {
    let mut bytes = answered(1, &[1, 2, 3, 4]);
    bytes[7] = 9;
    let message = parse(&bytes);
    assert_eq!(message.flags(), L7Flags::MALFORMED);
    let error = message.error().unwrap();
    assert_eq!(
        (error.layer, error.problem),
        (L7Layer::DnsName, L7Problem::Beyond)
    );
    assert_eq!(message.answers().count(), 1);
    let error = Message::parse(&bytes[..11], 11).unwrap_err();
    assert_eq!(
        error.to_string(),
        "DNS header at offset 0: beyond the end of what contains it: needed 12, got 11"
    );
    assert!(Message::parse(&bytes[..11], 50).unwrap_err().is_truncated());
}

/// Names of up to five labels, none of them empty.
fn names() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let label = prop::collection::vec(any::<u8>(), 1..=20);
    prop::collection::vec(label, 0..=5)
}

fn encode(labels: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for label in labels {
        bytes.push(u8::try_from(label.len()).unwrap());
        bytes.extend(label);
    }
    bytes
}

fn labels_of(name: Name<'_>) -> Vec<Vec<u8>> {
    name.labels().map(|label| label.unwrap().to_vec()).collect()
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(data in prop::collection::vec(any::<u8>(), 0..300)) {
        dns(&data);
    }

    #[test]
    fn no_small_numbers_make_it_panic(
        flags in any::<u16>(),
        counts in prop::array::uniform4(0_u16..4),
        body in prop::collection::vec(
            prop_oneof![0_u8..16, Just(0xc0), any::<u8>()], 0..120),
    ) {
        dns(&[header(flags, counts), body].concat());
    }

    #[test]
    fn generated_messages_come_back(
        names in prop::collection::vec(names(), 1..5),
        kinds in prop::collection::vec((any::<u16>(), any::<u32>()), 5),
        data in prop::collection::vec(any::<u8>(), 0..40),
    ) {
        // Each name of an answer ends in a pointer to the one before it.
        let answers = names.len() - 1;
        let mut bytes = header(0x8180, [1, u16::try_from(answers).unwrap(), 0, 0]);
        let mut at = bytes.len();
        let mut name = encode(&names[0]);
        name.push(0);
        bytes.extend(question(&name, kinds[0].0));
        let mut whole = vec![names[0].clone()];
        for (labels, (kind, ttl)) in names[1..].iter().zip(&kinds[1..]) {
            let mut name = encode(labels);
            name.extend((0xc000 | u16::try_from(at).unwrap()).to_be_bytes());
            at = bytes.len();
            bytes.extend(record(&name, *kind, *ttl, &data));
            whole.push([&labels[..], whole.last().unwrap()].concat());
        }
        dns(&bytes);
        let message = parse(&bytes);
        prop_assert_eq!(message.error(), None);
        let asked = message.questions().next().unwrap();
        prop_assert_eq!(asked.kind.0, kinds[0].0);
        prop_assert_eq!(&labels_of(asked.name), &whole[0]);
        let mut found = 0;
        for (index, record) in message.answers().enumerate() {
            found += 1;
            prop_assert_eq!((record.kind.0, record.ttl), kinds[index + 1]);
            prop_assert_eq!(record.raw_data(), &data[..]);
            let expected = &whole[index + 1];
            if expected.iter().map(|label| 1 + label.len()).sum::<usize>() < 255 {
                prop_assert_eq!(&labels_of(record.name), expected);
            } else {
                prop_assert_eq!(record.name.check().unwrap_err().problem, L7Problem::Length);
            }
        }
        prop_assert_eq!(found, answers);

        // A beginning tells a beginning of the records, and that something is missing.
        for end in 12..bytes.len() {
            let part = Message::parse(&bytes[..end], bytes.len()).unwrap();
            prop_assert_eq!(part.flags(), L7Flags::TRUNCATED);
            prop_assert!(part.error().unwrap().is_truncated());
            let kinds: Vec<_> = part.answers().map(|record| (record.kind, record.ttl)).collect();
            let all: Vec<_> = message.answers().map(|record| (record.kind, record.ttl)).collect();
            prop_assert!(all.starts_with(&kinds) && kinds.len() < all.len().max(1));
        }
    }
}
