//! Hubble's rules: direction, and whether a packet answers.

use flow_core::flow::{Direction, Reply, TraceReason};

/// Whether a traced packet answers, from the state of connection tracking.
pub(super) const fn is_reply(reason: TraceReason) -> Reply {
    match reason {
        // The packet as a whole was put into another one or taken out: no connection is meant.
        TraceReason::UNKNOWN | TraceReason::SRV6_ENCAP | TraceReason::SRV6_DECAP => Reply::UNKNOWN,
        TraceReason::REPLY => Reply::YES,
        _ => Reply::NO,
    }
}

/// Direction of a dropped packet: what the endpoint sent goes out.
pub(super) const fn drop_direction(from_endpoint: Option<bool>) -> Direction {
    match from_endpoint {
        Some(true) => Direction::EGRESS,
        Some(false) => Direction::INGRESS,
        None => Direction::UNKNOWN,
    }
}

/// Direction of the connection of a traced packet: that of its first packet, so that an answer
/// has the direction of what it answers. What was translated (`is_snat`) goes out.
pub(super) const fn trace_direction(
    from_endpoint: Option<bool>,
    reason: TraceReason,
    is_snat: bool,
) -> Direction {
    if reason.0 == TraceReason::UNKNOWN.0 {
        return Direction::UNKNOWN;
    }
    let is_reply = reason.0 == TraceReason::REPLY.0;
    match from_endpoint {
        _ if is_snat => Direction::EGRESS,
        Some(from_endpoint) if from_endpoint != is_reply => Direction::EGRESS,
        Some(_) => Direction::INGRESS,
        None => Direction::UNKNOWN,
    }
}
