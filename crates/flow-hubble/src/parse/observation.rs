//! What Hubble's flow message has no field for.

use super::error::ConvertError;
use super::layers::name;
use super::number::{nanoseconds, small};
use super::unfit::Unfit;
use crate::flow::ext::v1 as ext;
use flow_core::flow::{DropReason, Flow, FlowFlags, Process, Protocol, TcpState, TunnelProtocol};

/// Reads the fields of an observation into a flow. Protocol and ports are there unless the message
/// itself has them (`has_l4`).
pub(super) fn read(message: &ext::Observation, has_l4: bool, flow: &mut Flow, unfit: &mut Unfit) {
    flow.first_seen = unfit.or_default(nanoseconds(
        "extensions.first_seen",
        message.first_seen.as_ref(),
    ));
    if let Some(counters) = &message.forward {
        flow.traffic.forward_packets =
            unfit.or_default(small("extensions.forward.packets", counters.packets));
        flow.traffic.forward_bytes = counters.bytes;
    }
    if let Some(counters) = &message.reverse {
        flow.traffic.reverse_packets =
            unfit.or_default(small("extensions.reverse.packets", counters.packets));
        flow.traffic.reverse_bytes = counters.bytes;
    }
    if let Some(tcp) = &message.tcp {
        flow.tcp_state = TcpState(unfit.or_default(small("extensions.tcp.state", tcp.state)));
        flow.traffic.rtt_us = unfit.or_default(microseconds(tcp.rtt.as_ref()));
        let retransmits = (tcp.forward_retransmits, tcp.reverse_retransmits);
        flow.traffic.forward_retransmits =
            unfit.or_default(small("extensions.tcp.forward_retransmits", retransmits.0));
        flow.traffic.reverse_retransmits =
            unfit.or_default(small("extensions.tcp.reverse_retransmits", retransmits.1));
    }
    if let Some(process) = &message.process {
        flow.process = Process {
            pid: process.pid,
            uid: process.uid,
            comm: unfit.or_default(name("extensions.process.comm", &process.comm)),
        };
    }
    flow.interface.netns = message.netns;
    flow.vlan = unfit.or_default(small("extensions.vlan", message.vlan));
    flow.sample_rate = unfit.or_default(small("extensions.sample_rate", message.sample_rate));
    flow.flags |= FlowFlags(unfit.or_default(set("extensions.flags", &message.flags)));
    if flow.drop_reason == DropReason::NONE && !message.drop_reason.is_empty() {
        flow.drop_reason = drop_reason(&message.drop_reason);
    }
    if !has_l4 {
        flow.protocol =
            Protocol(unfit.or_default(small("extensions.ip_protocol", message.ip_protocol)));
        flow.source.port = unfit.or_default(small("extensions.source_port", message.source_port));
        flow.destination.port = unfit.or_default(small(
            "extensions.destination_port",
            message.destination_port,
        ));
    }
    if message.tunnel_protocol != 0 {
        let number = unfit.or_default(small("extensions.tunnel_protocol", message.tunnel_protocol));
        flow.tunnel.protocol = TunnelProtocol(number);
    }
}

/// A drop reason of the kernel: its name, or the number of one that had none.
fn drop_reason(text: &str) -> DropReason {
    match text.parse() {
        Ok(number) => DropReason(number),
        Err(_) if text == "OTHER" => DropReason::OTHER,
        Err(_) => DropReason::from_kernel_name(text),
    }
}

fn microseconds(duration: Option<&prost_types::Duration>) -> Result<u32, ConvertError> {
    let Some(duration) = duration else {
        return Ok(0);
    };
    let whole = duration.seconds.checked_mul(1_000_000);
    whole
        .and_then(|whole| whole.checked_add(i64::from(duration.nanos) / 1_000))
        .and_then(|microseconds| u32::try_from(microseconds).ok())
        .ok_or_else(|| {
            let expected = "a duration from 0 to 4294 s";
            ConvertError::new("extensions.tcp.rtt", expected, duration)
        })
}

/// The set of the bits with these numbers, from 1 on.
pub(super) fn set<T>(field: &'static str, numbers: &[i32]) -> Result<T, ConvertError>
where
    T: TryFrom<u64>,
{
    let mut bits = 0_u64;
    for number in numbers {
        let bit = u32::try_from(*number)
            .ok()
            .and_then(|number| number.checked_sub(1));
        let bit = bit.and_then(|bit| 1_u64.checked_shl(bit));
        bits |= bit
            .filter(|bit| T::try_from(*bit).is_ok())
            .ok_or_else(|| ConvertError::new(field, "the number of a flag", number))?;
    }
    T::try_from(bits).map_err(|_| ConvertError::new(field, "numbers of flags", bits))
}
