//! Short texts, such as addresses, made without the formatting machinery.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use flow_core::flow::{Ip, Mac};
use flow_core::record::RecordType;

const HEX: &[u8; 16] = b"0123456789abcdef";

/// Each byte in decimal, with a point after it, and the length of that.
const DECIMAL: [([u8; 4], u8); 256] = {
    let mut table = [([b'.'; 4], 0); 256];
    let mut number = 0;
    while number < 256 {
        let digits = [number / 100, number / 10 % 10, number % 10];
        let first = if number >= 100 {
            0
        } else if number >= 10 {
            1
        } else {
            2
        };
        let mut at = first;
        while at < 3 {
            table[number].0[at - first] = b'0' + digits[at] as u8;
            at += 1;
        }
        table[number].1 = 4 - first as u8;
        number += 1;
    }
    table
};

/// Text of at most 48 bytes.
pub(crate) struct Short {
    bytes: [u8; 48],
    length: usize,
}

impl Short {
    const fn new() -> Self {
        Self {
            bytes: [0; 48],
            length: 0,
        }
    }

    fn push(&mut self, byte: u8) {
        self.bytes[self.length] = byte;
        self.length += 1;
    }

    /// An address in dotted decimal.
    fn ipv4(&mut self, address: Ipv4Addr) {
        for octet in address.octets() {
            let (text, length) = DECIMAL[usize::from(octet)];
            self.bytes[self.length..self.length + 4].copy_from_slice(&text);
            self.length += usize::from(length);
        }
        // No point after the last.
        self.length -= 1;
    }

    /// A number in hexadecimal without leading zeros.
    fn hexadecimal(&mut self, number: u16) {
        for shift in [12, 8, 4] {
            if number >> shift != 0 {
                self.push(HEX[usize::from(number >> shift & 0xf)]);
            }
        }
        self.push(HEX[usize::from(number & 0xf)]);
    }
}

impl Short {
    /// All 48 bytes.
    #[inline(always)]
    pub(crate) const fn all(&self) -> &[u8; 48] {
        &self.bytes
    }
}

impl AsRef<[u8]> for Short {
    fn as_ref(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

/// An address of a flow: see [`address`].
pub(super) fn ip(ip: Ip) -> Short {
    address(ip.to_std())
}

/// An address: dotted decimal, or RFC 5952.
pub(super) fn address(address: IpAddr) -> Short {
    match address {
        IpAddr::V4(v4) => {
            let mut text = Short::new();
            text.ipv4(v4);
            text
        }
        IpAddr::V6(v6) => ipv6(v6),
    }
}

fn ipv6(address: Ipv6Addr) -> Short {
    if let Some(mapped) = address.to_ipv4_mapped() {
        let mut text = Short::new();
        for byte in *b"::ffff:" {
            text.push(byte);
        }
        text.ipv4(mapped);
        return text;
    }
    let groups = address.segments();
    // A single zero is written out.
    let (start, length) = match longest_zeros(&groups) {
        run if run.1 > 1 => run,
        _ => (groups.len(), 0),
    };
    let mut text = Short::new();
    let mut at = 0;
    while at < groups.len() {
        if at == start {
            text.push(b':');
            text.push(b':');
            at += length;
            continue;
        }
        if at != 0 && at != start + length {
            text.push(b':');
        }
        text.hexadecimal(groups[at]);
        at += 1;
    }
    text
}

/// Where the longest run of zeros starts, and its length; the first of several.
fn longest_zeros(groups: &[u16; 8]) -> (usize, usize) {
    let mut best = (0, 0);
    let mut run = (0, 0);
    for (at, group) in groups.iter().enumerate() {
        if *group != 0 {
            run = (at + 1, 0);
            continue;
        }
        run.1 += 1;
        if run.1 > best.1 {
            best = run;
        }
    }
    best
}

/// A link address: `02:00:00:00:00:01`.
pub(super) fn mac(address: Mac) -> Short {
    let mut text = Short::new();
    for (at, byte) in address.0.into_iter().enumerate() {
        if at != 0 {
            text.push(b':');
        }
        text.push(HEX[usize::from(byte >> 4)]);
        text.push(HEX[usize::from(byte & 0xf)]);
    }
    text
}

/// A type of resource record: its name, or `TYPE` and the number (RFC 3597 section 5).
pub(super) fn record_type(kind: RecordType) -> Short {
    let mut text = Short::new();
    let mut digits = itoa::Buffer::new();
    let parts = match kind.name() {
        Some(name) => [name, ""],
        None => ["TYPE", digits.format(kind.0)],
    };
    for byte in parts.into_iter().flat_map(str::bytes) {
        text.push(byte);
    }
    text
}

/// Bytes in hexadecimal, at most 24 of them.
pub(super) fn hex(bytes: &[u8]) -> Short {
    let mut text = Short::new();
    for byte in &bytes[..bytes.len().min(24)] {
        text.push(HEX[usize::from(byte >> 4)]);
        text.push(HEX[usize::from(byte & 0xf)]);
    }
    text
}

/// A UUID (RFC 9562 section 4).
pub(super) fn uuid(bytes: [u8; 16]) -> Short {
    let mut text = Short::new();
    for (at, byte) in bytes.into_iter().enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            text.push(b'-');
        }
        text.push(HEX[usize::from(byte >> 4)]);
        text.push(HEX[usize::from(byte & 0xf)]);
    }
    text
}

#[cfg(test)]
mod tests {
    use core::str::from_utf8;
    use proptest::prelude::*;
    use std::string::ToString;

    use super::*;

    #[test]
    fn known_addresses() {
        for text in [
            "::",
            "::1",
            "1::",
            "2001:db8::1",
            "1:0:0:2::3",
            "1::2:0:0:3",
            "1:2:3:4:5:6:7:8",
            "0:1:2:3:4:5:6:7",
            "1:2:3:4:5:6:7:0",
            "fe80::64d8:8aff:fe72:fc14",
            "0.0.0.0",
            "255.255.255.255",
            "10.0.100.9",
        ] {
            let address: IpAddr = text.parse().unwrap();
            assert_eq!(from_utf8(ip(address.into()).as_ref()).unwrap(), text);
        }
        assert_eq!(
            mac(Mac([2, 0, 0, 0, 0xab, 1])).as_ref(),
            b"02:00:00:00:ab:01"
        );
        assert_eq!(hex(&[0, 0xfe]).as_ref(), b"00fe");
        assert_eq!(record_type(RecordType(28)).as_ref(), b"AAAA");
        assert_eq!(record_type(RecordType(65_280)).as_ref(), b"TYPE65280");
        let bytes = core::array::from_fn(|at| at as u8);
        let expected = "00010203-0405-0607-0809-0a0b0c0d0e0f";
        assert_eq!(from_utf8(uuid(bytes).as_ref()).unwrap(), expected);
    }

    proptest! {
        #[test]
        fn as_the_standard_library_shows_them(bytes: [u8; 16], zeros: u16, v4: [u8; 4], link: [u8; 6]) {
            let mut sparse = bytes;
            for (at, byte) in sparse.iter_mut().enumerate() {
                if zeros >> at & 1 == 1 {
                    *byte = 0;
                }
            }
            for address in [Ip(bytes), Ip(sparse), Ip::v4(v4)] {
                let expected = address.to_string();
                let found = ip(address);
                prop_assert_eq!(found.as_ref(), expected.as_bytes());
                let v6 = IpAddr::from(address.0);
                let (found, expected) = (super::address(v6), v6.to_string());
                prop_assert_eq!(found.as_ref(), expected.as_bytes());
            }
            let expected = Mac(link).to_string();
            let found = mac(Mac(link));
            prop_assert_eq!(found.as_ref(), expected.as_bytes());
        }
    }
}
