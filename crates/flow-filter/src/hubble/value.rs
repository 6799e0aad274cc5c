//! Sets of values that a flow's own fields are compared with.

use std::net::{IpAddr, Ipv6Addr};

use flow_core::flow::Ip;

/// Numbers of an enumeration.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Numbers {
    /// Those from 0 to 63.
    small: u64,
    others: Box<[i32]>,
}

impl Numbers {
    pub(crate) fn new(numbers: &[i32]) -> Self {
        let is_small = |number: i32| (0..64).contains(&number);
        let (small, others): (Vec<i32>, Vec<i32>) =
            numbers.iter().partition(|number| is_small(**number));
        Self {
            small: small.iter().fold(0, |bits, number| bits | 1 << number),
            others: others.into(),
        }
    }

    #[inline]
    pub(crate) fn contains(&self, number: i32) -> bool {
        match u32::try_from(number) {
            Ok(number @ 0..64) => self.small >> number & 1 != 0,
            _ => self.others.contains(&number),
        }
    }
}

/// Ports.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Ports {
    Few(Box<[u16]>),
    /// A bit for each.
    Many(Box<[u64]>),
}

impl Ports {
    pub(crate) fn new(mut ports: Vec<u16>) -> Self {
        ports.sort_unstable();
        ports.dedup();
        if ports.len() <= 8 {
            return Self::Few(ports.into());
        }
        let mut bits = vec![0_u64; 1024];
        for port in ports {
            bits[usize::from(port / 64)] |= 1 << (port % 64);
        }
        Self::Many(bits.into())
    }

    #[inline]
    pub(crate) fn contains(&self, port: u16) -> bool {
        match self {
            Self::Few(ports) => ports.contains(&port),
            Self::Many(bits) => bits[usize::from(port / 64)] >> (port % 64) & 1 != 0,
        }
    }
}

/// A value that is compared as text in messages and by value in flows.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Texts<T> {
    texts: Box<[Box<str>]>,
    /// What the texts write, those that write nothing left out.
    values: Box<[T]>,
}

impl<T: PartialEq> Texts<T> {
    /// `value` gives what a text writes; `None` where no value prints as this text.
    pub(crate) fn new(texts: &[String], value: impl Fn(&str) -> Option<T>) -> Self {
        Self {
            texts: texts.iter().map(|text| text.as_str().into()).collect(),
            values: texts.iter().filter_map(|text| value(text)).collect(),
        }
    }

    #[inline]
    pub(crate) fn has_text(&self, text: &str) -> bool {
        self.texts.iter().any(|one| **one == *text)
    }

    #[inline]
    pub(crate) fn has_value(&self, value: &T) -> bool {
        self.values.contains(value)
    }
}

/// The 16 bytes that lower-case hexadecimal digits write, with `groups` of digits between hyphens;
/// zero for an empty text.
pub(crate) fn hexadecimal(text: &str, groups: &[usize]) -> Option<[u8; 16]> {
    if text.is_empty() {
        return Some([0; 16]);
    }
    let is_grouped = text.split('-').map(str::len).eq(groups.iter().copied());
    let digits: String = text.split('-').collect();
    let are_digits = digits
        .bytes()
        .all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'));
    // All zero stands for none.
    let number = u128::from_str_radix(&digits, 16)
        .ok()
        .filter(|number| *number != 0)?;
    (is_grouped && are_digits).then(|| number.to_be_bytes())
}

/// An address prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Prefix {
    network: u128,
    mask: u128,
    is_v4: bool,
}

impl Prefix {
    /// `length` is at most that of the address.
    pub(crate) fn new(address: IpAddr, length: u8) -> Self {
        let (bits, length, is_v4) = match address {
            IpAddr::V4(address) => (address.to_ipv6_mapped().to_bits(), 96 + length, true),
            IpAddr::V6(address) => (address.to_bits(), length, false),
        };
        let mask = u128::MAX
            .checked_shl(128 - u32::from(length))
            .unwrap_or_default();
        Self {
            network: bits & mask,
            mask,
            is_v4,
        }
    }

    /// `bits` is an address in its mapped form.
    #[inline]
    fn contains(&self, bits: u128, is_v4: bool) -> bool {
        (bits & self.mask == self.network) & (self.is_v4 == is_v4)
    }
}

/// Addresses and prefixes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Addresses {
    /// As they are written.
    texts: Vec<Box<str>>,
    values: Vec<Ip>,
    prefixes: Vec<Prefix>,
}

impl Addresses {
    /// Adds an address, which is none that a flow can have where it has a zone.
    pub(crate) fn add_address(&mut self, text: &str, address: Option<IpAddr>) {
        self.texts.push(text.into());
        self.values.extend(address.map(Ip::from));
    }

    pub(crate) fn add_prefix(&mut self, prefix: Prefix) {
        self.prefixes.push(prefix);
    }

    /// Whether one of the addresses is written like this, or one of the prefixes has what is written.
    pub(crate) fn has_text(&self, text: &str) -> bool {
        if text.is_empty() {
            return false;
        }
        if self.texts.iter().any(|one| **one == *text) {
            return true;
        }
        if self.prefixes.is_empty() {
            return false;
        }
        let (bits, is_v4) = match text.parse() {
            Ok(IpAddr::V4(address)) => (address.to_ipv6_mapped().to_bits(), true),
            Ok(IpAddr::V6(address)) => (address.to_bits(), false),
            Err(_) => return false,
        };
        self.prefixes
            .iter()
            .any(|prefix| prefix.contains(bits, is_v4))
    }

    /// Whether the address is one of them or in one of the prefixes. An IPv4-mapped one is one of IPv4, as
    /// where flows are printed.
    #[inline]
    pub(crate) fn has_value(&self, address: Ip) -> bool {
        if self.values.contains(&address) {
            return true;
        }
        let bits = u128::from_be_bytes(address.0);
        let is_v4 = bits >> 32 == MAPPED;
        self.prefixes
            .iter()
            .any(|prefix| prefix.contains(bits, is_v4))
    }
}

/// What stands before an IPv4 address in its mapped form.
const MAPPED: u128 = 0xffff;

/// Reads an address as Go does: one of IPv6 may have a zone, and is `None` then.
pub(crate) fn address(text: &str) -> Result<Option<IpAddr>, &'static str> {
    let (address, zone) = match text.split_once('%') {
        Some((address, zone)) => (address, Some(zone)),
        None => (text, None),
    };
    match (address.parse(), zone) {
        (Ok(address), None) => Ok(Some(address)),
        (Ok(IpAddr::V6(_)), Some(zone)) if !zone.is_empty() => Ok(None),
        (Ok(_), Some(_)) => Err("only an IPv6 address has a zone, which is not empty"),
        (Err(_), _) => Err("unable to parse IP"),
    }
}

/// Reads an address, a slash and the length of a prefix.
pub(crate) fn prefix(text: &str) -> Result<Prefix, &'static str> {
    let (text, length) = text.rsplit_once('/').ok_or("no slash")?;
    let address = address(text)?.ok_or("IPv6 zones cannot be present in a prefix")?;
    let is_number = length.bytes().all(|digit| digit.is_ascii_digit())
        && (length.len() == 1 || !length.starts_with('0'));
    let length: u8 = length
        .parse()
        .ok()
        .filter(|_| is_number)
        .ok_or("bad bits after slash")?;
    let limit = match address {
        IpAddr::V4(_) => Ipv6Addr::BITS - 96,
        IpAddr::V6(_) => Ipv6Addr::BITS,
    };
    if u32::from(length) > limit {
        return Err("prefix length out of range");
    }
    Ok(Prefix::new(address, length))
}
