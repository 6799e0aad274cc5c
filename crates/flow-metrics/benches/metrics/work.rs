//! Flows to be counted.

use std::sync::Barrier;

use flow_core::flow::{
    Direction, DropReason, EventType, Flow, IpVersion, Protocol, Reply, TcpFlags, Verdict,
};
use flow_core::resolve::{EndpointNames, Store};
use flow_core::store::{FlowStore, HeldNames};
use flow_core::view::FlowView;

/// Flows of pods, in a random order.
pub(crate) struct Work {
    pub(crate) store: FlowStore,
    pub(crate) flows: Vec<Flow>,
    pub(crate) pods: Vec<u32>,
    pub(crate) pairs: usize,
}

impl Work {
    pub(crate) fn new() -> Self {
        let mut work = Self::with_pods(64);
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let mut random = |below: usize| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 33) as usize % below
        };
        // Every pod talks to a few others.
        let pairs: Vec<(u32, u32)> = (0..64)
            .map(|_| (work.pods[random(64)], work.pods[random(64)]))
            .collect();
        work.pairs = pairs.len();
        for _ in 0..512 {
            let (source, destination) = pairs[random(pairs.len())];
            let mut flow = flow(source, destination);
            match random(20) {
                0 => {
                    flow.event_type = EventType::DROP;
                    flow.verdict = Verdict::DROPPED;
                    flow.drop_reason = DropReason::from_cilium(133);
                }
                1..6 => flow.protocol = Protocol::UDP,
                6..9 => flow.tcp_flags = TcpFlags::SYN,
                9..12 => flow.tcp_flags = TcpFlags::FIN | TcpFlags::ACK,
                _ => {}
            }
            flow.destination.port = [80, 443, 53, 5432, 9092][random(5)];
            if random(2) == 0 {
                flow.is_reply = Reply::YES;
            }
            work.flows.push(flow);
        }
        work
    }

    pub(crate) fn with_pods(pods: u32) -> Self {
        let store = FlowStore::with_capacity(1024);
        let pods = (0..pods)
            .map(|pod| {
                store.names().add(EndpointNames {
                    namespace: format!("team-{}", pod % 8).into(),
                    pod_name: format!("web-5d4f8c7b9-{pod:05}").into(),
                    ..EndpointNames::default()
                })
            })
            .map(|handle| handle.expect("room").raw())
            .collect();
        let _ = Store::store_extra(&store, flow_core::resolve::Extra::default());
        Self {
            store,
            flows: Vec::new(),
            pods,
            pairs: 0,
        }
    }

    /// Hands a flow of every pair of pods to `read`.
    pub(crate) fn each_pair(&self, read: impl Fn(&FlowView<'_>)) {
        let mut holder = self.store.names().holder();
        let hold = holder.hold();
        let names = HeldNames::new(&self.store, &hold);
        for source in &self.pods {
            for destination in &self.pods {
                let mut flow = flow(*source, *destination);
                flow.tcp_flags = TcpFlags::SYN;
                read(&FlowView::new(&flow, &names));
            }
        }
    }
}

fn flow(source: u32, destination: u32) -> Flow {
    let mut flow = Flow {
        event_type: EventType::TRACE,
        protocol: Protocol::TCP,
        ip_version: IpVersion::V4,
        direction: Direction::EGRESS,
        verdict: Verdict::FORWARDED,
        is_reply: Reply::NO,
        tcp_flags: TcpFlags::ACK,
        ..Flow::default()
    };
    flow.source.meta = source;
    flow.destination.meta = destination;
    flow
}

/// Seconds of a processor that this thread has had: what else runs does not count.
fn processor_time() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

/// Nanoseconds that a flow takes, counted by so many threads at the same time.
pub(crate) fn time(
    work: &Work,
    times: usize,
    threads: usize,
    count: &(dyn Fn(&FlowView<'_>) + Sync),
) -> f64 {
    let barrier = Barrier::new(threads);
    let longest = std::thread::scope(|scope| {
        let run = || {
            let mut holder = work.store.names().holder();
            let hold = holder.hold();
            let names = HeldNames::new(&work.store, &hold);
            let go = |times: usize| {
                for _ in 0..times {
                    for flow in &work.flows {
                        count(&FlowView::new(flow, &names));
                    }
                }
            };
            // What a thread remembers is there.
            go(1);
            barrier.wait();
            let begin = processor_time();
            go(times);
            processor_time() - begin
        };
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(run)).collect();
        let taken = threads
            .into_iter()
            .map(|thread| thread.join().expect("no panic"));
        taken.fold(0.0, f64::max)
    });
    longest * 1e9 / (work.flows.len() * times * threads) as f64
}

pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
