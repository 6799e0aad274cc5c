//! Counts of what was seen, handed over and lost.

use std::fmt;

use aya::maps::{MapData, PerCpuArray};

macro_rules! counters {
    ($($(#[$doc:meta])* $variant:ident => $name:literal,)+) => {
        /// A counter of the kernel programs, summed over all processors.
        ///
        /// Packets are packets on the wire: a segment that is split later counts as its parts.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Counter {
            $($(#[$doc])* $variant,)+
        }

        impl Counter {
            /// Every counter, in the order of `enum flow_counter` of the kernel programs'
            /// `flow_event.h`.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// Returns the counter's name in texts: `seen_packets`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }
        }
    };
}

counters! {
    /// Packets at the hooks, before sampling and filter, after the loopback rule.
    SeenPackets => "seen_packets",
    /// Bytes of those packets that sampling took.
    SeenBytes => "seen_bytes",
    /// Packets in records that reached a ring buffer, without drops and events of sockets.
    ReportedPackets => "reported_packets",
    /// Bytes of those packets.
    ReportedBytes => "reported_bytes",
    /// Packets left out by sampling.
    SampledOut => "sampled_out",
    /// Packets left out by the packet filter.
    Filtered => "filtered",
    /// Bytes of those packets.
    FilteredBytes => "filtered_bytes",
    /// Packets without an IP header, which are only counted.
    NonIp => "non_ip",
    /// Bytes of those packets.
    NonIpBytes => "non_ip_bytes",
    /// Packets whose IP header contradicts itself or is cut off, which are only counted.
    Malformed => "malformed",
    /// Bytes of those packets.
    MalformedBytes => "malformed_bytes",
    /// Packets that no record reports, because a ring buffer was full.
    LostPackets => "lost_packets",
    /// Bytes of those packets.
    LostBytes => "lost_bytes",
    /// Records of any kind that found their ring buffer full and were given up.
    LostRecords => "lost_records",
    /// Records put off for the same reason: their counts stay in the table.
    Deferred => "deferred",
    /// Packets reported on their own, because the table had no room.
    TableFull => "table_full",
    /// Packets whose transport header was not all readable, which are reported without ports.
    Truncated => "truncated",
    /// Captures of payload given up; the packet is still counted.
    CaptureLost => "capture_lost",
    /// Entries of the table made.
    FlowsMade => "flows_made",
    /// Entries of the table deleted.
    FlowsDeleted => "flows_deleted",
    /// Packets that met an entry while it was being deleted, and were reported on their own.
    Stale => "stale",
    /// New flows of a local socket whose owner is not known.
    OwnerUnknown => "owner_unknown",
    /// Drops left out, because their reason is no loss.
    DropsNoLoss => "drops_no_loss",
    /// Drops left out, because no IP header was found.
    DropsUnreadable => "drops_unreadable",
    /// Packets that programs on interfaces and control groups read the slow way: their headers
    /// are not in the linear part of the buffer, or are VLAN tags or IPv6 extension headers.
    SlowParse => "slow_parse",
    /// Drops left out, because it is not known of which network namespace they are. Only where namespaces or
    /// interfaces are chosen, as they are by default.
    DropsUnplaced => "drops_unplaced",
}

/// The name.
impl fmt::Display for Counter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Number of counters.
const COUNTERS: usize = Counter::ALL.len();

/// Counts at one moment.
///
/// Once a source has ended,
///
/// ```text
/// seen_packets == reported_packets + sampled_out + filtered + non_ip + malformed + lost_packets
///                 + what an LRU table gave up unreported
/// ```
///
/// ```no_run
/// use flow_ebpf::{Counter, FlowSource};
///
/// let source = FlowSource::builder().load()?;
/// let stats = source.stats();
/// println!("{} packets seen", stats.get(Counter::SeenPackets));
/// for (counter, value) in stats.iter() {
///     println!("{counter}: {value}");
/// }
/// # Ok::<(), flow_ebpf::LoadError>(())
/// ```
#[derive(Clone, Default, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    counters: [u64; COUNTERS],
    drained: Vec<u64>,
}

impl Stats {
    pub(crate) const fn new(counters: [u64; COUNTERS], drained: Vec<u64>) -> Self {
        Self { counters, drained }
    }

    /// Returns the value of a counter since the source was loaded.
    #[must_use]
    pub const fn get(&self, counter: Counter) -> u64 {
        self.counters[counter as usize]
    }

    /// Returns every counter with its value, in order.
    pub fn iter(&self) -> impl Iterator<Item = (Counter, u64)> + '_ {
        Counter::ALL.iter().copied().zip(self.counters)
    }

    /// Returns the number of records taken out of all ring buffers.
    #[must_use]
    pub fn drained(&self) -> u64 {
        self.drained.iter().sum()
    }

    /// Returns the number of records taken out of each ring buffer.
    #[must_use]
    pub fn drained_by_shard(&self) -> &[u64] {
        &self.drained
    }

    /// Returns the number of packets seen that neither a record nor another counter reports.
    ///
    /// Right after the end of a source only: before, what is in the kernel's table is among them.
    #[must_use]
    pub fn unaccounted_packets(&self) -> u64 {
        const TOLD: [Counter; 6] = [
            Counter::ReportedPackets,
            Counter::SampledOut,
            Counter::Filtered,
            Counter::NonIp,
            Counter::Malformed,
            Counter::LostPackets,
        ];
        let told = TOLD.iter().map(|counter| self.get(*counter)).sum();
        self.get(Counter::SeenPackets).saturating_sub(told)
    }
}

/// `name=value` for each counter, then `drained=` with the sum.
impl fmt::Display for Stats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (counter, value) in self.iter() {
            write!(f, "{counter}={value} ")?;
        }
        write!(f, "drained={}", self.drained())
    }
}

/// `COUNT_SIZE` of `flow_event.h`.
const SIZE: usize = 32;

/// The map `counters`.
pub(crate) struct Counters(PerCpuArray<MapData, [u64; SIZE]>);

impl fmt::Debug for Counters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.read()).finish()
    }
}

impl Counters {
    pub(crate) fn new(map: PerCpuArray<MapData, [u64; SIZE]>) -> Self {
        Self(map)
    }

    /// Every counter now; all 0 where the kernel does not answer.
    pub(crate) fn read(&self) -> [u64; COUNTERS] {
        let mut sums = [0_u64; COUNTERS];
        if let Ok(values) = self.0.get(&0, 0) {
            for value in values.iter() {
                for (sum, part) in sums.iter_mut().zip(value) {
                    *sum = sum.wrapping_add(*part);
                }
            }
        }
        sums
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_counter_holds_is_unaccounted() {
        let mut stats = Stats::new([0; COUNTERS], vec![2, 3]);
        for (counter, value) in [
            (Counter::SeenPackets, 10),
            (Counter::ReportedPackets, 6),
            (Counter::Filtered, 1),
        ] {
            stats.counters[counter as usize] = value;
        }
        assert_eq!(stats.unaccounted_packets(), 3);
        assert_eq!(stats.get(Counter::ReportedPackets), 6);
        assert_eq!(stats.iter().map(|(_, value)| value).sum::<u64>(), 17);
        let text = stats.to_string();
        assert!(text.starts_with("seen_packets=10 seen_bytes=0 "), "{text}");
        assert!(text.ends_with(" drops_unplaced=0 drained=5"), "{text}");
    }
}
