//! Prefixes of addresses: what tries of longest prefixes hold.

use std::net::IpAddr;

use flow_core::flow::Ip;

use crate::set::Ranges;

/// Addresses of IPv4 in the form of IPv6 begin with so many bits that are always the same.
const V4_BITS: u8 = 96;

/// Returns the fewest prefixes that hold the same addresses, as addresses and bits; `None` if there are more than
/// `limit`.
pub(super) fn of(set: &Ranges<u128>, limit: usize) -> Option<Vec<(u128, u8)>> {
    let mut prefixes = Vec::new();
    for (first, last) in set.as_slice() {
        let mut from = *first;
        loop {
            if prefixes.len() >= limit {
                return None;
            }
            // As many bits of the host as the address has zeros, and the range has room for.
            let room = last - from;
            let fits = match room.checked_add(1) {
                Some(count) => count.ilog2(),
                None => u128::BITS,
            };
            let host = from.trailing_zeros().min(fits);
            prefixes.push((from, (u128::BITS - host) as u8));
            let size = 1_u128.checked_shl(host);
            match size.and_then(|size| from.checked_add(size)) {
                Some(next) if next <= *last => from = next,
                _ => break,
            }
        }
    }
    Some(prefixes)
}

/// Returns how many prefixes hold the same addresses; `None` if there are more than `limit`.
pub(super) fn count_to(set: &Ranges<u128>, limit: usize) -> Option<usize> {
    of(set, limit).map(|prefixes| prefixes.len())
}

/// A network as people write it.
pub(super) fn network((address, bits): (u128, u8)) -> (IpAddr, u8) {
    let ip = Ip(address.to_be_bytes());
    match ip.to_std() {
        IpAddr::V4(v4) if bits >= V4_BITS => (v4.into(), bits - V4_BITS),
        _ => (IpAddr::V6(ip.0.into()), bits),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ranges_of(prefixes: &[(u128, u8)]) -> Ranges<u128> {
        Ranges::new(prefixes.iter().map(|(from, bits)| {
            let hosts = u128::MAX.checked_shr((*bits).into()).unwrap_or(0);
            assert_eq!(from & hosts, 0, "no bits behind the prefix");
            (*from, from | hosts)
        }))
    }

    proptest! {
        #[test]
        fn prefixes_hold_what_the_ranges_hold(
            ends in proptest::collection::vec((any::<u128>(), 0_u32..128, any::<u128>(), 0_u32..128), 0..5),
        ) {
            let set = Ranges::new(ends.into_iter().map(|(a, i, b, j)| (a >> i, b >> j)));
            let prefixes = of(&set, usize::MAX).expect("no limit");
            prop_assert_eq!(ranges_of(&prefixes), set.clone());
            prop_assert_eq!(count_to(&set, prefixes.len()), Some(prefixes.len()));
            if let Some(fewer) = prefixes.len().checked_sub(1) {
                prop_assert_eq!(count_to(&set, fewer), None);
            }
        }
    }

    #[test]
    fn everything_is_one_prefix() {
        assert_eq!(of(&Ranges::all(), 1), Some(vec![(0, 0)]));
        assert_eq!(of(&Ranges::new([(1, 1)]), 1), Some(vec![(1, 128)]));
        assert_eq!(of(&Ranges::new([(1, u128::MAX)]), 127), None);
    }
}
