//! Tests of the table as a whole: its cases, everything at random against a model, threads, memory.

mod cases;
mod memory;
mod model;
mod threads;

use super::{NameHandle, NameTable};
use crate::flow::Flow;
use crate::resolve::EndpointNames;
use crate::ring::{Ring, Writer};

/// Names that tell their number.
fn names(number: u32) -> EndpointNames {
    EndpointNames {
        id: number,
        pod_name: std::format!("pod-{number}").into(),
        ..EndpointNames::default()
    }
}

/// The number of names, which are whole.
fn number(names: &EndpointNames) -> u32 {
    assert_eq!(*names.pod_name, *std::format!("pod-{}", names.id));
    names.id
}

fn ring(capacity: usize) -> (Writer<Flow>, Ring<Flow>) {
    Ring::with_capacity(capacity).expect("a ring")
}

/// A flow with the handles of both ends.
fn flow(time: u64, source: Option<NameHandle>, destination: Option<NameHandle>) -> Flow {
    let mut flow = Flow {
        time,
        ..Flow::default()
    };
    flow.source.meta = source.map_or(0, NameHandle::raw);
    flow.destination.meta = destination.map_or(0, NameHandle::raw);
    flow
}

fn add(table: &NameTable, number: u32) -> NameHandle {
    table.add(names(number)).expect("room")
}
