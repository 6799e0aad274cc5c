//! Requests and responses paired: what a pair of packets costs from the payload to two owned
//! records, beside a peer that only parses the same bytes and pairs nothing.
//!
//! Criterion gives the figures; the table at the end compares medians of paired rounds, in
//! which the contenders take turns, and is what to trust on a noisy machine. Each group is two
//! records.

#[allow(dead_code, reason = "another bench needs the rest")]
#[path = "../l7/input.rs"]
mod input;
#[allow(dead_code, reason = "another bench needs the rest")]
#[path = "../l7/lane.rs"]
mod lane;
mod messages;
mod peer;
mod track;

use std::time::Duration;

use criterion::{Criterion, Throughput};

use lane::{Group, Lane};

fn main() {
    let mut criterion = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_millis(700))
        .configure_from_args();
    let mut groups = groups();
    for group in &mut groups {
        group.check();
        let mut figures = criterion.benchmark_group(group.title);
        figures.throughput(Throughput::Elements(2));
        for Lane { name, work, .. } in &mut group.lanes {
            figures.bench_function(*name, |bencher| bencher.iter_custom(&mut *work));
        }
        figures.finish();
    }
    criterion.final_summary();
    // `cargo test --benches` runs this with `--test`: there is nothing to compare then.
    if !std::env::args().any(|argument| argument == "--test" || argument == "--list") {
        lane::table(&mut groups);
    }
}

fn groups() -> Vec<Group> {
    let group = |title, (request, response): (Vec<u8>, Vec<u8>), kind, others: Vec<Lane>| {
        let input = [&request[..], &response].concat();
        let ours = track::Pair::new(kind, request.len());
        let mut lanes = vec![Lane::new("flow, paired", &input, ours)];
        lanes.extend(others);
        Group {
            title,
            input: input.len(),
            lanes,
        }
    };
    let lane = |name, (request, response): (Vec<u8>, Vec<u8>), peer| {
        let at = request.len();
        let input = [&request[..], &response].concat();
        Lane::new(name, &input, peer::Parse { at, peer })
    };
    vec![
        group(
            "DNS pair, two records",
            messages::dns(),
            track::Kind::Dns,
            vec![lane(
                "hickory-proto, parsed",
                messages::dns(),
                peer::hickory,
            )],
        ),
        group(
            "HTTP/1 pair, two records",
            messages::http1(),
            track::Kind::Http1,
            vec![lane("httparse, parsed", messages::http1(), peer::httparse)],
        ),
        group(
            "HTTP/2 stream, two records",
            messages::http2(),
            track::Kind::Http2,
            vec![peer::hpack()],
        ),
        group(
            "TLS hellos and their connection, two records",
            messages::tls(),
            track::Kind::Tls,
            vec![lane("tls-parser, parsed", messages::tls(), peer::tls)],
        ),
        group(
            "Kafka pair, two records",
            messages::kafka(),
            track::Kind::Kafka,
            Vec::new(),
        ),
    ]
}
