//! `flow.Flow`, and the event around it.

use std::boxed::Box;

use super::l7::Layer7Fields;
use super::layers::{self, has_layer4};
use super::names::name_of;
use super::observation::ObservationFields;
use super::short;
use super::sink::{ExtensionForm, Field, Sink, Walk, field};
use crate::flow as pb;
use flow_core::flow::{EventType, Flow, IpVersion, Protocol, Reply, TunnelProtocol};
use flow_core::record::L7Record;
use flow_core::resolve::{EndpointNames, Extra, NodeNames, Policy};

/// A flow with everything that stands behind its handles.
#[derive(Clone, Copy)]
pub(crate) struct FlowFields<'a> {
    pub(crate) flow: &'a Flow,
    pub(crate) node: &'a NodeNames,
    pub(crate) source: Option<&'a EndpointNames>,
    pub(crate) destination: Option<&'a EndpointNames>,
    pub(crate) l7: Option<&'a L7Record>,
    pub(crate) extra: Option<&'a Extra>,
    pub(crate) extension: ExtensionForm,
}

impl Walk for FlowFields<'_> {
    const NAME: &'static str = "flow.Flow";

    fn walk<S: Sink>(&self, sink: &mut S) {
        let flow = self.flow;
        sink.time(field!(1, "time"), flow.time);
        sink.choice(
            field!(2, "verdict"),
            i32::from(flow.verdict.0),
            name_of!(pb::Verdict),
        );
        let reason = cilium_reason(flow);
        sink.uint(field!(3, "drop_reason"), reason.cast_unsigned());
        if !flow.source.mac.is_zero() || !flow.destination.mac.is_zero() {
            sink.message(field!(4, "ethernet"), |sink| {
                layers::ethernet(sink, flow);
            });
        }
        if flow.ip_version != IpVersion::NONE {
            sink.message(field!(5, "IP"), |sink| layers::ip(sink, flow, self.extra));
            if has_layer4(flow.protocol) {
                sink.message(field!(6, "l4"), |sink| {
                    layers::layer4(sink, flow, self.extra);
                });
            }
        }
        let (id, identity) = (self.source_id(), flow.source.identity);
        endpoint(sink, field!(8, "source"), (id, identity), self.source);
        let (id, identity) = (self.destination_id(), flow.destination.identity);
        let names = self.destination;
        endpoint(sink, field!(9, "destination"), (id, identity), names);
        sink.choice(
            field!(10, "Type"),
            i32::from(flow.flow_type.0),
            name_of!(pb::FlowType),
        );
        sink.text(field!(11, "node_name"), &self.node.name);
        dns_names(sink, field!(13, "source_names"), self.source);
        dns_names(sink, field!(14, "destination_names"), self.destination);
        if let Some(record) = self.l7 {
            sink.message(field!(15, "l7"), |sink| Layer7Fields(record).walk(sink));
        }
        sink.flag(field!(16, "reply"), flow.is_reply == Reply::YES);
        self.observation(sink, reason);
        if let Some(extra) = self.extra {
            policies(sink, extra);
        }
        let given = self.extra.map_or("", |extra| &*extra.summary);
        match self.l7 {
            _ if !given.is_empty() => sink.text(field!(100_000, "Summary"), given),
            Some(record) => sink.shown(field!(100_000, "Summary"), &record.summary()),
            None => summary(sink, flow),
        }
        if self.extension != ExtensionForm::Omit {
            let observation = ObservationFields { flow, l7: self.l7 };
            sink.any(field!(150_000, "extensions"), self.extension, &observation);
        }
    }
}

impl FlowFields<'_> {
    /// Number of the sending endpoint.
    pub(crate) fn source_id(&self) -> u32 {
        let id = self.source.map_or(0, |names| names.id);
        match (id, self.extra) {
            (0, Some(extra)) => extra.source_id,
            _ => id,
        }
    }

    /// Number of the receiving endpoint.
    pub(crate) fn destination_id(&self) -> u32 {
        let id = self.destination.map_or(0, |names| names.id);
        match (id, self.extra) {
            (0, Some(extra)) => extra.destination_id,
            _ => id,
        }
    }

    /// How and where it was observed: fields 19 to 41.
    #[inline(always)]
    fn observation<S: Sink>(&self, sink: &mut S, reason: i32) {
        let flow = self.flow;
        if flow.event_type != EventType::UNKNOWN || flow.event_sub_type != 0 {
            sink.message(field!(19, "event_type"), |sink| {
                sink.int(field!(1, "type"), i32::from(flow.event_type.0));
                sink.int(field!(2, "sub_type"), i32::from(flow.event_sub_type));
            });
        }
        service(sink, field!(20, "source_service"), self.source);
        service(sink, field!(21, "destination_service"), self.destination);
        sink.choice(
            field!(22, "traffic_direction"),
            i32::from(flow.direction.0),
            name_of!(pb::TrafficDirection),
        );
        let extra = self.extra;
        if let Some(extra) = extra {
            sink.uint(field!(23, "policy_match_type"), extra.policy_match_type);
        }
        sink.choice(
            field!(24, "trace_observation_point"),
            i32::from(flow.trace_point.0),
            name_of!(pb::TraceObservationPoint),
        );
        sink.choice(
            field!(25, "drop_reason_desc"),
            reason,
            name_of!(pb::DropReason),
        );
        if matches!(flow.is_reply, Reply::YES | Reply::NO) {
            sink.some_flag(field!(26, "is_reply"), flow.is_reply == Reply::YES);
        }
        if flow.event_type == EventType::CAPTURE {
            sink.choice(
                field!(27, "debug_capture_point"),
                i32::from(flow.event_sub_type),
                name_of!(pb::DebugCapturePoint),
            );
        }
        if flow.interface.index != 0 || !flow.interface.name.is_empty() {
            sink.message(field!(28, "interface"), |sink| {
                sink.uint(field!(1, "index"), flow.interface.index);
                sink.lossy(field!(2, "name"), flow.interface.name.as_bytes());
            });
        }
        if let Some(extra) = extra {
            sink.uint(field!(29, "proxy_port"), u32::from(extra.proxy_port));
        }
        if let Some(record) = self.l7.filter(|record| !record.trace.is_none()) {
            sink.message(field!(30, "trace_context"), |sink| {
                sink.message(field!(1, "parent"), |sink| {
                    let id = short::hex(&record.trace.0);
                    sink.short(field!(1, "trace_id"), &id);
                });
            });
        }
        if flow.event_type == EventType::TRACE_SOCK {
            sink.choice(
                field!(31, "sock_xlate_point"),
                i32::from(flow.event_sub_type),
                name_of!(pb::SocketTranslationPoint),
            );
        }
        sink.long(field!(32, "socket_cookie"), flow.socket_cookie);
        sink.long(field!(33, "cgroup_id"), flow.cgroup_id);
        if let Some(extra) = extra {
            if extra.uuid != [0; 16] {
                sink.short(field!(34, "uuid"), &short::uuid(extra.uuid));
            }
            sink.choice(
                field!(35, "auth_type"),
                i32::from(extra.auth_type),
                name_of!(pb::AuthType),
            );
        }
        sink.choice(
            field!(36, "trace_reason"),
            i32::from(flow.trace_reason.0),
            name_of!(pb::TraceReason),
        );
        strings(sink, field!(37, "node_labels"), &self.node.labels);
        if let Some(file) = extra.and_then(|extra| extra.file.as_ref()) {
            sink.message(field!(38, "file"), |sink| {
                sink.text(field!(1, "name"), &file.name);
                sink.uint(field!(2, "line"), file.line);
            });
        }
        if flow.tunnel.protocol != TunnelProtocol::NONE {
            sink.message(field!(39, "tunnel"), |sink| {
                layers::tunnel(sink, &flow.tunnel);
            });
        }
        if let Some(extra) = extra.filter(|extra| has_trace_id(extra)) {
            sink.message(field!(40, "ip_trace_id"), |sink| {
                sink.long(field!(1, "trace_id"), extra.ip_trace_id);
                sink.uint(field!(2, "ip_option_type"), u32::from(extra.ip_option_type));
            });
        }
        if let Some(emitter) = &self.node.emitter {
            sink.message(field!(41, "emitter"), |sink| {
                sink.text(field!(1, "name"), &emitter.name);
                sink.text(field!(2, "version"), &emitter.version);
            });
        }
    }
}

/// The drop reason, where it is one that Hubble's enumeration has a number for.
pub(crate) const fn cilium_reason(flow: &Flow) -> i32 {
    if flow.drop_reason.is_cilium() {
        flow.drop_reason.0 as i32
    } else {
        0
    }
}

pub(crate) const fn has_trace_id(extra: &Extra) -> bool {
    extra.ip_trace_id != 0 || extra.ip_option_type != 0
}

#[inline(always)]
fn strings<S: Sink>(sink: &mut S, field: Field, values: &[Box<str>]) {
    if !values.is_empty() {
        sink.valid_list(field, values.iter().map(|value| value.as_bytes()));
    }
}

/// An endpoint: its number and its identity, and its names.
#[inline(always)]
fn endpoint<S: Sink>(
    sink: &mut S,
    field: Field,
    numbers: (u32, u32),
    names: Option<&EndpointNames>,
) {
    match names {
        Some(names) => sink.large_message(field, |sink| {
            endpoint_numbers(sink, numbers);
            endpoint_names(sink, names);
        }),
        None => sink.message(field, |sink| endpoint_numbers(sink, numbers)),
    }
}

#[inline(always)]
fn endpoint_numbers<S: Sink>(sink: &mut S, (id, identity): (u32, u32)) {
    sink.uint(field!(1, "ID"), id);
    sink.uint(field!(2, "identity"), identity);
}

fn endpoint_names<S: Sink>(sink: &mut S, names: &EndpointNames) {
    sink.text(field!(3, "namespace"), &names.namespace);
    strings(sink, field!(4, "labels"), &names.labels);
    sink.text(field!(5, "pod_name"), &names.pod_name);
    sink.messages(
        field!(6, "workloads"),
        names.workloads.iter(),
        |sink, workload| {
            sink.text(field!(1, "name"), &workload.name);
            sink.text(field!(2, "kind"), &workload.kind);
        },
    );
    sink.text(field!(7, "cluster_name"), &names.cluster_name);
}

#[inline(always)]
fn dns_names<S: Sink>(sink: &mut S, field: Field, names: Option<&EndpointNames>) {
    if let Some(names) = names {
        strings(sink, field, &names.dns_names);
    }
}

#[inline(always)]
fn service<S: Sink>(sink: &mut S, field: Field, names: Option<&EndpointNames>) {
    if let Some(service) = names.and_then(|names| names.service.as_ref()) {
        sink.message(field, |sink| {
            sink.text(field!(1, "name"), &service.name);
            sink.text(field!(2, "namespace"), &service.namespace);
        });
    }
}

/// Fields 21001 to 21007.
fn policies<S: Sink>(sink: &mut S, extra: &Extra) {
    for (field, list) in [
        (
            field!(21_001, "egress_allowed_by"),
            &extra.egress_allowed_by,
        ),
        (
            field!(21_002, "ingress_allowed_by"),
            &extra.ingress_allowed_by,
        ),
        (field!(21_004, "egress_denied_by"), &extra.egress_denied_by),
        (
            field!(21_005, "ingress_denied_by"),
            &extra.ingress_denied_by,
        ),
    ] {
        sink.messages(field, list.iter(), policy);
    }
    strings(sink, field!(21_006, "policy_log"), &extra.policy_log);
    if let Some(aggregate) = &extra.aggregate {
        sink.message(field!(21_007, "aggregate"), |sink| {
            sink.uint(field!(1, "ingress_flow_count"), aggregate.ingress);
            sink.uint(field!(2, "egress_flow_count"), aggregate.egress);
            sink.uint(field!(3, "unknown_direction_flow_count"), aggregate.unknown);
        });
    }
}

fn policy<S: Sink>(sink: &mut S, policy: &Policy) {
    sink.text(field!(1, "name"), &policy.name);
    sink.text(field!(2, "namespace"), &policy.namespace);
    strings(sink, field!(3, "labels"), &policy.labels);
    sink.long(field!(4, "revision"), policy.revision);
    sink.text(field!(5, "kind"), &policy.kind);
}

/// The packet in a few words: what [`Flow::summary`] displays, but faster for the most common
/// packets.
#[inline(always)]
fn summary<S: Sink>(sink: &mut S, flow: &Flow) {
    let field = field!(100_000, "Summary");
    if flow.event_type == EventType::TCP_STATE || flow.ip_version == IpVersion::NONE {
        sink.shown(field, &flow.summary());
    } else if flow.protocol == Protocol::TCP && !flow.tcp_flags.is_empty() {
        let mut words = *b"TCP Flags: SYN, ACK, RST, FIN, PSH, URG, ECE, CWR, NS";
        let mut length = "TCP Flags: ".len();
        for (at, name) in flow.tcp_flags.names().enumerate() {
            if at > 0 {
                words[length..length + 2].copy_from_slice(b", ");
                length += 2;
            }
            words[length..length + name.len()].copy_from_slice(name.as_bytes());
            length += name.len();
        }
        sink.valid(field, &words[..length]);
    } else if flow.protocol == Protocol::UDP {
        sink.text(field, "UDP");
    } else {
        sink.shown(field, &flow.summary());
    }
}

/// `observer.ExportEvent` or `observer.GetFlowsResponse` around a flow: for a flow they are the
/// same.
pub(crate) struct Event<'a, W> {
    pub(crate) flow: W,
    pub(crate) node_name: &'a str,
    pub(crate) time: u64,
}

impl<W: Walk> Walk for Event<'_, W> {
    const NAME: &'static str = "observer.ExportEvent";

    fn walk<S: Sink>(&self, sink: &mut S) {
        sink.large_message(field!(1, "flow"), |sink| self.flow.walk(sink));
        sink.text(field!(1000, "node_name"), self.node_name);
        sink.time(field!(1001, "time"), self.time);
    }
}
