//! Host names, URLs, statuses, user agents, fingerprints and what else nDPI tells agree with
//! ours.

use std::collections::BTreeMap;

use flow_l7::L7Protocol;

use crate::captures::{announce, captures, file_name, folder};
use crate::facts::{Facts, facts};
use crate::known::{KNOWN, NAMES};
use crate::ndpi::{Expected, Kind, expected};

/// Protocols of nDPI that are decoded.
const PROTOCOLS: [&str; 6] = ["DNS", "MDNS", "LLMNR", "HTTP", "TLS", "QUIC"];

/// Longest value that nDPI tells whole, in bytes.
const CUT: usize = 240;

/// Whether what nDPI tells is what we found. It prints what is not printable as `?`, folds host
/// names, leaves parameters of content types out, and cuts long URLs off.
fn agrees(kind: Kind, theirs: &str, ours: &Facts) -> bool {
    let theirs = printable(theirs);
    ours.values
        .iter()
        .filter(|(other, _)| *other == kind)
        .map(|(_, value)| printable(value))
        .any(|value| match kind {
            Kind::Host => value.eq_ignore_ascii_case(&theirs),
            Kind::ContentType => value.split(';').next() == Some(&theirs),
            Kind::Url if theirs.len() > CUT => value.starts_with(&theirs),
            Kind::Ja4 => is_same_client(&theirs, &value),
            _ => value == theirs,
        })
}

fn printable(text: &str) -> String {
    text.chars()
        .map(|letter| {
            if letter.is_ascii_graphic() || letter == ' ' {
                letter
            } else {
                '?'
            }
        })
        .collect()
}

/// Of the first application protocol nDPI takes the first two letters, the description of JA4
/// the first and the last; and nDPI has `d` also where there is no server name.
fn is_same_client(theirs: &str, ours: &str) -> bool {
    let is_name = ours[3..4] == theirs[3..4] || (&ours[3..4], &theirs[3..4]) == ("i", "d");
    is_name && ours[..3] == theirs[..3] && ours[4..9] == theirs[4..9] && ours[10..] == theirs[10..]
}

/// Every difference in a flow.
fn differences(flow: &Expected, ours: Option<&Facts>) -> Vec<String> {
    let nothing = Facts::default();
    let ours = ours.unwrap_or(&nothing);
    flow.facts
        .iter()
        .filter(|(kind, theirs)| !agrees(*kind, theirs, ours))
        .map(|(kind, theirs)| {
            let found: Vec<_> = ours
                .values
                .iter()
                .filter(|(other, _)| other == kind)
                .map(|(_, value)| value.as_str())
                .collect();
            format!(
                "{} {} {} {kind:?}: nDPI {theirs:?}, we {found:?} of {:?}",
                flow.protocol, flow.ends.0, flow.ends.1, ours.protocols
            )
        })
        .collect()
}

#[test]
fn what_ndpi_reports_of_applications_agrees() {
    let Some(folder) = folder("ndpi") else { return };
    let mut wrong = Vec::new();
    let mut used = 0;
    let (mut facts_of, mut by_reason) = (BTreeMap::new(), BTreeMap::new());
    for path in captures(&folder) {
        let name = file_name(&path);
        let ours = facts(&path);
        let mut found = Vec::new();
        for flow in expected(&folder.join(format!("{name}.out"))) {
            if !PROTOCOLS.contains(&flow.protocol.as_str()) {
                continue;
            }
            found.extend(differences(&flow, ours.get(&flow.ends)));
            for (kind, _) in &flow.facts {
                *facts_of.entry(*kind).or_insert(0) += 1;
            }
        }
        let mut expected = 0;
        for known in KNOWN.iter().filter(|known| known.capture == name) {
            used += 1;
            expected += known.differences;
            *by_reason.entry(known.reason).or_insert(0) += known.differences;
        }
        if found.len() != expected {
            wrong.push(format!(
                "{name}: {expected} differences are known, {} found\n  {}",
                found.len(),
                found.join("\n  ")
            ));
        }
    }
    announce(&format!("compared with nDPI: {facts_of:?}"));
    announce(&format!("known differences: {by_reason:?}"));
    assert_eq!(
        used,
        KNOWN.len(),
        "known differences of captures that are not there"
    );
    let (hosts, prints) = (facts_of[&Kind::Host], facts_of[&Kind::Ja4]);
    assert!(hosts > 1000 && prints > 200, "results of nDPI are read");
    assert!(
        wrong.is_empty(),
        "{} captures\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn protocols_that_are_found_are_those_that_ndpi_finds() {
    let Some(folder) = folder("ndpi") else { return };
    let mut wrong = Vec::new();
    let mut found = BTreeMap::new();
    for path in captures(&folder) {
        let name = file_name(&path);
        let ours = facts(&path);
        for flow in expected(&folder.join(format!("{name}.out"))) {
            // Where nDPI knows nothing there is nothing to compare with.
            if flow.protocol == "Unknown" {
                continue;
            }
            for l7 in ours
                .get(&flow.ends)
                .into_iter()
                .flat_map(|facts| &facts.protocols)
            {
                *found.entry(*l7).or_insert(0) += 1;
                if !NAMES.contains(&(flow.protocol.as_str(), *l7)) {
                    wrong.push(format!(
                        "{name} {:?}: {}, we {l7}",
                        flow.ends, flow.protocol
                    ));
                }
            }
        }
    }
    announce(&format!("protocols found as nDPI does: {found:?}"));
    for l7 in [
        L7Protocol::Dns,
        L7Protocol::Http1,
        L7Protocol::Tls,
        L7Protocol::Quic,
        L7Protocol::Kafka,
    ] {
        assert!(found.contains_key(&l7), "{l7}");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
