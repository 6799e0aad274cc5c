//! Prometheus itself, and a parser in another language, read what the server serves.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use flow_core::flow::{EventType, Flow, IpVersion, L7Type, Protocol, Reply, TcpFlags, Verdict};
use flow_core::record::{L7Kind, L7Record};
use flow_core::resolve::EndpointNames;
use flow_core::view::FlowView;
use flow_metrics::{MetricConfig, Metrics, MetricsServer, Observer};
use serde_json::Value;

/// Names that would end a line or a label, or hide what they are.
const HOSTILE: &[&[u8]] = &[
    b"plain.example.",
    b"quote\"} 7\nhubble_dns_queries_total{query=\"forged",
    b"back\\slash\\",
    b"line\nfeed\r\nreturn",
    b"zero\0byte",
    b"not \xff\xfe UTF-8",
    "\u{202e}txt.bidi\u{2028}".as_bytes(),
];

fn counted() -> Metrics {
    let configs =
        MetricConfig::parse_list("flow tcp:sourceContext=pod dns:query http:exemplars=true");
    let (metrics, _) = Metrics::builder()
        .metrics(configs)
        .build()
        .expect("metrics");
    for number in 0..300_u32 {
        let flow = Flow {
            event_type: EventType::TRACE,
            protocol: Protocol::TCP,
            ip_version: IpVersion::V4,
            verdict: Verdict::FORWARDED,
            is_reply: Reply::NO,
            tcp_flags: TcpFlags::SYN,
            ..Flow::default()
        };
        let pod = EndpointNames {
            namespace: "shop".into(),
            pod_name: format!("web-{}", number % 3).into(),
            ..EndpointNames::default()
        };
        metrics.observe(&FlowView::from(&flow).with_source(&pod));
    }
    let flow = |l7_type| Flow {
        time: 1_795_530_906_000_000_000,
        event_type: EventType::L7,
        verdict: Verdict::FORWARDED,
        is_reply: Reply::NO,
        l7_type,
        ..Flow::default()
    };
    for query in HOSTILE {
        let record = L7Record::dns(L7Kind::REQUEST, |dns| {
            dns.query(query);
        });
        let flow = flow(L7Type::DNS);
        metrics.observe(&FlowView::from(&flow).with_l7(&record));
    }
    for millis in [3, 30, 300, 30_000] {
        let mut record = L7Record::http(L7Kind::RESPONSE, |http| {
            http.method("GET").protocol("HTTP/1.1").code(200);
        });
        record.latency_ns = millis * 1_000_000;
        record.trace.0[0] = 7;
        let flow = flow(L7Type::HTTP);
        metrics.observe(&FlowView::from(&flow).with_l7(&record));
    }
    metrics
}

fn serve(metrics: &Metrics) -> MetricsServer {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    MetricsServer::start(metrics, listener).expect("a server")
}

/// Head and body of an answer.
fn get(address: SocketAddr, path: &str, headers: &str) -> Option<(String, Vec<u8>)> {
    let mut stream = TcpStream::connect(address).ok()?;
    let request =
        format!("GET {path} HTTP/1.0\r\nHost: localhost\r\n{headers}Connection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).ok()?;
    let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n")?;
    let body = answer.split_off(end + 4);
    Some((String::from_utf8(answer).ok()?, body))
}

#[test]
fn formats_and_compression_are_what_was_asked_for() {
    let metrics = counted();
    let server = serve(&metrics);
    let (head, body) = get(server.local_addr(), "/metrics", "").expect("an answer");
    assert!(
        head.contains("content-type: text/plain; version=0.0.4"),
        "{head}"
    );
    assert_eq!(
        body,
        metrics
            .encode(flow_metrics::Format::Prometheus)
            .into_bytes()
    );

    let headers = "Accept: application/openmetrics-text\r\nAccept-Encoding: gzip\r\n";
    let (head, body) = get(server.local_addr(), "/metrics", headers).expect("an answer");
    assert!(head.contains("content-encoding: gzip"), "{head}");
    let mut text = String::new();
    let mut decoder = flate2::read::GzDecoder::new(&*body);
    decoder.read_to_string(&mut text).expect("gzip");
    assert_eq!(text, metrics.encode(flow_metrics::Format::OpenMetrics));
    assert!(text.ends_with("# EOF\n"));

    let (head, _) = get(server.local_addr(), "/other", "").expect("an answer");
    assert!(
        head.starts_with("HTTP/1.0 404") || head.starts_with("HTTP/1.1 404"),
        "{head}"
    );
}

/// A Prometheus that reads one server.
struct Prometheus {
    process: Child,
    address: SocketAddr,
    _folder: tempfile::TempDir,
}

impl Prometheus {
    fn start(target: SocketAddr) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let config = folder.path().join("prometheus.yml");
        let text = format!(
            "global: {{scrape_interval: 1s}}\nscrape_configs:\n- job_name: flow\n  static_configs:\n  - targets: ['{target}']\n"
        );
        std::fs::write(&config, text).expect("a file");
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("its address");
        drop(listener);
        let process = Command::new("prometheus")
            .arg(format!("--config.file={}", config.display()))
            .arg(format!(
                "--storage.tsdb.path={}",
                folder.path().join("data").display()
            ))
            .arg(format!("--web.listen-address={address}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("prometheus, of Debian's package of that name");
        Self {
            process,
            address,
            _folder: folder,
        }
    }

    /// The values that a query gives.
    fn query(&self, query: &str) -> Option<Vec<Value>> {
        let encoded: String = query.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let path = format!("/api/v1/query?query={encoded}");
        let (_, body) = get(self.address, &path, "")?;
        let answer: Value = serde_json::from_slice(&body).ok()?;
        let result = answer["data"]["result"].as_array()?.clone();
        (!result.is_empty()).then_some(result)
    }

    fn wait(&self, query: &str) -> Vec<Value> {
        let begin = Instant::now();
        while begin.elapsed() < Duration::from_secs(60) {
            if let Some(result) = self.query(query) {
                return result;
            }
            std::thread::sleep(Duration::from_millis(250));
        }
        panic!("no answer to {query} within a minute");
    }

    fn number(&self, query: &str) -> String {
        self.wait(query)[0]["value"][1]
            .as_str()
            .expect("a number")
            .to_owned()
    }
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn prometheus_gives_the_right_sums() {
    let metrics = counted();
    let server = serve(&metrics);
    let prometheus = Prometheus::start(server.local_addr());
    let sums = [
        ("sum(hubble_flows_processed_total)", "311"),
        ("sum(hubble_tcp_flags_total)", "300"),
        (
            "hubble_tcp_flags_total{source=\"shop/web-1\",flag=\"SYN\"}",
            "100",
        ),
        ("count(hubble_dns_queries_total)", "7"),
        ("sum(hubble_dns_queries_total)", "7"),
        ("hubble_http_request_duration_seconds_count", "4"),
        (
            "hubble_http_request_duration_seconds_bucket{le=~\"0.5\"}",
            "3",
        ),
        ("hubble_http_request_duration_seconds_sum", "30.333"),
        ("min(up)", "1"),
    ];
    for (query, expected) in sums {
        assert_eq!(prometheus.number(query), expected, "{query}");
    }
    let series = prometheus.wait("hubble_dns_queries_total");
    for query in HOSTILE {
        let expected = String::from_utf8_lossy(query);
        let found = series
            .iter()
            .any(|series| series["metric"]["query"].as_str() == Some(&*expected));
        assert!(found, "{expected:?} is not in {series:?}");
    }
}

/// Reads both formats with Python's `prometheus_client`, and prints sums of samples by name, then the values of a
/// label.
const PYTHON: &str = r##"
import json, sys
try:
    from prometheus_client import parser
    from prometheus_client.openmetrics import parser as openmetrics
except ImportError:
    sys.exit(77)
text = sys.stdin.buffer.read().decode("utf-8")
read = openmetrics if text.endswith("# EOF\n") else parser
sums, queries = {}, []
for family in read.text_string_to_metric_families(text):
    for sample in family.samples:
        sums[sample.name] = sums.get(sample.name, 0) + sample.value
        if "query" in sample.labels:
            queries.append(sample.labels["query"])
print(json.dumps([sums, queries]))
"##;

/// What Python reads; `None`, with a report, where none has the parser. Debian's has it in the package
/// `python3-prometheus-client`.
fn python(text: &str) -> Option<Value> {
    for program in ["/usr/bin/python3", "python3"] {
        let process = Command::new(program)
            .args(["-c", PYTHON])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn();
        let Ok(mut process) = process else { continue };
        let mut input = process.stdin.take().expect("a pipe");
        // Without the parser it does not read.
        let _ = input.write_all(text.as_bytes());
        drop(input);
        let output = process.wait_with_output().expect("its end");
        if output.status.code() == Some(77) {
            continue;
        }
        assert!(output.status.success(), "{output:?}");
        return Some(serde_json::from_slice(&output.stdout).expect("JSON"));
    }
    println!("left out: no Python has prometheus_client");
    None
}

#[test]
fn a_parser_in_another_language_reads_the_same() {
    let metrics = counted();
    for format in [
        flow_metrics::Format::Prometheus,
        flow_metrics::Format::OpenMetrics,
    ] {
        let Some(read) = python(&metrics.encode(format)) else {
            return;
        };
        let (sums, queries) = (&read[0], read[1].as_array().expect("a list"));
        assert_eq!(sums["hubble_flows_processed_total"], 311.0, "{format:?}");
        assert_eq!(sums["hubble_tcp_flags_total"], 300.0, "{format:?}");
        assert_eq!(sums["hubble_dns_queries_total"], 7.0, "{format:?}");
        assert_eq!(
            sums["hubble_http_request_duration_seconds_count"], 4.0,
            "{format:?}"
        );
        assert_eq!(queries.len(), HOSTILE.len(), "{format:?}");
        for query in HOSTILE {
            let expected = String::from_utf8_lossy(query);
            let found = queries
                .iter()
                .any(|found| found.as_str() == Some(&*expected));
            assert!(found, "{format:?}: {expected:?} is not in {queries:?}");
        }
    }
}
