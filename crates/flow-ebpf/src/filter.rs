//! What the kernel programs leave out before they count or report.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use flow_core::flow::{Ip, Protocol};
use thiserror::Error;

/// An IP network: an address and the number of leading bits that count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Network {
    address: Ip,
    /// Bits of the 128-bit form.
    bits: u8,
}

/// Why a text is no [`Network`].
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("expected an IP address or network such as 10.0.0.0/8 or fd00::/8, found {0:?}")]
pub struct NetworkError(String);

impl Network {
    /// The network of `address` with its first `prefix` bits.
    ///
    /// Bits behind the prefix are cleared; `None` where `prefix` is longer than the address.
    #[must_use]
    pub fn new(address: IpAddr, prefix: u8) -> Option<Self> {
        let (length, offset) = match address {
            IpAddr::V4(_) => (32, 96),
            IpAddr::V6(_) => (128, 0),
        };
        if prefix > length {
            return None;
        }
        let bits = prefix + offset;
        let mask = u128::MAX.checked_shl(128 - u32::from(bits)).unwrap_or(0);
        let number = u128::from_be_bytes(Ip::from(address).0) & mask;
        Some(Self {
            address: Ip(number.to_be_bytes()),
            bits,
        })
    }

    /// The address in the form the kernel programs use: IPv4 mapped into IPv6.
    #[must_use]
    pub fn address(&self) -> Ip {
        self.address
    }

    /// Number of leading bits of the 128-bit form that count: 96 more than usual for IPv4.
    #[must_use]
    pub fn mapped_prefix(&self) -> u8 {
        self.bits
    }
}

impl FromStr for Network {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || NetworkError(text.to_owned());
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix.parse().map_err(|_| wrong())?)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| wrong())?;
        let full = if address.is_ipv4() { 32 } else { 128 };
        Self::new(address, prefix.unwrap_or(full)).ok_or_else(wrong)
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.address.to_std() {
            IpAddr::V4(v4) if self.bits >= 96 => write!(f, "{v4}/{}", self.bits - 96),
            _ => {
                let v6 = std::net::Ipv6Addr::from(self.address.0);
                write!(f, "{v6}/{}", self.bits)
            }
        }
    }
}

/// Chooses packets in the kernel.
///
/// There are three kinds of rule: networks, ports and protocols. A packet is observed where,
/// for each kind, no deny rule matches and, if the kind has allow rules, one of those does. A rule
/// on networks or ports matches a packet when either side of it does; of networks that contain one
/// another, the longest prefix decides for that side, and a denied side decides for the packet.
///
/// ```
/// use flow_core::flow::Protocol;
/// use flow_ebpf::PacketFilter;
///
/// let filter = PacketFilter::new()
///     .allow_network("10.0.0.0/8".parse()?)
///     .deny_network("10.1.0.0/16".parse()?)
///     .deny_port(22)
///     .allow_protocol(Protocol::TCP);
/// assert!(!filter.is_empty());
/// # Ok::<(), flow_ebpf::NetworkError>(())
/// ```
#[derive(Clone, Default, Debug, PartialEq, Eq)]
pub struct PacketFilter {
    pub(crate) networks: Vec<(Network, bool)>,
    pub(crate) ports: Vec<(u16, bool)>,
    pub(crate) protocols: Vec<(Protocol, bool)>,
}

impl PacketFilter {
    /// A filter that lets everything pass.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Observes packets from or to `network`.
    #[must_use]
    pub fn allow_network(mut self, network: Network) -> Self {
        self.networks.push((network, true));
        self
    }

    /// Leaves out packets from or to `network`.
    #[must_use]
    pub fn deny_network(mut self, network: Network) -> Self {
        self.networks.push((network, false));
        self
    }

    /// Observes packets from or to `port`.
    #[must_use]
    pub fn allow_port(mut self, port: u16) -> Self {
        self.ports.push((port, true));
        self
    }

    /// Leaves out packets from or to `port`.
    #[must_use]
    pub fn deny_port(mut self, port: u16) -> Self {
        self.ports.push((port, false));
        self
    }

    /// Observes packets of `protocol`.
    #[must_use]
    pub fn allow_protocol(mut self, protocol: Protocol) -> Self {
        self.protocols.push((protocol, true));
        self
    }

    /// Leaves out packets of `protocol`.
    #[must_use]
    pub fn deny_protocol(mut self, protocol: Protocol) -> Self {
        self.protocols.push((protocol, false));
        self
    }

    /// Whether everything passes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.networks.is_empty() && self.ports.is_empty() && self.protocols.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn network_text_round_trips_and_clears_host_bits() {
        for (text, shown, prefix) in [
            ("10.1.2.3/8", "10.0.0.0/8", 104),
            ("0.0.0.0/0", "0.0.0.0/0", 96),
            ("192.0.2.1", "192.0.2.1/32", 128),
            ("fd00::1/8", "fd00::/8", 8),
            ("::/0", "::/0", 0),
        ] {
            let network: Network = text.parse().unwrap();
            assert_eq!(network.to_string(), shown);
            assert_eq!(network.mapped_prefix(), prefix);
        }
        for text in [
            "",
            "10.0.0.0/33",
            "fd00::/129",
            "10.0.0.0/",
            "a/8",
            "10.0.0.0/-1",
        ] {
            assert!(text.parse::<Network>().is_err(), "{text}");
        }
    }
}
