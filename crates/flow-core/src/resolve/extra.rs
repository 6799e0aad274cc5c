//! Attributes that few flows have.

use std::boxed::Box;
use std::vec::Vec;

use crate::cilium::{self, CiliumExtra};
use crate::flow::Ip;

/// What Hubble's `flow.Flow` tells of few flows. What is not known is zero or empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Extra {
    /// Identifier of the flow: the 16 bytes of a UUID (RFC 9562); all zero for none.
    pub uuid: [u8; 16],
    /// Number of the sending endpoint on its node, where its names do not tell it.
    pub source_id: u32,
    /// Number of the receiving endpoint on its node, where its names do not tell it.
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
}

/// A place in source code.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct SourceFile {
    /// Name of the file.
    pub name: Box<str>,
    /// Number of the line.
    pub line: u32,
}

/// A network policy.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
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
pub struct Aggregate {
    /// Inwards.
    pub ingress: u32,
    /// Outwards.
    pub egress: u32,
    /// Of unknown direction.
    pub unknown: u32,
}

/// What Cilium's datapath tells besides: everything that Hubble's `flow.Flow` has a field for, but
/// for the capture and translation points, which are the event's sub-type.
impl From<&CiliumExtra> for Extra {
    fn from(told: &CiliumExtra) -> Self {
        Self {
            source_id: u32::from(told.source_endpoint),
            destination_id: told.destination_endpoint,
            source_xlated: told.source_xlated,
            policy_match_type: u32::from(told.policy_match.0),
            proxy_port: told.proxy_port,
            auth_type: told.auth_type.0,
            file: (told.file != 0).then(|| SourceFile {
                // What Hubble writes where it knows no name.
                name: cilium::file_name(told.version, told.file)
                    .map_or_else(|| std::format!("unknown({})", told.file).into(), Into::into),
                line: u32::from(told.file_line),
            }),
            ip_trace_id: told.ip_trace_id,
            ..Self::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cilium::{AuthType, PolicyMatch};

    #[test]
    fn what_cilium_tells_has_its_place() {
        let told = CiliumExtra {
            source_endpoint: 7,
            destination_endpoint: 70_000,
            source_xlated: Ip::v4([10, 0, 0, 1]),
            policy_match: PolicyMatch(2),
            proxy_port: 10_000,
            auth_type: AuthType(1),
            file: 2,
            file_line: 300,
            ip_trace_id: 9,
            ..CiliumExtra::default()
        };
        let extra = Extra::from(&told);
        assert_eq!((extra.source_id, extra.destination_id), (7, 70_000));
        assert_eq!(extra.source_xlated, told.source_xlated);
        assert_eq!((extra.policy_match_type, extra.auth_type), (2, 1));
        assert_eq!((extra.proxy_port, extra.ip_trace_id), (10_000, 9));
        let file = extra.file.unwrap();
        assert_eq!((&*file.name, file.line), ("bpf_lxc.c", 300));
        for (version, file, name) in [
            (1, 104, "icmp6.h"),
            (3, 104, "nodeport.h"),
            (3, 99, "unknown(99)"),
        ] {
            let told = CiliumExtra {
                version,
                file,
                ..told
            };
            assert_eq!(&*Extra::from(&told).file.unwrap().name, name);
        }
        assert_eq!(Extra::from(&CiliumExtra::default()), Extra::default());
    }
}
