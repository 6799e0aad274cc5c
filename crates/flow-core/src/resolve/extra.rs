//! Attributes that few flows have.

use std::boxed::Box;
use std::sync::Arc;
use std::vec::Vec;

use super::NodeNames;
use crate::flow::Ip;

/// Attributes of Hubble's `flow.Flow` that few flows have. What is not known is zero or empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[allow(
    clippy::exhaustive_structs,
    reason = "made with struct update syntax, `..Default::default()`"
)]
pub struct Extra {
    /// Identifier of the flow: the 16 bytes of a UUID (RFC 9562); all zero for none.
    pub uuid: [u8; 16],
    /// Number of the sending endpoint on its node, where its names do not hold it.
    pub source_id: u32,
    /// Number of the receiving endpoint on its node, where its names do not hold it.
    pub destination_id: u32,
    /// Sender after source translation.
    pub source_xlated: Ip,
    /// How a policy matched: see `policy_match_type` of `flow.Flow`.
    pub policy_match_type: u32,
    /// Port of the proxy that the packet was sent to.
    pub proxy_port: u16,
    /// Authentication that a policy asks for; numbers of `flow.AuthType`.
    pub auth_type: u8,
    /// First chunk of an SCTP packet; numbers of `flow.SCTPChunkType`.
    pub sctp_chunk: u8,
    /// Virtual router of VRRP.
    pub vrrp_vrid: u8,
    /// Priority of the sender of VRRP.
    pub vrrp_priority: u8,
    /// Group of IGMP.
    pub igmp_group: Ip,
    /// Place in the datapath's source that dropped the packet.
    pub file: Option<SourceFile>,
    /// Trace id carried in an IP option.
    pub ip_trace_id: u64,
    /// Type of the IP option that carries it.
    pub ip_option_type: u8,
    /// Policies that let the packet out.
    pub egress_allowed_by: Vec<Policy>,
    /// Policies that let the packet in.
    pub ingress_allowed_by: Vec<Policy>,
    /// Policies that kept the packet from leaving.
    pub egress_denied_by: Vec<Policy>,
    /// Policies that kept the packet from entering.
    pub ingress_denied_by: Vec<Policy>,
    /// Texts that the matching policies log.
    pub policy_log: Vec<Box<str>>,
    /// How many flows this one stands for.
    pub aggregate: Option<Aggregate>,
    /// What was observed in a few words, where a flow came with other ones than are made of it.
    pub summary: Box<str>,
    /// The node that observed the flow, where it is not the one that keeps it.
    pub node: Option<Arc<NodeNames>>,
}

/// A place in source code.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[allow(clippy::exhaustive_structs, reason = "a file and a line")]
pub struct SourceFile {
    /// Name of the file.
    pub name: Box<str>,
    /// Number of the line.
    pub line: u32,
}

/// A network policy.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[allow(
    clippy::exhaustive_structs,
    reason = "made with struct update syntax, `..Default::default()`"
)]
pub struct Policy {
    /// Its name.
    pub name: Box<str>,
    /// Its namespace.
    pub namespace: Box<str>,
    /// Its labels.
    pub labels: Vec<Box<str>>,
    /// Revision of the rules it is part of.
    pub revision: u64,
    /// Its kind, such as `CiliumNetworkPolicy`.
    pub kind: Box<str>,
}

/// Numbers of flows that one stands for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[allow(
    clippy::exhaustive_structs,
    reason = "there are two directions, and the unknown one"
)]
pub struct Aggregate {
    /// Inwards.
    pub ingress: u32,
    /// Outwards.
    pub egress: u32,
    /// Of unknown direction.
    pub unknown: u32,
}
