use proptest::prelude::*;

use super::exercise::http1;
use super::*;
use crate::error::{L7Error, L7Layer, L7Problem};
use crate::flags::L7Flags;

const REQUEST: &[u8] = b"POST /a/b?x=1#f HTTP/1.1\r\n\
    Host: user:secret@example.com:8080\r\n\
    user-agent:  curl/8.1 \r\n\
    Content-Type: text/plain\r\n\
    Content-Length: 5\r\n\
    traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n\
    \r\nhello";

const RESPONSE: &[u8] = b"HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\n\
    Transfer-Encoding: gzip, chunked\r\nConnection: close\r\n\r\n\
    5;ext=1\r\nhello\r\n10\r\n0123456789abcdef\r\n0\r\nTrailer: x\r\n\r\n";

fn text(bytes: &[u8]) -> &str {
    core::str::from_utf8(bytes).unwrap()
}

#[test]
fn a_request() {
    let request = Request::parse(REQUEST).unwrap();
    assert_eq!(
        (request.method(), request.version()),
        ("POST", Some("HTTP/1.1"))
    );
    assert_eq!(request.raw_target(), b"/a/b?x=1#f");
    let target = request.target();
    assert_eq!(
        (target.path(), target.query()),
        (&b"/a/b"[..], Some(&b"x=1"[..]))
    );
    assert_eq!((target.scheme(), target.authority()), (None, None));
    let authority = request.authority().unwrap();
    assert_eq!(authority.user_info, Some(&b"user:secret"[..]));
    assert_eq!(
        (authority.host, authority.port),
        (&b"example.com"[..], Some(8080))
    );
    assert_eq!(request.user_agent(), Some(&b"curl/8.1"[..]));
    assert_eq!(request.content_type(), Some(&b"text/plain"[..]));
    assert_eq!(request.content_length(), Some(5));
    assert_eq!(request.framing(), Framing::Length(5));
    assert_eq!(
        request.traceparent().unwrap().trace_id_text(),
        "4bf92f3577b34da6a3ce929d0e0e4736"
    );
    assert!(request.is_keep_alive() && request.is_whole());
    assert_eq!((request.flags(), request.error()), (L7Flags::NONE, None));
    assert_eq!(&REQUEST[request.head_len()..], b"hello");
    assert_eq!(request.headers().count(), 5);
    assert_eq!(request.headers().get("USER-AGENT"), Some(&b"curl/8.1"[..]));
    assert_eq!(request.upgrade(), None);
}

#[test]
fn a_response() {
    let response = Response::parse(RESPONSE).unwrap();
    assert_eq!(
        (response.status(), text(response.reason())),
        (404, "Not Found")
    );
    assert_eq!(response.version(), Some("HTTP/1.1"));
    assert_eq!(response.content_type(), Some(&b"text/html"[..]));
    assert_eq!(response.framing(Answering::Other), Framing::Chunked);
    assert_eq!(response.framing(Answering::of("HEAD")), Framing::None);
    assert!(!response.is_keep_alive());
    let mut body = Body::new(Framing::Chunked);
    let rest = &RESPONSE[response.head_len()..];
    assert_eq!(body.advance(rest), rest.len());
    assert!(body.is_done());
}

#[test]
fn forms_of_targets() {
    let target = Target::parse(b"http://u@[2001:db8::1]:81/p/?q?r", false);
    assert_eq!(target.scheme(), Some(&b"http"[..]));
    let authority = target.authority().unwrap();
    assert_eq!(
        (authority.host, authority.port),
        (&b"2001:db8::1"[..], Some(81))
    );
    assert_eq!(authority.user_info, Some(&b"u"[..]));
    assert_eq!(authority.host_port, b"[2001:db8::1]:81");
    assert_eq!(
        (target.path(), target.query()),
        (&b"/p/"[..], Some(&b"q?r"[..]))
    );
    let target = Target::parse(b"https://example.com?q", false);
    assert_eq!((target.path(), target.query()), (&b""[..], Some(&b"q"[..])));
    assert_eq!(target.authority().unwrap().host, b"example.com");
    let target = Target::parse(b"example.com:443", true);
    assert_eq!(target.authority().unwrap().port, Some(443));
    assert_eq!(Target::parse(b"*", false).path(), b"*");
    // A URL in the query of a path is no scheme.
    let target = Target::parse(b"/go?to=http://x/", false);
    assert_eq!((target.scheme(), target.path()), (None, &b"/go"[..]));
    assert_eq!(Authority::parse(b"[::1").host, b"[::1");
    assert_eq!(Authority::parse(b"h:99999").port, None);
    assert_eq!(Authority::parse(b"h:+80").port, None);
}

#[test]
fn the_host_of_an_absolute_target_counts() {
    let request = Request::parse(b"GET http://a/ HTTP/1.1\r\nHost: b\r\n\r\n").unwrap();
    assert_eq!(request.authority().unwrap().host, b"a");
    assert_eq!(request.host(), Some(&b"b"[..]));
    let request = Request::parse(b"CONNECT c:1 HTTP/1.1\r\nHost: b\r\n\r\n").unwrap();
    assert_eq!(request.authority().unwrap().host, b"c");
}

#[test]
fn messages_of_a_connection_kept_alive() {
    let payload = [REQUEST, b"\r\nHEAD /c HTTP/1.0\r\n\r\nGET /d HT"].concat();
    let mut messages = Messages::new(&payload);
    let first = messages.next().unwrap().unwrap();
    assert_eq!(first.body, b"hello");
    let Message::Request(second) = messages.next().unwrap().unwrap().message else {
        panic!("no request");
    };
    assert_eq!(
        (second.method(), second.version()),
        ("HEAD", Some("HTTP/1.0"))
    );
    assert!(!second.is_keep_alive());
    let Message::Request(third) = messages.next().unwrap().unwrap().message else {
        panic!("no request");
    };
    assert_eq!(
        (third.target().path(), third.flags()),
        (&b"/d"[..], L7Flags::TRUNCATED)
    );
    assert!(messages.next().is_none());
    assert_eq!(messages.rest(), b"GET /d HT");

    let payload = [
        b"HTTP/1.1 100 Continue\r\n\r\n",
        RESPONSE,
        b"HTTP/1.0 200 OK\r\n\r\nto the end",
    ]
    .concat();
    let found: Vec<_> = Messages::new(&payload)
        .map(|exchange| match exchange.unwrap() {
            Exchange {
                message: Message::Response(response),
                body,
            } => (response.status(), body),
            Exchange { .. } => panic!("no response"),
        })
        .collect();
    assert_eq!(found.len(), 3);
    assert_eq!((found[0].0, found[0].1), (100, &b""[..]));
    assert_eq!((found[1].0, found[1].1.len()), (404, 55));
    assert_eq!((found[2].0, found[2].1), (200, &b"to the end"[..]));
}

#[test]
fn a_body_goes_on_in_the_next_payload() {
    let next = b"llo!GET /x HTTP/1.1\r\n\r\n";
    let mut messages = Messages::new(&REQUEST[..REQUEST.len() - 3]);
    assert_eq!(messages.next().unwrap().unwrap().body, b"he");
    assert!(messages.next().is_none() && !messages.body().is_done());
    let mut messages = Messages::resume(next, messages.body());
    // "!" is what follows: no method begins so, but a token does.
    let Message::Request(request) = messages.next().unwrap().unwrap().message else {
        panic!("no request");
    };
    assert_eq!(request.method(), "!GET");
}

#[test]
fn the_response_to_head_has_no_body() {
    let payload = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nHTTP/1.1 204 No\r\n\r\n";
    let mut messages = Messages::new(payload);
    let first = messages.next_message(Answering::Head).unwrap().unwrap();
    assert_eq!(first.body, b"");
    assert!(messages.next().unwrap().is_ok());
    let mut messages = Messages::new(payload);
    assert_eq!(messages.next().unwrap().unwrap().body, b"HTTP/1.1 ");
}

#[test]
fn another_protocol_follows_an_upgrade() {
    let payload = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n\x00\x00\x00\x04";
    let mut messages = Messages::new(payload);
    let exchange = messages.next().unwrap().unwrap();
    let Message::Response(response) = exchange.message else {
        panic!("no response")
    };
    assert_eq!(response.framing(Answering::Other), Framing::Upgrade);
    assert_eq!(response.upgrade(), Some(&b"h2c"[..]));
    assert_eq!(exchange.body, b"\x00\x00\x00\x04");
    let tunnel = Response::parse(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
    assert_eq!(tunnel.framing(Answering::of("CONNECT")), Framing::Upgrade);
}

#[test]
fn lengths_that_contradict_each_other() {
    let framing = |headers: &str| {
        let text = format!("POST / HTTP/1.1\r\n{headers}\r\n");
        Request::parse(text.as_bytes()).unwrap().framing()
    };
    assert_eq!(
        framing("Content-Length: 4, 4\r\nContent-Length: 4\r\n"),
        Framing::Length(4)
    );
    assert_eq!(
        framing("Content-Length: 4\r\nContent-Length: 5\r\n"),
        Framing::Unknown
    );
    assert_eq!(framing("Content-Length: +4\r\n"), Framing::Unknown);
    assert_eq!(
        framing("Content-Length: 99999999999999999999\r\n"),
        Framing::Unknown
    );
    assert_eq!(
        framing("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n"),
        Framing::Chunked
    );
    assert_eq!(
        framing("Transfer-Encoding: chunked, gzip\r\n"),
        Framing::None
    );
    assert_eq!(framing("Content-Length: 0\r\n"), Framing::None);
    let mut lost = Body::new(Framing::Unknown);
    assert_eq!(
        (lost.advance(b"xyz"), lost.is_lost(), lost.is_done()),
        (3, true, false)
    );
}

#[test]
fn chunks_that_are_none_lose_the_body() {
    for bad in [
        "x\r\n",
        "\r\n",
        ";\r\n",
        "1\r\nab",
        "11111111111111111\r\n",
        "-1\r\n",
    ] {
        let mut body = Body::new(Framing::Chunked);
        assert_eq!(body.advance(bad.as_bytes()), bad.len());
        assert!(body.is_lost(), "{bad:?}");
    }
    let mut bare = Body::new(Framing::Chunked);
    assert_eq!(bare.advance(b"1\na\n0\n\nHTTP"), 7);
    assert!(bare.is_done());
}

#[test]
fn heads_that_are_not_as_they_should_be_tell_what_they_can() {
    let data = b"GET /x HTTP/1.1\r\nGood: 1\r\nBad Name: 2\r\nHost: h\r\n\r\n";
    let request = Request::parse(data).unwrap();
    assert_eq!(request.flags(), L7Flags::MALFORMED);
    assert_eq!(request.host(), Some(&b"h"[..]));
    assert!(request.is_whole());
    let error = request.error().unwrap();
    assert_eq!(
        (error.layer, error.problem),
        (L7Layer::Http1Head, L7Problem::Value)
    );
    assert_eq!((error.offset, error.got), (26, u32::from(b'B')));
    http1(data);

    let data = b"GET /x HTTP/3.1\r\nHost: h\r\n\r\n";
    let request = Request::parse(data).unwrap();
    assert_eq!(
        (request.version(), request.raw_target()),
        (None, &b"/x"[..])
    );
    assert_eq!(request.error().unwrap().layer, L7Layer::Http1Request);
    http1(data);

    let data = b"GET /cgi;cat /etc/passwd|?a HTTP/1.0\r\nHost: h\r\n\r\n";
    let request = Request::parse(data).unwrap();
    assert_eq!(request.raw_target(), b"/cgi;cat /etc/passwd|?a");
    assert_eq!(
        (request.version(), request.host()),
        (Some("HTTP/1.0"), Some(&b"h"[..]))
    );
    assert_eq!(request.flags(), L7Flags::MALFORMED);
    http1(data);
    let data = b"GET   /a HTTP/1.1\r\n\r\n";
    let request = Request::parse(data).unwrap();
    assert_eq!(
        (request.raw_target(), request.flags()),
        (&b"/a"[..], L7Flags::MALFORMED)
    );
    http1(data);

    let data = b"HTTP/1.1  200  Fine \xff\r\nServer : x\r\n\r\n";
    let response = Response::parse(data).unwrap();
    assert_eq!(
        (response.status(), response.flags()),
        (200, L7Flags::MALFORMED)
    );
    http1(data);
}

#[test]
fn what_is_no_head_is_an_error() {
    let error = Request::parse(b"GE").unwrap_err();
    assert!(error.is_truncated());
    assert_eq!(
        Request::parse(b"\x16\x03\x01").unwrap_err().problem,
        L7Problem::Value
    );
    assert!(Response::parse(b"HTTP/1.1 2").unwrap_err().is_truncated());
    assert_eq!(
        Response::parse(b"HTTP/2 200\r\n").unwrap_err().problem,
        L7Problem::Value
    );
    assert!(Request::parse(b"").is_err() && Response::parse(b"").is_err());
    let mut messages = Messages::new(b"\x00\x01");
    assert!(messages.next().unwrap().is_err());
    assert!(messages.next().is_none());
}

#[test]
fn any_number_of_header_fields_is_read() {
    let mut data = b"GET / HTTP/1.1\r\n".to_vec();
    for index in 0..200 {
        data.extend(format!("x-{index}: {index}\r\n").bytes());
    }
    let cut = Request::parse(&data).unwrap();
    assert_eq!(
        (cut.flags(), cut.headers().count()),
        (L7Flags::TRUNCATED, 200)
    );
    data.extend(b"Content-Length: 2\r\n\r\nabGET /2 HTTP/1.1\r\n\r\n");
    let request = Request::parse(&data).unwrap();
    assert_eq!((request.flags(), request.error()), (L7Flags::NONE, None));
    assert_eq!(
        (request.headers().count(), request.content_length()),
        (201, Some(2))
    );
    let found: Vec<_> = Messages::new(&data)
        .map(|item| item.unwrap().body)
        .collect();
    assert_eq!(found, [&b"ab"[..], b""]);
    http1(&data);
}

fn generated_head() -> impl Strategy<Value = (String, Vec<(String, String)>)> {
    let line =
        ("[A-Z]{1,10}", "/[!-~]{0,40}").prop_map(|(method, target)| format!("{method} {target}"));
    let field = ("[a-zA-Z0-9-]{1,20}", "([!-~]([ -~]{0,30}[!-~])?)?");
    (line, prop::collection::vec(field, 0..16))
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(data in prop::collection::vec(any::<u8>(), 0..300)) {
        http1(&data);
    }

    #[test]
    fn no_text_makes_it_panic(
        data in "(GET|HTTP/1\\.[01]|[a-z]{0,3}) ?[ -~]{0,20}( HTTP/1.1)?\r?\n\
                 ([a-zA-Z-]{0,12}:? ?[ -~]{0,20}\r?\n){0,6}(\r?\n)?[0-9a-f\r\n]{0,40}"
    ) {
        http1(data.as_bytes());
    }

    #[test]
    fn generated_requests_come_back((line, fields) in generated_head()) {
        // Nothing that decides where the head or the body ends.
        let fields: Vec<_> = fields
            .into_iter()
            .filter(|(name, _)| !["content-length", "transfer-encoding"]
                .contains(&name.to_lowercase().as_str()))
            .collect();
        let mut data = format!("{line} HTTP/1.1\r\n").into_bytes();
        for (name, value) in &fields {
            data.extend(format!("{name}: {value}\r\n").bytes());
        }
        data.extend(b"\r\n");
        http1(&data);
        let request = Request::parse(&data).unwrap();
        prop_assert_eq!(request.flags(), L7Flags::NONE);
        prop_assert_eq!(request.head_len(), data.len());
        prop_assert_eq!(
            format!("{} {}", request.method(), text(request.raw_target())),
            line
        );
        let found: Vec<_> = request
            .headers()
            .map(|header| (text(header.name).to_owned(), text(header.value).to_owned()))
            .collect();
        prop_assert_eq!(&found, &fields);

        // A beginning tells a beginning, and that something is missing.
        for end in 0..data.len() {
            let Ok(part) = Request::parse(&data[..end]) else {
                prop_assert!(end <= request.method().len());
                continue;
            };
            prop_assert_eq!(part.flags(), L7Flags::TRUNCATED);
            prop_assert_eq!(part.method(), request.method());
            prop_assert!(request.raw_target().starts_with(part.raw_target()));
            let count = part.headers().count();
            prop_assert!(request.headers().take(count).eq(part.headers()));
        }
    }

    #[test]
    fn messages_are_found_after_bodies(
        bodies in prop::collection::vec(
            (prop::collection::vec(any::<u8>(), 0..40), prop::option::of(1_usize..9)), 1..5),
        at in any::<prop::sample::Index>(),
    ) {
        let mut data = Vec::new();
        for (index, (body, chunk)) in bodies.iter().enumerate() {
            data.extend(format!("PUT /{index} HTTP/1.1\r\n").bytes());
            match chunk {
                None => {
                    data.extend(format!("Content-Length: {}\r\n\r\n", body.len()).bytes());
                    data.extend(body);
                }
                Some(size) => {
                    data.extend(b"Transfer-Encoding: chunked\r\n\r\n");
                    for part in body.chunks(*size) {
                        data.extend(format!("{:x}\r\n", part.len()).bytes());
                        data.extend(part);
                        data.extend(b"\r\n");
                    }
                    data.extend(b"0\r\n\r\n");
                }
            }
        }
        http1(&data);
        let paths = |messages: &mut Messages<'_>| -> Vec<String> {
            messages
                .filter(|item| !item.as_ref().is_err_and(L7Error::is_truncated))
                .map(|item| match item.unwrap().message {
                    Message::Request(request) if request.is_whole() => {
                        text(request.raw_target()).to_owned()
                    }
                    _ => String::new(),
                })
                .filter(|path| !path.is_empty())
                .collect()
        };
        let expected: Vec<_> = (0..bodies.len()).map(|index| format!("/{index}")).collect();
        prop_assert_eq!(paths(&mut Messages::new(&data)), expected.clone());

        // The same in two payloads, where what is left of a head is put before the second.
        let (left, right) = data.split_at(at.index(data.len()));
        let mut messages = Messages::new(left);
        let mut found = paths(&mut messages);
        let next = [messages.rest(), right].concat();
        found.extend(paths(&mut Messages::resume(&next, messages.body())));
        prop_assert_eq!(found, expected);
    }
}
