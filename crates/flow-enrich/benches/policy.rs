//! What it costs to evaluate a new connection, beside the plain evaluation of the same policies, and
//! to compile a cluster.

#[path = "../tests/policy_properties/naive.rs"]
mod naive;

use std::hint::black_box;
use std::net::{IpAddr, Ipv4Addr};
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use flow_enrich::policy::{
    Action, Cluster, Connection, Decision, End, Evaluator, LabelSelector, Labels, NamedPort,
    Namespace, NetworkPolicy, Peer, Pod, PodName, PodSet, PortMatch, Ports, Protocol, Rule,
    Service, ServicePort, TargetPort, Tier, TierKind, TierPeer, TierPolicy, TierRule,
};

use naive::{Target, Who};

/// Pods of a namespace, in five workloads.
const PODS: usize = 50;
const CONNECTIONS: usize = 4_096;

/// Numbers that look random, and are the same in each run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % limit
    }
}

fn label(key: &str, number: usize) -> LabelSelector {
    LabelSelector::label(key, &number.to_string())
}

fn labels(pairs: &[(&str, usize)]) -> Labels {
    pairs
        .iter()
        .map(|(key, value)| ((*key).into(), value.to_string()))
        .collect()
}

fn port(first: u16, last: u16) -> PortMatch {
    PortMatch {
        protocol: Some(Protocol::TCP),
        ports: Ports::Range(first, last),
    }
}

fn policy(at: usize, namespaces: usize, numbers: &mut Numbers) -> NetworkPolicy {
    let block = format!("10.{}.0.0/16", 128 + numbers.below(100))
        .parse()
        .unwrap();
    let hole = "10.200.1.0/24".parse().unwrap();
    let rules = |numbers: &mut Numbers| {
        vec![
            Rule {
                peers: vec![
                    Peer::Pods {
                        namespaces: None,
                        pods: label("app", numbers.below(5)),
                    },
                    Peer::Pods {
                        namespaces: Some(label("team", numbers.below(10))),
                        pods: label("app", numbers.below(5)),
                    },
                ],
                ports: vec![port(80, 80), port(8_000, 8_100)],
            },
            Rule {
                peers: vec![Peer::Block {
                    cidr: block,
                    except: vec![hole],
                }],
                ports: vec![port(443, 443)],
            },
            Rule {
                peers: vec![Peer::Pods {
                    namespaces: Some(LabelSelector::default()),
                    pods: label("app", 0),
                }],
                ports: vec![PortMatch {
                    protocol: Some(Protocol::UDP),
                    ports: Ports::Named("dns".into()),
                }],
            },
        ]
    };
    NetworkPolicy {
        namespace: format!("ns-{}", at % namespaces),
        name: format!("policy-{at}"),
        pod_selector: match at % 3 {
            0 => LabelSelector::default(),
            _ => label("app", numbers.below(5)),
        },
        ingress: Some(rules(numbers)),
        egress: at.is_multiple_of(2).then(|| rules(numbers)),
        ..NetworkPolicy::default()
    }
}

fn tier(at: usize, tier: Tier, numbers: &mut Numbers) -> TierPolicy {
    let rules = |numbers: &mut Numbers| {
        let rule = |numbers: &mut Numbers, action| TierRule {
            name: String::new(),
            action,
            peers: vec![TierPeer::Pods(PodSet {
                namespaces: label("team", numbers.below(10)),
                pods: label("app", numbers.below(5)),
            })],
            ports: vec![port(9_000, 9_100)],
        };
        vec![rule(numbers, Action::Deny), rule(numbers, Action::Pass)]
    };
    TierPolicy {
        kind: TierKind::ClusterNetworkPolicy,
        name: format!("tier-{at}"),
        labels: Labels::new(),
        tier,
        priority: at as i32,
        subject: PodSet {
            namespaces: label("team", at % 10),
            pods: LabelSelector::default(),
        },
        ingress: rules(numbers),
        egress: rules(numbers),
    }
}

fn cluster(pods: usize, policies: usize) -> Cluster {
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    let namespaces = pods.div_ceil(PODS);
    let tiers = (policies / 50).max(2);
    let pod = |at: usize| Pod {
        namespace: format!("ns-{}", at / PODS),
        name: format!("pod-{at}"),
        labels: labels(&[
            ("app", at % 5),
            ("pod-template-hash", at % 5),
            ("index", at),
        ]),
        addresses: vec![Ipv4Addr::from_bits(0x0a00_0000 + at as u32 + 1).into()],
        ports: vec![NamedPort {
            name: "dns".into(),
            protocol: Protocol::UDP,
            port: 53,
        }],
        ..Pod::default()
    };
    let service = |at: usize| Service {
        namespace: format!("ns-{at}"),
        name: "api".into(),
        addresses: vec![Ipv4Addr::from_bits(0x0a60_0000 + at as u32).into()],
        ports: vec![ServicePort {
            protocol: Protocol::TCP,
            port: 80,
            target: TargetPort::Number(8_080),
        }],
        backends: (0..3)
            .map(|one| PodName {
                namespace: format!("ns-{at}"),
                name: format!("pod-{}", at * PODS + one),
            })
            .collect(),
        ..Service::default()
    };
    Cluster {
        namespaces: (0..namespaces)
            .map(|at| Namespace {
                name: format!("ns-{at}"),
                labels: labels(&[("team", at % 10)]),
            })
            .collect(),
        pods: (0..pods).map(pod).collect(),
        services: (0..namespaces).map(service).collect(),
        policies: (0..policies - tiers)
            .map(|at| policy(at, namespaces, &mut numbers))
            .collect(),
        tiers: (0..tiers)
            .map(|at| {
                let of = if at % 5 == 0 {
                    Tier::Baseline
                } else {
                    Tier::Admin
                };
                tier(at, of, &mut numbers)
            })
            .collect(),
        pod_cidrs: vec!["10.0.0.0/12".parse().unwrap()],
        service_cidrs: vec!["10.96.0.0/12".parse().unwrap()],
        ..Cluster::default()
    }
}

/// A connection, with the pods at its ends.
type Pair = (IpAddr, Option<usize>, IpAddr, Option<usize>, Protocol, u16);

/// Connections between pods, and of pods with addresses outside.
fn connections(cluster: &Cluster) -> Vec<Pair> {
    let mut numbers = Numbers(0x0123_4567_89ab_cdef);
    let ports = [80, 443, 8_080, 9_050, 53];
    let connection = |_| {
        let pod = |numbers: &mut Numbers| {
            let at = numbers.below(cluster.pods.len());
            (cluster.pods[at].addresses[0], Some(at))
        };
        let outside = |numbers: &mut Numbers| {
            let address = 0x0a80_0000 + numbers.below(100 << 16) as u32;
            (Ipv4Addr::from_bits(address).into(), None)
        };
        let source = pod(&mut numbers);
        let destination = match numbers.below(4) {
            0 => outside(&mut numbers),
            _ => pod(&mut numbers),
        };
        let port = ports[numbers.below(ports.len())];
        let protocol = if port == 53 {
            Protocol::UDP
        } else {
            Protocol::TCP
        };
        (
            source.0,
            source.1,
            destination.0,
            destination.1,
            protocol,
            port,
        )
    };
    (0..CONNECTIONS).map(connection).collect()
}

fn compiled(pair: &Pair) -> Connection {
    let end = |address: IpAddr| End {
        ip: address.into(),
        pod: None,
    };
    Connection {
        source: end(pair.0),
        destination: end(pair.2),
        protocol: pair.4,
        port: pair.5,
        backend: None,
    }
}

fn plainly(cluster: &Cluster, pair: &Pair) -> bool {
    let pod = |at: Option<usize>| at.map(|at| &cluster.pods[at]);
    let source = Who {
        address: pair.0,
        pod: pod(pair.1),
    };
    let who = Who {
        address: pair.2,
        pod: pod(pair.3),
    };
    naive::allows(
        cluster,
        source,
        Target {
            who,
            protocol: pair.4,
            port: pair.5,
        },
    )
}

fn evaluate(criterion: &mut Criterion) {
    for (pods, policies) in [(100, 50), (10_000, 1_000)] {
        let cluster = cluster(pods, policies);
        let start = Instant::now();
        let evaluator = Evaluator::new(&cluster);
        let compile = start.elapsed();
        let pairs = connections(&cluster);
        let queries: Vec<Connection> = pairs.iter().map(compiled).collect();

        let sample = &pairs[..256.min(pairs.len())];
        let mut allowed = 0;
        let mut by_plain = Duration::ZERO;
        for pair in sample {
            let start = Instant::now();
            let plain = black_box(plainly(&cluster, pair));
            by_plain += start.elapsed();
            let found = evaluator.evaluate(&compiled(pair)).decision;
            assert_eq!(found == Decision::Allowed, plain, "{pair:?}");
            allowed += u32::from(plain);
        }
        let start = Instant::now();
        for query in &queries {
            black_box(evaluator.evaluate(black_box(query)));
        }
        let each = start.elapsed() / CONNECTIONS as u32;
        let plain = by_plain / sample.len() as u32;
        println!(
            "{pods} pods x {policies} policies: compiled in {compile:.1?}; a new connection {each:?}, evaluated \
             plainly {plain:?}: {:.0} x; {allowed} of {} allowed",
            plain.as_secs_f64() / each.as_secs_f64(),
            sample.len(),
        );

        let mut group = criterion.benchmark_group(format!("policy/{pods}x{policies}"));
        group.throughput(Throughput::Elements(CONNECTIONS as u64));
        group.bench_function("new connection", |bencher| {
            bencher.iter(|| {
                for query in &queries {
                    black_box(evaluator.evaluate(black_box(query)));
                }
            });
        });
        let services: Vec<Connection> = pairs
            .iter()
            .zip(cluster.services.iter().cycle())
            .map(|(pair, service)| Connection {
                destination: End {
                    ip: service.addresses[0].into(),
                    pod: None,
                },
                protocol: Protocol::TCP,
                port: 80,
                ..compiled(pair)
            })
            .collect();
        group.bench_function("to a service, backend not known", |bencher| {
            bencher.iter(|| {
                for query in &services {
                    black_box(evaluator.evaluate(black_box(query)));
                }
            });
        });
        group.finish();
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(20)
        .measurement_time(Duration::from_secs(3))
        .warm_up_time(Duration::from_secs(1));
    targets = evaluate
}
criterion_main!(benches);
