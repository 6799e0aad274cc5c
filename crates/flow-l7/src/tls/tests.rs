use proptest::prelude::*;

use super::exercise::tls;
use super::*;
use crate::error::{L7Layer, L7Problem};
use crate::flags::L7Flags;

fn with_length8(bytes: &[u8]) -> Vec<u8> {
    [&[u8::try_from(bytes.len()).unwrap()][..], bytes].concat()
}

fn with_length16(bytes: &[u8]) -> Vec<u8> {
    [
        &u16::try_from(bytes.len()).unwrap().to_be_bytes()[..],
        bytes,
    ]
    .concat()
}

fn numbers(list: &[u16]) -> Vec<u8> {
    list.iter()
        .flat_map(|number| number.to_be_bytes())
        .collect()
}

fn extension(kind: u16, data: &[u8]) -> Vec<u8> {
    [numbers(&[kind]), with_length16(data)].concat()
}

/// Body of a ClientHello.
fn hello_body(ciphers: &[u16], extensions: &[Vec<u8>]) -> Vec<u8> {
    [
        vec![3, 3],
        vec![7; 32],
        with_length8(&[9; 4]),
        with_length16(&numbers(ciphers)),
        with_length8(&[0]),
        with_length16(&extensions.concat()),
    ]
    .concat()
}

fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).unwrap().to_be_bytes();
    [&[kind][..], &length[1..], body].concat()
}

fn record(kind: u8, fragment: &[u8]) -> Vec<u8> {
    [&[kind, 3, 1][..], &with_length16(fragment)].concat()
}

fn server_name(name: &str) -> Vec<u8> {
    let entry = [&[0][..], &with_length16(name.as_bytes())].concat();
    extension(0, &with_length16(&entry))
}

fn alpn(names: &[&[u8]]) -> Vec<u8> {
    let list: Vec<_> = names.iter().flat_map(|name| with_length8(name)).collect();
    extension(16, &with_length16(&list))
}

/// The hello of the example in the description of JA4, with GREASE in every list.
fn browser() -> Vec<u8> {
    let ciphers = [
        0x1a1a, 0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc013,
        0xc014, 0x009c, 0x009d, 0x002f, 0x0035,
    ];
    let schemes = [
        0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601,
    ];
    let extensions = [
        extension(0x2a2a, &[]),
        extension(0x001b, &[]),
        server_name("example.com"),
        extension(0x0033, &[]),
        alpn(&[b"h2", b"http/1.1"]),
        extension(0x4469, &[]),
        extension(0x0017, &[]),
        extension(0x002d, &[]),
        extension(0x000d, &with_length16(&numbers(&schemes))),
        extension(0x0005, &[]),
        extension(0x0023, &[]),
        extension(0x0012, &[]),
        extension(0x002b, &with_length8(&numbers(&[0x3a3a, 0x0304, 0x0303]))),
        extension(0xff01, &[]),
        extension(0x000b, &[]),
        extension(0x000a, &with_length16(&numbers(&[0x4a4a, 29, 23]))),
        extension(0x0015, &[]),
    ];
    hello_body(&ciphers, &extensions)
}

fn parse(body: &[u8]) -> ClientHello<'_> {
    ClientHello::parse(body, body.len()).unwrap()
}

#[test]
fn a_client_hello() {
    let body = browser();
    let hello = parse(&body);
    assert_eq!((hello.flags(), hello.error()), (L7Flags::NONE, None));
    assert_eq!(hello.server_name(), Some(&b"example.com"[..]));
    assert_eq!(hello.alpn().collect::<Vec<_>>(), [&b"h2"[..], b"http/1.1"]);
    assert_eq!(hello.version(), TlsVersion::TLS_1_3);
    assert_eq!(hello.legacy_version().to_string(), "TLS 1.2");
    assert_eq!(hello.versions().count(), 3);
    assert_eq!(
        (hello.random(), hello.session_id()),
        (&[7; 32], &[9; 4][..])
    );
    let ciphers: Vec<_> = hello.ciphers().collect();
    assert_eq!(ciphers.len(), 16);
    assert_eq!(ciphers[1].to_string(), "TLS_AES_128_GCM_SHA256");
    assert_eq!(ciphers[0].to_string(), "0x1a1a");
    assert_eq!(hello.groups().nth(1).unwrap().to_string(), "x25519");
    assert_eq!(
        hello.signature_schemes().next().unwrap().name(),
        Some("ecdsa_secp256r1_sha256")
    );
    assert_eq!(hello.extensions().count(), 17);
    assert!(!hello.is_ech_offered());
}

#[test]
fn the_fingerprint_of_the_description() {
    let body = browser();
    let ja4 = parse(&body).ja4(Ja4Transport::Tcp).unwrap();
    assert_eq!(ja4.to_string(), "t13d1516h2_8daaf6152771_e5627efa2ab1");
    let ja4 = parse(&body).ja4(Ja4Transport::Quic).unwrap();
    assert!(ja4.as_str().starts_with("q13d1516h2_"));
}

#[test]
fn parts_of_fingerprints() {
    let of = |ciphers: &[u16], extensions: &[Vec<u8>]| {
        let body = hello_body(ciphers, extensions);
        parse(&body).ja4(Ja4Transport::Tcp).unwrap().to_string()
    };
    assert_eq!(of(&[], &[]), "t12i000000_000000000000_000000000000");
    assert_eq!(
        of(&[0x0a0a], &[alpn(&[])]),
        "t12i000100_000000000000_000000000000"
    );
    let name = |name: &[u8]| of(&[], &[alpn(&[name])])[8..10].to_owned();
    assert_eq!(name(b"http/1.1"), "h1");
    assert_eq!(name(b"h"), "hh");
    assert_eq!(name(&[0xab]), "ab");
    assert_eq!(name(&[0xab, 0xcd]), "ad");
    assert_eq!(name(&[0x30, 0xab]), "3b");
    assert_eq!(name(&[0x30, 0x31, 0xab, 0xcd]), "3d");
    assert_eq!(name(&[0x30, 0xab, 0xcd, 0x31]), "01");
    let many: Vec<u16> = (0..400).map(|index| 0x4000 + index).collect();
    assert!(of(&many, &[]).starts_with("t12i990000_"));
    // Without signature schemes there is no underscore in what is digested.
    use sha2::{Digest, Sha256};
    let digest = Sha256::digest(b"0017");
    let digits: String = digest[..6]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let expected = format!("t12i000100_000000000000_{digits}");
    assert_eq!(of(&[], &[extension(0x17, &[])]), expected);
    let too_many: Vec<u16> = (0..513).map(|index| 0x4000 + index).collect();
    assert_eq!(
        parse(&hello_body(&too_many, &[])).ja4(Ja4Transport::Tcp),
        None
    );
    for (version, expected) in [(0x0304, "t13"), (0xfefd, "td2"), (0x7f1c, "t00")] {
        let versions = extension(43, &with_length8(&numbers(&[version, 0x0a0a])));
        assert!(of(&[], &[versions]).starts_with(expected), "{version:x}");
    }
}

#[test]
fn the_highest_version_counts() {
    for (list, expected) in [
        (&[0x0303, 0x0304, 0x0301][..], TlsVersion::TLS_1_3),
        (&[0xfeff, 0xfefc, 0xfefd], TlsVersion::DTLS_1_3),
        (&[0x0a0a, 0xfafa], TlsVersion::TLS_1_2),
        (&[0x7f1c, 0x0302], TlsVersion::TLS_1_1),
    ] {
        let body = hello_body(&[1], &[extension(43, &with_length8(&numbers(list)))]);
        assert_eq!(parse(&body).version(), expected, "{list:x?}");
    }
    assert!(is_grease(0x0a0a) && is_grease(0xfafa) && !is_grease(0x0a1a) && !is_grease(0x1301));
}

/// Body of a ServerHello.
fn server_body(random: &[u8; 32], extensions: &[Vec<u8>]) -> Vec<u8> {
    [
        &[3, 3][..],
        random,
        &[0, 0xc0, 0x2f, 0],
        &with_length16(&extensions.concat()),
    ]
    .concat()
}

#[test]
fn a_server_hello() {
    let body = server_body(&[1; 32], &[alpn(&[b"h2"]), extension(43, &[3, 4])]);
    let hello = ServerHello::parse(&body, body.len()).unwrap();
    assert_eq!(
        (hello.flags(), hello.version()),
        (L7Flags::NONE, TlsVersion::TLS_1_3)
    );
    assert_eq!(hello.legacy_version(), TlsVersion::TLS_1_2);
    assert_eq!(
        hello.cipher().unwrap().name(),
        Some("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256")
    );
    assert_eq!((hello.alpn(), hello.is_retry()), (Some(&b"h2"[..]), false));
    assert_eq!((hello.random(), hello.session_id()), (&[1; 32], &[][..]));
    assert_eq!(hello.extensions().count(), 2);

    // Before TLS 1.3 there may be no extensions at all.
    let old = &body[..38];
    let hello = ServerHello::parse(old, old.len()).unwrap();
    assert_eq!(
        (hello.flags(), hello.version()),
        (L7Flags::NONE, TlsVersion::TLS_1_2)
    );
    assert_eq!(hello.alpn(), None);
    let cut = ServerHello::parse(&body[..36], body.len()).unwrap();
    assert_eq!((cut.cipher(), cut.flags()), (None, L7Flags::TRUNCATED));
}

#[test]
fn a_request_for_another_hello() {
    use sha2::{Digest, Sha256};
    let random = Sha256::digest(b"HelloRetryRequest").into();
    let body = server_body(&random, &[]);
    assert!(ServerHello::parse(&body, body.len()).unwrap().is_retry());
}

#[test]
fn a_hello_in_one_record_is_borrowed() {
    let payload = [record(22, &message(1, &browser())), record(20, &[1])].concat();
    let bytes = HandshakeBytes::join(&payload, &mut []).unwrap();
    assert_eq!(bytes.flags(), L7Flags::NONE);
    assert!(payload.as_ptr_range().contains(&bytes.as_bytes().as_ptr()));
    assert!(bytes.messages().next().unwrap().is_whole());
    let kinds: Vec<_> = Records::new(&payload)
        .map(|record| record.unwrap().kind.0)
        .collect();
    assert_eq!(kinds, [22, 20]);
}

#[test]
fn a_hello_in_several_records_is_put_together() {
    let whole = message(1, &browser());
    let payload: Vec<_> = whole.chunks(50).flat_map(|part| record(22, part)).collect();
    tls(&payload);
    let mut room = [0; 1024];
    let bytes = HandshakeBytes::join(&payload, &mut room).unwrap();
    assert_eq!(
        (bytes.as_bytes(), bytes.flags()),
        (&whole[..], L7Flags::NONE)
    );

    let mut small = [0; 100];
    let bytes = HandshakeBytes::join(&payload, &mut small).unwrap();
    assert_eq!(bytes.flags(), L7Flags::LIMIT | L7Flags::TRUNCATED);
    let message = bytes.messages().next().unwrap();
    let hello = ClientHello::parse(message.body, message.length).unwrap();
    assert_eq!(hello.flags(), L7Flags::TRUNCATED);
    assert_eq!(hello.ciphers().len(), 16);

    let cut = HandshakeBytes::join(&payload[..payload.len() - 1], &mut room).unwrap();
    assert_eq!(cut.flags(), L7Flags::TRUNCATED);
    let cut = HandshakeBytes::join(&payload[..30], &mut room).unwrap();
    assert_eq!(
        (cut.as_bytes(), cut.flags()),
        (&whole[..25], L7Flags::TRUNCATED)
    );
}

#[test]
fn a_hello_after_an_alert_is_found() {
    let hello = record(22, &message(2, &server_body(&[1; 32], &[])));
    let payload = [record(21, &[1, 112]), hello].concat();
    tls(&payload);
    let bytes = HandshakeBytes::join(&payload, &mut []).unwrap();
    assert_eq!(
        bytes.messages().next().unwrap().kind,
        HandshakeType::SERVER_HELLO
    );
}

#[test]
fn several_messages_in_a_record() {
    let fragment = [message(2, &server_body(&[1; 32], &[])), message(14, &[])].concat();
    let payload = record(22, &fragment);
    let bytes = HandshakeBytes::join(&payload, &mut []).unwrap();
    let kinds: Vec<_> = bytes
        .messages()
        .map(|message| message.kind.to_string())
        .collect();
    assert_eq!(kinds, ["server_hello", "server_hello_done"]);
}

#[test]
fn alerts() {
    let payload = [record(21, &[2, 40]), record(21, &[7; 26])].concat();
    let found: Vec<_> = Records::new(&payload)
        .map(|record| Alert::parse(&record.unwrap()))
        .collect();
    let alert = found[0].unwrap();
    assert_eq!(
        format!("{} {}", alert.level, alert.description),
        "fatal handshake_failure"
    );
    assert_eq!(found[1], None, "encrypted");
}

#[test]
fn what_is_no_record_is_an_error() {
    let fail = |bytes: &[u8]| Records::new(bytes).next().unwrap().unwrap_err().problem;
    assert_eq!(fail(b"GET / HTTP/1.1"), L7Problem::Value);
    assert_eq!(fail(&[22, 4, 0, 0, 0]), L7Problem::Value);
    assert_eq!(fail(&[22, 3, 1, 0xff, 0xff]), L7Problem::Length);
    assert_eq!(fail(&[22, 3, 1]), L7Problem::Truncated);
    assert!(Records::new(&[]).next().is_none());
    assert_eq!(
        HandshakeBytes::join(&record(23, &[1]), &mut [])
            .unwrap_err()
            .problem,
        L7Problem::Value
    );
    assert!(
        HandshakeBytes::join(&[], &mut [])
            .unwrap_err()
            .is_truncated()
    );
}

#[test]
fn what_claims_more_than_there_is_is_malformed() {
    let body = hello_body(&[1], &[server_name("a.example"), vec![0, 16, 0, 9, 1]]);
    let hello = parse(&body);
    assert_eq!(hello.flags(), L7Flags::MALFORMED);
    let error = hello.error().unwrap();
    assert_eq!(
        (error.layer, error.problem),
        (L7Layer::TlsExtension, L7Problem::Beyond)
    );
    assert_eq!((error.needed, error.got), (13, 5));
    assert_eq!(hello.server_name(), Some(&b"a.example"[..]));
    assert_eq!(hello.ja4(Ja4Transport::Tcp), None);
    let mut body = hello_body(&[1], &[]);
    body[34] = 200;
    assert_eq!(parse(&body).error().unwrap().problem, L7Problem::Beyond);
    assert!(ClientHello::parse(&[3; 33], 50).unwrap_err().is_truncated());
    // A name of another kind before the host's, and a list that ends too early.
    let names = [
        &[1][..],
        &with_length16(b"x"),
        &[0],
        &with_length16(b"host"),
    ]
    .concat();
    let body = hello_body(&[], &[extension(0, &with_length16(&names))]);
    assert_eq!(parse(&body).server_name(), Some(&b"host"[..]));
    let body = hello_body(&[], &[extension(0, &[0, 9, 0, 0, 20, b'x'])]);
    assert_eq!(parse(&body).server_name(), None);
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(data in prop::collection::vec(any::<u8>(), 0..400)) {
        tls(&data);
    }

    #[test]
    fn no_flip_makes_it_panic(at in any::<prop::sample::Index>(), value in any::<u8>()) {
        let mut payload = record(22, &message(1, &browser()));
        let at = at.index(payload.len());
        payload[at] = value;
        tls(&payload);
        tls(&payload[5..]);
        tls(&payload[9..]);
    }

    #[test]
    fn generated_hellos_come_back(
        ciphers in prop::collection::vec(any::<u16>(), 0..40),
        kinds in prop::collection::vec((any::<u16>(), prop::collection::vec(any::<u8>(), 0..20)), 0..12),
        name in "[a-z]{1,10}\\.[a-z]{2,3}",
        protocols in prop::collection::vec("[!-~]{1,9}", 0..4),
        split in 1_usize..300,
    ) {
        let protocols: Vec<_> = protocols.iter().map(String::as_bytes).collect();
        let mut extensions = vec![server_name(&name), alpn(&protocols)];
        extensions.extend(kinds.iter().map(|(kind, data)| extension(*kind, data)));
        let body = hello_body(&ciphers, &extensions);
        let whole = message(1, &body);
        let payload: Vec<_> = whole.chunks(split).flat_map(|part| record(22, part)).collect();
        tls(&payload);
        let mut room = [0; 2048];
        let bytes = HandshakeBytes::join(&payload, &mut room).unwrap();
        let found = bytes.messages().next().unwrap();
        prop_assert!(found.is_whole());
        let hello = ClientHello::parse(found.body, found.length).unwrap();
        prop_assert_eq!(hello.flags(), L7Flags::NONE);
        prop_assert_eq!(hello.server_name(), Some(name.as_bytes()));
        prop_assert_eq!(hello.alpn().collect::<Vec<_>>(), protocols);
        prop_assert!(hello.ciphers().map(|cipher| cipher.0).eq(ciphers));
        let found: Vec<_> = hello
            .extensions()
            .skip(2)
            .map(|one| (one.kind.0, one.data.to_vec()))
            .collect();
        prop_assert_eq!(&found, &kinds);

        // A beginning tells a beginning, and that something is missing.
        for end in 34..body.len() {
            let part = ClientHello::parse(&body[..end], body.len()).unwrap();
            prop_assert_eq!(part.flags(), L7Flags::TRUNCATED);
            prop_assert!(part.server_name().is_none_or(|found| found == name.as_bytes()));
            let count = part.extensions().count();
            prop_assert!(hello.extensions().take(count).eq(part.extensions()));
            let count = part.ciphers().len();
            prop_assert!(hello.ciphers().take(count).eq(part.ciphers()));
        }
    }
}
