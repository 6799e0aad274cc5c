//! What became of the records.

/// Counts of the records that a decoder was passed.
///
/// `flows + no_flow + empty` is the number of records; the other counts are of some of the
/// flows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CiliumStats {
    /// Flows that were made.
    pub flows: u64,
    /// Messages about no packet and no socket: debug messages, and those of the agent.
    pub no_flow: u64,
    /// Records without a byte.
    pub empty: u64,
    /// Flows of messages of a kind that is not known.
    pub unknown_kinds: u64,
    /// Flows of messages of a version, or with an extension, that is not known.
    pub unknown_versions: u64,
    /// Flows of records that end before the message, or what it captured, does.
    pub truncated: u64,
    /// Flows without an address, for the packet has no IP header that could be read.
    pub no_ip: u64,
}

impl CiliumStats {
    /// Of no record yet.
    pub const NONE: Self = Self {
        flows: 0,
        no_flow: 0,
        empty: 0,
        unknown_kinds: 0,
        unknown_versions: 0,
        truncated: 0,
        no_ip: 0,
    };
}
