//! OpenSSL's server greeted by curl.

use std::time::Duration;

use flow_core::record::{L7Body, TlsRecord};
use flow_lab::require_bpf;
use flow_lab::traffic::{Pair, SERVER_V4};

use super::server::{Server, TLS};
use super::{Message, assert_latency, client, listen, pairs};

const NAME: &str = "tls.flow.test";

fn tls(message: &Message) -> TlsRecord<'_> {
    match message.record.body() {
        L7Body::Tls(tls) => tls,
        other => panic!("{other:?}"),
    }
}

/// Gets a page, and gives how long the handshake took as curl measured it.
fn curl(pair: &Pair, options: &[&str]) -> Duration {
    let (url, resolve) = (
        format!("https://{NAME}:{TLS}/"),
        format!("{NAME}:{TLS}:{SERVER_V4}"),
    );
    let mut arguments = vec!["--silent", "--insecure", "--max-time", "20"];
    arguments.extend(["--resolve", &resolve, "--output", "/dev/null"]);
    arguments.extend(["--write-out", "%{time_connect} %{time_appconnect}"]);
    arguments.extend(options);
    arguments.push(&url);
    let printed = client(pair, "curl", "curl", &arguments);
    let (begin, end) = printed.split_once(' ').expect("two times");
    let seconds = |text: &str| text.parse::<f64>().expect("seconds");
    Duration::from_secs_f64(seconds(end) - seconds(begin) + 2e-6)
}

#[test]
fn hellos_of_openssl_are_reported_with_their_latency() {
    require_bpf!();
    let pair = Pair::create().expect("namespaces");
    let _server = Server::tls(&pair);
    let mut times = Vec::new();
    let (messages, stats) = listen(&pair, &[TLS], || {
        times.push(curl(&pair, &["--http1.1", "--tlsv1.3"]));
        times.push(curl(&pair, &["--http1.1", "--tls-max", "1.2"]));
    });
    let pairs = pairs(&messages);
    assert_eq!(pairs.len(), 2, "{stats:#?}");
    for (((client, server), version), time) in pairs.iter().zip([0x304, 0x303]).zip(times) {
        assert_eq!(tls(client).server_name().to_string(), NAME);
        assert_eq!(
            tls(client).alpn().next().expect("a protocol").to_string(),
            "http/1.1"
        );
        assert_eq!(tls(client).version(), version);
        // JA4: TCP, the version, a name of a host, and the protocols in their first and last letter.
        let begin = if version == 0x304 { "t13d" } else { "t12d" };
        let ja4 = tls(client).ja4().to_string();
        assert!(ja4.starts_with(begin), "{ja4}");
        assert_eq!(ja4.len(), 36, "{ja4}");
        assert_eq!(tls(server).version(), version);
        assert_ne!(tls(server).cipher(), 0);
        assert_latency(server, Duration::from_nanos(1), time);
    }
}
