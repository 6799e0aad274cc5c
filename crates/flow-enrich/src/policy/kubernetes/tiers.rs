//! ClusterNetworkPolicies and their predecessors.

use super::super::address::Protocol;
use super::super::rules::{
    Action, PodSet, PortMatch, Ports, Tier, TierKind, TierPeer, TierPolicy, TierRule,
};
use super::super::selector::LabelSelector;
use super::entities::protocol;
use super::error::Reason;
use super::network_policy::selector;
use super::objects;
use super::objects::{AdminPort, Object, Pods, TierProtocol, TierSpec, TierTransport};

pub(super) fn convert(kind: TierKind, object: Object<TierSpec>) -> Result<TierPolicy, Reason> {
    let spec = object.spec;
    let tier = match kind {
        TierKind::AdminNetworkPolicy => Tier::Admin,
        TierKind::BaselineAdminNetworkPolicy => Tier::Baseline,
        TierKind::ClusterNetworkPolicy => match spec.tier.as_deref() {
            Some("Admin") => Tier::Admin,
            Some("Baseline") => Tier::Baseline,
            other => {
                let found = other.unwrap_or_default();
                return Err(Reason::value("spec.tier", "Admin or Baseline", found));
            }
        },
    };
    let subject = pod_set(spec.subject.namespaces, spec.subject.pods)?;
    let missing = || Reason::value("spec.subject", "namespaces or pods", "neither");
    let rules = |rules: Option<Vec<objects::TierRule>>| {
        let rules = rules.unwrap_or_default().into_iter();
        rules
            .map(|one| rule(kind, one))
            .collect::<Result<Vec<_>, _>>()
    };
    Ok(TierPolicy {
        kind,
        name: object.metadata.name,
        labels: object.metadata.labels.unwrap_or_default(),
        tier,
        priority: spec.priority.unwrap_or_default(),
        subject: subject.ok_or_else(missing)?,
        ingress: rules(spec.ingress)?,
        egress: rules(spec.egress)?,
    })
}

fn rule(kind: TierKind, rule: objects::TierRule) -> Result<TierRule, Reason> {
    let action = match (kind, rule.action.as_str()) {
        (TierKind::ClusterNetworkPolicy, "Accept") => Action::Accept,
        (TierKind::ClusterNetworkPolicy, other @ "Allow") => {
            return Err(Reason::value("action", "Accept, Deny or Pass", other));
        }
        (_, "Allow") => Action::Accept,
        (_, "Deny") => Action::Deny,
        (_, "Pass") => Action::Pass,
        (_, other) => {
            return Err(Reason::value(
                "action",
                "Accept or Allow, Deny or Pass",
                other,
            ));
        }
    };
    let peers = rule.from.into_iter().chain(rule.to).flatten();
    let mut ports = Vec::new();
    for one in rule.protocols.into_iter().flatten() {
        ports.push(by_protocol(one));
    }
    for one in rule.ports.into_iter().flatten() {
        ports.push(by_port(one)?);
    }
    Ok(TierRule {
        name: rule.name,
        action,
        peers: peers.map(peer).collect::<Result<_, _>>()?,
        ports,
    })
}

fn peer(peer: objects::TierPeer) -> Result<TierPeer, Reason> {
    if let Some(pods) = pod_set(peer.namespaces, peer.pods)? {
        return Ok(TierPeer::Pods(pods));
    }
    if let Some(nodes) = peer.nodes {
        return Ok(TierPeer::Nodes(selector(nodes)?));
    }
    match peer.networks {
        Some(networks) => {
            let networks: Result<_, _> = networks.iter().map(|text| text.parse()).collect();
            Ok(TierPeer::Networks(networks?))
        }
        None => Ok(TierPeer::Unknown),
    }
}

fn pod_set(
    namespaces: Option<objects::Selector>,
    pods: Option<Pods>,
) -> Result<Option<PodSet>, Reason> {
    Ok(match (namespaces, pods) {
        (Some(namespaces), _) => Some(PodSet {
            namespaces: selector(namespaces)?,
            pods: LabelSelector::default(),
        }),
        (None, Some(pods)) => Some(PodSet {
            namespaces: selector(pods.namespace_selector)?,
            pods: selector(pods.pod_selector)?,
        }),
        (None, None) => None,
    })
}

/// Of v1alpha2.
fn by_protocol(given: TierProtocol) -> PortMatch {
    let transport = |protocol: Protocol, transport: TierTransport| PortMatch {
        protocol: Some(protocol),
        ports: match transport.destination_port {
            None => Ports::All,
            Some(port) => match (port.number, port.range) {
                (Some(number), _) => Ports::Range(number, number),
                (None, Some(range)) => Ports::Range(range.start, range.end),
                (None, None) => Ports::Unknown,
            },
        },
    };
    match given {
        TierProtocol { tcp: Some(tcp), .. } => transport(Protocol::TCP, tcp),
        TierProtocol { udp: Some(udp), .. } => transport(Protocol::UDP, udp),
        TierProtocol {
            sctp: Some(sctp), ..
        } => transport(Protocol::SCTP, sctp),
        TierProtocol {
            destination_named_port,
            ..
        } => PortMatch {
            protocol: None,
            ports: destination_named_port.map_or(Ports::Unknown, Ports::Named),
        },
    }
}

/// Of v1alpha1.
fn by_port(given: AdminPort) -> Result<PortMatch, Reason> {
    let of = |name: Option<String>, ports: Ports| {
        Ok(PortMatch {
            protocol: Some(protocol(name.as_deref())?),
            ports,
        })
    };
    match (given.port_number, given.port_range, given.named_port) {
        (Some(one), _, _) => of(one.protocol, Ports::Range(one.port, one.port)),
        (None, Some(range), _) => of(range.protocol, Ports::Range(range.start, range.end)),
        (None, None, named) => Ok(PortMatch {
            protocol: None,
            ports: named.map_or(Ports::Unknown, Ports::Named),
        }),
    }
}
