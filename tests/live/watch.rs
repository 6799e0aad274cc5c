//! Observes the two namespaces of a [`Pair`] while a test sends.

use std::net::{IpAddr, SocketAddr};
use std::process::Command;
use std::sync::{Condvar, Mutex, PoisonError, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

use aya::programs::{SchedClassifier, TcAttachType};
use flow_core::flow::{Counters, EventType, Flow, Protocol, Reply, TcpFlags};
use flow_core::pipeline::{Lost, Progress};
use flow_ebpf::{
    AttachWith, FlowSource, FlowSourceBuilder, Interfaces, Namespace, Record, SourceHandle, Stats,
};
use flow_lab::traffic::{CLIENT_LINK, Pair, SERVER_LINK};

/// A builder that observes both interfaces of `pair` and nothing else of this host.
pub(crate) fn of(pair: &Pair) -> FlowSourceBuilder {
    FlowSource::builder()
        .interfaces(Interfaces::matching([CLIENT_LINK, SERVER_LINK]))
        .namespace(Namespace::from(pair.client.path().as_path()))
        .namespace(Namespace::from(pair.server.path().as_path()))
}

/// Every way of attaching to interfaces that this kernel has: TCX since Linux 6.6.
pub(crate) fn ways() -> Vec<AttachWith> {
    let tcx = SchedClassifier::query_tcx("lo", TcAttachType::Ingress).is_ok();
    let ways = [tcx.then_some(AttachWith::Tcx), Some(AttachWith::Clsact)];
    ways.into_iter().flatten().collect()
}

/// One at a time: drops are told of the whole host, and the flood of one test would overrun the
/// ring buffers of another.
static TAKEN: Mutex<bool> = Mutex::new(false);
static FREED: Condvar = Condvar::new();

/// The turn of one observer, in whatever thread it is.
pub(crate) struct Turn;

impl Turn {
    pub(crate) fn wait() -> Self {
        let taken = TAKEN.lock().unwrap_or_else(PoisonError::into_inner);
        let free = FREED.wait_while(taken, |taken| *taken);
        *free.unwrap_or_else(PoisonError::into_inner) = true;
        Self
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        *TAKEN.lock().unwrap_or_else(PoisonError::into_inner) = false;
        FREED.notify_one();
    }
}

/// An observer at work in a thread of its own.
pub(crate) struct Watch {
    _turn: Turn,
    handle: SourceHandle,
    thread: JoinHandle<(Vec<Flow>, Vec<Lost>)>,
}

/// What an observer saw.
pub(crate) struct Seen {
    pub(crate) flows: Vec<Flow>,
    /// Sum of all loss records.
    pub(crate) lost: u64,
    /// Each of them.
    pub(crate) losses: Vec<Lost>,
    pub(crate) stats: Stats,
}

impl Watch {
    /// Loads, attaches, and begins to drain. On return every interface is observed.
    pub(crate) fn start(builder: FlowSourceBuilder) -> Self {
        let (watch, missing) = Self::start_with_missing(builder);
        assert!(missing.is_empty(), "missing: {missing:#?}");
        watch
    }

    /// [`start`](Self::start) where some features are known to be missing: gives them.
    pub(crate) fn start_with_missing(builder: FlowSourceBuilder) -> (Self, Vec<String>) {
        Self::tapped(builder, |_, _| {})
    }

    /// [`start_with_missing`](Self::start_with_missing); `tap` sees each record and its flow.
    pub(crate) fn tapped(
        builder: FlowSourceBuilder,
        mut tap: impl FnMut(&[u8], &Flow) + Send + 'static,
    ) -> (Self, Vec<String>) {
        let turn = Turn::wait();
        let mut source = builder.load().expect("the observer loads");
        let handle = source.handle();
        let missing = source.report().missing().map(ToString::to_string).collect();
        let (ready, wait) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            let mut decoder = source.decoder();
            let (mut flows, mut losses) = (Vec::new(), Vec::new());
            let _ = ready.send(());
            loop {
                let progress =
                    source.poll_records(Duration::from_millis(50), &mut |record| match record {
                        Record::Kernel(bytes) => {
                            let flow = decoder.decode(bytes).expect("a record of our own");
                            tap(bytes, &flow);
                            flows.push(flow);
                        }
                        Record::Lost(loss) => losses.push(loss),
                        _ => {}
                    });
                if progress.expect("the source goes on") == Progress::Ended {
                    return (flows, losses);
                }
            }
        });
        wait.recv().expect("the drain thread has begun");
        let watch = Self {
            _turn: turn,
            handle,
            thread,
        };
        (watch, missing)
    }

    /// Stops, flushes the kernel's table and takes what was seen.
    pub(crate) fn finish(self) -> Seen {
        // Packets still on their way through the stack: there is no event that tells.
        std::thread::sleep(Duration::from_millis(200));
        self.handle.stop();
        let (flows, losses) = self.thread.join().expect("the drain thread ends");
        Seen {
            flows,
            lost: losses.iter().map(|loss| loss.count).sum(),
            losses,
            stats: self.handle.stats(),
        }
    }
}

/// One connection as one interface saw it, added up over all its records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Total {
    /// From the side that began.
    pub(crate) forward: Counters,
    /// From the side that answered.
    pub(crate) reverse: Counters,
    /// TCP flags of the side that began.
    pub(crate) forward_flags: TcpFlags,
    /// TCP flags of the side that answered.
    pub(crate) reverse_flags: TcpFlags,
    /// Number of records.
    pub(crate) records: usize,
}

impl Seen {
    /// Records of packets seen at `interface`, without drops and socket events.
    pub(crate) fn at<'a>(&'a self, interface: &'a str) -> impl Iterator<Item = &'a Flow> {
        self.flows.iter().filter(move |flow| {
            flow.event_type == EventType::TRACE
                && flow.interface.name.as_bytes() == interface.as_bytes()
        })
    }

    /// Records of dropped packets.
    pub(crate) fn drops(&self) -> impl Iterator<Item = &Flow> {
        self.flows
            .iter()
            .filter(|flow| flow.event_type == EventType::DROP)
    }

    /// Adds up the connection that `source` began with `destination`, as `interface` saw it.
    pub(crate) fn total(
        &self,
        interface: &str,
        protocol: Protocol,
        source: SocketAddr,
        destination: SocketAddr,
    ) -> Total {
        let mut total = Total::default();
        for flow in self.at(interface).filter(|flow| flow.protocol == protocol) {
            let forward = ends(flow) == (source, destination);
            if !forward && ends(flow) != (destination, source) {
                continue;
            }
            total.records += 1;
            let (ahead, back) = (flow.traffic.forward(), flow.traffic.reverse());
            let (ahead, back, flags) = if forward {
                (ahead, back, &mut total.forward_flags)
            } else {
                (back, ahead, &mut total.reverse_flags)
            };
            *flags |= flow.tcp_flags;
            add(&mut total.forward, ahead);
            add(&mut total.reverse, back);
            if flow.is_reply != Reply::UNKNOWN {
                assert_eq!(flow.is_reply == Reply::NO, forward, "who began: {flow}");
            }
        }
        total
    }
}

fn add(sum: &mut Counters, part: Counters) {
    sum.packets += part.packets;
    sum.bytes += part.bytes;
}

/// The name of this process, which the kernel programs report whatever the thread that made a socket is called.
pub(crate) fn own_name() -> String {
    let name = std::fs::read_to_string(format!("/proc/{}/comm", std::process::id()));
    name.expect("its own name").trim_end().to_owned()
}

/// Sender and receiver of a flow.
pub(crate) fn ends(flow: &Flow) -> (SocketAddr, SocketAddr) {
    let end = |ip: IpAddr, port| SocketAddr::new(ip, port);
    (
        end(flow.source.ip.to_std(), flow.source.port),
        end(flow.destination.ip.to_std(), flow.destination.port),
    )
}

/// Bytes of an Ethernet and an IP header.
pub(crate) fn headers(address: SocketAddr) -> u64 {
    14 + if address.is_ipv4() { 20 } else { 40 }
}

/// Adds a netfilter rule for incoming packets to the namespace of the calling thread.
pub(crate) fn nft(rule: &str) {
    let rules = format!(
        "table inet t {{\n chain c {{\n type filter hook input priority 0;\n {rule}\n }}\n}}"
    );
    let status = Command::new("nft").arg(rules).status();
    assert!(status.expect("nft (package nftables) runs").success());
}
