//! Evaluates connections against the policies of a cluster.

use flow_core::flow::Ip;
use flow_core::resolve::{Extra, Policy};
use hashbrown::HashMap;
use smallvec::SmallVec;

use super::address::{Protocol, key};
use super::build::{blocks, compile};
use super::classes::Classes;
use super::cluster::Cluster;
use super::compiled::Compiled;
use super::ends::{Ends, Readings};
use super::evaluation::{Decision, Evaluation, Open, PolicyId, Possible, Side, Stage};
use super::matching::{Kind, NONE, PortQuery, Reading};
use super::prefixes::Prefixes;
use super::selector::Labels;

/// Number of a pod in an [`Evaluator`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PodId(u32);

/// One end of a [`Connection`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[allow(clippy::exhaustive_structs, reason = "an address and who has it")]
pub struct End {
    /// Its address.
    pub ip: Ip,
    /// The pod, where it is known; otherwise the address is looked up.
    pub pod: Option<PodId>,
}

/// A connection, from the end that began it to the one that it goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(
    clippy::exhaustive_structs,
    reason = "made by callers from what a flow has"
)]
pub struct Connection {
    /// The end that began it.
    pub source: End,
    /// The end that it goes to, before any translation.
    pub destination: End,
    /// Its protocol.
    pub protocol: Protocol,
    /// Port of the destination; 0 for protocols without ports.
    pub port: u16,
    /// The pod that the address of a service was translated to, where that is known.
    pub backend: Option<PodId>,
}

/// The policies of a cluster, compiled: evaluates connections.
///
/// It is a snapshot, and shared by any number of threads. When the cluster changes, build another one.
#[derive(Clone, Debug)]
pub struct Evaluator {
    compiled: Compiled,
    ends: Ends,
    policies: Vec<Policy>,
    pods: HashMap<Box<str>, HashMap<Box<str>, u32>>,
}

/// A reading of the destination.
#[derive(Clone, Copy, Debug)]
struct Target {
    reading: Reading,
    /// `None` if a service translates it and how is not known.
    port: Option<u16>,
    /// It is behind the address of a service.
    behind_service: bool,
}

type Targets = SmallVec<[Target; 2]>;

impl Evaluator {
    /// Compiles the policies of a cluster.
    #[must_use]
    pub fn new(cluster: &Cluster) -> Self {
        let mut classes = Classes::new(cluster);
        let prefixes = Prefixes::new(blocks(cluster), &cluster.pod_cidrs, &cluster.service_cidrs);
        let compiled = compile(cluster, &mut classes, &prefixes);
        let mut pods = HashMap::<Box<str>, HashMap<Box<str>, u32>>::new();
        for (at, pod) in cluster.pods.iter().enumerate() {
            let namespace = pods.entry_ref(pod.namespace.as_str()).or_default();
            namespace.insert(pod.name.as_str().into(), at as u32);
        }
        Self {
            compiled,
            ends: Ends::new(cluster, &classes.of_pod, prefixes),
            policies: describe(cluster),
            pods,
        }
    }

    /// Returns the number of a pod.
    #[must_use]
    pub fn pod(&self, namespace: &str, name: &str) -> Option<PodId> {
        Some(PodId(*self.pods.get(namespace)?.get(name)?))
    }

    /// Returns the name of a policy, its namespace, kind and labels (`k8s:KEY=VALUE`), as Hubble
    /// reports policies. Nothing if the number is of another evaluator.
    #[must_use]
    pub fn policy(&self, id: PolicyId) -> Option<&Policy> {
        self.policies.get(id.0 as usize)
    }

    /// Returns the policies with these numbers.
    pub fn policies<'a>(&'a self, ids: &'a [PolicyId]) -> impl Iterator<Item = &'a Policy> {
        ids.iter().filter_map(|id| self.policy(*id))
    }

    /// Puts the policies that decided into the attributes of a flow: `egress_allowed_by`,
    /// `egress_denied_by` and those of `ingress`, replacing what they hold.
    pub fn fill(&self, evaluation: &Evaluation, extra: &mut Extra) {
        let fill = |side: &Side, allowed: &mut Vec<Policy>, denied: &mut Vec<Policy>| {
            allowed.clear();
            denied.clear();
            let by = match side.decision() {
                Decision::Allowed => allowed,
                Decision::Denied => denied,
                Decision::Unknown => return,
            };
            by.extend(self.policies(side.deciding()).cloned());
        };
        fill(
            &evaluation.egress,
            &mut extra.egress_allowed_by,
            &mut extra.egress_denied_by,
        );
        fill(
            &evaluation.ingress,
            &mut extra.ingress_allowed_by,
            &mut extra.ingress_denied_by,
        );
    }

    /// Evaluates a connection.
    #[must_use]
    pub fn evaluate(&self, connection: &Connection) -> Evaluation {
        let (source, destination) = (&connection.source, &connection.destination);
        if is_loopback(source.ip) || is_loopback(destination.ip) {
            return both(Stage::Loopback);
        }
        let mut open = Open::NONE;
        let sources = self.sources(source, &mut open);
        let targets = self.targets(connection, &mut open);
        if let ([source], [target]) = (&*sources, &*targets)
            && !target.behind_service
        {
            let (possible, egress, ingress) = self.judge(source, target, connection, &mut open);
            return finish(possible, egress, ingress, open);
        }
        let mut merged: Option<(Possible, Side, Side)> = None;
        let mut add = |(possible, egress, ingress)| match &mut merged {
            Some(before) => {
                before.0 = before.0.or(possible);
                before.1.merge(egress);
                before.2.merge(ingress);
            }
            None => merged = Some((possible, egress, ingress)),
        };
        for source in &sources {
            for target in &targets {
                if target.behind_service && is_itself(source, target) {
                    open.add(Open::SELF_VIA_SERVICE);
                    let exempt = || Side::new(Possible::ALLOWED, Some(Stage::Itself));
                    add((Possible::ALLOWED, exempt(), exempt()));
                }
                add(self.judge(source, target, connection, &mut open));
            }
        }
        match merged {
            Some((possible, egress, ingress)) => finish(possible, egress, ingress, open),
            None => both(Stage::NoSubject),
        }
    }

    /// The readings of the end that began a connection.
    fn sources(&self, end: &End, open: &mut Open) -> Readings {
        let readings = self.ends.read(key(end.ip), end.pod.map(|pod| pod.0));
        note(&readings, end.pod.is_some(), open);
        readings
    }

    /// The readings of the end that a connection goes to.
    fn targets(&self, connection: &Connection, open: &mut Open) -> Targets {
        let Connection {
            destination,
            protocol,
            port,
            backend,
            ..
        } = connection;
        let address = key(destination.ip);
        let service = self.ends.service(address, *protocol, *port);
        let backend = match service {
            Some(_) => backend.or(destination.pod),
            None => backend.filter(|pod| !self.ends.has_address(pod.0, address)),
        };
        let mut targets = Targets::new();
        let mut behind = |pod: u32, port: Option<u16>, open: &mut Open| {
            let readings = self.ends.read_behind(address, pod);
            if readings.iter().any(|reading| reading.kind == Kind::HostPod) {
                open.add(Open::HOST_NETWORK);
            }
            targets.extend(readings.into_iter().map(|reading| Target {
                reading,
                port,
                behind_service: true,
            }));
        };
        match (service, backend) {
            (service, Some(pod)) => {
                let mut listed = service.iter().flat_map(|service| service.backends);
                let target = listed.find(|listed| listed.pod == pod.0);
                behind(pod.0, target.map(|target| target.port), open);
                open.add(Open::SERVICE_NAT);
            }
            (Some(service), None) if !service.backends.is_empty() => {
                for one in service.backends {
                    behind(one.pod, Some(one.port), open);
                }
                open.add(Open::SERVICE_UNRESOLVED);
            }
            (Some(_), None) => {
                open.add(Open::SERVICE_UNKNOWN);
                targets.push(Target {
                    reading: self.ends.unknown_service(address),
                    port: None,
                    behind_service: true,
                });
            }
            (None, None) => {
                let readings = self.ends.read(address, destination.pod.map(|pod| pod.0));
                note(&readings, destination.pod.is_some(), open);
                targets.extend(readings.into_iter().map(|reading| Target {
                    reading,
                    port: (reading.kind != Kind::UnknownService).then_some(*port),
                    behind_service: false,
                }));
            }
        }
        targets
    }

    /// Judges one reading of a connection.
    fn judge(
        &self,
        source: &Reading,
        target: &Target,
        connection: &Connection,
        open: &mut Open,
    ) -> (Possible, Side, Side) {
        if is_itself(source, target) && !target.behind_service {
            let exempt = || Side::new(Possible::ALLOWED, Some(Stage::Itself));
            return (Possible::ALLOWED, exempt(), exempt());
        }
        let destination = &target.reading;
        let query = PortQuery {
            protocol: connection.protocol,
            port: target.port,
            named: self.compiled.named(destination),
        };
        let same_node = source.node == destination.node && source.node != NONE;
        let (egress, ingress) = (&self.compiled.egress, &self.compiled.ingress);

        let mut out = self
            .compiled
            .judge(egress, source, destination, &query, open);
        if same_node && source.kind == Kind::Pod && destination.kind == Kind::Node {
            let by_tier = matches!(out.stage, Some(Stage::Admin | Stage::Baseline) | None);
            let mut exempt = Side::new(Possible::ALLOWED, Some(Stage::OwnNode));
            if out.possible.denied {
                open.add(Open::OWN_NODE);
                if by_tier {
                    exempt.merge(out);
                }
            }
            out = exempt;
        }
        let inward = if same_node && source.kind == Kind::Node && destination.kind == Kind::Pod {
            Side::new(Possible::ALLOWED, Some(Stage::OwnNode))
        } else {
            self.compiled
                .judge(ingress, destination, source, &query, open)
        };
        (out.possible.and(inward.possible), out, inward)
    }
}

/// Whether a pod connects to itself.
fn is_itself(source: &Reading, target: &Target) -> bool {
    source.is_pod() && target.reading.is_pod() && source.pod == target.reading.pod
}

/// Notes what readings of an end leave open.
fn note(readings: &Readings, pod_known: bool, open: &mut Open) {
    for reading in readings {
        open.add(match reading.kind {
            Kind::HostPod if pod_known => Open::HOST_NETWORK,
            Kind::HostPod => Open::NODE_ADDRESS,
            Kind::UnknownPod => Open::POD_UNKNOWN,
            Kind::UnknownService => Open::SERVICE_UNKNOWN,
            Kind::Pod | Kind::Node | Kind::Outside => Open::NONE,
        });
    }
}

fn finish(possible: Possible, egress: Side, ingress: Side, mut open: Open) -> Evaluation {
    let decision = possible.decision();
    if decision == Decision::Unknown && open.is_empty() {
        open.add(Open::UNSUPPORTED);
    }
    Evaluation {
        decision,
        egress,
        ingress,
        open,
    }
}

/// An evaluation that allows, for the same reason in both directions.
fn both(stage: Stage) -> Evaluation {
    let side = || Side::new(Possible::ALLOWED, Some(stage));
    finish(Possible::ALLOWED, side(), side(), Open::NONE)
}

fn is_loopback(ip: Ip) -> bool {
    match ip.0 {
        [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, first, ..] => first == 127,
        bytes => bytes == 1_u128.to_be_bytes(),
    }
}

/// The policies of a cluster as Hubble reports them, in the order of their numbers.
fn describe(cluster: &Cluster) -> Vec<Policy> {
    let labels = |labels: &Labels| {
        let labels = labels.iter();
        labels
            .map(|(key, value)| format!("k8s:{key}={value}").into())
            .collect()
    };
    let policies = cluster.policies.iter().map(|policy| Policy {
        name: policy.name.as_str().into(),
        namespace: policy.namespace.as_str().into(),
        labels: labels(&policy.labels),
        kind: "NetworkPolicy".into(),
        ..Policy::default()
    });
    let tiers = cluster.tiers.iter().map(|policy| Policy {
        name: policy.name.as_str().into(),
        labels: labels(&policy.labels),
        kind: policy.kind.name().into(),
        ..Policy::default()
    });
    policies.chain(tiers).collect()
}
