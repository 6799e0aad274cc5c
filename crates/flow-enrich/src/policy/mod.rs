//! Which policies of Kubernetes allow or deny a connection.
//!
//! A [`Cluster`] is a snapshot of pods, namespaces, nodes, services and policies. An [`Evaluator`] is
//! made of it once, and then evaluates connections: [`Evaluator::evaluate`] gives an [`Evaluation`],
//! whether the connection is allowed, denied, or whether that is unknown, with the reasons of both
//! directions. Evaluate a connection when it is new, and remember the result: packets do not change it.
//!
//! ```
//! use flow_enrich::policy::{
//!     Cluster, Connection, Decision, End, Evaluator, LabelSelector, NetworkPolicy, Peer, Pod, Protocol,
//!     Rule, Stage,
//! };
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let pod = |name: &str, address: &str| -> Result<Pod, std::net::AddrParseError> {
//!     Ok(Pod {
//!         namespace: "shop".into(),
//!         name: name.into(),
//!         labels: [("app".into(), name.into())].into(),
//!         addresses: vec![address.parse()?],
//!         ..Pod::default()
//!     })
//! };
//! // Only `web` may reach `db`.
//! let policy = NetworkPolicy {
//!     namespace: "shop".into(),
//!     name: "db".into(),
//!     pod_selector: LabelSelector::label("app", "db"),
//!     ingress: Some(vec![Rule {
//!         peers: vec![Peer::Pods {
//!             namespaces: None,
//!             pods: LabelSelector::label("app", "web"),
//!         }],
//!         ..Rule::default()
//!     }]),
//!     ..NetworkPolicy::default()
//! };
//! let evaluator = Evaluator::new(&Cluster {
//!     pods: vec![pod("web", "10.0.0.1")?, pod("db", "10.0.0.2")?, pod("job", "10.0.0.3")?],
//!     policies: vec![policy],
//!     ..Cluster::default()
//! });
//!
//! let connect = |from: [u8; 4]| {
//!     let end = |address: [u8; 4]| End { ip: flow_core::flow::Ip::v4(address), pod: None };
//!     evaluator.evaluate(&Connection {
//!         source: end(from),
//!         destination: end([10, 0, 0, 2]),
//!         protocol: Protocol::TCP,
//!         port: 5432,
//!         backend: None,
//!     })
//! };
//! assert_eq!(connect([10, 0, 0, 1]).decision, Decision::Allowed);
//!
//! let denied = connect([10, 0, 0, 3]);
//! assert_eq!(denied.decision, Decision::Denied);
//! assert_eq!(denied.ingress.stage(), Some(Stage::NetworkPolicy));
//! let by = evaluator.policies(denied.ingress.deciding()).next().unwrap();
//! assert_eq!((&*by.kind, &*by.namespace, &*by.name), ("NetworkPolicy", "shop", "db"));
//! # Ok(())
//! # }
//! ```
//!
//! With the feature `kubernetes`, [`Cluster::add`](Cluster#method.add) takes the objects of the API as
//! they are.
//!
//! # What decides
//!
//! Policies of the pod that began the connection judge its way out, those of the pod that it goes to its
//! way in; both have to allow it. Replies are not judged. Each direction goes through these stages:
//!
//! | Stage | Decides |
//! |---|---|
//! | Admin | ClusterNetworkPolicies of that tier, the lowest priority first: the first rule that matches accepts, denies, or passes on |
//! | NetworkPolicy | if any isolates the pod in this direction: one of them has to allow the connection |
//! | Baseline | ClusterNetworkPolicies of that tier, likewise |
//! | default | allows |
//!
//! A named port is the destination's. Blocks of addresses match pods and nodes too, as the API has it; container
//! networks differ there. Connections of a pod to itself, between a pod and its own node, and to loopback
//! addresses pass. AdminNetworkPolicy and BaselineAdminNetworkPolicy are policies of the two tiers.
//!
//! # What is open
//!
//! The standard leaves some points open, and a snapshot may lack facts. Then every permitted reading is
//! evaluated; if all agree, that is the decision, and if not, it is [`Decision::Unknown`].
//! [`Evaluation::open`] names the points, for instance: whether a pod in the network of its node is judged like
//! a pod or like the node, whether blocks of addresses see the address of a service or that of the pod behind
//! it, and addresses of pods that the snapshot does not have.
//!
//! Rewritten sources (NodePort, LoadBalancer) are not undone: give the addresses that the pod sees.
//!
//! # What it costs
//!
//! Selectors are evaluated when the evaluator is made: once for each class of pods that no selector can
//! tell apart. A connection then costs two look-ups of addresses and a few tests of bits for each rule of the
//! policies that select its pods. It allocates only if more than six policies select a pod, or more than two
//! readings are permitted.
//!
//! Sources: the field documentation of `networking.k8s.io/v1` and of `policy.networking.k8s.io/v1alpha1` and
//! `v1alpha2`.

mod address;
mod build;
mod classes;
mod cluster;
mod compiled;
mod ends;
mod evaluation;
mod evaluator;
#[cfg(feature = "kubernetes")]
mod kubernetes;
mod matching;
mod prefixes;
mod rules;
mod selector;

pub use address::{Cidr, CidrError, Protocol};
pub use cluster::{
    Cluster, NamedPort, Namespace, Node, Pod, PodName, Service, ServicePort, TargetPort,
};
pub use evaluation::{Decision, Evaluation, Open, PolicyId, Side, Stage, TierDecision};
pub use evaluator::{Connection, End, Evaluator, PodId};
#[cfg(feature = "kubernetes")]
pub use kubernetes::{ObjectError, Reason};
pub use rules::{
    Action, NetworkPolicy, Peer, PodSet, PortMatch, Ports, Rule, Tier, TierKind, TierPeer,
    TierPolicy, TierRule,
};
pub use selector::{LabelSelector, Labels, Operator, Requirement};
