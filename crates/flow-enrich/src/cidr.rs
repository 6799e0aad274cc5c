//! Prefixes of addresses.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use flow_core::flow::Ip;

/// A prefix of addresses, such as `10.0.0.0/8`. Bits of the host are ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Cidr {
    /// In network order, as an IPv6 address.
    bits: [u8; 16],
    length: u8,
}

/// Error returned for a text that is no prefix of addresses.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected an address and a length of its prefix, such as 10.0.0.0/8, found {0:?}")]
#[allow(clippy::exhaustive_structs, reason = "the text and no more")]
pub struct CidrError(pub String);

impl Cidr {
    /// Returns the prefix of `length` bits of an address; nothing if the address has fewer bits.
    #[must_use]
    pub fn new(address: IpAddr, length: u8) -> Option<Self> {
        let (width, above) = match address {
            IpAddr::V4(_) => (32, 96),
            IpAddr::V6(_) => (128, 0),
        };
        (length <= width).then(|| {
            let length = length + above;
            Self {
                bits: (key(address.into()) & mask(length)).to_be_bytes(),
                length,
            }
        })
    }

    /// As an IPv6 prefix; that of IPv4 is inside `::ffff:0:0/96`.
    pub(crate) const fn mapped(self) -> (u128, u8) {
        (u128::from_be_bytes(self.bits), self.length)
    }
}

const fn mask(length: u8) -> u128 {
    match length {
        0 => 0,
        length => u128::MAX << (128 - length),
    }
}

/// An address as a number.
pub(crate) const fn key(ip: Ip) -> u128 {
    u128::from_be_bytes(ip.0)
}

impl FromStr for Cidr {
    type Err = CidrError;

    fn from_str(text: &str) -> Result<Self, CidrError> {
        let parse = || {
            let (address, length) = text.split_once('/')?;
            let digits = length.bytes().all(|byte| byte.is_ascii_digit());
            let length = digits.then(|| length.parse().ok())??;
            Self::new(address.parse().ok()?, length)
        };
        parse().ok_or_else(|| CidrError(text.to_owned()))
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let address = Ip(self.bits).to_std();
        match address {
            IpAddr::V4(_) if self.length >= 96 => write!(f, "{address}/{}", self.length - 96),
            _ => write!(f, "{address}/{}", self.length),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_are_parsed_and_written_without_bits_of_the_host() {
        for (text, expected) in [
            ("10.1.2.3/8", "10.0.0.0/8"),
            ("0.0.0.0/0", "0.0.0.0/0"),
            ("::/0", "::/0"),
            ("fd00::1/64", "fd00::/64"),
            ("192.0.2.1/32", "192.0.2.1/32"),
        ] {
            assert_eq!(text.parse::<Cidr>().unwrap().to_string(), expected);
        }
    }

    #[test]
    fn what_is_no_prefix_is_an_error_with_the_text() {
        for text in [
            "",
            "10.0.0.0",
            "10.0.0.0/33",
            "10.0.0.0/+8",
            "::/129",
            "x/8",
            "::1/",
        ] {
            assert_eq!(text.parse::<Cidr>(), Err(CidrError(text.to_owned())));
        }
    }
}
