//! Host names, URLs, statuses, user agents, fingerprints and what else nDPI tells agree with
//! ours.

use std::collections::BTreeMap;

use crate::captures::{announce, captures, folder};
use crate::facts::{Facts, facts};
use crate::known::{KNOWN, SKIPPED};
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
fn what_ndpi_tells_of_applications_agrees() {
    let Some(folder) = folder("ndpi") else { return };
    let mut wrong = Vec::new();
    let mut used = 0;
    let mut counts: BTreeMap<Kind, [usize; 2]> = BTreeMap::new();
    for path in captures(&folder) {
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let ours = facts(&path);
        let mut found = Vec::new();
        for flow in expected(&folder.join(format!("{name}.out"))) {
            if !PROTOCOLS.contains(&flow.protocol.as_str()) {
                continue;
            }
            let differing = differences(&flow, ours.get(&flow.ends));
            for (kind, _) in &flow.facts {
                counts.entry(*kind).or_default()[0] += 1;
            }
            found.extend(differing);
        }
        let known: Vec<_> = KNOWN.iter().filter(|known| known.capture == name).collect();
        used += known.len();
        let expected: usize = known.iter().map(|known| known.differences).sum();
        if found.len() != expected {
            wrong.push(format!(
                "{name}: {expected} differences are known, {} found\n  {}",
                found.len(),
                found.join("\n  ")
            ));
        }
    }
    announce(&format!("facts of nDPI by kind: {counts:?}"));
    assert_eq!(
        used,
        KNOWN.len(),
        "known differences of captures that are not there"
    );
    let _ = SKIPPED;
    assert!(
        wrong.is_empty(),
        "{} captures\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
