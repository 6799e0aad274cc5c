//! Fields of messages that a flow has no field for.

use super::{AuthType, CapturePoint, PolicyMatch, SocketPoint};
use flow_core::flow::Ip;

/// Fields of a message that a [`Flow`](flow_core::flow::Flow) has no field for. They are zero, or
/// `Default`, where the message has none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CiliumExtra {
    /// Processor on which the message was made.
    pub cpu: u32,
    /// The kernel's hash of the packet's flow.
    pub hash: u32,
    /// Id of the endpoint at which the message was made.
    pub endpoint: u16,
    /// Id of the sending endpoint, where it is one of this node.
    pub source_endpoint: u16,
    /// Id of the receiving endpoint, where it is one of this node.
    pub destination_endpoint: u32,
    /// The sender's address in the packet, where it was translated: then `source.ip` of the flow
    /// is the one before. `::` where it was not.
    pub source_xlated: Ip,
    /// Id that a tracer put into an option of the IP header.
    pub ip_trace_id: u64,
    /// Port of the proxy that the packet was sent to.
    pub proxy_port: u16,
    /// Line of Cilium's source file at which the packet was dropped.
    pub file_line: u16,
    /// Number of that source file: see [`file_name`](super::file_name).
    pub file: u8,
    /// Second half of the drop reason.
    pub ext_error: i8,
    /// The part of a policy's rule that matched.
    pub policy_match: PolicyMatch,
    /// Authentication that the policy asks for.
    pub auth_type: AuthType,
    /// Number by which the agent knows the policy's rule.
    pub policy_cookie: u32,
    /// Where the packet was captured for debugging.
    pub capture_point: CapturePoint,
    /// Where the socket's address was translated.
    pub socket_point: SocketPoint,
    /// Version of the message.
    pub version: u8,
    /// Version of the extension behind the message.
    pub ext_version: u8,
    /// Bytes that were captured of the packet.
    pub captured: u16,
    /// First chunk of an SCTP packet: a number of Hubble's `flow.SCTPChunkType`.
    pub sctp_chunk: u8,
    /// Virtual router of a VRRP packet.
    pub vrrp_vrid: u8,
    /// Priority of the sender of a VRRP packet.
    pub vrrp_priority: u8,
    /// Group of an IGMP packet; `::` where it has none.
    pub igmp_group: Ip,
}

impl CiliumExtra {
    pub(super) fn of(cpu: u32) -> Self {
        Self {
            cpu,
            ..Self::default()
        }
    }
}
