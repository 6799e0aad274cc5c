//! `--demo`: real traffic between two namespaces, and whether it was all seen.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::IpAddr;
use std::os::unix::fs::MetadataExt;
use std::sync::{Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use anyhow::Context;
use flow_core::flow::{DropReason, EventType, Flow, Protocol};
use flow_core::pipeline::{Filter, Observer, filter_fn};
use flow_core::view::FlowView;
use flow_demo::netns::Namespace;
use flow_demo::traffic::{self, Exchange, Ip, Pair, Server};

use crate::stop::Stop;

/// Time from one round of traffic to the next.
const PERIOD: Duration = Duration::from_millis(500);
/// Rounds, unless they are to go on.
const ROUNDS: u32 = 5;

/// What the client does in a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Kind {
    Http(Ip),
    Dns(Ip),
    Ping(Ip),
    Refused(Ip),
    Dropped,
}

impl Kind {
    const ALL: [Self; 9] = [
        Self::Http(Ip::V4),
        Self::Http(Ip::V6),
        Self::Dns(Ip::V4),
        Self::Dns(Ip::V6),
        Self::Ping(Ip::V4),
        Self::Ping(Ip::V6),
        Self::Refused(Ip::V4),
        Self::Refused(Ip::V6),
        Self::Dropped,
    ];

    fn run(self, pair: &Pair) -> Result<Exchange, traffic::TrafficError> {
        match self {
            Self::Http(ip) => pair.http(ip, 2_000),
            Self::Dns(ip) => pair.dns(ip),
            Self::Ping(ip) => pair.ping(ip, 1, 56),
            Self::Refused(ip) => pair.refused(ip),
            Self::Dropped => pair.dropped(64),
        }
    }

    fn label(self) -> String {
        let (what, ip) = match self {
            Self::Http(ip) => ("TCP connection", ip),
            Self::Dns(ip) => ("UDP query", ip),
            Self::Ping(ip) => ("ICMP echo", ip),
            Self::Refused(ip) => ("TCP to a closed port", ip),
            Self::Dropped => ("UDP into a black hole", Ip::V4),
        };
        format!("{what}, {}", if ip == Ip::V4 { "IPv4" } else { "IPv6" })
    }

    fn protocol(self) -> Protocol {
        match self {
            Self::Http(_) | Self::Refused(_) => Protocol::TCP,
            Self::Dns(_) | Self::Dropped => Protocol::UDP,
            Self::Ping(Ip::V4) => Protocol::ICMP,
            Self::Ping(Ip::V6) => Protocol::ICMPV6,
        }
    }
}

/// What the client sent: how often, and between which ends.
#[derive(Debug, Default)]
pub(crate) struct Sent {
    exchanges: BTreeMap<Kind, Vec<Key>>,
}

/// A connection, from the client's end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Key {
    protocol: Protocol,
    client: (IpAddr, u16),
    server: (IpAddr, u16),
}

/// The demo's namespaces, ready to send.
#[derive(Debug)]
pub(crate) struct Demo {
    pair: Pair,
}

impl Demo {
    /// Makes the namespaces; nothing is sent yet.
    pub(crate) fn create() -> anyhow::Result<Self> {
        Ok(Self {
            pair: Pair::create().context("making the demo's namespaces")?,
        })
    }

    /// Namespace whose packets to observe.
    pub(crate) fn netns(&self) -> &str {
        self.pair.client.name()
    }

    /// Namespace at the other end of the link.
    pub(crate) fn far_netns(&self) -> &str {
        self.pair.server.name()
    }

    /// Passes the flows of the demo's namespaces that `other` passes too: drops are reported of every namespace, and another
    /// demo may use the same addresses.
    pub(crate) fn filter<F: Filter>(&self, other: F) -> anyhow::Result<impl Filter + use<F>> {
        let inode = |space: &Namespace| Ok::<_, anyhow::Error>(space.handle().metadata()?.ino());
        let own = [inode(&self.pair.client)?, inode(&self.pair.server)?];
        Ok(filter_fn(move |view: &FlowView<'_>| {
            // 0 is not known: set only where the kernel has type information.
            let netns = u64::from(view.flow().interface.netns);
            (netns == 0 || own.contains(&netns)) && other.matches(view)
        }))
    }

    /// Begins to send, a round each half second, and raises `done` after the last one. Rounds go
    /// on until `stop`, or for a while unless `forever`.
    pub(crate) fn start(self, forever: bool, stop: Stop, done: Stop) -> anyhow::Result<Running> {
        let thread = thread::Builder::new()
            .name("demo".to_owned())
            .spawn(move || {
                let result = send(&self.pair, forever, &stop);
                done.raise();
                result
            })?;
        Ok(Running { thread })
    }
}

fn send(pair: &Pair, forever: bool, stop: &Stop) -> anyhow::Result<Sent> {
    let server = Server::start(pair)?;
    let begin = Instant::now();
    let mut sent = Sent::default();
    let mut round = 0;
    while !stop.is_raised() && (forever || round < ROUNDS) {
        for kind in Kind::ALL {
            let exchange = kind.run(pair)?;
            sent.exchanges.entry(kind).or_default().push(Key {
                protocol: kind.protocol(),
                client: (exchange.source.ip(), exchange.source.port()),
                server: (exchange.destination.ip(), exchange.destination.port()),
            });
        }
        round += 1;
        let next = begin + PERIOD * round;
        while Instant::now() < next && !stop.is_raised() {
            thread::sleep(Duration::from_millis(20));
        }
    }
    drop(server);
    Ok(sent)
}

/// The demo while it sends.
#[derive(Debug)]
pub(crate) struct Running {
    thread: JoinHandle<anyhow::Result<Sent>>,
}

impl Running {
    /// Waits for the last packet; the namespaces are gone after it.
    pub(crate) fn finish(self) -> anyhow::Result<Sent> {
        self.thread
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            .context("making the demo's traffic")
    }
}

/// What was seen of the demo's connections.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    connections: Mutex<HashMap<Key, Counts>>,
}

impl Observer for Seen {
    fn name(&self) -> &str {
        "demo"
    }

    fn observe(&self, view: &FlowView<'_>) {
        self.add(view.flow());
    }
}

#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    packets: u64,
    bytes: u64,
    /// ICMP echo requests: all of them are one connection, for they have no ports.
    requests: u64,
    drops: u64,
    reason: Option<DropReason>,
}

impl Seen {
    /// Adds what `flow` holds of a connection.
    fn add(&self, flow: &Flow) {
        let source = (flow.source.ip.to_std(), flow.source.port);
        let destination = (flow.destination.ip.to_std(), flow.destination.port);
        let client = |ip: IpAddr| ip == Ip::V4.client() || ip == Ip::V6.client();
        let (client, server) = match (client(source.0), client(destination.0)) {
            (true, false) => (source, destination),
            (false, true) => (destination, source),
            _ => return,
        };
        if flow.protocol == Protocol::ICMPV6 && !matches!(flow.icmp_type, 128 | 129) {
            return; // the resolution of link addresses, RFC 4861
        }
        let key = Key {
            protocol: flow.protocol,
            client,
            server,
        };
        let mut connections = self
            .connections
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let counts = connections.entry(key).or_default();
        match flow.event_type {
            EventType::DROP => {
                counts.drops += u64::from(flow.traffic.forward_packets.max(1));
                counts.reason = Some(flow.drop_reason);
            }
            EventType::TRACE => {
                let (ahead, back) = (flow.traffic.forward(), flow.traffic.reverse());
                counts.packets += u64::from(ahead.packets) + u64::from(back.packets);
                counts.bytes += ahead.bytes + back.bytes;
                counts.requests += match (flow.protocol, flow.icmp_type) {
                    (Protocol::ICMP, 8) | (Protocol::ICMPV6, 128) => u64::from(ahead.packets),
                    (Protocol::ICMP, 0) | (Protocol::ICMPV6, 129) => u64::from(back.packets),
                    _ => 0,
                };
            }
            _ => {}
        }
    }
}

/// A table that sets what was sent beside what was seen, and whether everything was seen.
pub(crate) fn summary(sent: &Sent, seen: &Seen) -> (String, bool) {
    let mut table = format!(
        "{:<28} {:>4} {:>5} {:>8} {:>8}",
        "of the demo", "sent", "seen", "packets", "bytes"
    );
    let mut complete = true;
    let connections = seen
        .connections
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    for (kind, keys) in &sent.exchanges {
        let distinct: BTreeSet<&Key> = keys.iter().collect();
        let found: Vec<&Counts> = distinct
            .iter()
            .filter_map(|key| connections.get(key))
            .collect();
        let sum = |count: fn(&Counts) -> u64| found.iter().map(|counts| count(counts)).sum::<u64>();
        let seen = match kind {
            Kind::Ping(_) => sum(|counts| counts.requests),
            _ => found.len() as u64,
        };
        complete &= seen == keys.len() as u64;
        let (packets, bytes) = (sum(|counts| counts.packets), sum(|counts| counts.bytes));
        table += &format!(
            "\n{:<28} {:>4} {seen:>5} {packets:>8} {bytes:>8}",
            kind.label(),
            keys.len()
        );
        if let Some(reason) = found.iter().find_map(|counts| counts.reason) {
            table += &format!("  {} dropped: {reason}", sum(|counts| counts.drops));
        }
    }
    (table, complete)
}
