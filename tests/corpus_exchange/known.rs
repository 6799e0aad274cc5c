//! Where nDPI's results differ from what is told, each with the reason.

/// A capture, in how many facts it differs, and why.
pub(crate) struct Known {
    pub(crate) capture: &'static str,
    pub(crate) differences: usize,
    pub(crate) reason: Reason,
}

/// Why something differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reason {
    /// Google's own QUIC, which is another protocol and not decoded.
    GoogleQuic,
    /// A version of one company's, with a salt of its own.
    PrivateQuicVersion,
    /// The packet inside of GTP, which is not followed.
    InsideGtp,
    /// Bytes were damaged on purpose; what remains is read in another way. Interim responses,
    /// of which nDPI tells the status, are not told.
    Damaged,
    /// An announcement of multicast DNS, or an inverse query, asks for no name; nDPI tells that
    /// of an answer.
    NoQuestion,
    /// nDPI tells what the first of two segments has.
    NdpiDoesNotJoin,
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
    known("dns_invert_query.pcapng", 1, Reason::NoQuestion),
    known("false_positives.pcapng", 3, Reason::InsideGtp),
    known("fuzz-2006-09-29-28586.pcap", 6, Reason::Damaged),
    known(
        "ndpi_match_string_subprotocol__error.pcapng",
        1,
        Reason::Damaged,
    ),
    known(
        "http_ua_splitted_in_two_pkts.pcapng",
        1,
        Reason::NdpiDoesNotJoin,
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
    known("quic-mvfst-exp.pcap", 2, Reason::PrivateQuicVersion),
    known("quic_t50.pcap", 3, Reason::PrivateQuicVersion),
    known("quic_t51.pcap", 3, Reason::PrivateQuicVersion),
];
