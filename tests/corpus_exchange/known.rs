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
}

const fn known(capture: &'static str, differences: usize, reason: Reason) -> Known {
    Known {
        capture,
        differences,
        reason,
    }
}

/// The list is exact: a difference more or less fails the test.
pub(crate) const KNOWN: &[Known] = &[known("gquic.pcap", 2, Reason::GoogleQuic)];
