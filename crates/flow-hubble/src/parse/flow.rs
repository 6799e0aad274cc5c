//! The message `flow.Flow`.

use std::string::{String, ToString};

use super::error::ConvertError;
use super::number::{nanoseconds, small};
use super::unfit::Unfit;
use super::{extra, l7, layers, observation};
use crate::flow as pb;
use crate::flow::ext::v1::Observation;
use flow_core::flow::{
    Direction, DropReason, EventType, Flow, FlowType, L7Type, Reply, TracePoint, TraceReason,
    Verdict,
};
use flow_core::resolve::{EndpointNames, Extra, Service, Store, Unresolved, Workload};

impl pb::Flow {
    /// Converts the message to a flow. Names, the layer 7 record and rare attributes go to `store`,
    /// and the flow gets their handles.
    ///
    /// A [`Flow`] has no place for these fields, which are left out: `node_name`, `node_labels`
    /// and `emitter`,
    /// a debug capture point or a translation point of another event than they belong to,
    /// extensions of a foreign type, and a layer 7 record without a body that is known.
    ///
    /// # Errors
    /// Where a value does not fit into a flow: text that is no address, a port of more than 16
    /// bits, a time before 1970 or after 2554, an enumeration's number of more than 8 bits.
    pub fn to_flow(&self, store: &dyn Store) -> Result<Flow, ConvertError> {
        match self.to_flow_in_part(store) {
            (flow, None) => Ok(flow),
            (_, Some(error)) => Err(error),
        }
    }

    /// Converts the message to a flow as [`to_flow`](Self::to_flow) does, but for values that do not
    /// fit: their fields keep their defaults, and items of lists are left out. Returns the first
    /// such value too.
    #[allow(
        deprecated,
        reason = "older versions of Hubble fill only the deprecated fields"
    )]
    pub fn to_flow_in_part(&self, store: &dyn Store) -> (Flow, Option<ConvertError>) {
        let mut unfit = Unfit::default();
        let observation = match &self.extensions {
            Some(any) => {
                let observation = Observation::unpack(any)
                    .map_err(|error| ConvertError::new("extensions", "a valid message", error));
                unfit.or_default(observation).unwrap_or_default()
            }
            None => Observation::default(),
        };
        let event = self.event_type.unwrap_or_default();
        let mut flow = Flow {
            time: unfit.or_default(nanoseconds("time", self.time.as_ref())),
            verdict: Verdict(unfit.or_default(small("verdict", self.verdict))),
            drop_reason: DropReason(unfit.or_default(drop_reason(self))),
            flow_type: FlowType(unfit.or_default(small("Type", self.r#type))),
            event_type: EventType(unfit.or_default(small("event_type.type", event.r#type))),
            event_sub_type: unfit.or_default(small("event_type.sub_type", event.sub_type)),
            direction: Direction(
                unfit.or_default(small("traffic_direction", self.traffic_direction)),
            ),
            trace_point: TracePoint(unfit.or_default(small(
                "trace_observation_point",
                self.trace_observation_point,
            ))),
            trace_reason: TraceReason(unfit.or_default(small("trace_reason", self.trace_reason))),
            is_reply: match (self.is_reply, self.reply) {
                (Some(true), _) | (None, true) => Reply::YES,
                (Some(false), _) => Reply::NO,
                (None, false) => Reply::UNKNOWN,
            },
            socket_cookie: self.socket_cookie,
            cgroup_id: self.cgroup_id,
            ..Flow::default()
        };
        layers::read(self, &mut flow, &mut unfit);
        let has_l4 = self.l4.as_ref().is_some_and(|l4| l4.protocol.is_some());
        observation::read(&observation, has_l4, &mut flow, &mut unfit);

        let none = pb::Endpoint::default();
        let source = self.source.as_ref().unwrap_or(&none);
        let destination = self.destination.as_ref().unwrap_or(&none);
        flow.source.identity = source.identity;
        flow.destination.identity = destination.identity;
        let names = names(source, &self.source_names, self.source_service.as_ref());
        flow.source.meta = keep_unless_empty(names, |names| store.store_endpoint(names));
        let service = self.destination_service.as_ref();
        let names = self::names(destination, &self.destination_names, service);
        flow.destination.meta = keep_unless_empty(names, |names| store.store_endpoint(names));

        let mut extra = extra::extra(self, &mut unfit);
        let record = l7::record(self, &observation, &mut unfit);
        if !self.summary.is_empty() {
            let own = match &record {
                Some(record) => record.summary().to_string(),
                None => flow.summary().to_string(),
            };
            if self.summary != own {
                extra.summary = (*self.summary).into();
            }
        }
        if let Some(mut record) = record {
            flow.l7_type = record.protocol();
            flow.l7 = store.store_l7(&mut record);
        } else {
            flow.l7_type = L7Type::NONE;
        }
        flow.ext = keep_unless_empty(extra, |extra: Extra| store.store_extra(extra));
        (flow, unfit.into_first())
    }
}

/// A flow without handles: see [`to_flow`](pb::Flow::to_flow).
impl TryFrom<&pb::Flow> for Flow {
    type Error = ConvertError;

    fn try_from(message: &pb::Flow) -> Result<Self, ConvertError> {
        message.to_flow(&Unresolved)
    }
}

fn keep_unless_empty<T: Default + PartialEq>(value: T, keep: impl FnOnce(T) -> u32) -> u32 {
    if value == T::default() {
        0
    } else {
        keep(value)
    }
}

#[allow(
    deprecated,
    reason = "older versions of Hubble fill only the deprecated field"
)]
fn drop_reason(message: &pb::Flow) -> Result<u16, ConvertError> {
    match message.drop_reason_desc {
        0 => small("drop_reason", message.drop_reason),
        reason => small("drop_reason_desc", reason),
    }
}

fn names(
    endpoint: &pb::Endpoint,
    dns_names: &[String],
    service: Option<&pb::Service>,
) -> EndpointNames {
    EndpointNames {
        id: endpoint.id,
        cluster_name: (*endpoint.cluster_name).into(),
        namespace: (*endpoint.namespace).into(),
        pod_name: (*endpoint.pod_name).into(),
        labels: endpoint
            .labels
            .iter()
            .map(|label| (**label).into())
            .collect(),
        workloads: endpoint
            .workloads
            .iter()
            .map(|workload| Workload {
                name: (*workload.name).into(),
                kind: (*workload.kind).into(),
            })
            .collect(),
        service: service.map(|service| Service {
            name: (*service.name).into(),
            namespace: (*service.namespace).into(),
        }),
        dns_names: dns_names.iter().map(|name| (**name).into()).collect(),
    }
}
