//! Responses of an access log beside their requests.

use std::collections::VecDeque;

use flow_cilium::log::{LogExchangeStats, LogExchanges, LogRecord};
use flow_cilium::{AgentDecoder, AgentEvent};
use flow_core::record::{L7Kind, L7Record, TraceId};
use proptest::prelude::*;

use super::golden;

/// The request of the golden file with another `X-Request-Id`, of four bytes.
fn with_id(id: [u8; 4]) -> Vec<u8> {
    let mut bytes = golden("http-request.event");
    let at = bytes.windows(4).position(|four| four == b"4711").unwrap();
    bytes[at..at + 4].copy_from_slice(&id);
    bytes
}

/// Tells of a record of this kind and time.
fn tell(
    exchanges: &mut LogExchanges,
    bytes: &[u8],
    kind: L7Kind,
    time: Option<u64>,
) -> Option<L7Record> {
    let mut decoder = AgentDecoder::default();
    let AgentEvent::AccessLog(told) = decoder.decode(bytes).unwrap() else {
        panic!("a record of the access log");
    };
    exchanges.record(&LogRecord { kind, time, ..told })
}

#[test]
fn a_response_has_the_time_since_its_request() {
    let bytes = with_id(*b"4711");
    let mut exchanges = LogExchanges::default();
    let request = tell(&mut exchanges, &bytes, L7Kind::REQUEST, Some(1_000)).unwrap();
    assert_eq!((request.kind, request.latency_ns), (L7Kind::REQUEST, 0));
    let trace = "0af7651916cd43dd8448eb211c80319c";
    assert_eq!(request.trace.to_string(), trace);
    assert_eq!(exchanges.waiting(), 1);
    let response = tell(&mut exchanges, &bytes, L7Kind::RESPONSE, Some(3_500)).unwrap();
    assert_eq!(
        (response.kind, response.latency_ns),
        (L7Kind::RESPONSE, 2_500)
    );
    assert_eq!(response.trace.to_string(), trace);
    assert_eq!(exchanges.waiting(), 0);

    // Once only.
    let again = tell(&mut exchanges, &bytes, L7Kind::RESPONSE, Some(4_000)).unwrap();
    assert_eq!(again.latency_ns, 0);
    // A sample is neither.
    tell(&mut exchanges, &bytes, L7Kind::SAMPLE, Some(5_000)).unwrap();
    let mut stats = LogExchangeStats::default();
    (stats.requests, stats.matched, stats.unmatched) = (1, 1, 1);
    assert_eq!(exchanges.stats(), stats);
}

#[test]
fn what_is_unknown_is_zero() {
    let bytes = with_id(*b"4711");
    let mut exchanges = LogExchanges::default();
    for (begun, ended) in [(Some(10), Some(9)), (None, Some(9)), (Some(1), None)] {
        tell(&mut exchanges, &bytes, L7Kind::REQUEST, begun).unwrap();
        let response = tell(&mut exchanges, &bytes, L7Kind::RESPONSE, ended).unwrap();
        assert_eq!(response.latency_ns, 0, "{begun:?} {ended:?}");
    }
    // These have no id of a request.
    for name in ["http-response.event", "dns-answer.event", "kafka.event"] {
        let record = tell(&mut exchanges, &golden(name), L7Kind::RESPONSE, Some(9)).unwrap();
        assert_eq!(record.latency_ns, 0, "{name}");
    }
    let other = golden("other.event");
    assert_eq!(
        tell(&mut exchanges, &other, L7Kind::RESPONSE, Some(9)),
        None
    );
    assert_eq!(exchanges.stats().matched, 3);
    assert_eq!(exchanges.stats().unmatched, 0);
}

/// A response whose own header fields tell a trace has that where the request told none.
#[test]
fn the_trace_of_a_request_comes_first() {
    let mut exchanges = LogExchanges::default();
    let bytes = with_id(*b"4711");
    let mut untraced = bytes.clone();
    let at = untraced.windows(11).position(|name| name == b"Traceparent");
    untraced[at.unwrap()] = b'X';
    let mut is_paired = |request: &[u8], response: &[u8]| {
        tell(&mut exchanges, request, L7Kind::REQUEST, Some(1)).unwrap();
        let record = tell(&mut exchanges, response, L7Kind::RESPONSE, Some(2)).unwrap();
        record.trace != TraceId::default()
    };
    assert!(is_paired(&bytes, &untraced));
    assert!(is_paired(&untraced, &bytes));
    assert!(!is_paired(&untraced, &untraced));
}

proptest! {
    /// Beside the plainest form of it: a queue that is searched.
    #[test]
    fn memory_is_bounded_and_the_oldest_go_first(
        capacity in 1_u32..4,
        told in prop::collection::vec((any::<bool>(), 0_u8..6), 1..60),
    ) {
        let mut exchanges = LogExchanges::with_capacity(capacity);
        let mut queue: VecDeque<(u8, u64)> = VecDeque::new();
        let mut evicted = 0;
        for (time, (is_request, id)) in (1_u64..).zip(told) {
            let bytes = with_id([b'a' + id; 4]);
            let at = queue.iter().position(|(known, _)| *known == id);
            let waiting = at.and_then(|at| queue.remove(at));
            if is_request {
                tell(&mut exchanges, &bytes, L7Kind::REQUEST, Some(time)).unwrap();
                if queue.len() == capacity as usize {
                    queue.pop_front();
                    evicted += 1;
                }
                queue.push_back((id, time));
            } else {
                let record = tell(&mut exchanges, &bytes, L7Kind::RESPONSE, Some(time)).unwrap();
                let latency = waiting.map_or(0, |(_, begun)| time - begun);
                prop_assert_eq!(record.latency_ns, latency);
            }
            prop_assert_eq!(exchanges.waiting(), queue.len());
        }
        let stats = exchanges.stats();
        prop_assert_eq!(stats.evicted, evicted);
        let left = stats.matched + stats.evicted + exchanges.waiting() as u64;
        prop_assert!(left <= stats.requests);
    }
}
