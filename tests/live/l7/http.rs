//! lighttpd asked by curl, over HTTP/1.1 and HTTP/2.

use std::time::Duration;

use flow_core::record::{HttpRecord, L7Body};
use flow_lab::require_bpf;
use flow_lab::traffic::{Pair, SERVER_V4};

use super::server::{DELAY, HTTP, Server};
use super::{Message, assert_latency, client, listen, pairs};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
/// What is asked for, and what comes. curl 7.88 has no room for a long page in an upgrade.
const PAGES: [(&str, u16); 4] = [
    ("/short.txt", 200),
    ("/slow.cgi?of=60", 200),
    ("/nothing.txt", 404),
    ("/long.txt", 200),
];

fn http(message: &Message) -> HttpRecord<'_> {
    match message.record.body() {
        L7Body::Http(http) => http,
        other => panic!("{other:?}"),
    }
}

fn url(path: &str) -> String {
    format!("http://{SERVER_V4}:{HTTP}{path}")
}

/// Asks for paths, and gives how long each response took to begin, as curl measured it.
fn curl(pair: &Pair, options: &[&str], paths: &[&str]) -> Vec<Duration> {
    let traceparent = format!("traceparent: 00-{TRACE}-b7ad6b7169203331-01");
    // The first is 0 on a connection that was used before.
    let times = "%{time_connect} %{time_starttransfer}\n";
    let mut arguments = vec!["--silent", "--max-time", "20"];
    arguments.extend(["--header", &traceparent, "--write-out", times]);
    arguments.extend(options);
    let urls: Vec<String> = paths.iter().map(|path| url(path)).collect();
    for url in &urls {
        arguments.extend(["--output", "/dev/null", url]);
    }
    let printed = client(pair, "curl", "curl", &arguments);
    let seconds = |text: &str| text.parse::<f64>().expect("seconds");
    let times: Vec<Duration> = printed
        .lines()
        .filter_map(|line| line.split_once(' '))
        // curl counts whole microseconds.
        .map(|(begin, end)| Duration::from_secs_f64(seconds(end) - seconds(begin) + 2e-6))
        .collect();
    assert_eq!(times.len(), paths.len(), "{printed}");
    times
}

/// Checks what is told of [`PAGES`], and gives the streams.
fn check(messages: &[Message], times: &[Duration], protocols: [&str; 2]) -> Vec<u32> {
    let pairs = pairs(messages);
    let mut streams = Vec::new();
    for (at, ((request, response), (path, code))) in pairs.iter().zip(PAGES).enumerate() {
        assert_eq!(http(request).protocol().to_string(), protocols[at.min(1)]);
        assert_eq!(http(response).protocol().to_string(), protocols[1]);
        assert_eq!((http(request).code(), http(response).code()), (0, code));
        let agent = http(request).header("user-agent").expect("a user agent");
        assert!(agent.to_string().starts_with("curl/"), "{agent}");
        for message in [request, response] {
            assert_eq!(http(message).url().to_string(), url(path));
            assert_eq!(http(message).method().to_string(), "GET");
            assert_eq!(message.record.trace.to_string(), TRACE);
        }
        let server = http(response).header("server").expect("a server");
        assert!(server.to_string().starts_with("lighttpd/"), "{server}");
        assert_latency(response, Duration::from_nanos(1), times[at]);
        streams.push(http(response).stream());
    }
    assert_eq!(pairs.len(), PAGES.len());
    assert_latency(pairs[1].1, DELAY, times[1]);
    streams
}

fn is_one_connection(messages: &[Message]) -> bool {
    let port = |message: &Message| message.flow.source.port.max(message.flow.destination.port);
    messages
        .iter()
        .all(|message| port(message) == port(&messages[0]))
}

#[test]
fn http_1_of_lighttpd_is_reported_with_its_latency() {
    require_bpf!();
    let pair = Pair::create().expect("namespaces");
    let _server = Server::http(&pair);
    let mut times = Vec::new();
    let (messages, _) = listen(&pair, &[HTTP], || {
        times = curl(&pair, &["--http1.1"], &PAGES.map(|page| page.0));
    });
    assert!(is_one_connection(&messages));
    assert_eq!(check(&messages, &times, ["HTTP/1.1"; 2]), [0; 4]);
}

#[test]
fn http_2_from_the_start_is_reported() {
    require_bpf!();
    let pair = Pair::create().expect("namespaces");
    let _server = Server::http(&pair);
    let mut times = Vec::new();
    let (messages, _) = listen(&pair, &[HTTP], || {
        // curl 7.88 fails where it uses such a connection again.
        for (path, _) in PAGES {
            times.extend(curl(&pair, &["--http2-prior-knowledge"], &[path]));
        }
    });
    assert_eq!(check(&messages, &times, ["HTTP/2"; 2]), [1; 4]);
}

#[test]
fn http_2_after_an_upgrade_is_reported_by_stream() {
    require_bpf!();
    let pair = Pair::create().expect("namespaces");
    let _server = Server::http(&pair);
    let mut times = Vec::new();
    let (mut messages, _) = listen(&pair, &[HTTP], || {
        times = curl(&pair, &["--http2"], &PAGES.map(|page| page.0));
    });
    assert!(is_one_connection(&messages));
    // The connection changes its protocol, then the request is answered.
    messages.retain(|message| http(message).code() != 101);
    let streams = check(&messages, &times, ["HTTP/1.1", "HTTP/2"]);
    assert_eq!(streams, [1, 3, 5, 7]);
}

#[test]
fn a_head_and_a_post_have_no_body_in_the_way() {
    require_bpf!();
    let pair = Pair::create().expect("namespaces");
    let _server = Server::http(&pair);
    let body = "0123456789".repeat(1_000);
    let (messages, _) = listen(&pair, &[HTTP], || {
        curl(&pair, &["--http1.1", "--head"], &["/long.txt", "/long.txt"]);
        let post = [
            "--http1.1",
            "--header",
            "Expect: 100-continue",
            "--data",
            &body,
        ];
        curl(&pair, &post, &["/slow.cgi", "/slow.cgi"]);
    });
    let told: Vec<_> = pairs(&messages)
        .iter()
        .map(|(request, response)| (http(request).method().to_string(), http(response).code()))
        .collect();
    let expected = [("HEAD", 200), ("HEAD", 200), ("POST", 200), ("POST", 200)];
    assert_eq!(
        told,
        expected.map(|(method, code)| (method.to_owned(), code))
    );
}
