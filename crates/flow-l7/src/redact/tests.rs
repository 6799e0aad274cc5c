use std::string::{String, ToString};
use std::vec::Vec;

use proptest::prelude::*;

use super::*;
use flow_core::record::TextWriter;

fn text(shown: &Shown<'_>) -> String {
    String::from_utf8_lossy(shown.as_bytes()).into_owned()
}

fn url(redaction: &Redaction, url: &str) -> String {
    text(&redaction.url(url.as_bytes()))
}

#[test]
fn credentials_go_from_every_form_of_a_url() {
    let redaction = Redaction::default();
    for (given, shown) in [
        (
            "http://user:s3cret@host/p?q#f",
            "http://HUBBLE_REDACTED@host/p?q#f",
        ),
        (
            "https://s3cret@host:8443",
            "https://HUBBLE_REDACTED@host:8443",
        ),
        (
            "http://user:s3cret@in@host/",
            "http://HUBBLE_REDACTED@host/",
        ),
        (
            "http://user:%40s3cret@[::1]:80/",
            "http://HUBBLE_REDACTED@[::1]:80/",
        ),
        ("//user:s3cret@host/p", "//HUBBLE_REDACTED@host/p"),
        ("\\\\user:s3cret@host/p", "\\\\HUBBLE_REDACTED@host/p"),
        (
            "/next?to=http://user:s3cret@host/p",
            "/next?to=http://HUBBLE_REDACTED@host/p",
        ),
        (
            "/next?to=http%3A%2F%2Fuser%3As3cret%40host%2Fp",
            "/next?to=http%3A%2F%2FHUBBLE_REDACTED%40host%2Fp",
        ),
        (
            "/a?b=http%253a%252f%252fuser%253as3cret%2540host%252fp%2540",
            "/a?b=http%253a%252f%252fHUBBLE_REDACTED%2540host%252fp%2540",
        ),
        (
            "/proxy/http:///user:s3cret@host",
            "/proxy/http:///HUBBLE_REDACTED@host",
        ),
        ("http://a@s3cret@b@host", "http://HUBBLE_REDACTED@host"),
        ("http://:s3cret@host", "http://HUBBLE_REDACTED@host"),
        ("http://[user:s3cret@host/", "http://HUBBLE_REDACTED@host/"),
        ("///s3cret@host", "///HUBBLE_REDACTED@host"),
    ] {
        assert_eq!(url(&redaction, given), shown);
    }
}

#[test]
fn what_cannot_be_understood_is_hidden_as_a_whole() {
    let redaction = Redaction::default();
    for given in [
        "http://user:s3/cret@host/",
        "http://user:s3?cret@host/",
        "http://us er:s3cret/@host/",
        "http://user:s3cret%40host/",
        "http:/user:s3cret@host/",
        "http:user:s3cret@host",
        "user:s3cret@host:443",
        "user%3as3cret%40host",
        "http://user:s3cret@host:80x/",
        "http://user:s3cret",
        "http://user:s3cret/path",
    ] {
        assert_eq!(url(&redaction, given), MARKER, "{given}");
    }
}

#[test]
fn what_is_cut_off_could_be_a_user() {
    let redaction = Redaction::default();
    for (given, shown) in [
        ("http://user:s3cr", "http://HUBBLE_REDACTED"),
        ("http://s3cr", "http://HUBBLE_REDACTED"),
        (
            "/next?to=http%3A%2F%2Fuser:s3cr",
            "/next?to=http%3A%2F%2FHUBBLE_REDACTED",
        ),
        ("user:s3cr", MARKER),
        ("http://host/pa", "http://host/pa"),
        ("http://user:s3/cr", MARKER),
        ("/pa", "/pa"),
        ("/p?mail=a@", "/p?mail=a@"),
    ] {
        assert_eq!(text(&redaction.cut_url(given.as_bytes())), shown);
    }
    let shown = Redaction::default().show_url_user_info();
    assert!(!shown.cut_url(b"http://user:s3cr").is_redacted());
}

#[test]
fn what_is_no_secret_stays() {
    let redaction = Redaction::default();
    for given in [
        "",
        "*",
        "/",
        "/index.html?a=b@c",
        "/registry//@scope/package",
        "http://host/@scope?mail=a@b",
        "http://host:80/p",
        "host:443",
        "http://exa mple/",
        "relative/path",
        "%zz%",
        "http://host/%40",
    ] {
        let shown = redaction.url(given.as_bytes());
        assert!(!shown.is_redacted(), "{given}");
        assert_eq!(text(&shown), given);
    }
    let all = "http://user:pw@host/?q#f";
    assert_eq!(url(&Redaction::none(), all), all);
    assert_eq!(url(&Redaction::default().show_url_user_info(), all), all);
}

#[test]
fn queries_go_where_that_is_wanted() {
    let redaction = Redaction::default().hide_url_query();
    for (given, shown) in [
        ("/p?s3cret", "/p?HUBBLE_REDACTED"),
        ("/p?a=1&s3cret#f", "/p?HUBBLE_REDACTED"),
        ("/p#s3cret?x", "/p#HUBBLE_REDACTED"),
        (
            "http://u@h/p?s3cret",
            "http://HUBBLE_REDACTED@h/p?HUBBLE_REDACTED",
        ),
        ("?s3cret", "?HUBBLE_REDACTED"),
        ("p?s3cret", "p?HUBBLE_REDACTED"),
        ("/p", "/p"),
    ] {
        assert_eq!(url(&redaction, given), shown);
    }
    let header = |name: &[u8], value: &[u8]| text(&redaction.header(name, value));
    assert_eq!(
        header(b"refresh", b"0; url=https://h/p?s3cret"),
        "0; url=https://h/p?HUBBLE_REDACTED"
    );
    assert_eq!(
        header(
            b"link",
            b"<https://u:s3cret@h/p?s3cret>; rel=next, <//g/?s3cret>"
        ),
        "<https://HUBBLE_REDACTED@h/p?HUBBLE_REDACTED>; rel=next, <//g/?HUBBLE_REDACTED>"
    );
    assert_eq!(header(b"Referer", b"/p?s3cret"), "/p?HUBBLE_REDACTED");
    assert_eq!(header(b"X-Question", b"why?"), "why?");
}

#[test]
fn the_parts_of_a_url_are_joined() {
    let redaction = Redaction::default();
    let join = |host: &str, target: &str| {
        let mut to = b"|".to_vec();
        let redacted = redaction.join(
            b"http",
            host.as_bytes(),
            target.as_bytes(),
            &mut TextWriter::new(&mut to),
        );
        (String::from_utf8(to).unwrap(), redacted)
    };
    assert_eq!(join("h:80", "/p?q"), ("|http://h:80/p?q".into(), false));
    assert_eq!(join("h", "/@p"), ("|http://h/@p".into(), false));
    assert_eq!(
        join("user:s3/cret@h", "/p"),
        ("|http://HUBBLE_REDACTED@h/p".into(), true)
    );
    assert_eq!(
        join("h", "//user:s3cret@g/p"),
        ("|http://h//HUBBLE_REDACTED@g/p".into(), true)
    );
    assert_eq!(join("user:s3", "/cret"), ("|HUBBLE_REDACTED".into(), true));
    assert_eq!(
        join("user:s3", "/cret@h/"),
        ("|HUBBLE_REDACTED".into(), true)
    );
}

#[test]
fn header_fields_by_list() {
    let default = Redaction::default();
    for name in [
        "Authorization",
        "PROXY-AUTHORIZATION",
        "cookie",
        "Set-Cookie",
    ] {
        assert_eq!(default.header(name.as_bytes(), b"s3cret"), Shown::Hidden);
    }
    let shown = |redaction: &Redaction, name: &str| {
        !redaction.header(name.as_bytes(), b"value").is_redacted()
    };
    assert!(shown(&default, "x-api-key") && shown(&default, "authorizations"));
    let more = Redaction::default().also_deny_headers(["X-Api-Key"]);
    assert!(!shown(&more, "x-api-key") && !shown(&more, "cookie"));
    let other = Redaction::default().deny_headers(["X-Api-Key"]);
    assert!(!shown(&other, "x-api-key") && shown(&other, "cookie"));
    let allowed = Redaction::default().allow_headers(["Host", "Accept"]);
    assert!(shown(&allowed, "host") && shown(&allowed, "ACCEPT"));
    assert!(!shown(&allowed, "cookie") && !shown(&allowed, "user-agent"));
    let fewer = allowed.also_deny_headers(["accept"]);
    assert!(shown(&fewer, "host") && !shown(&fewer, "accept"));
    for name in ["Referer", "location", "X-Anything", "Link"] {
        let value = default.header(name.as_bytes(), b"<http://u:s3cret@h/>");
        assert!(value.is_redacted(), "{name}");
        assert!(!text(&value).contains("s3cret"), "{name}");
    }
    assert_eq!(
        text(&default.header(b"From", b"a@example.org")),
        "a@example.org"
    );
    assert_eq!(default.header(b"Host", b"u:s3cret@h"), Shown::Hidden);
}

#[test]
fn names_below_a_suffix() {
    let redaction = Redaction::default().hide_names_below(["Corp.Example.", "internal"]);
    assert!(redaction.hides_names() && !Redaction::default().hides_names());
    for (given, shown) in [
        ("s3cret.corp.example", "HUBBLE_REDACTED.corp.example"),
        ("a.s3cret.CORP.example.", "HUBBLE_REDACTED.corp.example."),
        ("corp.example", "corp.example"),
        ("notcorp.example", "notcorp.example"),
        ("corp.example.org", "corp.example.org"),
        ("s3cret.internal", "HUBBLE_REDACTED.internal"),
        ("internal", "internal"),
        ("", ""),
    ] {
        assert_eq!(text(&redaction.host(given.as_bytes())), shown);
    }
    assert_eq!(
        url(&redaction, "http://s3cret.internal:80/p"),
        "http://HUBBLE_REDACTED.internal:80/p"
    );
    assert_eq!(
        url(&redaction, "s3cret.internal:443"),
        "HUBBLE_REDACTED.internal:443"
    );
    let host = redaction.header(b"Host", b"s3cret.internal:443");
    assert_eq!(text(&host), "HUBBLE_REDACTED.internal:443");
    let all = Redaction::none().hide_names_below([""]);
    assert_eq!(text(&all.host(b"any.name")), MARKER);
}

#[test]
fn debug_shows_what_may_be_shown() {
    let shown = Redaction::default().url(b"http://u:s3cret@h/\x1b").clone();
    assert_eq!(
        std::format!("{shown:?}"),
        "\"http://HUBBLE_REDACTED@h/\\u{1b}\""
    );
    assert_eq!(MARKER.to_string(), "HUBBLE_REDACTED");
}

/// Pieces that URLs are made of, and what makes trouble between them.
fn pieces() -> impl Strategy<Value = Vec<&'static str>> {
    let piece = proptest::sample::select(
        &[
            "http", ":", "/", "//", "\\", "?", "#", "@", "%40", "%2540", "%2f", "%3A", "%25",
            "host", "[", "]", "80", " ", "&u=", ";", ",", "\"", "<", "%",
        ][..],
    );
    proptest::collection::vec(piece, 0..12)
}

proptest! {
    /// What stands between the slashes and an `@` before the next slash is never shown.
    #[test]
    fn a_user_is_never_shown(before in pieces(), user in "[a-z:!$&'()*+,;=@~-]{0,9}", after in pieces()) {
        let (before, after) = (before.concat(), after.concat());
        let given = std::format!("{before}//{user}canary{user}@{after}");
        let shown = url(&Redaction::default(), &given);
        prop_assert!(!shown.contains("canary"), "{given} {shown}");
    }

    /// What is redacted once is not redacted again.
    #[test]
    fn redacting_twice_is_redacting_once(parts in pieces()) {
        let redaction = Redaction::default().hide_url_query();
        let once = url(&redaction, &parts.concat());
        prop_assert_eq!(url(&redaction, &once), once);
    }

    #[test]
    fn any_bytes_are_taken(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
        let redaction = Redaction::default().hide_url_query().hide_names_below(["a.b"]);
        let _ = redaction.url(&bytes);
        let _ = redaction.header(b"x", &bytes);
        let _ = redaction.header(b"host", &bytes);
        let mut to = Vec::new();
        redaction.join(b"http", &bytes, &bytes, &mut TextWriter::new(&mut to));
        for name in [&b"x"[..], b"host", b"location", b"cookie"] {
            let mut to = Vec::new();
            let is_redacted = redaction.write_header(name, &bytes, &mut TextWriter::new(&mut to));
            let shown = redaction.header(name, &bytes);
            prop_assert_eq!(shown.as_bytes(), &*to);
            prop_assert_eq!(shown.is_redacted(), is_redacted);
        }
        let plain = Redaction::none().url(&bytes);
        prop_assert_eq!(plain.as_bytes(), &*bytes);
    }
}
