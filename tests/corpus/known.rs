//! Captures in which nDPI's results differ from ours, each with the reason.

/// A capture, in how many connections it differs, and why.
pub(crate) struct Known {
    pub(crate) capture: &'static str,
    pub(crate) differences: usize,
    pub(crate) reason: &'static str,
}

/// The list is exact: a difference more or less fails the test.
pub(crate) const KNOWN: &[Known] = &[
    Known {
        capture: "4in4tunnel.pcap",
        differences: 2,
        reason: "nDPI tells the innermost of several VLAN tags, we the outermost",
    },
    Known {
        capture: "ah.pcapng",
        differences: 2,
        reason: "nDPI stops at the authentication header, we tell the ICMP behind it",
    },
    Known {
        capture: "dns_fragmented.pcap",
        differences: 7,
        reason: "nDPI leaves out fragments after the first, we count them without ports",
    },
    Known {
        capture: "dnscrypt-v1-and-resolver-pings.pcap",
        differences: 38,
        reason: "nDPI leaves out fragments after the first, we count them without ports",
    },
    Known {
        capture: "dtls.pcap",
        differences: 2,
        reason: "nDPI tells the packet inside GTP, we the one around it",
    },
    Known {
        capture: "false_positives.pcapng",
        differences: 8,
        reason: "nDPI tells the packet inside GTP and the innermost VLAN tag, we the ones around it",
    },
    Known {
        capture: "fuzz-2006-09-29-28586.pcap",
        differences: 4,
        reason: "nDPI leaves out fragments after the first and TCP headers that claim more than there is, we count both",
    },
    Known {
        capture: "fuzz-2021-10-13.pcap",
        differences: 1,
        reason: "nDPI abbreviates an IPv6 address twice in its result",
    },
    Known {
        capture: "gre.pcapng",
        differences: 2,
        reason: "nDPI follows PPP in GRE version 1 (PPTP), we tell the GRE",
    },
    Known {
        capture: "ipv6_in_gtp.pcap",
        differences: 4,
        reason: "nDPI tells the packet inside GTP, we the one around it",
    },
    Known {
        capture: "ja3_lots_of_cipher_suites.pcap",
        differences: 2,
        reason: "nDPI tells the innermost of several VLAN tags, we the outermost",
    },
    Known {
        capture: "ndpi_match_string_subprotocol__error.pcapng",
        differences: 1,
        reason: "nDPI leaves out a packet whose IP header claims more than its frame holds, we count it as cut off",
    },
    Known {
        capture: "someip_sd_sample.pcap",
        differences: 2,
        reason: "link type PPI (192), which is not supported",
    },
];
