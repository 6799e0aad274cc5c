//! What each decoder has to tell of a packet.

/// Addresses in 16 bytes (IPv4 as IPv4-mapped), ports, protocol, TCP flags.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tuple {
    pub(crate) source: [u8; 16],
    pub(crate) destination: [u8; 16],
    pub(crate) ports: (u16, u16),
    pub(crate) protocol: u8,
    pub(crate) tcp_flags: u16,
}

impl Tuple {
    /// A number that depends on every field, so that none can be left undecoded.
    #[inline]
    pub(crate) fn weigh(&self) -> u64 {
        let both = u128::from_ne_bytes(self.source) ^ u128::from_ne_bytes(self.destination);
        let ports = u64::from(self.ports.0) << 32 | u64::from(self.ports.1) << 16;
        let rest = u64::from(self.protocol) << 48 | u64::from(self.tcp_flags);
        (both as u64) ^ (both >> 64) as u64 ^ ports ^ rest
    }
}

/// An IPv4 address as IPv4-mapped IPv6.
#[inline]
pub(crate) fn mapped(v4: [u8; 4]) -> [u8; 16] {
    (0xffff_0000_0000 | u128::from(u32::from_be_bytes(v4))).to_be_bytes()
}
