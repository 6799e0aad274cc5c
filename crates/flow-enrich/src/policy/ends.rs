//! Finds what the ends of a connection are: an end may have more than one permitted reading.

use std::net::IpAddr;

use hashbrown::HashMap;
use smallvec::SmallVec;

use super::address::{Protocol, key};
use super::cluster::{Cluster, TargetPort};
use super::matching::{Kind, NONE, Reading};
use super::prefixes::Prefixes;

/// Readings of an end: usually there is one.
pub(super) type Readings = SmallVec<[Reading; 2]>;

/// What is at the addresses of a cluster.
#[derive(Clone, Debug)]
pub(super) struct Ends {
    prefixes: Prefixes,
    addresses: HashMap<u128, Readings>,
    services: HashMap<u128, u32>,
    /// Backends of each service's ports.
    backends: HashMap<(u32, Protocol, u16), Vec<Backend>>,
    pods: Vec<PodEnd>,
}

/// A pod as an end.
#[derive(Clone, Debug)]
struct PodEnd {
    reading: Reading,
    addresses: SmallVec<[u128; 2]>,
}

/// A pod, and its port, behind a port of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Backend {
    pub(super) pod: u32,
    pub(super) port: u16,
}

/// The address of a service, as a destination.
#[derive(Clone, Copy, Debug)]
pub(super) struct ServiceEnd<'a> {
    pub(super) backends: &'a [Backend],
}

impl Ends {
    pub(super) fn new(cluster: &Cluster, classes: &[u32], prefixes: Prefixes) -> Self {
        let numbers = |at: usize| at as u32;
        let nodes: HashMap<&str, u32> = cluster
            .nodes
            .iter()
            .enumerate()
            .map(|(at, node)| (node.name.as_str(), numbers(at)))
            .collect();
        let class = |address: u128| prefixes.class(address).0;
        let mut addresses = HashMap::<u128, Readings>::new();
        for (at, node) in cluster.nodes.iter().enumerate() {
            for address in node.addresses.iter().map(number) {
                let reading = Reading {
                    node: numbers(at),
                    ..nothing(Kind::Node, class(address))
                };
                addresses.entry(address).or_default().push(reading);
            }
        }
        let mut pods = Vec::with_capacity(cluster.pods.len());
        for (at, pod) in cluster.pods.iter().enumerate() {
            let own: SmallVec<[u128; 2]> = pod.addresses.iter().map(number).collect();
            let kind = if pod.host_network {
                Kind::HostPod
            } else {
                Kind::Pod
            };
            let reading = Reading {
                kind,
                pod: numbers(at),
                class: classes[at],
                node: nodes.get(pod.node.as_str()).copied().unwrap_or(NONE),
                prefix: own.first().map_or(0, |address| class(*address)),
            };
            for &address in &own {
                let known = addresses.entry(address).or_default();
                let prefix = class(address);
                if pod.host_network && known.is_empty() {
                    // An address of the node that the node itself does not list.
                    known.push(Reading {
                        node: reading.node,
                        ..nothing(Kind::Node, prefix)
                    });
                }
                known.push(Reading { prefix, ..reading });
            }
            pods.push(PodEnd {
                reading,
                addresses: own,
            });
        }
        let mut ends = Self {
            prefixes,
            addresses,
            services: HashMap::new(),
            backends: HashMap::new(),
            pods,
        };
        ends.add_services(cluster);
        ends
    }

    fn add_services(&mut self, cluster: &Cluster) {
        let mut by_name = HashMap::<(&str, &str), u32>::new();
        let mut by_namespace = HashMap::<&str, Vec<u32>>::new();
        for (at, pod) in cluster.pods.iter().enumerate() {
            by_name.insert((&pod.namespace, &pod.name), at as u32);
            by_namespace
                .entry(&pod.namespace)
                .or_default()
                .push(at as u32);
        }
        for (at, service) in cluster.services.iter().enumerate() {
            for address in &service.addresses {
                self.services.insert(number(address), at as u32);
            }
            let listed = service.backends.iter();
            let listed =
                listed.filter_map(|pod| by_name.get(&(&*pod.namespace, &*pod.name)).copied());
            let mut pods: Vec<u32> = listed.collect();
            if !service.selector.is_empty() {
                let own = by_namespace.get(&*service.namespace).into_iter().flatten();
                pods.extend(own.filter(|pod| {
                    let labels = &cluster.pods[**pod as usize].labels;
                    service
                        .selector
                        .iter()
                        .all(|(key, value)| labels.get(key) == Some(value))
                }));
            }
            pods.sort_unstable();
            pods.dedup();
            for port in &service.ports {
                let target = |pod: u32| match &port.target {
                    TargetPort::Number(number) => Some(*number),
                    TargetPort::Name(name) => {
                        let mut named = cluster.pods[pod as usize].ports.iter();
                        let named =
                            named.find(|one| one.name == *name && one.protocol == port.protocol);
                        named.map(|one| one.port)
                    }
                };
                let backends = pods.iter().filter_map(|&pod| {
                    Some(Backend {
                        pod,
                        port: target(pod)?,
                    })
                });
                let key = (at as u32, port.protocol, port.port);
                self.backends.entry(key).or_default().extend(backends);
            }
        }
    }

    /// The permitted readings of an address, of a pod if that is known.
    pub(super) fn read(&self, address: u128, pod: Option<u32>) -> Readings {
        if let Some(pod) = pod.and_then(|pod| self.pods.get(pod as usize)) {
            return self.read_pod(pod, address);
        }
        if let Some(known) = self.addresses.get(&address) {
            return known.clone();
        }
        let (class, kind) = self.prefixes.class(address);
        SmallVec::from_slice(&[nothing(kind, class)])
    }

    fn read_pod(&self, pod: &PodEnd, address: u128) -> Readings {
        let prefix = match address {
            0 => pod.reading.prefix,
            _ => self.prefix(address),
        };
        let mut readings = SmallVec::new();
        readings.push(Reading {
            prefix,
            ..pod.reading
        });
        if pod.reading.kind == Kind::HostPod {
            readings.push(Reading {
                node: pod.reading.node,
                ..nothing(Kind::Node, prefix)
            });
        }
        readings
    }

    fn prefix(&self, address: u128) -> u32 {
        match self.addresses.get(&address).map(SmallVec::as_slice) {
            Some([first, ..]) => first.prefix,
            _ => self.prefixes.class(address).0,
        }
    }

    /// The readings of a pod behind a service's address: whether blocks of addresses see that, or
    /// the pod's, is open.
    pub(super) fn read_behind(&self, address: u128, pod: u32) -> Readings {
        let mut readings = Readings::new();
        let Some(pod) = self.pods.get(pod as usize) else {
            return readings;
        };
        let is_v4 = |address: u128| address >> 32 == 0xffff;
        let own = pod
            .addresses
            .iter()
            .find(|own| is_v4(**own) == is_v4(address));
        let own = own.or(pod.addresses.first()).copied();
        for address in [Some(address), own].into_iter().flatten() {
            for reading in self.read_pod(pod, address) {
                if !readings.contains(&reading) {
                    readings.push(reading);
                }
            }
        }
        readings
    }

    /// The service with this address, and what serves this port of it.
    pub(super) fn service(
        &self,
        address: u128,
        protocol: Protocol,
        port: u16,
    ) -> Option<ServiceEnd<'_>> {
        if self.services.is_empty() {
            return None;
        }
        let service = *self.services.get(&address)?;
        let backends = self.backends.get(&(service, protocol, port));
        Some(ServiceEnd {
            backends: backends.map_or(&[], Vec::as_slice),
        })
    }

    /// Whether a pod has an address.
    pub(super) fn has_address(&self, pod: u32, address: u128) -> bool {
        let pod = self.pods.get(pod as usize);
        pod.is_some_and(|pod| pod.addresses.contains(&address))
    }

    /// The class of an address behind which a service is that is not known.
    pub(super) fn unknown_service(&self, address: u128) -> Reading {
        nothing(Kind::UnknownService, self.prefixes.class(address).0)
    }
}

/// A reading of what is no pod and no node.
const fn nothing(kind: Kind, prefix: u32) -> Reading {
    Reading {
        kind,
        pod: NONE,
        class: NONE,
        node: NONE,
        prefix,
    }
}

fn number(address: &IpAddr) -> u128 {
    key((*address).into())
}
