//! Link types: what a captured packet begins with.

/// What a captured packet begins with.
///
/// Numbers are those of the registry of link-layer header types at tcpdump.org.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LinkType {
    /// Ethernet (1).
    Ethernet,
    /// IPv4 or IPv6 without a link header, by its version (101, and the values 12
    /// and 14 that some systems wrote).
    RawIp,
    /// IPv4 without a link header (228).
    Ipv4,
    /// IPv6 without a link header (229).
    Ipv6,
    /// Linux "cooked" capture, version 1 (113).
    LinuxSll,
    /// Linux "cooked" capture, version 2 (276).
    LinuxSll2,
    /// BSD loopback: the address family in the byte order of the capturing host (0).
    Null,
    /// OpenBSD loopback: the address family in network order (108).
    Loop,
}

impl LinkType {
    /// The link type of a capture file's number; `None` where it is not supported.
    #[must_use]
    pub const fn from_number(number: u32) -> Option<Self> {
        Some(match number {
            0 => Self::Null,
            1 => Self::Ethernet,
            12 | 14 | 101 => Self::RawIp,
            108 => Self::Loop,
            113 => Self::LinuxSll,
            228 => Self::Ipv4,
            229 => Self::Ipv6,
            276 => Self::LinuxSll2,
            _ => return None,
        })
    }

    /// Its number in a capture file.
    #[must_use]
    pub const fn number(self) -> u32 {
        match self {
            Self::Null => 0,
            Self::Ethernet => 1,
            Self::RawIp => 101,
            Self::Loop => 108,
            Self::LinuxSll => 113,
            Self::Ipv4 => 228,
            Self::Ipv6 => 229,
            Self::LinuxSll2 => 276,
        }
    }

    /// Length of its header in bytes.
    #[must_use]
    pub const fn header_len(self) -> usize {
        match self {
            Self::RawIp | Self::Ipv4 | Self::Ipv6 => 0,
            Self::Null | Self::Loop => 4,
            Self::Ethernet => 14,
            Self::LinuxSll => 16,
            Self::LinuxSll2 => 20,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_go_both_ways() {
        let mut known = 0;
        for number in 0..400 {
            if let Some(link) = LinkType::from_number(number) {
                known += 1;
                assert_eq!(LinkType::from_number(link.number()), Some(link));
            }
        }
        assert_eq!(known, 10);
        assert_eq!(LinkType::from_number(105), None, "802.11 is not decoded");
    }
}
