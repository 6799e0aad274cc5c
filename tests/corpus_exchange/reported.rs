//! What a tracker tells of a capture.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::path::Path;

use flow_core::decode::flow_of;
use flow_core::flow::Flow;
use flow_core::record::{HttpRecord, L7Body, L7Kind, L7Record, RecordFlags};
use flow_core::wire::Packet;
use flow_l7::redact::Redaction;
use flow_l7::track::{Limits, Segment, Tracker, TrackerStats};

use crate::captures::frames;
use crate::ndpi::{Ends, Kind, ends};

/// Bytes of a place for a connection and of its index, at most.
const PLACE: usize = 400;

/// What was told of a capture.
#[derive(Default)]
pub(crate) struct Reported {
    /// By connection: facts as nDPI has them, each in lower case where it is a host.
    pub(crate) facts: BTreeMap<Ends, BTreeSet<(Kind, String)>>,
    pub(crate) stats: TrackerStats,
    pub(crate) records: Vec<L7Record>,
}

/// Tracks a capture; asserts that memory and latencies are what they can be.
pub(crate) fn reported(path: &Path, limits: Limits) -> Reported {
    let mut tracker = Tracker::new(limits, Redaction::none());
    let mut told = Reported::default();
    let mut count = 0_u64;
    let mut began = u64::MAX;
    let mut now = 0;
    let mut take = |flow: &Flow, record: &L7Record, told: &mut Reported, now: u64, began: u64| {
        // Captures are not always in order of time.
        let most = now.max(flow.time) - began.min(flow.first_seen);
        assert!(record.latency_ns <= most, "{record:?}");
        assert!(flow.first_seen <= flow.time);
        assert!(record.kind == L7Kind::RESPONSE || record.latency_ns == 0);
        let unmatched = record.flags.contains(RecordFlags::UNMATCHED);
        assert!(!unmatched || record.latency_ns == 0);
        count += 1;
        let facts = told.facts.entry(ends_of(flow)).or_default();
        of_record(record, facts);
        told.records.push(record.clone());
    };
    frames(path, &mut |frame| {
        let Ok(flow) = flow_of(frame) else { return };
        let wire_len = usize::try_from(frame.wire_len).expect("32 bits");
        let packet = Packet::parse(frame.link, frame.data, wire_len);
        let Some(segment) = Segment::of_packet(&packet) else {
            return;
        };
        (began, now) = (began.min(flow.time), now.max(flow.time));
        tracker.track(&flow, &segment, &mut |flow, record| {
            take(flow, record, &mut told, now, began);
        });
        let most =
            limits.memory + PLACE * limits.connections.min(tracker.len().max(16) * 2) + (96 << 10);
        assert!(tracker.memory() <= most, "{}", path.display());
    });
    tracker.finish(&mut |flow, record| take(flow, record, &mut told, now, began));
    let stats = tracker.stats();
    let gone = stats.paired + stats.repeated + stats.unanswered + stats.evicted + stats.one_way;
    assert_eq!(stats.requests, gone, "{}: {stats:?}", path.display());
    let responses = stats.paired + stats.unmatched + stats.conflicting;
    assert_eq!(stats.responses, responses);
    assert_eq!(count, stats.requests + stats.responses + stats.timed_out);
    assert_eq!((tracker.pending(), tracker.len()), (0, 0));
    told.stats = stats;
    told
}

fn ends_of(flow: &Flow) -> Ends {
    let end = |end: &flow_core::flow::Endpoint| SocketAddr::new(end.ip.to_std(), end.port);
    ends(end(&flow.source), end(&flow.destination), flow.protocol.0)
}

/// What nDPI would tell of a record.
fn of_record(record: &L7Record, facts: &mut BTreeSet<(Kind, String)>) {
    let mut add = |kind, value: &str| {
        if !value.is_empty() {
            facts.insert((kind, value.to_owned()));
        }
    };
    match record.body() {
        L7Body::Dns(dns) => {
            let name = dns.query().to_str_lossy();
            add(Kind::Host, name.strip_suffix('.').unwrap_or(&name));
        }
        L7Body::Http(http) => of_http(http, &mut add),
        L7Body::Tls(tls) => {
            add(Kind::Host, &tls.server_name().to_str_lossy());
            add(Kind::Ja4, &tls.ja4().to_str_lossy());
        }
        _ => {}
    }
}

fn of_http(http: HttpRecord<'_>, add: &mut dyn FnMut(Kind, &str)) {
    if http.code() != 0 {
        add(Kind::Status, &http.code().to_string());
    }
    let url = http.url().to_str_lossy();
    add(Kind::Url, &url);
    if let Some(rest) = url.strip_prefix("http://") {
        add(Kind::Url, rest);
        let host = rest.split('/').next().unwrap_or_default();
        add(Kind::Host, host);
        if let Some((name, _)) = host.rsplit_once(':') {
            add(Kind::Host, name);
        }
    }
    if let Some(host) = http.header("host") {
        let host = host.to_str_lossy();
        add(Kind::Host, &host);
        if let Some((name, _)) = host.rsplit_once(':') {
            add(Kind::Host, name);
        }
        add(Kind::Url, &format!("{host}{url}"));
    } else if let Some((name, _)) = url.rsplit_once(':') {
        // CONNECT.
        add(Kind::Host, name);
    }
    if let Some(agent) = http.header("user-agent") {
        add(Kind::UserAgent, &agent.to_str_lossy());
    }
}
