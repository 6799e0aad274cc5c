//! Attributes of few flows, from messages of the datapath.

use flow_core::resolve::{Extra, SourceFile};

use crate::{CiliumExtra, file_name};

/// The rare attributes of a message: everything that Hubble's `flow.Flow` has a field for, but
/// for the capture and translation points, which are the event's sub-type.
impl From<&CiliumExtra> for Extra {
    fn from(attributes: &CiliumExtra) -> Self {
        Self {
            source_id: u32::from(attributes.source_endpoint),
            destination_id: attributes.destination_endpoint,
            source_xlated: attributes.source_xlated,
            policy_match_type: u32::from(attributes.policy_match.0),
            proxy_port: attributes.proxy_port,
            auth_type: attributes.auth_type.0,
            file: (attributes.file != 0).then(|| SourceFile {
                // What Hubble writes where it knows no name.
                name: file_name(attributes.version, attributes.file).map_or_else(
                    || format!("unknown({})", attributes.file).into(),
                    Into::into,
                ),
                line: u32::from(attributes.file_line),
            }),
            ip_trace_id: attributes.ip_trace_id,
            sctp_chunk: attributes.sctp_chunk,
            vrrp_vrid: attributes.vrrp_vrid,
            vrrp_priority: attributes.vrrp_priority,
            igmp_group: attributes.igmp_group,
            ..Self::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flow_core::flow::Ip;

    use crate::{AuthType, PolicyMatch};

    #[test]
    fn what_cilium_reports_has_its_place() {
        let attributes = CiliumExtra {
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
        let extra = Extra::from(&attributes);
        assert_eq!((extra.source_id, extra.destination_id), (7, 70_000));
        assert_eq!(extra.source_xlated, attributes.source_xlated);
        assert_eq!((extra.policy_match_type, extra.auth_type), (2, 1));
        assert_eq!((extra.proxy_port, extra.ip_trace_id), (10_000, 9));
        let file = extra.file.unwrap();
        assert_eq!((&*file.name, file.line), ("bpf_lxc.c", 300));
        for (version, file, name) in [
            (1, 104, "icmp6.h"),
            (3, 104, "nodeport.h"),
            (3, 99, "unknown(99)"),
        ] {
            let attributes = CiliumExtra {
                version,
                file,
                ..attributes
            };
            assert_eq!(&*Extra::from(&attributes).file.unwrap().name, name);
        }
        assert_eq!(Extra::from(&CiliumExtra::default()), Extra::default());
    }
}
