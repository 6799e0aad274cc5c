//! Encoding a flow: straight from [`Flow`](flow_core::flow::Flow), beside prost from its message
//! and serde from plain structures, with the same content, into a buffer that is used again.
//!
//! Criterion gives the figures; the tables at the end compare medians of paired rounds, in which
//! the contenders take turns, and are what to trust on a noisy machine.

mod mirror;
mod sample;

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput};
use flow_hubble::flow::Flow as Message;
use flow_hubble::{Export, ExtensionForm, Mask, WithUnknownFields, read_line, to_json};
use prost::Message as _;

use sample::Sample;

/// A name, and what writes one flow to the end of a buffer.
type Lane<'a> = (&'static str, Box<dyn Fn(&mut Vec<u8>) + 'a>);

/// What is compared: the first is ours, the others its peers.
struct Group<'a> {
    title: String,
    lanes: Vec<Lane<'a>>,
}

fn export(sample: &Sample, form: ExtensionForm) -> Export<'_> {
    Export::new(&sample.flow).resolve(sample).extension(form)
}

fn written(lane: &Lane<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    lane.1(&mut out);
    out
}

fn protobuf<'a>(sample: &'a Sample, content: &str, form: ExtensionForm) -> Group<'a> {
    let export = export(sample, form);
    let message = export.message();
    let lanes: Vec<Lane<'a>> = vec![
        (
            "flow-core, from Flow",
            Box::new(move |out| export.protobuf(out)),
        ),
        (
            "prost, from its message",
            Box::new(move |out| message.encode(out).expect("room")),
        ),
        (
            "prost, message made first",
            Box::new(move |out| export.message().encode(out).expect("room")),
        ),
    ];
    let bytes = written(&lanes[0]);
    assert!(
        lanes.iter().all(|lane| written(lane) == bytes),
        "the same bytes"
    );
    Group {
        title: format!("protobuf, {content}, {} bytes", bytes.len()),
        lanes,
    }
}

fn json<'a>(sample: &'a Sample, content: &str, form: ExtensionForm) -> Group<'a> {
    let export = export(sample, form);
    let message = export.message();
    let value: serde_json::Value =
        serde_json::from_str(&to_json(&message).expect("JSON")).expect("JSON");
    let mirror = mirror::mirror(&message, value.get("extensions").cloned());
    let lanes: Vec<Lane<'a>> = vec![
        (
            "flow-core, from Flow",
            Box::new(move |out| export.json(out)),
        ),
        (
            "serde_json, from structures",
            Box::new(move |out| serde_json::to_writer(out, &mirror).expect("room")),
        ),
        (
            "prost-reflect, from its message",
            Box::new(move |out| {
                out.extend_from_slice(to_json(&message).expect("JSON").as_bytes());
            }),
        ),
    ];
    let text = written(&lanes[0]);
    for lane in &lanes {
        let found: serde_json::Value = serde_json::from_slice(&written(lane)).expect("JSON");
        assert_eq!(found, value, "{}", lane.0);
    }
    Group {
        title: format!("JSON, {content}, {} bytes", text.len()),
        lanes,
    }
}

/// What readers and servers do besides.
fn besides<'a>(sample: &'a Sample, mask: &'a Mask) -> Group<'a> {
    let export = export(sample, ExtensionForm::Struct);
    let mut line = Vec::new();
    export.event_json(&mut line);
    let line = String::from_utf8(line).expect("JSON");
    let bytes = export.message().encode_to_vec();
    let also = bytes.clone();
    Group {
        title: "besides".into(),
        lanes: vec![
            (
                "ExportEvent to JSON",
                Box::new(move |out| export.event_json(out)),
            ),
            (
                "the same, 5 fields by mask",
                Box::new(move |out| export.mask(mask).event_json(out)),
            ),
            (
                "ExportEvent from JSON",
                Box::new(move |_| {
                    black_box(read_line(&line).expect("an event"));
                }),
            ),
            (
                "flow.Flow from protobuf, prost",
                Box::new(move |_| {
                    black_box(Message::decode(&*bytes).expect("a flow"));
                }),
            ),
            (
                "the same, unknown fields kept",
                Box::new(move |_| {
                    black_box(WithUnknownFields::<Message>::decode(&also).expect("a flow"));
                }),
            ),
        ],
    }
}

fn figures(criterion: &mut Criterion, group: &Group<'_>) {
    let mut figures = criterion.benchmark_group(&group.title);
    figures.throughput(Throughput::Elements(1));
    for (name, write) in &group.lanes {
        figures.bench_function(*name, |bencher| {
            let mut out = Vec::with_capacity(4096);
            bencher.iter(|| {
                out.clear();
                write(black_box(&mut out));
            });
        });
    }
    figures.finish();
}

const ROUNDS: usize = 31;
const ROUND: Duration = Duration::from_millis(4);

/// Nanoseconds a flow in one round.
fn round(write: &dyn Fn(&mut Vec<u8>), out: &mut Vec<u8>) -> f64 {
    let start = Instant::now();
    let mut count = 0_u32;
    loop {
        for _ in 0..64 {
            out.clear();
            write(black_box(out));
        }
        count += 64;
        let passed = start.elapsed();
        if passed >= ROUND {
            return passed.as_nanos() as f64 / f64::from(count);
        }
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Runs the lanes in turns and prints the median of each, and of its ratio to the first.
fn compare(group: &Group<'_>) {
    let mut out = Vec::with_capacity(4096);
    let mut values = vec![Vec::new(); group.lanes.len()];
    for turn in 0..ROUNDS * group.lanes.len() {
        let lane = turn % group.lanes.len();
        values[lane].push(round(&group.lanes[lane].1, &mut out));
    }
    println!("{}", group.title);
    for ((name, _), own) in group.lanes.iter().zip(&values) {
        let ratios = own.iter().zip(&values[0]).map(|(own, first)| own / first);
        let ratio = median(ratios.collect());
        println!(
            "    {name:<34} {:>8.0} ns {ratio:>7.2} x",
            median(own.clone())
        );
    }
}

fn main() {
    let sample = sample::sample();
    let mask = Mask::new([
        "time",
        "verdict",
        "source.pod_name",
        "destination.pod_name",
        "l4",
    ]);
    let mask = mask.expect("the paths are right");
    let groups = [
        protobuf(&sample, "Hubble's fields", ExtensionForm::Omit),
        protobuf(&sample, "and ours as a message", ExtensionForm::Message),
        protobuf(&sample, "and ours as a Struct", ExtensionForm::Struct),
        json(&sample, "Hubble's fields", ExtensionForm::Omit),
        json(&sample, "and ours as a Struct", ExtensionForm::Struct),
        besides(&sample, &mask),
    ];
    let mut criterion = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_millis(600))
        .configure_from_args();
    for group in &groups {
        figures(&mut criterion, group);
    }
    criterion.final_summary();
    // `cargo test --benches` runs this with `--test`: there is nothing to compare then.
    if !std::env::args().any(|argument| argument == "--test" || argument == "--list") {
        println!("\nmedians of {ROUNDS} paired rounds, and ratio to the first\n");
        groups.iter().for_each(compare);
    }
}
