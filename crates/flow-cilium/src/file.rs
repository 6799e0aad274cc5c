//! Source files of Cilium's datapath.

/// Returns the name of the source file whose number a [drop message](super::DropNotify) has; `None`
/// where the number has no name.
///
/// Headers were numbered anew between two releases, when messages still had version 1. Here
/// `version` of the message decides: up to 1 the numbers are those of Cilium 1.13 to 1.16, from 2
/// on those of 1.19. So an agent of a version in between may be misread.
///
/// Source: `pkg/monitor/api/files.go` of Cilium.
#[must_use]
pub const fn file_name(version: u8, file: u8) -> Option<&'static str> {
    const SOURCES: [&str; 7] = [
        "bpf_host.c",
        "bpf_lxc.c",
        "bpf_overlay.c",
        "bpf_xdp.c",
        "bpf_sock.c",
        "bpf_network.c",
        "bpf_wireguard.c",
    ];
    const OLD_HEADERS: [&str; 15] = [
        "arp.h",
        "drop.h",
        "srv6.h",
        "icmp6.h",
        "nodeport.h",
        "lb.h",
        "mcast.h",
        "ipv4.h",
        "conntrack.h",
        "l3.h",
        "trace.h",
        "encap.h",
        "encrypt.h",
        "host_firewall.h",
        "nodeport_egress.h",
    ];
    const HEADERS: [&str; 15] = [
        "drop.h",
        "srv6.h",
        "icmp6.h",
        "nodeport.h",
        "lb.h",
        "mcast.h",
        "ipv4.h",
        "conntrack.h",
        "local_delivery.h",
        "trace.h",
        "encap.h",
        "host_firewall.h",
        "nodeport_egress.h",
        "ipv6.h",
        "classifiers.h",
    ];
    match (file, version) {
        (1..=7, _) => Some(SOURCES[file as usize - 1]),
        (101..=115, 0 | 1) => Some(OLD_HEADERS[file as usize - 101]),
        (101..=115, _) => Some(HEADERS[file as usize - 101]),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_by_version_and_number() {
        for (version, file, name) in [
            (0, 1, "bpf_host.c"),
            (3, 1, "bpf_host.c"),
            (3, 2, "bpf_lxc.c"),
            (2, 7, "bpf_wireguard.c"),
            (1, 101, "arp.h"),
            (1, 105, "nodeport.h"),
            (1, 114, "host_firewall.h"),
            (2, 101, "drop.h"),
            (3, 104, "nodeport.h"),
            (3, 109, "local_delivery.h"),
            (3, 115, "classifiers.h"),
            (4, 115, "classifiers.h"),
        ] {
            assert_eq!(file_name(version, file), Some(name), "{version} {file}");
        }
        for file in [0, 8, 100, 116, 255] {
            for version in 0..=4 {
                assert_eq!(file_name(version, file), None);
            }
        }
    }
}
