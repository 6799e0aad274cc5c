//! Attributes of few flows, from messages of the datapath.

use flow_core::resolve::{Extra, SourceFile};

use crate::{CiliumExtra, file_name};

/// The rare attributes of a message: everything that Hubble's `flow.Flow` has a field for, but
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
                name: file_name(told.version, told.file)
                    .map_or_else(|| format!("unknown({})", told.file).into(), Into::into),
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
    use flow_core::flow::Ip;

    use crate::{AuthType, PolicyMatch};

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
