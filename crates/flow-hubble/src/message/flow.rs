//! The message `flow.Flow`.

use std::boxed::Box;
use std::string::{String, ToString};
use std::vec::Vec;

use prost::{Message, Name};
use prost_types::Any;

use super::time::timestamp;
use super::{l7, layers, observation};
use crate::encode::sink::Walk;
use crate::encode::{
    ExtensionForm, FlowFields, ObservationFields, STRUCT_NAME, Structure, TYPE_PREFIX,
    cilium_reason, has_layer4, has_trace_id,
};
use crate::flow as pb;
use crate::flow::ext::v1::Observation;
use flow_core::flow::{Endpoint, EventType, IpVersion, Reply, TunnelProtocol};
use flow_core::resolve::{EndpointNames, Extra, NodeNames, Policy};

/// `flow.Flow`.
#[allow(deprecated, reason = "Hubble fills the deprecated fields too")]
pub(crate) fn flow(fields: &FlowFields<'_>) -> pb::Flow {
    let FlowFields { flow, node, .. } = *fields;
    let reason = cilium_reason(flow);
    let is_reply = match flow.is_reply {
        Reply::YES => Some(true),
        Reply::NO => Some(false),
        _ => None,
    };
    let has_ip = flow.ip_version != IpVersion::NONE;
    let has_mac = !flow.source.mac.is_zero() || !flow.destination.mac.is_zero();
    let service = |names: Option<&EndpointNames>| names.and_then(service);
    let sub_type = i32::from(flow.event_sub_type);
    let message = pb::Flow {
        time: Some(timestamp(flow.time)),
        verdict: i32::from(flow.verdict.0),
        drop_reason: reason.cast_unsigned(),
        ethernet: has_mac.then(|| layers::ethernet(flow)),
        ip: has_ip.then(|| layers::ip(flow, fields.extra)),
        l4: (has_ip && has_layer4(flow.protocol)).then(|| layers::layer4(flow, fields.extra)),
        source: Some(endpoint(&flow.source, fields.source_id(), fields.source)),
        destination: Some(endpoint(
            &flow.destination,
            fields.destination_id(),
            fields.destination,
        )),
        r#type: i32::from(flow.flow_type.0),
        node_name: node.name.clone(),
        source_names: fields
            .source
            .map_or_else(Vec::new, |names| strings(&names.dns_names)),
        destination_names: fields
            .destination
            .map_or_else(Vec::new, |names| strings(&names.dns_names)),
        l7: fields.l7.map(l7::layer7),
        reply: is_reply == Some(true),
        event_type: (flow.event_type != EventType::UNKNOWN || sub_type != 0).then(|| {
            pb::CiliumEventType {
                r#type: i32::from(flow.event_type.0),
                sub_type,
            }
        }),
        source_service: service(fields.source),
        destination_service: service(fields.destination),
        traffic_direction: i32::from(flow.direction.0),
        trace_observation_point: i32::from(flow.trace_point.0),
        drop_reason_desc: reason,
        is_reply,
        debug_capture_point: if flow.event_type == EventType::CAPTURE {
            sub_type
        } else {
            0
        },
        interface: layers::interface(flow),
        trace_context: fields.l7.and_then(l7::trace_context),
        sock_xlate_point: if flow.event_type == EventType::TRACE_SOCK {
            sub_type
        } else {
            0
        },
        socket_cookie: flow.socket_cookie,
        cgroup_id: flow.cgroup_id,
        trace_reason: i32::from(flow.trace_reason.0),
        node_labels: strings(&node.labels),
        tunnel: (flow.tunnel.protocol != TunnelProtocol::NONE)
            .then(|| layers::tunnel(&flow.tunnel)),
        emitter: emitter(node),
        summary: match fields.l7 {
            _ if fields.extra.is_some_and(|extra| !extra.summary.is_empty()) => {
                fields.extra.map_or("", |extra| &*extra.summary).to_string()
            }
            Some(record) => record.summary().to_string(),
            None => flow.summary().to_string(),
        },
        extensions: extensions(fields),
        ..pb::Flow::default()
    };
    match fields.extra {
        Some(extra) => with_extra(message, extra),
        None => message,
    }
}

/// The fields that few flows have.
fn with_extra(message: pb::Flow, extra: &Extra) -> pb::Flow {
    pb::Flow {
        policy_match_type: extra.policy_match_type,
        proxy_port: u32::from(extra.proxy_port),
        uuid: if extra.uuid == [0; 16] {
            String::new()
        } else {
            layers::uuid(extra.uuid)
        },
        auth_type: i32::from(extra.auth_type),
        file: extra.file.as_ref().map(|file| pb::FileInfo {
            name: file.name.to_string(),
            line: file.line,
        }),
        ip_trace_id: has_trace_id(extra).then(|| pb::IpTraceId {
            trace_id: extra.ip_trace_id,
            ip_option_type: u32::from(extra.ip_option_type),
        }),
        egress_allowed_by: extra.egress_allowed_by.iter().map(policy).collect(),
        ingress_allowed_by: extra.ingress_allowed_by.iter().map(policy).collect(),
        egress_denied_by: extra.egress_denied_by.iter().map(policy).collect(),
        ingress_denied_by: extra.ingress_denied_by.iter().map(policy).collect(),
        policy_log: strings(&extra.policy_log),
        aggregate: extra.aggregate.map(|aggregate| pb::Aggregate {
            ingress_flow_count: aggregate.ingress,
            egress_flow_count: aggregate.egress,
            unknown_direction_flow_count: aggregate.unknown,
        }),
        ..message
    }
}

fn strings(values: &[Box<str>]) -> Vec<String> {
    values.iter().map(ToString::to_string).collect()
}

fn endpoint(endpoint: &Endpoint, id: u32, names: Option<&EndpointNames>) -> pb::Endpoint {
    let message = pb::Endpoint {
        id,
        identity: endpoint.identity,
        ..pb::Endpoint::default()
    };
    let Some(names) = names else {
        return message;
    };
    pb::Endpoint {
        namespace: names.namespace.to_string(),
        labels: strings(&names.labels),
        pod_name: names.pod_name.to_string(),
        workloads: names
            .workloads
            .iter()
            .map(|workload| pb::Workload {
                name: workload.name.to_string(),
                kind: workload.kind.to_string(),
            })
            .collect(),
        cluster_name: names.cluster_name.to_string(),
        ..message
    }
}

fn service(names: &EndpointNames) -> Option<pb::Service> {
    let service = names.service.as_ref()?;
    Some(pb::Service {
        name: service.name.to_string(),
        namespace: service.namespace.to_string(),
    })
}

fn emitter(node: &NodeNames) -> Option<pb::Emitter> {
    let emitter = node.emitter.as_ref()?;
    Some(pb::Emitter {
        name: emitter.name.to_string(),
        version: emitter.version.to_string(),
    })
}

fn policy(policy: &Policy) -> pb::Policy {
    pb::Policy {
        name: policy.name.to_string(),
        namespace: policy.namespace.to_string(),
        labels: strings(&policy.labels),
        revision: policy.revision,
        kind: policy.kind.to_string(),
    }
}

/// What Hubble's message has no field for, packed.
fn extensions(fields: &FlowFields<'_>) -> Option<Any> {
    let (name, value) = match fields.extension {
        ExtensionForm::Omit => return None,
        ExtensionForm::Message => {
            let observation = observation::observation(fields.flow, fields.l7);
            (Observation::full_name(), observation.encode_to_vec())
        }
        ExtensionForm::Struct => {
            let mut value = Vec::new();
            let observation = ObservationFields {
                flow: fields.flow,
                l7: fields.l7,
            };
            observation.walk(&mut Structure::new(&mut value));
            (STRUCT_NAME.into(), value)
        }
    };
    (!value.is_empty()).then(|| Any {
        type_url: std::format!("{TYPE_PREFIX}{name}"),
        value,
    })
}
