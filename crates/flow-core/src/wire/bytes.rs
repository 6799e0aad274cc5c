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

/// One of the options of IPv4 and TCP, which share their form: a kind, a length that counts
/// both, data. Kind 0 ends them, kind 1 is one byte of padding.
pub(super) enum RawOption<'a> {
    Whole { kind: u8, data: &'a [u8] },
    Malformed(&'a [u8]),
}

/// Takes the next option off `rest`; what is no option is given as a whole, and ends them.
pub(super) fn next_option<'a>(rest: &mut &'a [u8]) -> Option<RawOption<'a>> {
    loop {
        match **rest {
            [] | [0, ..] => {
                *rest = &[];
                return None;
            }
            [1, ref after @ ..] => *rest = after,
            [kind, length, ..] if length >= 2 && usize::from(length) <= rest.len() => {
                let (option, after) = rest.split_at(usize::from(length));
                *rest = after;
                let data = option.get(2..).unwrap_or_default();
                return Some(RawOption::Whole { kind, data });
            }
            _ => return Some(RawOption::Malformed(core::mem::take(rest))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_read_beyond_the_end() {
        let data = [1, 2, 3, 4];
        assert_eq!(chunk::<2>(&data, 2), Some(&[3, 4]));
        assert_eq!(chunk::<2>(&data, 3), None);
        assert_eq!(chunk::<0>(&data, 4), Some(&[]));
        assert_eq!(chunk::<0>(&data, usize::MAX), None);
        assert_eq!((be16(&data, 2), be16(&data, 3)), (0x0304, 0));
        assert_eq!((be32(&data, 0), be32(&data, 1)), (0x0102_0304, 0));
        assert_eq!(between(&data, 1, 3), [2, 3]);
        assert_eq!(between(&data, 3, usize::MAX), [4]);
        assert!(between(&data, 3, 1).is_empty());
        assert!(between(&data, 9, 12).is_empty());
    }
}
