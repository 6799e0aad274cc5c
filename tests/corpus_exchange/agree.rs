//! Host names, URLs, statuses, user agents and fingerprints that nDPI tells are told, of the same
//! connection.

use std::collections::BTreeMap;

use flow_core::record::RecordFlags;
use flow_l7::track::Limits;

use crate::captures::{announce, captures, file_name, folder};
use crate::known::KNOWN;
use crate::ndpi::{Expected, Kind, expected};
use crate::reported::{Reported, reported};

/// Protocols of nDPI that are followed.
const PROTOCOLS: [&str; 6] = ["DNS", "MDNS", "LLMNR", "HTTP", "TLS", "QUIC"];
/// Longest value that nDPI tells whole, in bytes.
const CUT: usize = 240;

/// What is not printable nDPI prints as `?`.
fn printable(text: &str) -> String {
    let show = |letter: char| match letter.is_ascii_graphic() || letter == ' ' {
        true => letter,
        false => '?',
    };
    text.chars().map(show).collect()
}

fn agrees(kind: Kind, theirs: &str, ours: &str) -> bool {
    match kind {
        Kind::Host => ours.eq_ignore_ascii_case(theirs),
        Kind::Url if theirs.len() > CUT => ours.starts_with(theirs),
        // Where there is no name nDPI has `d` too, and of the protocols' names other letters.
        Kind::Ja4 => {
            let parts = |text: &str| {
                (
                    text[..3].to_owned(),
                    text[4..9].to_owned(),
                    text[10..].to_owned(),
                )
            };
            parts(ours) == parts(theirs)
        }
        _ => ours == theirs,
    }
}

fn differences(flow: &Expected, told: &Reported) -> Vec<String> {
    let none = Default::default();
    let ours = told.facts.get(&flow.ends).unwrap_or(&none);
    let is_told = |kind: Kind, theirs: &str| {
        let mut ours = ours.iter().filter(|fact| fact.0 == kind);
        ours.any(|fact| agrees(kind, &printable(theirs), &printable(&fact.1)))
    };
    flow.facts
        .iter()
        .filter(|(kind, _)| is_followed(*kind))
        .filter(|(kind, theirs)| !is_told(*kind, theirs))
        .map(|(kind, theirs)| {
            let found: Vec<_> = ours.iter().filter(|fact| fact.0 == *kind).collect();
            format!(
                "{} {} {} {kind:?}: nDPI {theirs:?}, we {found:?}",
                flow.protocol, flow.ends.0, flow.ends.1
            )
        })
        .collect()
}

/// What a record holds.
const fn is_followed(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Host | Kind::Url | Kind::Status | Kind::UserAgent | Kind::Ja4
    )
}

#[test]
fn what_ndpi_reports_is_reported() {
    let Some(folder) = folder("ndpi") else { return };
    let mut wrong = Vec::new();
    let (mut facts_of, mut by_reason, mut used) = (BTreeMap::new(), BTreeMap::new(), 0);
    let (mut requests, mut paired, mut unmatched, mut slowest) = (0, 0, 0, 0);
    for path in captures(&folder) {
        let name = file_name(&path);
        let ours = reported(&path, Limits::default());
        requests += ours.stats.requests;
        paired += ours.stats.paired;
        unmatched += ours.stats.unmatched;
        for record in &ours.records {
            slowest = slowest.max(record.latency_ns);
            assert!(!record.flags.contains(RecordFlags::REDACTED));
        }
        let mut found = Vec::new();
        for flow in expected(&folder.join(format!("{name}.out"))) {
            if !PROTOCOLS.contains(&flow.protocol.as_str()) {
                continue;
            }
            found.extend(differences(&flow, &ours));
            for (kind, _) in flow.facts.iter().filter(|(kind, _)| is_followed(*kind)) {
                *facts_of.entry(*kind).or_insert(0) += 1;
            }
        }
        let mut known = 0;
        for entry in KNOWN.iter().filter(|known| known.capture == name) {
            used += 1;
            known += entry.differences;
            *by_reason.entry(entry.reason).or_insert(0) += entry.differences;
        }
        if found.len() != known {
            wrong.push(format!(
                "{name}: {known} differences are known, {} found\n  {}",
                found.len(),
                found.join("\n  ")
            ));
        }
    }
    announce(&format!("compared with nDPI: {facts_of:?}"));
    announce(&format!("known differences: {by_reason:?}"));
    announce(&format!(
        "{requests} requests, {paired} pairs, {unmatched} unmatched, slowest {slowest} ns"
    ));
    assert_eq!(
        used,
        KNOWN.len(),
        "known differences of captures that are not there"
    );
    assert!(
        facts_of[&Kind::Host] > 1000 && paired > 500,
        "results of nDPI are read"
    );
    assert!(
        wrong.is_empty(),
        "{} captures\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
