//! Reads what is no number at a fixed place of a flow.

use flow_core::flow::{Flow, FlowFlags};
use flow_core::resolve::{EndpointNames, Extra, Policy};
use flow_core::view::FlowView;

use super::kind::Value;
use super::part::{End, ExtraPart, FlowPart, Part};
use super::read_names::{any_name, any_of_node};
use super::read_record::{any_of_record, record};
use super::table::Def;

/// The names of one end.
pub(crate) fn names_of<'v>(view: &'v FlowView<'_>, end: End) -> Option<&'v EndpointNames> {
    match end {
        End::Source => view.source(),
        End::Destination => view.destination(),
    }
}

/// Returns whether `test` is true of one of the values of a field, of this end where it is of an end.
#[inline]
pub(crate) fn any_value(
    view: &FlowView<'_>,
    def: &Def,
    end: End,
    key: Option<&str>,
    mut test: impl FnMut(Value<'_>) -> bool,
) -> bool {
    let flow = view.flow();
    match def.part {
        Part::Slot(_, read) => match read(flow, end.of(flow)) {
            0 if def.is_zero_absent => false,
            number => test(Value::Number(number)),
        },
        Part::Wide(_, read) => match read(flow, end.of(flow)) {
            0 => false,
            wide => test(Value::Wide(wide)),
        },
        Part::Flow(part) => any_of_flow(flow, part, end, test),
        Part::Names(part) => {
            names_of(view, end).is_some_and(|names| any_name(names, part, key, test))
        }
        Part::Record(part) => {
            record(view, part).is_some_and(|record| any_of_record(record, part, key, test))
        }
        Part::Extra(part) => view
            .extra()
            .is_some_and(|extra| any_of_extra(extra, part, test)),
        Part::Node(part) => any_of_node(view.node(), part, key, test),
    }
}

/// Returns whether `test` is true of the value of a part of the flow itself.
#[inline]
pub(crate) fn any_of_flow(
    flow: &Flow,
    part: FlowPart,
    end: End,
    mut test: impl FnMut(Value<'_>) -> bool,
) -> bool {
    let traffic = &flow.traffic;
    let number = match part {
        FlowPart::Packets => {
            u64::from(traffic.forward_packets) + u64::from(traffic.reverse_packets)
        }
        FlowPart::Bytes => traffic.forward_bytes.saturating_add(traffic.reverse_bytes),
        FlowPart::Duration => match flow.first_seen {
            0 => return false,
            first => flow.time.saturating_sub(first),
        },
        FlowPart::Retransmits => {
            u64::from(traffic.forward_retransmits) + u64::from(traffic.reverse_retransmits)
        }
        FlowPart::Vni => {
            return flow.tunnel.protocol.0 != 0 && test(Value::Number(flow.tunnel.vni().into()));
        }
        FlowPart::Mac => {
            let mac = end.of(flow).mac;
            let bytes = mac
                .0
                .iter()
                .fold(0, |all, byte| all << 8 | u128::from(*byte));
            return bytes != 0 && test(Value::Wide(bytes));
        }
        FlowPart::Interface => return name(flow.interface.name.as_bytes(), test),
        FlowPart::Process => {
            return is_process_of(flow, end) && name(flow.process.comm.as_bytes(), test);
        }
        FlowPart::Pid => {
            let pid = flow.process.pid;
            return is_process_of(flow, end) && pid != 0 && test(Value::Number(pid.into()));
        }
        FlowPart::Uid => {
            let process = &flow.process;
            return is_process_of(flow, end)
                && process.pid != 0
                && test(Value::Number(process.uid.into()));
        }
    };
    test(Value::Number(number))
}

/// Whether the process of a flow is at this end.
fn is_process_of(flow: &Flow, end: End) -> bool {
    flow.flags.contains(FlowFlags::PROCESS_IS_SOURCE) == (end == End::Source)
}

fn name<'a>(name: &'a [u8], mut test: impl FnMut(Value<'a>) -> bool) -> bool {
    !name.is_empty() && test(Value::Text(name))
}

fn any_of_extra<'a>(
    extra: &'a Extra,
    part: ExtraPart,
    mut test: impl FnMut(Value<'a>) -> bool,
) -> bool {
    let number = match part {
        ExtraPart::Uuid | ExtraPart::SourceXlated => {
            let bytes = match part {
                ExtraPart::Uuid => extra.uuid,
                _ => extra.source_xlated.0,
            };
            let wide = u128::from_be_bytes(bytes);
            return wide != 0 && test(Value::Wide(wide));
        }
        ExtraPart::ProxyPort => extra.proxy_port.into(),
        ExtraPart::AuthType => extra.auth_type.into(),
        ExtraPart::PolicyMatchType => extra.policy_match_type.into(),
        ExtraPart::IpTraceId => extra.ip_trace_id,
        ExtraPart::SctpChunk => extra.sctp_chunk.into(),
        ExtraPart::Line => extra.file.as_ref().map_or(0, |file| file.line.into()),
        ExtraPart::File => {
            return extra
                .file
                .as_ref()
                .is_some_and(|file| name(file.name.as_bytes(), test));
        }
        ExtraPart::PolicyLog => {
            return extra
                .policy_log
                .iter()
                .any(|text| name(text.as_bytes(), &mut test));
        }
        ExtraPart::Policy => {
            return policies(&extra.egress_allowed_by, &mut test)
                || policies(&extra.ingress_allowed_by, &mut test)
                || policies(&extra.egress_denied_by, &mut test)
                || policies(&extra.ingress_denied_by, &mut test);
        }
        ExtraPart::AllowedBy => {
            return policies(&extra.egress_allowed_by, &mut test)
                || policies(&extra.ingress_allowed_by, &mut test);
        }
        ExtraPart::DeniedBy => {
            return policies(&extra.egress_denied_by, &mut test)
                || policies(&extra.ingress_denied_by, &mut test);
        }
    };
    number != 0 && test(Value::Number(number))
}

fn policies<'a>(policies: &'a [Policy], test: &mut impl FnMut(Value<'a>) -> bool) -> bool {
    policies.iter().any(|policy| {
        let (namespace, name) = (policy.namespace.as_bytes(), policy.name.as_bytes());
        !name.is_empty() && test(Value::Name(namespace, name))
    })
}
