//! From a [`Flow`](flow_core::flow::Flow) to a message.

mod l7;
mod layers;
mod observation;

use std::boxed::Box;
use std::string::{String, ToString};
use std::vec::Vec;

use prost::{Message, Name};
use prost_types::{Any, Timestamp};

use super::encode::sink::Walk;
use super::encode::{
    ExtensionForm, FlowFields, ObservationFields, STRUCT_NAME, Structure, TYPE_PREFIX,
    cilium_reason, has_layer4, has_trace_id,
};
use super::flow as pb;
use super::flow::ext::v1::Observation;
use super::observer::ExportEvent;
use super::observer::export_event::ResponseTypes;
use flow_core::flow::{Endpoint, EventType, Flow, IpVersion, Reply, TunnelProtocol};
use flow_core::pipeline::Lost;
use flow_core::resolve::{EndpointNames, Extra, NodeNames, Policy, Resolve, Unresolved};

const NANOS: u64 = 1_000_000_000;

/// A flow whose handles stand for nothing; [`Export`](super::Export) makes more of it.
impl From<&Flow> for pb::Flow {
    fn from(flow: &Flow) -> Self {
        super::Export::new(flow).message()
    }
}

/// Nanoseconds since the Unix epoch as `google.protobuf.Timestamp`.
pub(super) fn timestamp(nanoseconds: u64) -> Timestamp {
    Timestamp {
        // Both fit: the quotient is below 2^35, the rest below 2^30.
        seconds: (nanoseconds / NANOS).cast_signed(),
        nanos: (nanoseconds % NANOS) as i32,
    }
}

/// `flow.Flow`.
#[allow(deprecated, reason = "Hubble fills the deprecated fields too")]
pub(super) fn flow(fields: &FlowFields<'_>) -> pb::Flow {
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

impl Observation {
    /// What Hubble's message has no field for, of a flow and of the record behind its handle.
    #[must_use]
    pub fn of(flow: &Flow, names: &dyn Resolve) -> Self {
        let record = (flow.l7 != 0).then(|| names.l7(flow.l7)).flatten();
        observation::observation(flow, record.as_deref())
    }
}

impl From<&Flow> for Observation {
    fn from(flow: &Flow) -> Self {
        Self::of(flow, &Unresolved)
    }
}

impl ExportEvent {
    /// The event of a loss, at the node of this name and at `time`: nanoseconds since the Unix
    /// epoch.
    #[must_use]
    pub fn lost(lost: &Lost, node: &str, time: u64) -> Self {
        Self {
            response_types: Some(ResponseTypes::LostEvents(lost.into())),
            node_name: node.into(),
            time: Some(timestamp(time)),
        }
    }
}

impl From<&Lost> for pb::LostEvent {
    fn from(lost: &Lost) -> Self {
        let source = pb::LostEventSource::from_str_name(lost.at.hubble_name());
        Self {
            source: source.unwrap_or_default().into(),
            num_events_lost: lost.count,
            ..Self::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::to_json;
    use flow_core::pipeline::LostAt;

    #[test]
    fn a_loss_is_hubbles_lost_event() {
        for (at, source) in [
            (LostAt::Monitor, "PERF_EVENT_RING_BUFFER"),
            (LostAt::KernelRing, "PERF_EVENT_RING_BUFFER"),
            (LostAt::KernelTable, "PERF_EVENT_RING_BUFFER"),
            (LostAt::KernelSweep, "PERF_EVENT_RING_BUFFER"),
            (LostAt::Decode, "OBSERVER_EVENTS_QUEUE"),
            (LostAt::HistoryRing, "HUBBLE_RING_BUFFER"),
        ] {
            let event = ExportEvent::lost(&Lost { at, count: 7 }, "n", 1_500_000_000);
            let expected = std::format!(
                r#"{{"lost_events":{{"source":"{source}","num_events_lost":"7"}},"node_name":"n","time":"1970-01-01T00:00:01.500Z"}}"#
            );
            assert_eq!(to_json(&event).unwrap(), expected);
        }
    }
}
