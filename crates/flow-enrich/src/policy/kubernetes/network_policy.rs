//! NetworkPolicies, with the defaults that the API server fills in.

use super::super::rules::{NetworkPolicy, Peer, PortMatch, Ports, Rule};
use super::super::selector::{LabelSelector, Operator, Requirement};
use super::entities::{namespace_of, protocol};
use super::error::Reason;
use super::objects::{
    Expression, IntOrString, NetworkPeer, NetworkPolicySpec, NetworkPort, NetworkRule, Object,
    Selector,
};

pub(super) fn convert(object: Object<NetworkPolicySpec>) -> Result<NetworkPolicy, Reason> {
    let spec = object.spec;
    let types = spec.policy_types.unwrap_or_default();
    for one in &types {
        if !matches!(one.as_str(), "Ingress" | "Egress") {
            return Err(Reason::value("spec.policyTypes", "Ingress or Egress", one));
        }
    }
    let (ingress, egress) = (
        spec.ingress.unwrap_or_default(),
        spec.egress.unwrap_or_default(),
    );
    let has = |name: &str| types.iter().any(|one| one == name);
    let isolates = match types.is_empty() {
        true => (true, !egress.is_empty()),
        false => (has("Ingress"), has("Egress")),
    };
    let all = |rules: Vec<NetworkRule>| rules.into_iter().map(rule).collect::<Result<Vec<_>, _>>();
    let (ingress, egress) = (all(ingress)?, all(egress)?);
    Ok(NetworkPolicy {
        namespace: namespace_of(&object.metadata),
        name: object.metadata.name,
        labels: object.metadata.labels.unwrap_or_default(),
        pod_selector: selector(spec.pod_selector.unwrap_or_default())?,
        ingress: isolates.0.then_some(ingress),
        egress: isolates.1.then_some(egress),
    })
}

fn rule(rule: NetworkRule) -> Result<Rule, Reason> {
    let peers = rule.from.into_iter().chain(rule.to).flatten();
    let ports = rule.ports.unwrap_or_default().into_iter();
    Ok(Rule {
        peers: peers.map(peer).collect::<Result<_, _>>()?,
        ports: ports.map(port).collect::<Result<_, _>>()?,
    })
}

fn peer(peer: NetworkPeer) -> Result<Peer, Reason> {
    match (peer.ip_block, peer.namespace_selector, peer.pod_selector) {
        (Some(block), None, None) => {
            let except = block.except.unwrap_or_default();
            let except: Result<_, _> = except.iter().map(|text| text.parse()).collect();
            Ok(Peer::Block {
                cidr: block.cidr.parse()?,
                except: except?,
            })
        }
        (None, None, None) => Err(Reason::value(
            "peer",
            "podSelector, namespaceSelector or ipBlock",
            "nothing",
        )),
        (Some(_), _, _) => Err(Reason::value(
            "peer",
            "ipBlock alone",
            "ipBlock with a selector",
        )),
        (None, namespaces, pods) => Ok(Peer::Pods {
            namespaces: namespaces.map(selector).transpose()?,
            pods: selector(pods.unwrap_or_default())?,
        }),
    }
}

fn port(port: NetworkPort) -> Result<PortMatch, Reason> {
    let ports = match (port.port, port.end_port) {
        (None, None) => Ports::All,
        (Some(IntOrString::Int(first)), last) => Ports::Range(first, last.unwrap_or(first)),
        (Some(IntOrString::String(name)), None) => Ports::Named(name),
        (None, Some(_)) => return Err(Reason::value("endPort", "port as a number too", "no port")),
        (Some(IntOrString::String(name)), Some(_)) => {
            return Err(Reason::value("endPort", "port as a number too", &name));
        }
    };
    Ok(PortMatch {
        protocol: Some(protocol(port.protocol.as_deref())?),
        ports,
    })
}

pub(super) fn selector(selector: Selector) -> Result<LabelSelector, Reason> {
    let expressions = selector.match_expressions.unwrap_or_default();
    Ok(LabelSelector {
        match_labels: selector.match_labels.unwrap_or_default(),
        match_expressions: expressions
            .into_iter()
            .map(requirement)
            .collect::<Result<_, _>>()?,
    })
}

fn requirement(expression: Expression) -> Result<Requirement, Reason> {
    const FIELD: &str = "matchExpressions";
    let values = expression.values.unwrap_or_default();
    let operator = match expression.operator.as_str() {
        "In" => Operator::In,
        "NotIn" => Operator::NotIn,
        "Exists" => Operator::Exists,
        "DoesNotExist" => Operator::DoesNotExist,
        other => {
            return Err(Reason::value(
                FIELD,
                "In, NotIn, Exists or DoesNotExist",
                other,
            ));
        }
    };
    let takes_values = matches!(operator, Operator::In | Operator::NotIn);
    match (takes_values, values.is_empty()) {
        (true, true) => Err(Reason::value(FIELD, "values", &expression.operator)),
        (false, false) => Err(Reason::value(FIELD, "no values", &expression.operator)),
        _ => Ok(Requirement {
            key: expression.key,
            operator,
            values,
        }),
    }
}
