//! The Huffman code: RFC 7541 section 5.2 and appendix B.
//!
//! The code is canonical: symbols of the same length follow each other, in order of number. So
//! the lengths tell all of it.

/// Length in bits of the code of each byte, and of the end of a string.
const LENGTHS: [u8; 257] = [
    13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28,
    28, 28, 28, 28, 28, 28, 28, 28, 6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5,
    5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10, 13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
    7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6, 15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6,
    6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28, 20, 22, 20, 20, 22, 22, 22, 23, 22,
    23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24, 22,
    21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20,
    22, 22, 22, 23, 22, 22, 23, 26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19,
    21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27, 20, 24, 20, 21, 22, 21, 21, 23, 22,
    22, 25, 25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26, 30,
];

/// Shortest and longest code in bits.
const SHORTEST: usize = 5;
const LONGEST: usize = 30;
/// Bits of a code that are looked up at once.
const DIRECT: u32 = 8;

/// Codes of one length.
#[derive(Clone, Copy)]
struct Group {
    /// First code that is longer, left-aligned in 32 bits; codes below it are of this length,
    /// or shorter.
    limit: u64,
    /// First code of this length, not aligned.
    first: u32,
    /// Where its symbols begin.
    start: u16,
}

/// Symbols in order of their codes.
const SYMBOLS: [u16; 257] = symbols();
/// By length, from [`SHORTEST`] on.
const GROUPS: [Group; LONGEST - SHORTEST + 1] = groups();
/// Symbol and length for each beginning of [`DIRECT`] bits; length 0 where the code is longer.
static LOOKUP: [(u8, u8); 1 << DIRECT] = lookup();

const fn symbols() -> [u16; 257] {
    let mut symbols = [0; 257];
    let mut count = 0;
    let mut length = SHORTEST;
    while length <= LONGEST {
        let mut symbol = 0;
        while symbol < 257 {
            if LENGTHS[symbol as usize] as usize == length {
                symbols[count] = symbol;
                count += 1;
            }
            symbol += 1;
        }
        length += 1;
    }
    symbols
}

const fn groups() -> [Group; LONGEST - SHORTEST + 1] {
    let mut groups = [Group {
        limit: 0,
        first: 0,
        start: 0,
    }; LONGEST - SHORTEST + 1];
    let (mut code, mut start, mut length) = (0_u32, 0_u16, SHORTEST);
    while length <= LONGEST {
        let mut count = 0;
        let mut symbol = 0;
        while symbol < 257 {
            count += (LENGTHS[symbol] as usize == length) as u16;
            symbol += 1;
        }
        groups[length - SHORTEST] = Group {
            limit: ((code + count as u32) as u64) << (32 - length),
            first: code,
            start,
        };
        code = (code + count as u32) << 1;
        start += count;
        length += 1;
    }
    groups
}

const fn lookup() -> [(u8, u8); 1 << DIRECT] {
    let mut table = [(0, 0); 1 << DIRECT];
    let mut begin = 0;
    while begin < 1_u32 << DIRECT {
        let (symbol, length) = search(begin << (32 - DIRECT));
        if length <= DIRECT {
            table[begin as usize] = (symbol as u8, length as u8);
        }
        begin += 1;
    }
    table
}

/// Symbol and length of the code that left-aligned bits begin with.
const fn search(bits: u32) -> (u16, u32) {
    let mut length = SHORTEST;
    while length < LONGEST && bits as u64 >= GROUPS[length - SHORTEST].limit {
        length += 1;
    }
    let group = GROUPS[length - SHORTEST];
    let code = bits >> (32 - length);
    let at = group.start as u32 + (code - group.first);
    (SYMBOLS[at as usize % 257], length as u32)
}

/// The end of a string, which must not be sent.
const END: u16 = 256;

/// Decodes a string; hands out its bytes one by one. `None` where it holds the end of a string,
/// or its padding is not a beginning of that of fewer than eight bits.
pub(super) fn decode(coded: &[u8], mut put: impl FnMut(u8)) -> Option<()> {
    let mut rest = coded.iter();
    // The next bits, left-aligned; those beyond the end are ones, as padding is.
    let (mut bits, mut count) = (0_u64, 0_u32);
    loop {
        while count <= 56 {
            let Some(byte) = rest.next() else { break };
            bits |= u64::from(*byte) << (56 - count);
            count += 8;
        }
        let ones = u64::MAX.checked_shr(count).unwrap_or(0);
        let window = ((bits | ones) >> 32) as u32;
        let (mut symbol, mut length) = {
            let (symbol, length) = LOOKUP[(window >> (32 - DIRECT)) as usize];
            (u16::from(symbol), u32::from(length))
        };
        if length == 0 {
            (symbol, length) = search(window);
        }
        if length > count {
            // No whole code is left, only padding.
            return (count < 8 && (bits | ones) == u64::MAX).then_some(());
        }
        if symbol == END {
            return None;
        }
        put(symbol as u8);
        bits <<= length;
        count -= length;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(coded: &[u8]) -> Option<Vec<u8>> {
        let mut text = Vec::new();
        decode(coded, |byte| text.push(byte)).map(|()| text)
    }

    #[test]
    fn examples_of_the_rfc() {
        // RFC 7541 appendix C.4 and C.6.
        for (coded, text) in [
            (
                &[
                    0xf1, 0xe3, 0xc2, 0xe5, 0xf2, 0x3a, 0x6b, 0xa0, 0xab, 0x90, 0xf4, 0xff,
                ][..],
                "www.example.com",
            ),
            (&[0xa8, 0xeb, 0x10, 0x64, 0x9c, 0xbf], "no-cache"),
            (
                &[0x25, 0xa8, 0x49, 0xe9, 0x5b, 0xa9, 0x7d, 0x7f],
                "custom-key",
            ),
            (&[0x64, 0x02], "302"),
            (&[0x9b, 0xd9, 0xab], "gzip"),
            (&[], ""),
        ] {
            assert_eq!(decoded(coded).as_deref(), Some(text.as_bytes()));
        }
    }

    #[test]
    fn padding_that_is_none_is_refused() {
        // "0" is 00000, then three bits of padding.
        assert_eq!(decoded(&[0b0000_0111]), Some(b"0".to_vec()));
        assert_eq!(decoded(&[0b0000_0110]), None, "zeros");
        assert_eq!(decoded(&[0b0000_0111, 0xff]), None, "more than seven bits");
        assert_eq!(decoded(&[0xff; 4]), None, "the end of a string");
    }

    #[test]
    fn every_byte_has_a_code() {
        for (symbol, length) in LENGTHS.iter().enumerate().take(256) {
            let place = SYMBOLS
                .iter()
                .position(|other| usize::from(*other) == symbol)
                .unwrap();
            let length = usize::from(*length);
            let group = GROUPS[length - SHORTEST];
            let code = u64::from(group.first) + (place as u64 - u64::from(group.start));
            let padded = code << (64 - length) | u64::MAX >> length;
            let bytes = length.div_ceil(8);
            let symbol = u8::try_from(symbol).unwrap();
            assert_eq!(decoded(&padded.to_be_bytes()[..bytes]), Some(vec![symbol]));
        }
    }
}
