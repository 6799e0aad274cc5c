//! What endpoints are found by.

use std::fmt;
use std::str::FromStr;

use flow_core::flow::Ip;

use crate::cidr::Cidr;

/// What an endpoint is found by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Key {
    /// An address.
    Address(Ip),
    /// A prefix of addresses, for those that have no entry of their own. The longest one decides.
    Prefix(Cidr),
    /// A control group, by [`Flow::cgroup_id`](flow_core::flow::Flow::cgroup_id).
    Cgroup(u64),
    /// A process, by [`Process::pid`](flow_core::flow::Process::pid).
    Process(u32),
    /// A pod of Kubernetes, by its UID.
    Pod(PodUid),
    /// A port that every node forwards to a service.
    NodePort {
        /// Protocol over IP, by its number (IANA "Protocol Numbers").
        protocol: u8,
        /// The port.
        port: u16,
    },
}

/// UID of a pod: 128 bits, those of a UUID, or of the hash that a static pod has in its place.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PodUid([u8; 16]);

impl PodUid {
    /// Returns the UID of 128 bits.
    #[must_use]
    pub const fn from_bits(bits: u128) -> Self {
        Self(bits.to_be_bytes())
    }

    /// Returns its 128 bits.
    #[must_use]
    pub const fn to_bits(self) -> u128 {
        u128::from_be_bytes(self.0)
    }
}

/// Error returned for a text that is no UID of a pod.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected 32 hexadecimal digits of a pod's UID, found {0:?}")]
#[allow(clippy::exhaustive_structs, reason = "the text and no more")]
pub struct PodUidError(pub String);

/// Reads 32 hexadecimal digits, with or without `-` or `_` between them: paths of control groups
/// are written either way.
impl FromStr for PodUid {
    type Err = PodUidError;

    fn from_str(text: &str) -> Result<Self, PodUidError> {
        let error = || PodUidError(text.to_owned());
        let (mut value, mut digits) = (0_u128, 0);
        for character in text.chars() {
            if matches!(character, '-' | '_') {
                continue;
            }
            let digit = character.to_digit(16).ok_or_else(error)?;
            value = value << 4 | u128::from(digit);
            digits += 1;
        }
        match digits {
            32 => Ok(Self::from_bits(value)),
            _ => Err(error()),
        }
    }
}

impl fmt::Display for PodUid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bits = self.to_bits();
        let [a, b, c, d] = [bits >> 96, bits >> 80, bits >> 64, bits >> 48];
        let [b, c, d] = [b, c, d].map(|part| part & 0xffff);
        write!(
            f,
            "{a:08x}-{b:04x}-{c:04x}-{d:04x}-{:012x}",
            bits & 0xffff_ffff_ffff
        )
    }
}

impl fmt::Debug for PodUid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What an endpoint is. Where several are known under one key, the first of this order wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
#[repr(u8)]
pub enum EndpointKind {
    /// A pod with an address of its own.
    Pod,
    /// The API server of Kubernetes.
    ApiServer,
    /// The node that observes.
    Host,
    /// Another node.
    RemoteNode,
    /// An address of a service, from which connections are forwarded.
    Service,
    /// An address behind a service that is no pod.
    Backend,
    /// A container, unit or process of a host.
    Workload,
    /// Anything else that a source knows, such as an entry of an inventory.
    External,
    /// A range of addresses.
    Range,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_uid_is_read_as_it_is_written(bits: u128) {
            let text = PodUid::from_bits(bits).to_string();
            prop_assert_eq!(text.len(), 36);
            prop_assert_eq!(text.parse(), Ok(PodUid::from_bits(bits)));
            prop_assert_eq!(text.replace('-', "_").parse(), Ok(PodUid::from_bits(bits)));
            prop_assert_eq!(format!("{bits:032x}").parse(), Ok(PodUid::from_bits(bits)));
        }
    }

    #[test]
    fn what_is_no_uid_is_an_error_with_the_text() {
        for text in [
            "",
            "-",
            "web-0",
            &"0".repeat(31),
            &"0".repeat(33),
            &"g".repeat(32),
        ] {
            assert_eq!(text.parse::<PodUid>(), Err(PodUidError(text.to_owned())));
        }
    }
}
