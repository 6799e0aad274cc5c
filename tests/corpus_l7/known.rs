//! Where nDPI's results differ from ours, each with the reason.

use flow_l7::L7Protocol;

/// A capture, in how many facts it differs, and why.
pub(crate) struct Known {
    pub(crate) capture: &'static str,
    pub(crate) differences: usize,
    pub(crate) reason: Reason,
}

/// Why something differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reason {
    /// The message is split over several segments, and each payload is read on its own here.
    NeedsReassembly,
    /// Google's own QUIC, which is another protocol and not decoded.
    GoogleQuic,
    /// A version of one company's, with a salt of its own.
    PrivateQuicVersion,
    /// The packet inside of GTP, which is not followed.
    InsideGtp,
    /// Bytes were damaged on purpose; what remains is read in another way.
    Damaged,
    /// A hello without extensions: the description of JA4 has zeros then, nDPI the digest of
    /// nothing.
    NoExtensions,
}

const fn known(capture: &'static str, differences: usize, reason: Reason) -> Known {
    Known {
        capture,
        differences,
        reason,
    }
}

/// The list is exact: a difference more or less fails the test.
pub(crate) const KNOWN: &[Known] = &[
    known("codm.pcap", 1, Reason::NeedsReassembly),
    known("gaijin_mobile_mixed.pcap", 1, Reason::NeedsReassembly),
    known("http-lines-split.pcap", 1, Reason::NeedsReassembly),
    known(
        "http_ua_splitted_in_two_pkts.pcapng",
        2,
        Reason::NeedsReassembly,
    ),
    known("false_positives.pcapng", 3, Reason::InsideGtp),
    known("fuzz-2006-09-29-28586.pcap", 4, Reason::Damaged),
    known(
        "ndpi_match_string_subprotocol__error.pcapng",
        1,
        Reason::Damaged,
    ),
    known("tls_cipher_lens.pcap", 1, Reason::NoExtensions),
    known("gquic.pcap", 2, Reason::GoogleQuic),
    known("http_ipv6.pcap", 2, Reason::GoogleQuic),
    known("quic.pcap", 16, Reason::GoogleQuic),
    known("quic046.pcap", 2, Reason::GoogleQuic),
    known("quic_q39.pcap", 2, Reason::GoogleQuic),
    known("quic_q46.pcap", 2, Reason::GoogleQuic),
    known("youtube_quic.pcap", 6, Reason::GoogleQuic),
    known("youtubeupload.pcap", 4, Reason::GoogleQuic),
    known("quic-mvfst-exp.pcap", 4, Reason::PrivateQuicVersion),
    known("quic_t50.pcap", 5, Reason::PrivateQuicVersion),
    known("quic_t51.pcap", 5, Reason::PrivateQuicVersion),
];

/// Names that nDPI has for what we find, besides the plain ones: protocols that are spoken over
/// one of ours, or begin with it.
pub(crate) const NAMES: &[(&str, L7Protocol)] = &[
    ("DNS", L7Protocol::Dns),
    ("MDNS", L7Protocol::Dns),
    ("LLMNR", L7Protocol::Dns),
    // Certificates of DNSCrypt are asked for in DNS.
    ("DNScrypt", L7Protocol::Dns),
    // A rule of that test, for an address.
    ("CustomProtocolD", L7Protocol::Dns),
    ("HTTP", L7Protocol::Http1),
    ("SOAP", L7Protocol::Http1),
    ("HTTP_Connect", L7Protocol::Http1),
    ("HTTP_Connect", L7Protocol::Tls),
    ("TLS", L7Protocol::Tls),
    ("SOCKS", L7Protocol::Tls),
    ("Gnutella", L7Protocol::Tls),
    ("ApplePush", L7Protocol::Tls),
    ("RDP", L7Protocol::Tls),
    ("PostgreSQL", L7Protocol::Tls),
    ("NoMachine", L7Protocol::Tls),
    ("MySQL", L7Protocol::Tls),
    ("IMAPS", L7Protocol::Tls),
    ("FTPS", L7Protocol::Tls),
    ("QUIC", L7Protocol::Quic),
    ("Kafka", L7Protocol::Kafka),
];
