//! Captures that showed a fault once: what the agent has to print of each.
//!
//! They stand beside the repository (`../shared/cases`); where they do not, the test says so.

use std::path::{Path, PathBuf};

use crate::run::{observe, text};

/// A capture, and what its lines and its summary hold.
struct Case {
    name: &'static str,
    /// How many lines hold each text.
    lines: &'static [(usize, &'static str)],
    /// Texts of the summary.
    summary: &'static [&'static str],
}

const fn case(
    name: &'static str,
    lines: &'static [(usize, &'static str)],
    summary: &'static [&'static str],
) -> Case {
    Case {
        name,
        lines,
        summary,
    }
}

/// A response that is paired has a latency.
const CASES: &[Case] = &[
    case(
        "crlf-own-segment.pcap",
        &[
            (3, "http-request"),
            (1, "(HTTP/1.1 200 1ms (GET http://a/3))"),
        ],
        &["3 requests, 3 responses"],
    ),
    case(
        "dns-corrupt-additionals.pcap",
        &[
            (1, "dns-response"),
            (1, "20 1 5060 sip-anycast-2.voice.google.com."),
        ],
        &["1 request, 1 response, 1 message malformed"],
    ),
    case(
        "dns-noquestion-12.pcap",
        &[
            (1, "RCode: Format Error 1ms (www.example.test. A)"),
            (1, "RCode: Server Failure 1ms (www.example.test. A)"),
        ],
        &["2 requests, 2 responses"],
    ),
    case(
        "dns-strict.pcap",
        &[
            (1, "RCode: Format Error"),
            (1, "RCode: Query Refused"),
            (3, "\"192.0.2.1\" TTL: 0 10ms"),
            (1, "\"192.0.2.66\" TTL: 0 10ms"),
            (1, "\"192.0.2.1\" TTL: 0 conflicting 20ms"),
        ],
        &["6 requests, 7 responses, 1 response that differs from the first, 1 message malformed"],
    ),
    case(
        "g-any3.pcapng",
        &[
            (2, " br0, new]"),
            (2, " vethA, new]"),
            (6, "trace FORWARDED"),
        ],
        &["9 packets read: 9 in 6 flows"],
    ),
    case(
        "g-pb2.pcapng",
        &[(1, "[3/0 packets, 141/0 B")],
        &["3 packets read: 3 in 1 flow"],
    ),
    case(
        "http-leading-crlf.pcap",
        &[(1, "(HTTP/1.1 200 1ms (GET http://h/x))")],
        &["1 request, 1 response"],
    ),
    case(
        "http-version-odd.pcap",
        &[
            (1, "(HTTP/1.0 GET http://h/x)"),
            (1, "200 1ms (GET http://h/x)"),
        ],
        &["1 request, 1 response, 1 message malformed"],
    ),
    case(
        "http1-lost-response-200.pcap",
        &[
            (199, "http-response"),
            (199, "ms (GET http://h/"),
            (0, "(GET http://h/2))"),
            (1, "(HTTP/1.1 220 2ms (GET http://h/200))"),
        ],
        &["200 requests, 199 responses, 1 request unanswered, 1 gap between messages"],
    ),
    case(
        "loss-http-0.5pct.pcap",
        &[(197, "ms (GET http://h/")],
        &["199 requests, 198 responses", "3 gaps between messages"],
    ),
    case(
        "icmp-types.pcap",
        &[(6, "ICMPv4")],
        &["8 packets read: 8 in 6 flows"],
    ),
    case(
        "kafka-listoffsets-topic.pcap",
        &[(
            1,
            "request offsets correlation id 0 topic 'integration.test.topic1475007069352'",
        )],
        &["1 request"],
    ),
    case("lldp-cut.pcap", &[], &["1 without IP (1 LLDP)"]),
    case(
        "mdns.pcap",
        &[
            (1, "(DNS Query _ipp._tcp.local. PTR, _ssh._tcp.local. PTR)"),
            (1, "TTL: 120 (_ipp._tcp.local. PTR))"),
        ],
        &[],
    ),
    case("nbns-as-dns.pcap", &[(0, "dns-"), (2, "trace")], &[]),
    case(
        "pg-S.pcap",
        &[(1, "ServerHello cipher 0x1301 SNI pq.example.test 1ms")],
        &["1 request, 1 response"],
    ),
    case(
        "postgres-tls-server-hello.pcap",
        &[(1, "TLS 1.2 ServerHello cipher 0xc030 SNI database-1.")],
        &["1 request, 1 response"],
    ),
    case(
        "pppoe-protocol-field-compressed.pcap",
        &[(1, "(HTTP/1.1 200 160ms (GET http://www.google.nl/))")],
        &["30 packets read: 30 in 1 flow"],
    ),
    case(
        "proxy-v2-http.pcap",
        &[(1, "(HTTP/1.1 200 1ms (GET http://h/x))")],
        &["1 request, 1 response"],
    ),
    case(
        "px-same.pcap",
        &[(1, "(HTTP/1.1 200 1ms (GET http://a/1))")],
        &["3 requests, 3 responses"],
    ),
    case(
        "quic-fixed-bit-cleared.pcap",
        &[(1, "ServerHello cipher 0x1301 14ms")],
        &["1 request, 1 response"],
    ),
    case(
        "quic-reuse-5s.pcap",
        &[
            (1, "ServerHello cipher 0x1301 SNI one.quic.test 1ms"),
            (1, "ServerHello cipher 0x1301 SNI two.quic.test 1ms"),
        ],
        &["2 requests, 2 responses"],
    ),
    case(
        "quic-two-retries.pcap",
        &[(
            1,
            "ServerHello cipher 0x1301 SNI public-api.wordpress.com 20ms",
        )],
        &["1 request, 1 response"],
    ),
    case(
        "rst-md5-injected.pcap",
        &[(
            1,
            "(HTTP/1.1 200 1ms (GET http://192.168.112.136/ultrasurf.html))",
        )],
        &["1 request, 1 response"],
    ),
    case(
        "tcp-padding-in-ack.pcap",
        &[(1, "[3/3 packets, 693/293 B")],
        &["6 packets read: 6 in 1 flow"],
    ),
    case(
        "tcp-reuse.pcap",
        &[(2, "trace FORWARDED")],
        &["11 packets read: 11 in 2 flows"],
    ),
    case(
        "vni-overlap.pcap",
        &[(1, "VXLAN 100 in"), (1, "VXLAN 200 in")],
        &["4 packets read: 4 in 2 flows"],
    ),
];

fn folder() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/cases");
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!(
        "NOT TESTED, for there are no captures: {}",
        folder.display()
    );
    None
}

/// Standard output and standard error of a run with layer 7.
fn run(option: &str, path: &Path, args: &[&str]) -> (String, String) {
    let output = observe().arg(option).arg(path).args(args).output();
    let output = output.expect("agent runs");
    let (lines, summary) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{}: {summary}", path.display());
    (lines, summary)
}

#[test]
fn what_showed_a_fault_once_is_right() {
    let Some(folder) = folder() else { return };
    let mut wrong = Vec::new();
    for case in CASES {
        let (lines, summary) = run("--pcap", &folder.join(case.name), &["--l7", "all"]);
        for (count, part) in case.lines {
            let found = lines.lines().filter(|line| line.contains(part)).count();
            if found != *count {
                wrong.push(format!(
                    "{}: {found} lines with {part:?}, not {count}",
                    case.name
                ));
            }
        }
        for part in case.summary {
            if !summary.contains(part) {
                wrong.push(format!("{}: no {part:?} in {summary:?}", case.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_last_lines_of_one_protocol_are_not_pushed_out_by_another() {
    let Some(folder) = folder() else { return };
    let path = folder.join("dns-then-many-http.pcap");
    let (lines, _) = run("--pcap", &path, &["--l7", "dns", "--last", "10"]);
    assert_eq!(lines.matches("dns-").count(), 2, "{lines}");
    assert!(!lines.contains("http-"), "{lines}");
}

#[test]
fn an_export_that_is_compressed_is_read() {
    let Some(folder) = folder() else { return };
    let (lines, summary) = run("--input-file", &folder.join("export.json.gz"), &[]);
    assert_eq!(lines.lines().count(), 17, "{lines}");
    assert!(summary.contains("17 lines read: 17 flows"), "{summary}");
}
