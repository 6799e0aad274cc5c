//! Counters of a tracker.

/// Counters of a [`Tracker`](super::Tracker). These always hold:
///
/// - `segments` is the sum of `ignored`, `empty`, `not_recognised`, `after_end`, `datagrams` and
///   `followed`;
/// - `requests` is the sum of `paired`, `repeated`, `unanswered`, `evicted`, `one_way` and the
///   requests that are still [pending](super::Tracker::pending);
/// - `responses` is the sum of `paired`, `unmatched` and `conflicting`;
/// - what is handed out is the sum of `requests`, `responses` and `timed_out`;
/// - `connections` is the sum of `ended`, `expired`, `evicted_full`, `evicted_memory` and the
///   connections that are still [followed](super::Tracker::len).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs, reason = "counters, compared as a whole")]
pub struct TrackerStats {
    /// Packets given.
    pub segments: u64,
    /// Packets that are no TCP or UDP, that were dropped, or that are fragments without a header.
    pub ignored: u64,
    /// Packets without payload that neither begin nor end a connection.
    pub empty: u64,
    /// Datagrams of protocols that are not decoded.
    pub not_recognised: u64,
    /// TCP packets of a connection that is over: what was sent again.
    pub after_end: u64,
    /// Datagrams that were decoded.
    pub datagrams: u64,
    /// TCP packets that were put in order.
    pub followed: u64,

    /// Connections begun, conversations over UDP included.
    pub connections: u64,
    /// Connections that ended: by FIN or RST, by a new one with the same ends, by the last answer
    /// of one over UDP, or at the end of all.
    pub ended: u64,
    /// Connections without a packet for too long.
    pub expired: u64,
    /// Connections that had to go because there were too many.
    pub evicted_full: u64,
    /// Connections that had to go because all together held too many bytes.
    pub evicted_memory: u64,
    /// TCP connections whose beginning was not seen.
    pub joined: u64,

    /// Requests reported.
    pub requests: u64,
    /// Responses reported.
    pub responses: u64,
    /// Responses whose request is known.
    pub paired: u64,
    /// Responses without a request.
    pub unmatched: u64,
    /// Requests that were sent again before they were answered (DNS). The first one waits on.
    pub repeated: u64,
    /// Responses that were sent again (DNS). They are not reported.
    pub repeated_responses: u64,
    /// Responses to a request that was answered otherwise before (DNS): one of the two may be forged.
    pub conflicting: u64,
    /// Requests without a response at the end of their connection, or when it was certain that
    /// none would come.
    pub unanswered: u64,
    /// Requests to which no response came in time (DNS), each reported once more. They wait on.
    pub timed_out: u64,
    /// Requests that went before their response came: there were too many of a connection, or
    /// their connection had to go.
    pub evicted: u64,
    /// Requests to which no response comes on their connection: to a group of hosts (mDNS), or
    /// that want none (Kafka).
    pub one_way: u64,
    /// Interim responses, after which the final one comes (HTTP 1xx). They are not reported.
    pub interim: u64,

    /// Bytes that were sent again, and left out.
    pub repeated_bytes: u64,
    /// Segments that came before what they follow.
    pub early: u64,
    /// Bytes that were not seen: not captured, lost, or in a body and not waited for.
    pub unseen_bytes: u64,
    /// Places where bytes were missing that are needed to find the next message.
    pub gaps: u64,
    /// Heads and messages that were cut off: by a gap, by the end of the connection, or because
    /// they are too long.
    pub truncated: u64,
    /// Places where what was sent is not as the protocol has it.
    pub malformed: u64,
}

impl TrackerStats {
    /// Adds what was counted from `before` to `now`.
    pub(super) const fn add_since(&mut self, now: &Self, before: &Self) {
        self.segments += now.segments - before.segments;
        self.ignored += now.ignored - before.ignored;
        self.empty += now.empty - before.empty;
        self.not_recognised += now.not_recognised - before.not_recognised;
        self.after_end += now.after_end - before.after_end;
        self.datagrams += now.datagrams - before.datagrams;
        self.followed += now.followed - before.followed;
        self.connections += now.connections - before.connections;
        self.ended += now.ended - before.ended;
        self.expired += now.expired - before.expired;
        self.evicted_full += now.evicted_full - before.evicted_full;
        self.evicted_memory += now.evicted_memory - before.evicted_memory;
        self.joined += now.joined - before.joined;
        self.requests += now.requests - before.requests;
        self.responses += now.responses - before.responses;
        self.paired += now.paired - before.paired;
        self.unmatched += now.unmatched - before.unmatched;
        self.repeated += now.repeated - before.repeated;
        self.repeated_responses += now.repeated_responses - before.repeated_responses;
        self.conflicting += now.conflicting - before.conflicting;
        self.unanswered += now.unanswered - before.unanswered;
        self.timed_out += now.timed_out - before.timed_out;
        self.evicted += now.evicted - before.evicted;
        self.one_way += now.one_way - before.one_way;
        self.interim += now.interim - before.interim;
        self.repeated_bytes += now.repeated_bytes - before.repeated_bytes;
        self.early += now.early - before.early;
        self.unseen_bytes += now.unseen_bytes - before.unseen_bytes;
        self.gaps += now.gaps - before.gaps;
        self.truncated += now.truncated - before.truncated;
        self.malformed += now.malformed - before.malformed;
    }
}
