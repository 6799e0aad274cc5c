//! Connections with their packets and bytes agree with nDPI's.

use std::net::SocketAddr;
use std::path::Path;

use flow_core::decode::{FlowTable, flow_of};
use flow_core::flow::Flow;

use crate::captures::{captures, folder, read};
use crate::known::KNOWN;
use crate::ndpi::{Counts, Sent, add, expected};

/// Decodes a capture and adds it up with a table that is too small for some, so that what is
/// evicted has to be right too.
fn decoded(path: &Path) -> Counts {
    let mut counts = Counts::new();
    let mut table = FlowTable::with_capacity(64);
    let mut collect = |flow: &Flow| {
        let end = |ip: flow_core::flow::Ip, port| SocketAddr::new(ip.to_std(), port);
        let ends = (
            end(flow.source.ip, flow.source.port),
            end(flow.destination.ip, flow.destination.port),
        );
        let (ahead, back) = (flow.traffic.forward(), flow.traffic.reverse());
        let sent = [ahead, back].map(|part| Sent {
            packets: u64::from(part.packets),
            bytes: part.bytes,
        });
        add(&mut counts, ends, flow.vlan, flow.protocol.0, sent);
    };
    read(path, &mut |capture| {
        if let Ok(flow) = flow_of(capture) {
            table.add(&flow, &mut collect);
        }
    });
    table.finish(&mut collect);
    counts
}

fn differences(ours: &Counts, theirs: &Counts) -> Vec<String> {
    let mut found = Vec::new();
    for (connection, counts) in theirs {
        match ours.get(connection) {
            Some(mine) if mine == counts => {}
            Some(mine) => found.push(format!("{connection:?}: nDPI {counts:?}, we {mine:?}")),
            None => found.push(format!("{connection:?}: nDPI {counts:?}, we nothing")),
        }
    }
    for (connection, counts) in ours {
        if !theirs.contains_key(connection) {
            found.push(format!("{connection:?}: nDPI nothing, we {counts:?}"));
        }
    }
    found
}

#[test]
fn connections_and_counts_agree_with_ndpi() {
    let Some(folder) = folder("ndpi") else { return };
    let (mut agreeing, mut connections, mut packets) = (0, 0, 0);
    let mut wrong = Vec::new();
    let mut used = Vec::new();
    for path in captures(&folder) {
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let (theirs, unreadable) = expected(&folder.join(format!("{name}.out")));
        let mut found = differences(&decoded(&path), &theirs);
        found.extend(unreadable);
        if let Some(known) = KNOWN.iter().find(|known| known.capture == name) {
            used.push(known.capture);
            if found.len() != known.differences {
                wrong.push(format!(
                    "{name}: {} differences are known ({}), {} found\n  {}",
                    known.differences,
                    known.reason,
                    found.len(),
                    found.join("\n  ")
                ));
            }
        } else if found.is_empty() {
            agreeing += 1;
            connections += theirs.len();
            packets += theirs
                .values()
                .flatten()
                .map(|sent| sent.packets)
                .sum::<u64>();
        } else {
            wrong.push(format!("{name}: {}\n  {}", found.len(), found.join("\n  ")));
        }
    }
    println!("{agreeing} captures agree: {connections} connections, {packets} packets");
    println!("{} captures differ for a known reason", used.len());
    assert_eq!(
        used.len(),
        KNOWN.len(),
        "known differences of captures that are not there"
    );
    assert!(
        wrong.is_empty(),
        "{} captures\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
