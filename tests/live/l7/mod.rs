//! Layer 7 of real servers and clients, as it is seen on the wire: Debian's dnsmasq and dig,
//! lighttpd and curl, and OpenSSL.

mod dns;
mod http;
mod server;
mod tls;

use std::process::Command;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use flow_core::event::{CaptureKind, EventView};
use flow_core::flow::Flow;
use flow_core::record::{L7Kind, L7Record, RecordFlags};
use flow_core::wire::{LinkType, Packet};
use flow_ebpf::Interfaces;
use flow_l7::redact::Redaction;
use flow_l7::track::{Limits, Segment, Tracker, TrackerStats};
use flow_lab::traffic::{CLIENT_LINK, Pair};

use crate::watch::{self, Watch, ends};

/// A message: the flow that tells of it, and its record.
struct Message {
    flow: Flow,
    record: L7Record,
}

/// What a tracker makes of the captured payload.
struct Listener {
    tracker: Tracker,
    messages: Vec<Message>,
}

impl Listener {
    fn new() -> Self {
        Self {
            tracker: Tracker::new(Limits::default(), Redaction::default()),
            messages: Vec::new(),
        }
    }

    fn take(&mut self, record: &[u8], flow: &Flow) {
        let view = EventView::parse(record).expect("a record of our own");
        if view.header().capture_kind != CaptureKind::NETWORK {
            return;
        }
        let bytes = view.payload();
        let packet = Packet::parse(LinkType::RawIp, bytes, bytes.len());
        let Some(segment) = Segment::of_packet(&packet) else {
            return;
        };
        self.tracker.track(flow, &segment, &mut |told, record| {
            self.messages.push(Message {
                flow: *told,
                record: std::mem::take(record),
            });
        });
    }
}

/// Watches the client's interface with the payload of `ports`, while `work` is done.
fn listen(pair: &Pair, ports: &[u16], work: impl FnOnce()) -> (Vec<Message>, TrackerStats) {
    let mut builder = watch::of(pair)
        .interfaces(Interfaces::matching([CLIENT_LINK]))
        .drops(false);
    for port in ports {
        builder = builder.capture(*port, 2_048);
    }
    let listener = Arc::new(Mutex::new(Listener::new()));
    let tap = Arc::clone(&listener);
    let (watch, missing) = Watch::tapped(builder, move |record, flow| {
        let mut listener = tap.lock().unwrap_or_else(PoisonError::into_inner);
        listener.take(record, flow);
    });
    assert!(missing.is_empty(), "missing: {missing:#?}");
    work();
    let seen = watch.finish();
    assert_eq!((seen.lost, seen.stats.unaccounted_packets()), (0, 0));
    let mut listener = listener.lock().unwrap_or_else(PoisonError::into_inner);
    let messages = std::mem::take(&mut listener.messages);
    (messages, listener.tracker.stats())
}

/// Pairs each request with the response that comes next on its connection, which is its own
/// where a client waits. Checks what holds for every pair.
fn pairs(messages: &[Message]) -> Vec<(&Message, &Message)> {
    let mut pairs = Vec::new();
    for (at, request) in messages.iter().enumerate() {
        let (source, destination) = ends(&request.flow);
        if request.record.kind != L7Kind::REQUEST {
            continue;
        }
        let response = messages[at + 1..]
            .iter()
            .find(|other| ends(&other.flow) == (destination, source))
            .unwrap_or_else(|| panic!("no response to {}", request.record.summary()));
        assert_eq!(response.record.kind, L7Kind::RESPONSE);
        assert_eq!(request.record.latency_ns, 0);
        assert_eq!(
            response.record.latency_ns,
            response.flow.time - request.flow.time,
            "{}",
            response.record.summary()
        );
        for message in [request, response] {
            let unexpected = [RecordFlags::UNMATCHED, RecordFlags::MALFORMED];
            assert!(
                unexpected
                    .iter()
                    .all(|flag| !message.record.flags.contains(*flag)),
                "{}: {:?}",
                message.record.summary(),
                message.record.flags
            );
        }
        pairs.push((request, response));
    }
    assert_eq!(
        pairs.len() * 2,
        messages.len(),
        "{:#?}",
        summaries(messages)
    );
    pairs
}

fn summaries(messages: &[Message]) -> Vec<String> {
    messages
        .iter()
        .map(|message| message.record.summary().to_string())
        .collect()
}

/// Asserts that a latency lies between what the server took at least and what the client measured.
fn assert_latency(message: &Message, least: Duration, most: Duration) {
    let latency = Duration::from_nanos(message.record.latency_ns);
    assert!(
        (least..=most).contains(&latency),
        "{latency:?} is not from {least:?} to {most:?}: {}",
        message.record.summary()
    );
}

/// Runs a client in the client's namespace and gives what it printed.
fn client(pair: &Pair, package: &str, program: &str, arguments: &[&str]) -> String {
    let output = pair
        .client
        .run(|| Command::new(program).args(arguments).output())
        .expect("namespace");
    let output = output.unwrap_or_else(|error| {
        panic!("{program}: {error}; it is part of Debian's package {package}")
    });
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{program} {arguments:?}: {}\n{printed}{}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    printed
}
