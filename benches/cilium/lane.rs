//! What is measured.

use std::hint::black_box;
use std::time::{Duration, Instant};

use flow_cilium::{AgentDecoder, AgentEvent, CiliumDecoder, CiliumExtra};
use flow_core::flow::Flow;

use super::peer;

/// Runs so many times; says how long that took.
type Work<'a> = Box<dyn FnMut(u64) -> Duration + 'a>;

/// A named measurement.
pub(crate) struct Lane<'a> {
    pub(crate) name: &'static str,
    pub(crate) work: Work<'a>,
}

/// Lanes with the same input, of which the first is ours.
pub(crate) struct Group<'a> {
    pub(crate) title: String,
    pub(crate) lanes: Vec<Lane<'a>>,
}

fn lane<'a, T>(name: &'static str, mut once: impl FnMut() -> T + 'a) -> Lane<'a> {
    Lane {
        name,
        work: Box::new(move |count| {
            let begun = Instant::now();
            for _ in 0..count {
                black_box(once());
            }
            begun.elapsed()
        }),
    }
}

pub(crate) fn groups<'a>(
    events: &'a [(&'static str, Vec<u8>)],
    agent: &'a [(&'static str, Vec<u8>)],
) -> Vec<Group<'a>> {
    let mut groups = Vec::new();
    for (name, record) in events {
        let mut decoder = CiliumDecoder::new(());
        let mut full = CiliumDecoder::new(());
        let mut into = CiliumDecoder::new(());
        let (mut flow, mut extra) = (Flow::default(), CiliumExtra::default());
        groups.push(Group {
            title: format!("{name} event to flow"),
            lanes: vec![
                lane("flow", move || decoder.decode(black_box(record), 1, 2)),
                lane("flow, decode_full", move || {
                    full.decode_full(black_box(record), 1, 2)
                }),
                lane("flow, decode_into", move || {
                    let place = (&mut flow, &mut extra);
                    let made = into.decode_into(black_box(record), 1, 2, place);
                    black_box((&flow, &extra));
                    made
                }),
                lane("etherparse, plain fields", || {
                    peer::plain(black_box(record))
                }),
                lane("etherparse, Hubble's fields", || {
                    peer::message(black_box(record))
                }),
            ],
        });
    }
    for (name, event) in agent {
        let mut warm = AgentDecoder::default();
        let mut owning = AgentDecoder::default();
        // Lives as long as the record that borrows from it: to the end.
        let reader: &'static mut AgentDecoder = Box::leak(Box::default());
        let Ok(AgentEvent::AccessLog(read)) = reader.decode(event) else {
            panic!("a record of the access log");
        };
        groups.push(Group {
            title: format!("{name} of the access log to flow"),
            lanes: vec![
                lane("flow", move || match warm.decode(black_box(event)) {
                    Ok(AgentEvent::AccessLog(record)) => record.to_flow(1),
                    _ => panic!("a record of the access log"),
                }),
                lane("flow, of a record already read", move || {
                    black_box(&read).to_flow(1)
                }),
                lane("flow, with the owned record", move || {
                    match owning.decode(black_box(event)) {
                        Ok(AgentEvent::AccessLog(record)) => {
                            (record.to_flow(1), record.to_record())
                        }
                        _ => panic!("a record of the access log"),
                    }
                }),
                lane(
                    "flow, types read each time",
                    || match AgentDecoder::default().decode(black_box(event)) {
                        Ok(AgentEvent::AccessLog(record)) => record.to_flow(1),
                        _ => panic!("a record of the access log"),
                    },
                ),
            ],
        });
    }
    groups
}
