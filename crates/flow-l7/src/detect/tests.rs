use proptest::prelude::*;

use super::*;

const TCP: u8 = ip_protocol::TCP;
const UDP: u8 = ip_protocol::UDP;
const ANY: (u16, u16) = (40_000, 50_000);

const QUERY: &[u8] =
    b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x02go\x03dev\x00\x00\x01\x00\x01";

fn in_tcp(payload: &[u8]) -> Option<L7Protocol> {
    detect(payload, ANY, TCP)
}

#[test]
fn text_protocols() {
    let http = Some(L7Protocol::Http1);
    assert_eq!(in_tcp(b"GET / HTTP/1.1\r\nHost: x\r\n"), http);
    assert_eq!(in_tcp(b"PROPFIND /dav HTTP/1.0\r\n"), http);
    assert_eq!(in_tcp(b"CONNECT a:443 HTTP/1.1\n"), http);
    assert_eq!(in_tcp(b"GET /a/long/target/that/goes/on"), http);
    assert_eq!(in_tcp(b"GET /a HTTP/"), http);
    assert_eq!(in_tcp(b"M-SEARCH * HTTP/1.1\r\n"), http);
    assert_eq!(in_tcp(b"HTTP/1.1 200 OK\r\n"), http);
    assert_eq!(in_tcp(b"HTTP/1."), http);
    assert_eq!(in_tcp(b"HTTP/1.9 200 OK"), http, "an odd version");
    assert_eq!(in_tcp(b"GET /x HTTP/1.0.8\r\n"), http, "an odd version");
    for other in [
        &b"OPTIONS sip:a@b SIP/2.0\r\n"[..],
        b"OPTIONS rtsp://a/ RTSP/1.0\r\n",
        b"GET /x HTTP/2.0\r\n",
        b"HTTP/2.9 200 OK",
        b"HTTP/1.1 2x0 OK",
        b"T / HTTP/1.1\r\n",
        b"OST /a HTTP/1.1\r\n",
        b"HELO mail.example\r\n",
        b"GET \x00\x01\x02",
        b"GETX /a/long/target/that/goes/on",
        b"GETX / HTTP/3.1\r\n",
        b"GET",
        b"",
    ] {
        assert_eq!(in_tcp(other), None, "{:?}", String::from_utf8_lossy(other));
    }
    assert_eq!(detect(b"GET", (50_000, 80), TCP), http, "by port");
    assert_eq!(detect(b"POS", (8080, 50_000), TCP), http);
    assert_eq!(detect(b"PROPF", (8080, 50_000), TCP), http);
    assert_eq!(detect(b"XYZ", (8080, 50_000), TCP), None);
    assert_eq!(detect(b"GET / HTTP/1.1\r\n", ANY, UDP), None);
}

#[test]
fn http2_by_preface_and_frames() {
    let http2 = Some(L7Protocol::Http2);
    assert_eq!(in_tcp(crate::http2::PREFACE), http2);
    assert_eq!(in_tcp(b"PRI * HTTP/2.0"), http2);
    assert_eq!(in_tcp(b"PRI * HTTP/2.1\r\n"), None);
    let settings = [0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 100];
    let window = [0, 0, 4, 8, 0, 0, 0, 0, 0, 0, 0, 255, 255];
    assert_eq!(in_tcp(&settings), http2);
    assert_eq!(in_tcp(&settings[..11]), http2);
    assert_eq!(in_tcp(&[&window[..], &window].concat()), http2);
    assert_eq!(in_tcp(&window[..12]), None);
    assert_eq!(in_tcp(&[&window[..], &[1]].concat()), None);
    assert_eq!(in_tcp(&[0; 18]), None);
}

#[test]
fn a_response_as_far_as_it_is_there() {
    let whole = b"HTTP/1.1 200 OK";
    for length in 4..=whole.len() {
        assert_eq!(
            detect(&whole[..length], (1, 80), TCP),
            Some(L7Protocol::Http1),
            "{length}"
        );
    }
}

#[test]
fn tls_by_records() {
    let tls = Some(L7Protocol::Tls);
    assert_eq!(in_tcp(&[22, 3, 1, 2, 0, 1, 0, 1, 0xfc]), tls);
    assert_eq!(in_tcp(&[20, 3, 3, 0, 1, 1, 23, 3, 3, 0, 9, 5]), tls);
    assert_eq!(in_tcp(&[21, 3, 3, 0, 2, 2, 40, 23, 3]), tls);
    assert_eq!(in_tcp(&[22, 3, 9, 2, 0, 1]), None);
    assert_eq!(in_tcp(&[23, 3, 3, 0xff, 0]), None);
    assert_eq!(in_tcp(&[20, 3, 3, 0, 2, 1, 1]), None);
    assert_eq!(
        in_tcp(&[23, 3, 3, 0, 1, 5, b'G', b'E', b'T', b' ', b'/']),
        None
    );
    assert_eq!(in_tcp(&[22, 3, 1]), None);
    assert_eq!(detect(&[22, 3, 1], (443, 50_000), TCP), tls, "by port");
}

#[test]
fn dns_by_its_whole_form() {
    let dns = Some(L7Protocol::Dns);
    assert_eq!(detect(QUERY, ANY, UDP), dns);
    assert_eq!(detect(&QUERY[..20], ANY, UDP), None);
    let length = u16::try_from(QUERY.len()).unwrap().to_be_bytes();
    let stream = [&length[..], QUERY].concat();
    assert_eq!(in_tcp(&stream), dns);
    assert_eq!(in_tcp(&stream.repeat(2)), dns);
    assert_eq!(in_tcp(&stream[..20]), None);
    assert_eq!(detect(&stream[..20], (53, 50_000), TCP), dns, "by port");
    // A name service of NetBIOS asks in the same form, for a type of its own.
    let mut netbios = QUERY.to_vec();
    netbios[21] = 32;
    assert_eq!(detect(&netbios, (137, 137), UDP), None);
    // A multicast response has no question.
    let response = [
        &[0, 0, 0x84, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, b'a', 0][..],
        &[0, 1, 0x80, 1, 0, 0, 0, 120, 0, 4, 10, 0, 0, 1],
    ]
    .concat();
    assert_eq!(detect(&response, (5353, 5353), UDP), dns);
    assert_eq!(detect(&response, ANY, UDP), None);
}

#[test]
fn kafka_by_the_header_of_a_request() {
    let kafka = Some(L7Protocol::Kafka);
    let request = |client: &[u8]| {
        let mut bytes = vec![0, 18, 0, 1, 0, 0, 0, 7];
        bytes.extend(u16::try_from(client.len()).unwrap().to_be_bytes());
        bytes.extend(client);
        [
            &u32::try_from(bytes.len()).unwrap().to_be_bytes()[..],
            &bytes,
        ]
        .concat()
    };
    assert_eq!(in_tcp(&request(b"rdkafka")), kafka);
    assert_eq!(in_tcp(&request(b"")), None);
    assert_eq!(in_tcp(&request(b"\x01\x02")), None);
    assert_eq!(in_tcp(&[&request(b"c")[..], b"GET / HTTP"].concat()), None);
    assert_eq!(detect(&request(b""), (50_000, 9092), TCP), kafka, "by port");
    let mut large = request(b"c");
    large[2] = 9;
    assert_eq!(in_tcp(&large), None);
    assert_eq!(detect(&large, (50_000, 9092), TCP), kafka);
    assert_eq!(detect(&[0; 40], (50_000, 9092), TCP), None);
}

#[test]
fn quic_by_its_version() {
    let quic = Some(L7Protocol::Quic);
    let packet = [0xc3, 0, 0, 0, 1, 2, 7, 8, 0, 0, 0x40, 0x44, 1, 2];
    assert_eq!(detect(&packet, ANY, UDP), quic);
    assert_eq!(detect(&packet, ANY, TCP), None);
    assert_eq!(
        detect(&[0xc3, 0, 0, 0, 9, 2, 7, 8, 0, 0, 0x40, 0x44], ANY, UDP),
        None
    );
    assert_eq!(detect(&packet, ANY, ip_protocol::SCTP), None);
}

fn start(data: &[u8], ports: (u16, u16)) -> Option<(L7Protocol, Option<bool>)> {
    match detect_stream(data, ports) {
        StreamStart::Found {
            protocol,
            is_client,
        } => Some((protocol, is_client)),
        StreamStart::More => panic!("undecided: {data:?}"),
        StreamStart::Other => None,
    }
}

#[test]
fn a_stream_by_what_it_begins_with() {
    let by_content = |data: &[u8]| start(data, ANY);
    let http = |is_client| Some((L7Protocol::Http1, Some(is_client)));
    assert_eq!(by_content(b"GET / HTTP/1.1\r\n"), http(true));
    assert_eq!(by_content(b"M-SEARCH * HTTP/1.1\r\n"), http(true));
    assert_eq!(by_content(b"GET /a/long/target/without/an/end"), http(true));
    assert_eq!(by_content(b"HTTP/1.0 200 OK\r\n"), http(false));
    let tls = |is_client| Some((L7Protocol::Tls, Some(is_client)));
    assert_eq!(by_content(&[0x16, 3, 1, 0, 80, 1, 0]), tls(true));
    assert_eq!(by_content(&[0x16, 3, 3, 0, 80, 2, 0]), tls(false));
    assert_eq!(
        by_content(&[0x16, 3, 1, 0, 1, 1]),
        tls(true),
        "a record of one byte"
    );
    let http2 = |is_client| Some((L7Protocol::Http2, is_client));
    assert_eq!(by_content(crate::http2::PREFACE), http2(Some(true)));
    let settings = [0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 100];
    assert_eq!(by_content(&settings), http2(Some(false)));
    assert_eq!(
        by_content(&[0, 0, 0, 4, 1, 0, 0, 0, 0]),
        http2(None),
        "acknowledged"
    );
    let kafka = b"\0\0\0\x11\0\x12\0\x01\0\0\0\x07\0\x07rdkafka";
    assert_eq!(by_content(kafka), Some((L7Protocol::Kafka, Some(true))));
    let length = u16::try_from(QUERY.len()).unwrap().to_be_bytes();
    let mut dns = [&length[..], QUERY].concat();
    assert_eq!(by_content(&dns), Some((L7Protocol::Dns, Some(true))));
    assert_eq!(
        by_content(&[&dns[..], &dns[..9]].concat()),
        by_content(&dns)
    );
    dns[4] |= 0x80;
    assert_eq!(by_content(&dns), Some((L7Protocol::Dns, Some(false))));
    for other in [
        &b"GET key\r\n"[..],
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"RTSP/1.0 200 OK\r\n",
        b"HTTP/1.0 .: no status\r\n",
        b"HTTP/1.1 20\r\n",
        b"DESCRIBE rtsp://host/ RTSP/1.0\r\n",
        b"INVITE sip:a@b SIP/2.0\r\n",
        b"lower / HTTP/1.1\r\n",
        b"NOSUCHMETHOD /a/long/target/without/an/end",
        &[0x16, 3, 3, 0, 80, 11, 0],
        &[0x17, 3, 3, 0, 80, 1],
        &[0, 29, 1, 2],
    ] {
        assert_eq!(by_content(other), None, "{other:?}");
    }
    let wholes = [
        &b"GET / HTTP/1.1"[..],
        &settings,
        kafka,
        &dns,
        b"PRI * HTTP/2.0",
    ];
    for whole in wholes {
        for length in 0..whole.len() {
            let start = detect_stream(&whole[..length], (53, 9092));
            assert_ne!(start, StreamStart::Other, "{:?}", &whole[..length]);
        }
    }
    for undecided in [
        &b"G"[..],
        b"OPTION",
        b"HTTP/",
        b"PRI *",
        b"GET ",
        &[0x16],
        &[0x16, 3, 1],
    ] {
        assert_eq!(
            detect_stream(undecided, ANY),
            StreamStart::More,
            "{undecided:?}"
        );
    }
    // Off its port a message that is cut is waited for, once its header is there.
    assert_eq!(detect_stream(&dns[..20], ANY), StreamStart::More);
    assert_eq!(detect_stream(&dns[..10], ANY), StreamStart::Other);
    assert_eq!(detect_stream(&kafka[..10], ANY), StreamStart::More);
}

#[test]
fn a_datagram_that_was_cut() {
    let dns = Some(L7Protocol::Dns);
    assert_eq!(
        detect_datagram(&QUERY[..20], QUERY.len(), (5353, 5353)),
        dns
    );
    assert_eq!(detect_datagram(&QUERY[..20], QUERY.len(), ANY), None);
    assert_eq!(detect_datagram(QUERY, QUERY.len(), ANY), dns);
    assert_eq!(detect_datagram(&QUERY[..8], 8, (53, 53)), None);
    let mut many = QUERY.to_vec();
    many[5] = 200;
    assert_eq!(
        detect_datagram(&many, many.len(), (53, 1)),
        None,
        "no room for them"
    );
    let longer = [QUERY, &[0]].concat();
    assert_eq!(
        detect_datagram(&longer, longer.len(), ANY),
        None,
        "a byte too many"
    );
}

/// Random bytes, the same in every run (xorshift).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn fill(&mut self, bytes: &mut [u8]) {
        for part in bytes.chunks_mut(8) {
            part.copy_from_slice(&self.next().to_le_bytes()[..part.len()]);
        }
    }
}

#[test]
fn random_bytes_are_of_no_protocol() {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let mut payload = [0; 64];
    const ROUNDS: u32 = 1 << 22;
    let (mut by_content, mut by_port) = (0_u32, 0_u32);
    for round in 0..ROUNDS {
        let length = 1 + (random.next() % 64) as usize;
        random.fill(&mut payload[..length]);
        let payload = &payload[..length];
        let transport = if round % 2 == 0 { TCP } else { UDP };
        let port = [53, 80, 443, 9092][(round / 2 % 4) as usize];
        by_content += u32::from(detect(payload, ANY, transport).is_some());
        by_port += u32::from(detect(payload, (port, 50_000), transport).is_some());
    }
    // The stated bounds: 4 and 4,096 are expected at most; twice that is far off chance.
    assert!(by_content <= 2 * (ROUNDS >> 20), "{by_content}");
    assert!(by_port <= 2 * (ROUNDS >> 10), "{by_port}");
    println!("{by_content} by content, {by_port} by port, of {ROUNDS}");
}

#[test]
fn random_bytes_after_the_first_of_a_record_are_mostly_no_tls() {
    // The weakest sign, looked at alone: 1 in 256 for the version, 5 in 256 for the minor one.
    let mut random = Random(7);
    let mut payload = [0; 64];
    let mut found = 0_u32;
    const ROUNDS: u32 = 1 << 18;
    for round in 0..ROUNDS {
        random.fill(&mut payload);
        payload[0] = 20 + (round % 5) as u8;
        found += u32::from(in_tcp(&payload).is_some());
    }
    // With the first byte, which 5 in 256 have, this is below one in 2^20.
    assert!(found <= ROUNDS >> 14, "{found}");
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(
        payload in prop::collection::vec(any::<u8>(), 0..120),
        ports in any::<(u16, u16)>(),
        transport in prop_oneof![Just(TCP), Just(UDP), any::<u8>()],
    ) {
        let found = detect(&payload, ports, transport);
        prop_assert!(found.is_none() || transport == TCP || transport == UDP);
        let _ = detect_stream(&payload, ports);
        let _ = detect_datagram(&payload, 2 * payload.len(), ports);
    }

    #[test]
    fn generated_requests_are_found(target in "/[!-~]{0,80}", rest in "[ -~]{0,40}") {
        let line = format!("GET {target} HTTP/1.1\r\n{rest}");
        prop_assert_eq!(in_tcp(line.as_bytes()), Some(L7Protocol::Http1));
    }
}
