//! What a look-up of both ends of a flow costs, with 100,000 pods, alone and while 1,000 of them change a
//! second; beside a papaya map of the same entries; with one thread and with two.
//!
//! ```text
//! cargo bench -p flow-enrich --features names --bench table
//! ```

use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use flow_core::flow::{Flow, Ip};
use flow_core::names::NameTable;
use flow_core::resolve::EndpointNames;
use flow_enrich::names::TableNames;
use flow_enrich::table::{EndpointEntry, EndpointKind, EndpointTable, Key, Writer};
use flow_enrich::{Attached, Enricher};

const PODS: u32 = 100_000;
const FLOWS: usize = 8_192;
/// Passes over the flows; the median of them counts.
const PASSES: usize = 201;
const NOW: u64 = 1_795_530_900_000_000_000;

/// What papaya's map holds: from, until, handle and identity.
type Entry = (u64, u64, u32, u32);

fn address(number: u32) -> Ip {
    let [_, a, b, c] = number.to_be_bytes();
    Ip::v4([10, a, b, c])
}

fn entry(number: u32, round: u64) -> EndpointEntry {
    EndpointEntry {
        kind: EndpointKind::Pod,
        identity: (1 << 31) + number % 500,
        from: NOW - 1,
        keys: [Key::Address(address(number))].into_iter().collect(),
        names: Arc::new(EndpointNames {
            namespace: "shop".into(),
            pod_name: format!("pod-{number}-{round}").into(),
            ..EndpointNames::default()
        }),
    }
}

/// Flows between pods, each pod as likely as any other: mostly not in the caches of the processor; or between
/// few pods, as on a node.
fn flows(pods: u32) -> Vec<Flow> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        address((state >> 16) as u32 % pods)
    };
    let flow = |_| {
        let mut flow = Flow {
            time: NOW,
            ..Flow::default()
        };
        (flow.source.ip, flow.destination.ip) = (next(), next());
        flow
    };
    (0..FLOWS).map(flow).collect()
}

/// Nanoseconds a flow: the median pass and the 99th percentile of passes.
fn measure(flows: &[Flow], mut enrich: impl FnMut(&mut Flow)) -> (f64, f64) {
    let mut passes: Vec<f64> = (0..PASSES)
        .map(|_| {
            let begin = Instant::now();
            for flow in flows {
                // The flow as a source hands it over: its ends alone are written.
                let mut flow = *flow;
                enrich(&mut flow);
                black_box(&flow);
            }
            begin.elapsed().as_nanos() as f64 / flows.len() as f64
        })
        .collect();
    passes.sort_by(f64::total_cmp);
    (passes[PASSES / 2], passes[PASSES * 99 / 100])
}

/// Changes 1,000 pods a second, one at a time, until `stop`.
fn change(writer: &mut Writer<u32>, stop: &AtomicBool) -> u64 {
    let begin = Instant::now();
    let mut changed = 0_u64;
    while !stop.load(Ordering::Relaxed) {
        let due = begin.elapsed().as_millis() as u64;
        while changed < due {
            let number = (changed * 7_919) as u32 % PODS;
            let _ = writer.batch(NOW).put(number, entry(number, changed));
            changed += 1;
        }
        thread::sleep(Duration::from_micros(500));
    }
    changed
}

fn main() {
    let names = NameTable::new();
    let table = EndpointTable::new(&names);
    let mut writer = Writer::new(&table);
    let begin = Instant::now();
    let all = (0..PODS).map(|number| (number, entry(number, 0)));
    writer.batch(NOW).replace_all(all).expect("room");
    println!("{PODS} pods put in one batch in {:?}", begin.elapsed());
    let map = papaya::HashMap::<Ip, Entry, hashbrown::DefaultHashBuilder>::default();
    for number in 0..PODS {
        map.pin()
            .insert(address(number), (NOW - 1, u64::MAX, number + 1, number));
    }

    let enricher = TableNames::new(table.clone());
    for (what, pods) in [("100,000 pods", PODS), ("200 of them", 200)] {
        let flows = flows(pods);
        let (copy, _) = measure(&flows, |_| {});
        let (ours, ours_p99) = measure(&flows, |flow| enricher.enrich(flow, &Attached::NONE));
        let (papaya, _) = measure(&flows, |flow| {
            let map = map.pin();
            for end in [&mut flow.source, &mut flow.destination] {
                if let Some((from, until, handle, identity)) = map.get(&end.ip)
                    && (*from..*until).contains(&flow.time)
                {
                    (end.meta, end.identity) = (*handle, *identity);
                }
            }
        });
        let stop = AtomicBool::new(false);
        let (busy, busy_p99, changed, took) = thread::scope(|scope| {
            let begin = Instant::now();
            let changing = scope.spawn(|| change(&mut writer, &stop));
            let (busy, p99) = measure(&flows, |flow| enricher.enrich(flow, &Attached::NONE));
            while begin.elapsed() < Duration::from_secs(1) {
                thread::sleep(Duration::from_millis(1));
            }
            stop.store(true, Ordering::Relaxed);
            (
                busy,
                p99,
                changing.join().expect("the writer"),
                begin.elapsed(),
            )
        });
        println!("both ends, {what}, less {copy:.1} ns of the copy of the flow:");
        println!(
            "  table                     {:6.1} ns (p99 {:.1})",
            ours - copy,
            ours_p99 - copy
        );
        println!(
            "  table, {:5.0} changes a s   {:6.1} ns (p99 {:.1})",
            changed as f64 / took.as_secs_f64(),
            busy - copy,
            busy_p99 - copy
        );
        println!(
            "  papaya                    {:6.1} ns, {:.2} of it",
            papaya - copy,
            (ours - copy) / (papaya - copy)
        );
        let rate = |threads: usize| {
            let begin = Instant::now();
            thread::scope(|scope| {
                for _ in 0..threads {
                    scope.spawn(|| {
                        for _ in 0..PASSES {
                            for flow in &flows {
                                let mut flow = *flow;
                                enricher.enrich(&mut flow, &Attached::NONE);
                                black_box(&flow);
                            }
                        }
                    });
                }
            });
            (threads * PASSES * FLOWS) as f64 / begin.elapsed().as_secs_f64()
        };
        let (one, two) = (rate(1), rate(2));
        println!("  two threads               {:6.2} times one", two / one);
    }
    let flows = flows(PODS);
    let allocated = allocation_counter::measure(|| {
        for flow in &flows {
            let mut flow = *flow;
            enricher.enrich(&mut flow, &Attached::NONE);
            black_box(&flow);
        }
    });
    println!("allocations of {FLOWS} flows: {}", allocated.count_total);
}
