//! Attributes that few flows have.

use std::boxed::Box;
use std::string::String;
use std::vec::Vec;

use super::error::ConvertError;
use super::layers::address;
use super::number::small;
use super::unfit::Unfit;
use crate::flow as pb;
use crate::flow::layer4::Protocol as Layer4;
use flow_core::flow::Ip;
use flow_core::resolve::{Aggregate, Extra, Policy, SourceFile};

/// The rare attributes of a message; the default where it has none.
pub(super) fn extra(message: &pb::Flow, unfit: &mut Unfit) -> Extra {
    let trace_id = message.ip_trace_id.unwrap_or_default();
    let xlated = message.ip.as_ref().map_or("", |ip| &ip.source_xlated);
    let mut extra = Extra {
        uuid: unfit.or_default(uuid(&message.uuid)),
        // Part of the names.
        source_id: 0,
        destination_id: 0,
        source_xlated: unfit.or_default(address("IP.source_xlated", xlated)),
        policy_match_type: message.policy_match_type,
        proxy_port: unfit.or_default(small("proxy_port", message.proxy_port)),
        auth_type: unfit.or_default(small("auth_type", message.auth_type)),
        sctp_chunk: 0,
        vrrp_vrid: 0,
        vrrp_priority: 0,
        igmp_group: Ip::UNSPECIFIED,
        file: message.file.as_ref().map(|file| SourceFile {
            name: (*file.name).into(),
            line: file.line,
        }),
        ip_trace_id: trace_id.trace_id,
        ip_option_type: unfit
            .or_default(small("ip_trace_id.ip_option_type", trace_id.ip_option_type)),
        egress_allowed_by: policies(&message.egress_allowed_by),
        ingress_allowed_by: policies(&message.ingress_allowed_by),
        egress_denied_by: policies(&message.egress_denied_by),
        ingress_denied_by: policies(&message.ingress_denied_by),
        policy_log: strings(&message.policy_log),
        aggregate: message.aggregate.map(|aggregate| Aggregate {
            ingress: aggregate.ingress_flow_count,
            egress: aggregate.egress_flow_count,
            unknown: aggregate.unknown_direction_flow_count,
        }),
        summary: Box::default(),
        node: None,
    };
    match message.l4.as_ref().and_then(|l4| l4.protocol.as_ref()) {
        Some(Layer4::Sctp(sctp)) => {
            extra.sctp_chunk = unfit.or_default(small("l4.SCTP.chunk_type", sctp.chunk_type));
        }
        Some(Layer4::Vrrp(vrrp)) => {
            extra.vrrp_vrid = unfit.or_default(small("l4.VRRP.vrid", vrrp.vrid));
            extra.vrrp_priority = unfit.or_default(small("l4.VRRP.priority", vrrp.priority));
        }
        Some(Layer4::Igmp(igmp)) => {
            extra.igmp_group =
                unfit.or_default(address("l4.IGMP.group_address", &igmp.group_address));
        }
        _ => {}
    }
    extra
}

fn strings(values: &[String]) -> Vec<Box<str>> {
    values.iter().map(|value| (**value).into()).collect()
}

fn policies(messages: &[pb::Policy]) -> Vec<Policy> {
    let policy = |message: &pb::Policy| Policy {
        name: (*message.name).into(),
        namespace: (*message.namespace).into(),
        labels: strings(&message.labels),
        revision: message.revision,
        kind: (*message.kind).into(),
    };
    messages.iter().map(policy).collect()
}

/// A UUID (RFC 9562 section 4); zero for empty text.
fn uuid(text: &str) -> Result<[u8; 16], ConvertError> {
    let groups: Vec<&str> = text.split('-').collect();
    let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
    let digits = groups.concat();
    let is_valid = lengths == [8, 4, 4, 4, 12] && digits.bytes().all(|d| d.is_ascii_hexdigit());
    match u128::from_str_radix(&digits, 16) {
        Ok(number) if is_valid => Ok(number.to_be_bytes()),
        _ if text.is_empty() => Ok([0; 16]),
        _ => Err(ConvertError::new(
            "uuid",
            "a UUID",
            std::format!("{text:?}"),
        )),
    }
}
