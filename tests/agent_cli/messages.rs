//! Layer 7: what is said in a capture, and lines of JSON that are read back.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use serde_json::Value;

use crate::run::{observe, testdata, text};
use crate::script::{
    By, MICROSECOND, MILLISECOND, Script, client_hello, dns_answer, dns_query, http2_fields,
    http2_frame, kafka_request, kafka_response, server_hello,
};

const NAME: [&[u8]; 3] = [b"www", b"shop", b"example"];

/// DNS, HTTP, TLS and Kafka, each with another latency.
fn script() -> Script {
    use By::{Client, Server};
    let mut script = Script::new();
    let alias: [&[u8]; 2] = [b"web", b"example"];
    let ports = (40_000, 53);
    script.datagram(0, Client, ports, &dns_query(7, &NAME));
    let answer = dns_answer(7, &NAME, &alias);
    script.datagram(800 * MICROSECOND, Server, ports, &answer);

    let mut http = script.connect((40_001, 80));
    let request = b"GET /basket?id=7 HTTP/1.1\r\nHost: www.shop.example\r\n\
        traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n\r\n";
    script.say(10 * MICROSECOND, Client, &mut http, request);
    let response = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";
    script.say(12 * MILLISECOND, Server, &mut http, response);
    script.close(http);

    let mut tls = script.connect((40_002, 8443));
    let hello = client_hello(b"www.shop.example");
    script.say(10 * MICROSECOND, Client, &mut tls, &hello);
    script.say(3 * MILLISECOND, Server, &mut tls, &server_hello());
    script.close(tls);

    let mut kafka = script.connect((40_003, 9092));
    let request = kafka_request(9, "till", "orders");
    script.say(10 * MICROSECOND, Client, &mut kafka, &request);
    let response = kafka_response(9, "orders");
    script.say(5 * MILLISECOND, Server, &mut kafka, &response);
    script.close(kafka);
    script
}

fn shown(args: &[&str], path: &Path) -> Output {
    let output = observe().args(args).arg(path).output().expect("run");
    assert!(output.status.success(), "{}", text(&output.stderr));
    output
}

fn made() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("folder");
    let path = script().write(folder.path());
    (folder, path)
}

#[test]
fn each_message_is_a_line_with_its_latency() {
    let (_folder, path) = made();
    let output = shown(&["--pcap"], &path);
    let lines = text(&output.stdout);
    let expected = "\
Jan  1 12:00:00.000: 192.0.2.1:40000 -> 192.0.2.2:53 dns-request FORWARDED (DNS Query www.shop.example. A)
Jan  1 12:00:00.000: 192.0.2.1:40000 <- 192.0.2.2:53 dns-response FORWARDED (DNS Answer \"192.0.2.9\" TTL: 30 CNAMEs: \"web.example.\" 800µs (www.shop.example. A))
Jan  1 12:00:00.001: 192.0.2.1:40001 -> 192.0.2.2:80 http-request FORWARDED (HTTP/1.1 GET http://www.shop.example/basket?id=7)
Jan  1 12:00:00.013: 192.0.2.1:40001 <- 192.0.2.2:80 http-response FORWARDED (HTTP/1.1 404 12ms (GET http://www.shop.example/basket?id=7))
Jan  1 12:00:00.016: 192.0.2.1:40002 -> 192.0.2.2:8443 tls-request FORWARDED (TLS 1.3 ClientHello SNI www.shop.example JA4 ";
    let (hellos, messages) = (lines.find("JA4 ").expect("a hello"), expected.len());
    assert_eq!(lines[..hellos + 4], *expected, "{lines}");
    let rest: Vec<_> = lines[messages..].lines().collect();
    assert!(rest[0].ends_with(" ALPN h2)"), "{}", rest[0]);
    let server = "Jan  1 12:00:00.019: 192.0.2.1:40002 <- 192.0.2.2:8443 tls-response FORWARDED \
                  (TLS 1.3 ServerHello cipher 0x1301";
    assert!(
        rest[1].starts_with(server) && rest[1].contains(" 3ms"),
        "{}",
        rest[1]
    );
    assert_eq!(
        rest[2..4],
        [
            "Jan  1 12:00:00.021: 192.0.2.1:40003 -> 192.0.2.2:9092 kafka-request FORWARDED \
             (Kafka request metadata correlation id 9 topic 'orders')",
            "Jan  1 12:00:00.026: 192.0.2.1:40003 <- 192.0.2.2:9092 kafka-response FORWARDED \
             (Kafka response metadata correlation id 9 topic 'orders' return code: 0 5ms)",
        ]
    );
    assert_eq!(rest.len(), 8, "four connections follow: {lines}");
    assert_eq!(
        text(&output.stderr),
        "agent: 26 packets read: 26 in 4 flows; 12 shown\n\
         agent: layer 7: 4 requests, 4 responses\n"
    );
}

/// Two calls of gRPC in one connection, answered in the other order.
fn grpc() -> Script {
    use By::{Client, Server};
    const DATA: u8 = 0;
    const HEADERS: u8 = 1;
    const SETTINGS: u8 = 4;
    const OPEN: u8 = 0;
    const END: u8 = 1;
    const END_HEADERS: u8 = 4;
    let mut script = Script::new();
    let mut connection = script.connect((40_000, 50_051));
    let call = |stream, path| {
        let fields = http2_fields(&[
            (":method", "POST"),
            (":scheme", "http"),
            (":path", path),
            (":authority", "shop.example"),
            ("content-type", "application/grpc"),
        ]);
        [
            http2_frame(HEADERS, END_HEADERS, stream, &fields),
            http2_frame(DATA, END, stream, &[0; 5]),
        ]
        .concat()
    };
    let begin = [
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        &*http2_frame(SETTINGS, OPEN, 0, &[]),
        &call(1, "/shop.Basket/Add"),
    ]
    .concat();
    script.say(10 * MICROSECOND, Client, &mut connection, &begin);
    let second = call(3, "/shop.Basket/Pay");
    script.say(MILLISECOND, Client, &mut connection, &second);
    let answer = |stream, status| {
        let head = [(":status", "200"), ("content-type", "application/grpc")];
        let trailers = http2_fields(&[("grpc-status", status)]);
        [
            http2_frame(HEADERS, END_HEADERS, stream, &http2_fields(&head)),
            http2_frame(DATA, OPEN, stream, &[0; 5]),
            http2_frame(HEADERS, END | END_HEADERS, stream, &trailers),
        ]
        .concat()
    };
    let refused = [http2_frame(SETTINGS, OPEN, 0, &[]), answer(3, "7")].concat();
    script.say(4 * MILLISECOND, Server, &mut connection, &refused);
    script.say(MILLISECOND, Server, &mut connection, &answer(1, "0"));
    script.close(connection);
    script
}

#[test]
fn calls_of_grpc_are_paired_by_stream() {
    let folder = tempfile::tempdir().expect("folder");
    let path = grpc().write(folder.path());
    let output = shown(&["--pcap"], &path);
    let lines = text(&output.stdout);
    let lines: Vec<_> = lines.lines().collect();
    let url = "http://shop.example/shop.Basket/";
    let expected = [
        format!("-> 192.0.2.2:50051 http-request FORWARDED (HTTP/2 POST {url}Add)"),
        format!("-> 192.0.2.2:50051 http-request FORWARDED (HTTP/2 POST {url}Pay)"),
        format!(
            "<- 192.0.2.2:50051 http-response FORWARDED (HTTP/2 200 grpc-status 7 4ms (POST {url}Pay))"
        ),
        format!(
            "<- 192.0.2.2:50051 http-response FORWARDED (HTTP/2 200 grpc-status 0 6ms (POST {url}Add))"
        ),
    ];
    for (line, expected) in lines.iter().zip(&expected) {
        let told = line.split_once("192.0.2.1:40000 ").expect("the client").1;
        assert_eq!(told, expected);
    }
    assert_eq!(lines.len(), 5, "and the connection: {lines:#?}");
    let said = text(&output.stderr);
    assert!(
        said.ends_with("layer 7: 2 requests, 2 responses\n"),
        "{said}"
    );
}

#[test]
fn protocols_are_chosen() {
    let (_folder, path) = made();
    let kinds = |args: &[&str]| {
        let output = shown(&[args, &["-q", "--pcap"]].concat(), &path);
        let lines = text(&output.stdout);
        let kinds = lines.split_whitespace().filter(|word| {
            ["-request", "-response"]
                .iter()
                .any(|end| word.ends_with(end))
        });
        kinds.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(kinds(&["--l7", "http"]), ["http-request", "http-response"]);
    assert_eq!(
        kinds(&["--l7", "dns,tls"]),
        ["dns-request", "dns-response", "tls-request", "tls-response"]
    );
    assert_eq!(kinds(&["--l7", "all"]).len(), 8);
    assert_eq!(
        kinds(&["--l7", "kafka"]),
        ["kafka-request", "kafka-response"]
    );
    assert!(kinds(&["--l7", "none"]).is_empty());
    for args in [["--l7", "smtp"], ["--l7-port", "http=80"], ["--l7", "dns,"]] {
        let output = observe().args(args).arg("--pcap").arg(&path).output();
        assert_eq!(output.expect("run").status.code(), Some(2), "{args:?}");
    }
}

#[test]
fn json_has_what_hubble_has_a_field_for() {
    let (_folder, path) = made();
    let output = shown(&["-q", "-o", "json", "--node-name", "n", "--pcap"], &path);
    let events: Vec<Value> = text(&output.stdout)
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    let l7 = |number: usize| &events[number]["flow"]["l7"];
    assert_eq!(l7(1)["latency_ns"], "800000");
    assert_eq!(l7(1)["dns"]["cnames"][0], "web.example.");
    assert_eq!(l7(3)["http"]["code"], 404);
    assert_eq!(l7(3)["latency_ns"], "12000000");
    let trace = "0af7651916cd43dd8448eb211c80319c";
    assert_eq!(
        events[3]["flow"]["trace_context"]["parent"]["trace_id"],
        trace
    );
    let dict = text(&shown(&["-q", "-o", "dict", "--pcap"], &path).stdout);
    assert!(dict.contains(&format!("   TRACE ID: {trace}\n")), "{dict}");
}

/// Runs with lines of JSON as a file.
fn replay(args: &[&str], lines: &[u8]) -> Output {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("flows.json");
    fs::write(&path, lines).expect("written");
    shown(&[args, &["--input-file"]].concat(), &path)
}

#[test]
fn what_is_exported_is_read_back_the_same() {
    let (_folder, path) = made();
    for path in [path, testdata("demo.pcap")] {
        for mode in ["aggregated", "packets", "sampled:3"] {
            let args = ["-q", "--mode", mode, "-o"];
            let of = |form: &str| shown(&[&args[..], &[form, "--pcap"]].concat(), &path).stdout;
            let json = of("json");
            for form in ["compact", "json", "dict", "table"] {
                let again = replay(&["-q", "-o", form], &json).stdout;
                assert_eq!(text(&again), text(&of(form)), "{form} of {mode}");
            }
        }
    }
}

#[test]
fn a_replay_is_limited_like_everything_else() {
    let (_folder, path) = made();
    let json = shown(&["-q", "-o", "json", "--mode", "packets", "--pcap"], &path).stdout;
    let all = text(&replay(&["-q"], &json).stdout);
    let all: Vec<_> = all.lines().collect();
    let of = |args: &[&str]| text(&replay(args, &json).stdout);
    let joined = |lines: &[&str]| {
        lines
            .iter()
            .map(|line| format!("{line}\n"))
            .collect::<String>()
    };
    assert_eq!(of(&["-q", "--count", "2"]), joined(&all[..2]));
    assert_eq!(of(&["-q", "--last", "2"]), joined(&all[all.len() - 2..]));
    let middle = "2026-01-01T12:00:00.010Z";
    let older = all
        .iter()
        .filter(|line| line < &&"Jan  1 12:00:00.010")
        .count();
    assert_eq!(of(&["-q", "--until", middle]), joined(&all[..older]));
    assert_eq!(of(&["-q", "--since", middle]), joined(&all[older..]));
    assert_eq!(
        of(&["-q", "--last", "1", "--until", middle]),
        joined(&all[older - 1..older])
    );

    let mut agent = observe()
        .args(["-q", "--input-file", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("spawn");
    let mut input = agent.stdin.take().expect("stdin");
    std::io::Write::write_all(&mut input, &json).expect("written");
    drop(input);
    let output = agent.wait_with_output().expect("wait");
    assert_eq!(text(&output.stdout), joined(&all), "by a pipe");
}

/// Hubble's own lines: a flow between pods, one with a new field, a loss, and what is no event.
const HUBBLE: &str = r#"{"flow":{"time":"2026-01-01T12:00:00.5Z","verdict":"FORWARDED","IP":{"source":"10.0.0.1","destination":"10.0.0.2","ipVersion":"IPv4"},"l4":{"TCP":{"source_port":4000,"destination_port":80}},"source":{"ID":7,"identity":1234,"namespace":"shop","pod_name":"web-0","labels":["k8s:app=web"]},"destination":{"identity":2},"destination_names":["api.example","other.example"],"Type":"L7","node_name":"k8s/one","l7":{"type":"RESPONSE","latency_ns":"1500000","http":{"code":200,"method":"GET","url":"http://api.example/","protocol":"HTTP/1.1"}},"event_type":{"type":129},"is_reply":true,"node_labels":["zone=a"]},"node_name":"k8s/one","time":"2026-01-01T12:00:00.5Z"}

{"flow":{"time":"2026-01-01T12:00:01Z","verdict":"DROPPED","new_field":1,"Type":"L3_L4"},"node_name":"two"}
{"flow":{"time":"yesterday"}}
not JSON
{"flow":{"IP":{"source":"10.0.0"}}}
{"lost_events":{"source":"HUBBLE_RING_BUFFER","num_events_lost":"12"},"node_name":"two"}
{"node_status":{"state_change":"NODE_CONNECTED","node_names":["one"]}}"#;

#[test]
fn names_are_kept_and_what_cannot_be_read_is_reported_and_counted() {
    let output = replay(&[], HUBBLE.as_bytes());
    assert_eq!(
        text(&output.stdout),
        "Jan  1 12:00:00.500: api.example,other.example:80 (world) <- shop/web-0:4000 (ID:1234) \
         http-response FORWARDED (HTTP/1.1 200 1ms (GET http://api.example/))\n\
         Jan  1 12:00:01.000: :: <> :: unknown DROPPED (no IP)\n\
         Jan  1 00:00:00.000: :: <> :: unknown VERDICT_UNKNOWN (no IP)\n\
         EVENTS LOST: HUBBLE_RING_BUFFER 12 overwritten before they were shown\n"
    );
    let told = text(&output.stderr);
    for (number, reason) in [
        (3, "new_field"),
        (4, "expected an RFC 3339 time"),
        (5, "expected ident"),
    ] {
        let line = told
            .lines()
            .find(|line| line.contains(&format!("flows.json, line {number}: ")));
        assert!(line.is_some_and(|line| line.contains(reason)), "{told}");
    }
    assert!(
        told.ends_with(
            "agent: 7 lines read: 3 flows, 2 of other events, 2 not readable, \
             2 passed over in part; 12 lost: 12 overwritten before they were shown; 3 shown\n"
        ),
        "{told}"
    );
    let quiet = replay(&["-q"], HUBBLE.as_bytes());
    assert_eq!(
        text(&quiet.stderr).lines().count(),
        2,
        "errors all the same"
    );

    // What was passed on keeps its names and node.
    let json = text(&replay(&["-q", "-o", "json"], HUBBLE.as_bytes()).stdout);
    let events: Vec<Value> = json
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    let flow = &events[0]["flow"];
    assert_eq!(flow["source"]["pod_name"], "web-0");
    assert_eq!(flow["source"]["ID"], 7);
    assert_eq!(flow["destination_names"][1], "other.example");
    assert_eq!(flow["node_labels"][0], "zone=a");
    assert_eq!(events[0]["node_name"], "k8s/one");
    assert_eq!(events[1]["node_name"], "two");
    assert_eq!(events[3]["lost_events"]["num_events_lost"], "12");
    let last = text(&replay(&["-q", "-o", "json", "--last", "2"], HUBBLE.as_bytes()).stdout);
    assert_eq!(
        last.lines().collect::<Vec<_>>(),
        json.lines().skip(1).take(2).collect::<Vec<_>>()
    );
}

#[test]
fn a_file_that_is_not_there_is_one_line_and_status_1() {
    let output = observe()
        .args(["--input-file", "/nowhere/flows.json"])
        .output()
        .expect("run");
    assert_eq!(output.status.code(), Some(1));
    let told = text(&output.stderr);
    assert!(told.contains("/nowhere/flows.json: No such file"), "{told}");
    assert_eq!(told.lines().count(), 1, "{told}");
    for args in [
        &["--input-file", "x", "--pcap", "x"][..],
        &["--input-file", "x", "--redact-http-url-query"],
        &["--input-file", "x", "--follow"],
        &[
            "--redact-http-headers-allow",
            "a",
            "--redact-http-headers-deny",
            "b",
        ],
        &["--no-redaction", "--redact-dns-suffix", "x"],
    ] {
        let output = observe().args(args).output().expect("run");
        assert_eq!(output.status.code(), Some(2), "{args:?}");
    }
}
