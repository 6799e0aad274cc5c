//! Secrets and hostile text in every field of a capture: what must not be told is found nowhere,
//! and nothing that a terminal would obey reaches it.

use std::path::Path;
use std::process::Output;

use flow_capture::Reader;
use flow_core::decode::{Capture, flow_of};
use flow_core::flow::Flow;
use flow_core::record::L7Record;
use flow_core::wire::{LinkType, Packet};
use flow_l7::redact::Redaction;
use flow_l7::track::{Limits, Segment, Tracker};

use crate::run::{observe, text};
use crate::script::{
    By, MILLISECOND, Script, client_hello, dns_answer, dns_query, kafka_request, kafka_response,
    server_hello,
};

const FORMS: [&str; 4] = ["compact", "json", "dict", "table"];

/// Where a secret is put.
const PLACES: [&str; 16] = [
    "userinfo",
    "query",
    "fragment",
    "authorization",
    "proxy",
    "cookie",
    "setcookie",
    "denied",
    "referer",
    "refererquery",
    "location",
    "dnsname",
    "dnsalias",
    "sni",
    "urlhost",
    "hosthost",
];

/// The secret of a place: letters that stand nowhere else, in lower case as names of hosts are.
fn canary(place: &str) -> String {
    assert!(PLACES.contains(&place));
    format!("canary{place}q7z")
}

/// A capture with a secret in every place.
fn secrets() -> Script {
    use By::{Client, Server};
    let mut script = Script::new();
    let (name, alias) = (canary("dnsname"), canary("dnsalias"));
    let labels: [&[u8]; 3] = [name.as_bytes(), b"corp", b"example"];
    let other: [&[u8]; 3] = [alias.as_bytes(), b"corp", b"example"];
    script.datagram(0, Client, (40_000, 53), &dns_query(7, &labels));
    let answer = dns_answer(7, &labels, &other);
    script.datagram(MILLISECOND, Server, (40_000, 53), &answer);

    let c = canary;
    let mut http = script.connect((40_001, 80));
    let request = format!(
        "GET http://user:{}@{}.corp.example/path?token={}#{} HTTP/1.1\r\n\
         Host: {}.corp.example\r\nAuthorization: Bearer {}\r\nProxy-Authorization: {}\r\n\
         Cookie: id={}\r\nX-Api-Key: {}\r\nReferer: http://u:{}@other.example/?t={}\r\n\
         User-Agent: harmless\r\n\r\n",
        c("userinfo"),
        c("urlhost"),
        c("query"),
        c("fragment"),
        c("hosthost"),
        c("authorization"),
        c("proxy"),
        c("cookie"),
        c("denied"),
        c("referer"),
        c("refererquery"),
    );
    script.say(MILLISECOND, Client, &mut http, request.as_bytes());
    let response = format!(
        "HTTP/1.1 302 Found\r\nSet-Cookie: id={}\r\nLocation: https://u:{}@other.example/\r\n\
         Content-Length: 0\r\n\r\n",
        c("setcookie"),
        c("location"),
    );
    script.say(MILLISECOND, Server, &mut http, response.as_bytes());
    // The name of the Host field alone is that of the server.
    let relative = format!(
        "GET /next HTTP/1.1\r\nHost: {}.corp.example\r\n\r\n",
        c("hosthost")
    );
    script.say(MILLISECOND, Client, &mut http, relative.as_bytes());
    script.close(http);

    let mut tls = script.connect((40_002, 443));
    let server = format!("{}.corp.example", c("sni"));
    script.say(
        MILLISECOND,
        Client,
        &mut tls,
        &client_hello(server.as_bytes()),
    );
    script.say(MILLISECOND, Server, &mut tls, &server_hello());
    script.close(tls);

    // Which request it was has no letters of its own: its name is what is hidden.
    let mut kafka = script.connect((40_003, 9092));
    let request = kafka_request(9, "till", "orders");
    script.say(MILLISECOND, Client, &mut kafka, &request);
    let response = kafka_response(9, "orders");
    script.say(MILLISECOND, Server, &mut kafka, &response);
    script.close(kafka);
    script
}

/// Name of the request of Kafka in [`secrets`].
const KAFKA_API: &str = "metadata";

/// Options that redact everything that can be.
const STRICT: [&str; 7] = [
    "--redact-http-url-query",
    "--redact-http-headers-deny",
    "X-Api-Key",
    "--redact-kafka-api-key",
    "--redact-dns-suffix",
    "corp.example",
    "--redact-http-user-info",
];

fn strict() -> Redaction {
    Redaction::default()
        .hide_url_query()
        .also_deny_headers(["X-Api-Key"])
        .hide_kafka_api_key()
        .hide_names_below(["corp.example"])
}

fn run(form: &str, args: &[&str], path: &Path) -> Output {
    let output = observe()
        .env("RUST_LOG", "trace")
        .env("RUST_BACKTRACE", "1")
        .args(["-o", form, "--pcap"])
        .arg(path)
        .args(args)
        .output()
        .expect("run");
    assert!(output.status.success(), "{}", text(&output.stderr));
    output
}

/// The places whose secret is in a text.
fn found(text: &str) -> Vec<&'static str> {
    let lower = text.to_lowercase();
    PLACES
        .into_iter()
        .filter(|place| lower.contains(&canary(place)))
        .collect()
}

#[test]
fn a_secret_is_found_in_no_output() {
    let folder = tempfile::tempdir().expect("folder");
    let path = secrets().write(folder.path());
    for form in FORMS {
        for mode in ["aggregated", "packets"] {
            let args = [&["--mode", mode][..], &STRICT].concat();
            let output = run(form, &args, &path);
            let told = text(&output.stdout) + &text(&output.stderr);
            assert_eq!(found(&told), [""; 0], "{form}: {told}");
            assert!(told.contains("HUBBLE_REDACTED"), "{form}: {told}");
            assert!(told.contains("corp.example"), "{form}: {told}");
            assert!(
                told.contains("orders") && !told.to_lowercase().contains(KAFKA_API),
                "{form}: {told}"
            );
        }
        // The same search finds them where they are not hidden.
        let open = run(form, &["--no-redaction"], &path);
        assert!(text(&open.stdout).contains(KAFKA_API));
        let open = found(&text(&open.stdout));
        match form {
            "json" => assert_eq!(open, PLACES),
            _ => assert!(
                ["userinfo", "query", "dnsname", "dnsalias", "sni", "urlhost"]
                    .iter()
                    .all(|place| open.contains(place)),
                "{form}: {open:?}"
            ),
        }
    }
}

#[test]
fn credentials_are_hidden_without_being_asked() {
    let folder = tempfile::tempdir().expect("folder");
    let path = secrets().write(folder.path());
    let usual = found(&text(&run("json", &[], &path).stdout));
    let hidden: Vec<_> = PLACES
        .into_iter()
        .filter(|place| !usual.contains(place))
        .collect();
    assert_eq!(
        hidden,
        [
            "userinfo",
            "authorization",
            "proxy",
            "cookie",
            "setcookie",
            "referer",
            "location"
        ]
    );
    let shown = run("json", &["--redact-http-user-info=false"], &path);
    assert!(found(&text(&shown.stdout)).contains(&"userinfo"));
    let allowed = ["--redact-http-headers-allow", "user-agent"];
    let allowed = text(&run("json", &allowed, &path).stdout);
    assert!(!found(&allowed).contains(&"denied") && allowed.contains("harmless"));
}

/// Records of a capture, the tracker that made them and everything around them, as `{:?}` shows
/// them.
fn debugged(redaction: Redaction) -> String {
    let mut tracker = Tracker::new(Limits::default(), redaction);
    let bytes = secrets().finish();
    let mut reader = Reader::new(Box::new(std::io::Cursor::new(bytes))).expect("a capture");
    let mut told = String::new();
    let mut records = 0;
    let mut emit = |flow: &Flow, record: &mut L7Record| {
        records += 1;
        told += &format!("{flow:?} {record:?} {:#?} {}\n", record, record.summary());
    };
    let mut around = String::new();
    while let Some(packet) = reader.next().expect("a packet") {
        let link = LinkType::Ethernet;
        let capture = Capture {
            time: packet.time_ns,
            ..Capture::whole(link, packet.data)
        };
        let flow = flow_of(&capture).expect("a flow");
        let decoded = Packet::parse(link, packet.data, packet.data.len());
        if let Some(segment) = Segment::of_packet(&decoded) {
            around += &format!("{segment:?}");
            tracker.track(&flow, &segment, &mut emit);
        }
        around += &format!("{tracker:?}");
    }
    tracker.finish(&mut emit);
    assert!(records >= 7, "{records} records");
    assert_eq!(found(&around), [""; 0], "{around}");
    told
}

#[test]
fn a_secret_is_in_no_debug_form() {
    let told = debugged(strict());
    assert_eq!(found(&told), [""; 0], "{told}");
    assert!(!told.to_lowercase().contains(KAFKA_API), "{told}");
    let open = debugged(Redaction::none());
    assert_eq!(found(&open), PLACES);
    assert!(open.contains(KAFKA_API), "{open}");
}

/// What a terminal would obey: C0 but for the end of a line, DEL, C1, and what turns or hides text.
fn raw(text: &str) -> Option<char> {
    text.chars().find(|letter| {
        letter.is_control() && *letter != '\n'
            || matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200b}'..='\u{200f}')
    })
}

/// Hostile text: controls, DEL, C1 in both forms, turns of direction, and what is not UTF-8.
const HOSTILE: &[u8] = b"\x07\x1b[31m\x7f\xc2\x9b2J\x9b\xe2\x80\xae\r\n\xff";
/// The part of it that a head of HTTP may hold.
const HOSTILE_HEAD: &[u8] = b"\xc2\x9b2J\x9b\xe2\x80\xae\xff";

fn hostile() -> Script {
    use By::{Client, Server};
    let mut script = Script::new();
    let labels: [&[u8]; 2] = [HOSTILE, b"example"];
    script.datagram(0, Client, (40_000, 53), &dns_query(7, &labels));
    let answer = dns_answer(7, &labels, &labels);
    script.datagram(MILLISECOND, Server, (40_000, 53), &answer);

    let mut http = script.connect((40_001, 80));
    let request = [
        b"GET /",
        HOSTILE_HEAD,
        b" HTTP/1.1\r\nHost: a",
        HOSTILE_HEAD,
        b"\r\nX-Field: b",
        HOSTILE_HEAD,
        b"\r\n\r\n",
    ];
    script.say(MILLISECOND, Client, &mut http, &request.concat());
    let response = [
        b"HTTP/1.1 200 ",
        HOSTILE_HEAD,
        b"\r\nServer: c",
        HOSTILE_HEAD,
        b"\r\nContent-Length: 0\r\n\r\n",
    ];
    script.say(MILLISECOND, Server, &mut http, &response.concat());
    script.close(http);

    let mut tls = script.connect((40_002, 443));
    script.say(MILLISECOND, Client, &mut tls, &client_hello(HOSTILE));
    script.close(tls);
    script
}

#[test]
fn nothing_hostile_reaches_a_terminal_raw() {
    let folder = tempfile::tempdir().expect("folder");
    let path = hostile().write(folder.path());
    for form in FORMS {
        let output = run(form, &["--mode", "packets"], &path);
        let told = text(&output.stdout);
        assert_eq!(raw(&told), None, "{form}: {told:?}");
        // It was there, from each protocol.
        let spelled = match form {
            "json" => ["\\u001b[31m\\u007f\\u009b2J", "\\u009b2J", "\\u202e"],
            _ => [
                "\\u{1b}[31m\\u{7f}\\u{9b}2J\\x9b",
                "/\\u{9b}2J",
                "\\u{202e}",
            ],
        };
        for text in spelled {
            assert!(told.contains(text), "{form}: {text} in {told}");
        }
        let kinds = match form {
            "json" => ["\"dns\":", "\"http\":", "\"tls\":"],
            _ => ["dns-request", "http-request", "tls-request"],
        };
        for kind in kinds {
            assert!(told.contains(kind), "{form}: {kind} in {told}");
        }

        if form == "json" {
            let file = folder.path().join("flows.json");
            std::fs::write(&file, &told).expect("written");
            for form in FORMS {
                let output = observe()
                    .args(["-o", form, "--input-file"])
                    .arg(&file)
                    .output()
                    .expect("run");
                let again = text(&output.stdout);
                assert_eq!(raw(&again), None, "{form}: {again:?}");
                assert!(again.contains("[31m"), "{form}: {again}");
            }
        }
    }
}

#[test]
fn nothing_hostile_of_a_line_reaches_a_terminal_raw() {
    const EVIL: &str = "\\u0007\\u001b[31m\\u007f\\u009b2J\\u202e\\u2066\\n";
    let endpoint = format!(
        r#"{{"namespace":"{EVIL}","pod_name":"{EVIL}","labels":["{EVIL}"],"workloads":[{{"name":"{EVIL}","kind":"{EVIL}"}}]}}"#
    );
    let flow = |rest: &str| {
        format!(
            r#"{{"flow":{{"time":"2026-01-01T12:00:00Z","IP":{{"source":"10.0.0.1","destination":"10.0.0.2","ipVersion":"IPv4"}},"source":{endpoint},"destination_names":["{EVIL}"],"Summary":"{EVIL}","interface":{{"index":1,"name":"\\u001b[31m"}},"node_labels":["{EVIL}"],{rest}}},"node_name":"{EVIL}"}}"#
        )
    };
    let lines = [
        flow(&format!(
            r#""l7":{{"type":"REQUEST","dns":{{"query":"{EVIL}","cnames":["{EVIL}"]}}}}"#
        )),
        flow(&format!(
            r#""l7":{{"type":"RESPONSE","http":{{"code":200,"method":"{EVIL}","url":"{EVIL}","protocol":"{EVIL}","headers":[{{"key":"{EVIL}","value":"{EVIL}"}}]}}}}"#
        )),
        flow(&format!(
            r#""l7":{{"type":"RESPONSE","kafka":{{"api_key":"{EVIL}","topic":"{EVIL}"}}}}"#
        )),
        format!(r#"{{"{EVIL}":1}}"#),
        format!(r#"{{"flow":{{"verdict":"{EVIL}"}}}}"#),
        "\u{1b}[31m not JSON \u{202e}".to_owned(),
    ];
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("evil\u{1b}[31m.json");
    std::fs::write(&path, lines.join("\n")).expect("written");
    for form in FORMS {
        let output = observe()
            .args(["-o", form, "--input-file"])
            .arg(&path)
            .output()
            .expect("run");
        let (shown, told) = (text(&output.stdout), text(&output.stderr));
        assert_eq!(raw(&shown), None, "{form}: {shown:?}");
        assert_eq!(raw(&told), None, "{form}: {told:?}");
        assert!(shown.contains("[31m"), "{form}: {shown} {told}");
        assert!(told.contains("1 not readable"), "{form}: {told}");
    }
}
