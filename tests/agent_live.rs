//! `agent observe` on live traffic of two namespaces.

use std::io::{BufRead, BufReader, Read};
use std::net::UdpSocket;
use std::process::{Child, Command, Stdio};

use flow_lab::example::{agent, example};
use flow_lab::process::{signal, wait};
use flow_lab::require_bpf;
use flow_lab::traffic::{CLIENT_LINK, Ip, Pair, Server};
use nix::sys::signal::Signal;
use serde_json::Value;

/// An agent that watches the client's interface of a pair.
struct Watch {
    child: Child,
    errors: BufReader<std::process::ChildStderr>,
    output: std::thread::JoinHandle<Vec<Value>>,
}

impl Watch {
    /// Starts it with JSON as its output. On return everything is attached.
    fn start(pair: &Pair, args: &[&str]) -> Self {
        let mut child = Command::new(agent())
            .args(["observe", "-o", "json", "--node-name", "lab"])
            .args(["--netns", pair.client.name(), "-i", CLIENT_LINK])
            .args(args)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("spawn");
        let mut errors = BufReader::new(child.stderr.take().expect("stderr"));
        let mut report = String::new();
        errors.read_line(&mut report).expect("read");
        assert!(report.starts_with("agent: active: "), "{report}");
        let output = BufReader::new(child.stdout.take().expect("stdout"));
        let output = std::thread::spawn(move || {
            let parse = |line: std::io::Result<String>| {
                serde_json::from_str(&line.expect("UTF-8")).expect("JSON")
            };
            output.lines().map(parse).collect()
        });
        Self {
            child,
            errors,
            output,
        }
    }

    /// Interrupts it, and gives its flows at the client's interface and what it said.
    fn finish(mut self) -> (Vec<Value>, String) {
        signal(&self.child, Signal::SIGINT);
        self.end()
    }

    /// Waits for its end.
    fn end(&mut self) -> (Vec<Value>, String) {
        let mut said = String::new();
        self.errors.read_to_string(&mut said).expect("read");
        assert!(wait(&mut self.child).success(), "{said}");
        let output = std::mem::replace(&mut self.output, std::thread::spawn(Vec::new));
        let flows = output.join().expect("JSON lines").into_iter();
        let at_client = |event: &Value| event["flow"]["interface"]["name"] == CLIENT_LINK;
        (flows.filter(at_client).collect(), said)
    }
}

fn packets(flows: &[Value]) -> u64 {
    let count = |event: &Value| -> u64 {
        let counts = &event["flow"]["extensions"]["value"];
        let of = |name: &str| match &counts[name]["packets"] {
            Value::Null => 0,
            // A number of 64 bits.
            number => number.as_str().expect("text").parse().expect("a number"),
        };
        of("forward") + of("reverse")
    };
    flows.iter().map(count).sum()
}

/// Flows of DNS over this IP version.
fn dns(flows: &[Value], ip: Ip) -> Vec<Value> {
    let server = ip.server().to_string();
    let of_server = |event: &&Value| {
        let (ip, ports) = (&event["flow"]["IP"], &event["flow"]["l4"]["UDP"]);
        (ip["destination"] == *server && ports["destination_port"] == 53)
            || (ip["source"] == *server && ports["source_port"] == 53)
    };
    flows.iter().filter(of_server).cloned().collect()
}

#[test]
fn each_mode_shows_what_was_sent() {
    require_bpf!();
    const QUERIES: u64 = 10;
    let pair = Pair::create().expect("namespaces");
    let _server = Server::start(&pair).expect("server");
    // The first one resolves link addresses, which is not what is counted here.
    pair.dns(Ip::V4).expect("an answer");
    let own_name = std::fs::read_to_string(format!("/proc/{}/comm", std::process::id()));
    let own_name = own_name.expect("its own name");
    for (mode, single) in [("aggregated", false), ("packets", true)] {
        let watch = Watch::start(&pair, &["--mode", mode, "--l7", "none"]);
        for _ in 0..QUERIES {
            pair.dns(Ip::V4).expect("an answer");
        }
        let (flows, said) = watch.finish();
        let flows = dns(&flows, Ip::V4);
        assert_eq!(packets(&flows), 2 * QUERIES, "{mode}: {said}");
        assert!(said.contains(", 0 lost\n"), "{said}");
        if single {
            assert_eq!(flows.len() as u64, 2 * QUERIES, "{mode}");
        }
        for event in &flows {
            let flow = &event["flow"];
            assert_eq!(flow["verdict"], "FORWARDED");
            assert_eq!(flow["Type"], "L3_L4");
            assert_eq!(flow["node_name"], "lab");
            assert_eq!(event["node_name"], "lab");
            assert_eq!(event["time"], flow["time"]);
            let process = &flow["extensions"]["value"]["process"];
            assert_eq!(process["comm"], own_name.trim_end(), "{flow}");
            assert_eq!(process["pid"], std::process::id(), "{flow}");
        }
    }
}

#[test]
fn a_line_names_the_namespace_where_more_than_one_is_watched() {
    require_bpf!();
    let pair = Pair::create().expect("namespaces");
    let mut child = Command::new(agent())
        .args(["observe", "--netns", pair.client.name(), "-i", CLIENT_LINK])
        .args(["--l7", "none", "--count", "2"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("spawn");
    let mut errors = BufReader::new(child.stderr.take().expect("stderr"));
    errors.read_line(&mut String::new()).expect("read");
    pair.ping(Ip::V4, 1, 8).expect("a reply");
    pair.ping(Ip::V6, 1, 8).expect("a reply");
    let output = child.wait_with_output().expect("it ends");
    let lines = String::from_utf8(output.stdout).expect("UTF-8");
    let place = format!(", netns {}", pair.client.name());
    assert_eq!(lines.lines().count(), 2, "{lines}");
    assert!(lines.lines().all(|line| line.contains(&place)), "{lines}");
}

/// Layer 7 records of this protocol with their latency in nanoseconds, requests and responses.
fn said<'a>(flows: &'a [Value], protocol: &str) -> [Vec<(&'a Value, u64)>; 2] {
    ["REQUEST", "RESPONSE"].map(|kind| {
        let of = |event: &'a Value| {
            let l7 = &event["flow"]["l7"];
            let latency = l7["latency_ns"].as_str().unwrap_or("0");
            (l7["type"] == kind && l7.get(protocol).is_some())
                .then(|| (&l7[protocol], latency.parse().expect("a number")))
        };
        flows.iter().filter_map(of).collect()
    })
}

#[test]
fn messages_are_seen_live() {
    require_bpf!();
    const TIMES: usize = 5;
    let pair = Pair::create().expect("namespaces");
    let _server = Server::start(&pair).expect("server");
    pair.dns(Ip::V4).expect("an answer");
    for (args, sees) in [
        (&[][..], [true, false]),
        (&["--l7", "http"], [false, true]),
        (&["--l7", "dns,http", "--mode", "packets"], [true, true]),
        (&["--l7", "none"], [false, false]),
    ] {
        let watch = Watch::start(&pair, args);
        for _ in 0..TIMES {
            for ip in [Ip::V4, Ip::V6] {
                pair.dns(ip).expect("an answer");
                pair.http(ip, 2_000).expect("a response");
            }
        }
        let (flows, told) = watch.finish();
        assert!(told.contains(", 0 lost\n"), "{told}");
        for (protocol, sees) in ["dns", "http"].into_iter().zip(sees) {
            let expected = if sees { 2 * TIMES } else { 0 };
            let [requests, responses] = said(&flows, protocol);
            assert_eq!(requests.len(), expected, "{args:?} {protocol}: {told}");
            assert_eq!(responses.len(), expected, "{args:?} {protocol}: {told}");
            assert!(requests.iter().all(|(_, latency)| *latency == 0));
            // From one socket to another of the same host, and back.
            let most = 1_000_000_000;
            for (message, latency) in responses {
                assert!((1..most).contains(&latency), "{message}: {latency} ns");
                match protocol {
                    "dns" => {
                        assert_eq!(message["query"], "server.demo.test.");
                        assert_eq!(message["ips"][0], "192.0.2.2");
                    }
                    _ => {
                        assert_eq!(message["code"], 200);
                        assert_eq!(message["method"], "PUT");
                        assert_eq!(message["url"], "http://server.demo.test/hello");
                    }
                }
            }
        }
        let exchanges = 2 * TIMES * sees.into_iter().filter(|sees| *sees).count();
        let summary = format!("agent: layer 7: {exchanges} requests, {exchanges} responses\n");
        assert_eq!(told.contains(&summary), exchanges > 0, "{told}");
        // Of packets nothing is missing for it, nor counted twice.
        let packets = packets(&dns(&flows, Ip::V4));
        assert_eq!(packets, 2 * TIMES as u64, "{args:?}");
    }
}

#[test]
fn a_count_and_the_last_limit_what_is_shown() {
    require_bpf!();
    let pair = Pair::create().expect("namespaces");
    let _server = Server::start(&pair).expect("server");
    let mut counted = Watch::start(&pair, &["--mode", "packets", "--count", "4"]);
    let last = Watch::start(&pair, &["--mode", "packets", "--last", "4"]);
    for _ in 0..20 {
        pair.dns(Ip::V6).expect("an answer");
    }
    // Drops are told of the whole host, so not all need be of this pair.
    let (flows, said) = counted.end();
    assert!(said.contains("agent: 4 flows shown in "), "{said}");
    assert!(flows.len() <= 4, "{flows:?}");
    let (flows, said) = last.finish();
    assert!(said.contains("agent: 4 flows shown in "), "{said}");
    assert!(flows.len() <= 4, "{flows:?}");
}

#[test]
fn time_limits_end_it() {
    require_bpf!();
    let pair = Pair::create().expect("namespaces");
    let (_, said) = Watch::start(&pair, &["--duration", "300ms"]).end();
    assert!(said.contains(" shown in "), "{said}");
    let now = std::time::SystemTime::now() + std::time::Duration::from_secs(2);
    let until = humantime::format_rfc3339_millis(now).to_string();
    let (_, said) = Watch::start(&pair, &["--until", &until]).end();
    assert!(said.contains(" shown in "), "{said}");
}

#[test]
fn the_least_agent_watches_this_host() {
    require_bpf!();
    let mut child = Command::new(example("minimal"))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("spawn");
    let mut errors = BufReader::new(child.stderr.take().expect("stderr"));
    let mut report = String::new();
    errors.read_line(&mut report).expect("read");
    assert!(report.starts_with("active: "), "{report}");
    let mut output = BufReader::new(child.stdout.take().expect("stdout"));
    // Loopback is seen at the control groups, with the process that sends.
    let receiver = UdpSocket::bind("127.0.0.1:0").expect("bind");
    let sender = UdpSocket::bind("127.0.0.1:0").expect("bind");
    let address = receiver.local_addr().expect("address");
    sender.send_to(b"seen?", address).expect("send");
    let ends = format!("{} -> {address} ", sender.local_addr().expect("address"));
    let mut line = String::new();
    while !line.contains(&ends) {
        line.clear();
        assert!(output.read_line(&mut line).expect("read") > 0, "no {ends}");
    }
    assert!(line.contains(" FORWARDED (UDP) [1/0 packets"), "{line}");
    assert!(line.contains(&format!("/{}", std::process::id())), "{line}");
    // Somebody has to read on.
    let rest = std::thread::spawn(move || output.lines().count());
    signal(&child, Signal::SIGINT);
    let mut said = String::new();
    errors.read_to_string(&mut said).expect("read");
    assert!(wait(&mut child).success(), "{said}");
    rest.join().expect("reader");
    let summary = said.lines().last().expect("a summary");
    assert!(
        summary.contains(" flows of ") && summary.ends_with(", 0 lost"),
        "{said}"
    );
}
