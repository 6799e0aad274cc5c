//! Connections with their packets and bytes agree with nDPI's.

use std::net::SocketAddr;
use std::path::Path;

use flow_capture::FlowTable;
use flow_core::decode::Capture;
use flow_core::flow::Flow;
use flow_core::wire::LinkType;

use crate::captures::read;
use crate::known::{BY_RULE, DIFFERENT, Rule, flow_by};
use crate::ndpi::{Counts, Sent, add, expected};
use crate::shared::{announce, captures, file_name as name, folder};

/// Decodes a capture under `rules` and adds it up with a table that is too small for some, so
/// that what is evicted has to be right too.
fn decoded(path: &Path, rules: &[Rule]) -> Counts {
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
    read(path, &mut |packet| {
        let Some(link) = LinkType::from_number(packet.link_type) else {
            return;
        };
        let capture = Capture {
            time: packet.time_ns,
            link,
            wire_len: packet.wire_len,
            data: packet.data,
        };
        if let Ok(Some(flow)) = flow_by(rules, &capture) {
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

/// Compares a capture; gives what nDPI told, and what is wrong.
fn compare(path: &Path, rules: &[Rule], different: usize) -> (Counts, Option<String>) {
    let (theirs, unreadable) = expected(Path::new(&format!("{}.out", path.display())));
    let of = |rules: &[Rule]| {
        let mut found = differences(&decoded(path, rules), &theirs);
        found.extend(unreadable.iter().cloned());
        found
    };
    let found = of(rules);
    let mut wrong = (found.len() != different).then(|| {
        let (number, found) = (found.len(), found.join("\n  "));
        format!("{different} differences are known by {rules:?}, {number} found:\n  {found}")
    });
    for left_out in 0..rules.len() {
        let mut fewer = rules.to_vec();
        let rule = fewer.remove(left_out);
        if of(&fewer).len() <= different {
            wrong = Some(format!("{rule:?} is not needed"));
        }
    }
    (theirs, wrong)
}

#[test]
fn connections_and_counts_agree_with_ndpi() {
    let Some(folder) = folder("ndpi") else { return };
    let (mut agreeing, mut by_rule, mut differing) = (0, 0, 0);
    let (mut connections, mut packets) = (0, 0);
    let mut wrong = Vec::new();
    for path in captures(&folder) {
        let name = name(&path);
        let rules = BY_RULE.iter().find(|known| known.0 == name);
        let rules = rules.map_or(&[][..], |known| known.1);
        let different = DIFFERENT.iter().find(|known| known.0 == name);
        let (theirs, error) = compare(&path, rules, different.map_or(0, |known| known.1));
        wrong.extend(error.map(|error| format!("{name}: {error}")));
        for rule in rules {
            announce(&format!("{name} agrees by a rule: {}", rule.reason()));
        }
        if let Some((_, number, reason)) = different {
            announce(&format!("{name} differs in {number} connections: {reason}"));
            differing += 1;
            continue;
        }
        *(if rules.is_empty() {
            &mut agreeing
        } else {
            &mut by_rule
        }) += 1;
        connections += theirs.len();
        let sums = theirs.values().flatten().map(|sent| sent.packets);
        packets += sums.sum::<u64>();
    }
    announce(&format!(
        "{agreeing} captures agree with nDPI and {by_rule} by a rule, together {connections} \
         connections and {packets} packets; {differing} differ"
    ));
    let known = (by_rule, differing);
    assert_eq!(
        known,
        (BY_RULE.len(), DIFFERENT.len()),
        "captures that are not there"
    );
    assert!(
        wrong.is_empty(),
        "{} captures\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
