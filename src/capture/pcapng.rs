//! The state of a pcapng section: its interfaces and how they count time.

use pcap_parser::InterfaceDescriptionBlock;

/// What an interface description says of the packets that refer to it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Interface {
    pub(super) link_type: u32,
    pub(super) snap_len: u32,
    resolution: u8,
    offset_s: i64,
}

impl Interface {
    pub(super) fn new(block: &InterfaceDescriptionBlock<'_>) -> Self {
        Self {
            link_type: block.linktype.0.cast_unsigned(),
            snap_len: block.snaplen,
            resolution: block.if_tsresol,
            offset_s: block.if_tsoffset,
        }
    }

    /// Nanoseconds since the Unix epoch of a timestamp. `if_tsresol` is a power of ten, or of
    /// two where its highest bit is set (section 4.2, option 9).
    pub(super) fn time_ns(&self, high: u32, low: u32) -> u64 {
        let ticks = u128::from(high) << 32 | u128::from(low);
        let exponent = u32::from(self.resolution & 0x7f);
        let base: u128 = if self.resolution & 0x80 == 0 { 10 } else { 2 };
        // A resolution too fine for 128 bits makes every 64-bit time less than a nanosecond.
        let nanoseconds = base
            .checked_pow(exponent)
            .and_then(|per_second| Some(ticks.checked_mul(1_000_000_000)? / per_second))
            .unwrap_or(0);
        let offset = i128::from(self.offset_s) * 1_000_000_000;
        let time = i128::try_from(nanoseconds)
            .unwrap_or(i128::MAX)
            .saturating_add(offset);
        u64::try_from(time.max(0)).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interface(resolution: u8, offset_s: i64) -> Interface {
        Interface {
            link_type: 1,
            snap_len: 0,
            resolution,
            offset_s,
        }
    }

    #[test]
    fn resolutions_are_powers_of_ten_or_two() {
        assert_eq!(interface(6, 0).time_ns(0, 1_500_000), 1_500_000_000);
        assert_eq!(interface(9, 0).time_ns(1, 0), 1 << 32);
        assert_eq!(interface(0x80 | 10, 0).time_ns(0, 1536), 1_500_000_000);
        assert_eq!(interface(0, 5).time_ns(0, 2), 7_000_000_000);
        assert_eq!(interface(0, -5).time_ns(0, 2), 0, "before 1970 is clamped");
        assert_eq!(interface(127, 0).time_ns(u32::MAX, u32::MAX), 0);
    }
}
