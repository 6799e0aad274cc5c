//! Reading at fixed places, without a way to panic.

/// The `N` bytes at `at`, if they are all there.
#[inline]
pub(super) fn chunk<const N: usize>(data: &[u8], at: usize) -> Option<&[u8; N]> {
    data.get(at..)?.first_chunk()
}

/// The 16-bit number at `at` in network order. `at + 1 < N` is to hold; it is a constant at
/// every call, so the check vanishes. Outside it would be zero.
#[inline]
pub(super) const fn be16<const N: usize>(bytes: &[u8; N], at: usize) -> u16 {
    if at + 1 < N {
        u16::from_be_bytes([bytes[at], bytes[at + 1]])
    } else {
        0
    }
}

/// The 32-bit number at `at` in network order; see [`be16`].
#[inline]
pub(super) const fn be32<const N: usize>(bytes: &[u8; N], at: usize) -> u32 {
    if at + 3 < N {
        u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
    } else {
        0
    }
}

/// The part of `data` from `from` to `to`, as far as it is there.
#[inline]
pub(super) fn between(data: &[u8], from: usize, to: usize) -> &[u8] {
    let to = to.min(data.len());
    data.get(from.min(to)..to).unwrap_or_default()
}
