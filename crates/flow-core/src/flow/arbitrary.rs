//! Flows for property tests: any bytes, mostly with enumerations in the range that has names.

use proptest::prelude::*;
use zerocopy::FromBytes;

use super::{
    Direction, DropReason, EventType, Flow, FlowFlags, FlowType, IpVersion, Name16, Protocol,
    Reply, TcpState, TracePoint, TraceReason, TunnelProtocol, Verdict,
};

fn raw() -> impl Strategy<Value = Flow> {
    proptest::collection::vec(any::<u8>(), Flow::SIZE)
        .prop_map(|bytes| Flow::read_from_bytes(&bytes).expect("any bytes are a flow"))
}

/// Names with what a terminal obeys, and what is no UTF-8.
fn name() -> impl Strategy<Value = Name16> {
    prop_oneof![
        "[a-z]{0,15}".prop_map(|text| Name16::new(text.as_bytes())),
        "[\u{1b}\u{9b}\u{202e}\u{7f}\n\\\\\"]{0,8}".prop_map(|text| Name16::new(text.as_bytes())),
        any::<[u8; 16]>().prop_map(Name16),
    ]
}

/// Flows of any content.
pub fn flows() -> impl Strategy<Value = Flow> {
    let named = (raw(), any::<[u8; 11]>(), any::<u16>(), name(), name()).prop_map(
        |(flow, small, flags, comm, interface)| {
            let mut flow = flow;
            let [
                verdict,
                direction,
                reply,
                kind,
                version,
                event,
                point,
                reason,
                state,
                tunnel,
                protocol,
            ] = small;
            flow.verdict = Verdict(verdict % 9);
            flow.direction = Direction(direction % 4);
            flow.is_reply = Reply(reply % 4);
            flow.flow_type = FlowType(kind % 5);
            flow.ip_version = IpVersion(version % 4);
            flow.event_type = EventType::KNOWN[usize::from(event) % EventType::KNOWN.len()];
            flow.trace_point = TracePoint::KNOWN[usize::from(point) % TracePoint::KNOWN.len()];
            flow.trace_reason = TraceReason(reason % 10);
            flow.tcp_state = TcpState(state % 14);
            flow.tunnel.protocol = TunnelProtocol(tunnel % 6);
            flow.protocol = Protocol::KNOWN[usize::from(protocol) % Protocol::KNOWN.len()];
            flow.flags = FlowFlags(flags & 0x0fff);
            flow.drop_reason = match flags >> 14 {
                0 => DropReason::NONE,
                1 => DropReason::from_cilium(130 + verdict % 80),
                2 => DropReason(1000 + u16::from(reason)),
                _ => flow.drop_reason,
            };
            flow.process.comm = comm;
            flow.interface.name = interface;
            flow
        },
    );
    prop_oneof![1 => raw(), 4 => named]
}
