//! Why a packet was dropped.

mod cilium;
mod kernel;
#[cfg(feature = "std")]
mod registry;

use core::fmt;

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use crate::text::Escaped;
use cilium::CILIUM;
use kernel::KERNEL;

/// Why a packet was dropped, in one number space for all sources:
///
/// | Numbers | Meaning |
/// |---|---|
/// | 0 | not dropped, or unknown |
/// | 130 to 255 | Cilium's datapath, its own numbers |
/// | from 1000 | the kernel's `enum skb_drop_reason`, numbered by us so that a reason has the same number on every kernel |
/// | from 32768 | kernel reasons that this version does not know, in the order in which this process met them |
///
/// `Display` prints the name: Hubble's for Cilium's reasons, the kernel's without
/// `SKB_DROP_REASON_` for the others; a number without a name prints as it is.
#[derive(
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    FromBytes,
    IntoBytes,
    Immutable,
    KnownLayout,
)]
#[repr(transparent)]
#[allow(clippy::exhaustive_structs, reason = "a value and nothing else")]
pub struct DropReason(pub u16);

impl DropReason {
    /// Not dropped, or the reason is unknown.
    pub const NONE: Self = Self(0);
    /// The kernel gave no reason.
    pub const NOT_SPECIFIED: Self = Self(Self::FIRST_KERNEL);
    /// A kernel reason unknown to this version, after the registry of those was full.
    pub const OTHER: Self = Self(u16::MAX);

    const FIRST_KERNEL: u16 = 1000;
    #[cfg(feature = "std")]
    const FIRST_REGISTERED: u16 = 0x8000;

    /// The reason with this name in the kernel's `enum skb_drop_reason`, with its prefix
    /// (`SKB_DROP_REASON_` or, for those of a subsystem, its own) or without.
    ///
    /// A name that is not known is registered, once for the whole process. The registry holds
    /// 1,024 names; for more of them, and without the feature `std`, this is [`Self::OTHER`].
    #[must_use]
    pub fn from_kernel_name(name: &str) -> Self {
        let name = name.strip_prefix("SKB_DROP_REASON_").unwrap_or(name);
        if let Some(index) = KERNEL.iter().position(|known| *known == name) {
            return Self(Self::FIRST_KERNEL + index as u16);
        }
        #[cfg(feature = "std")]
        if let Some(index) = registry::index_of(name) {
            return Self(Self::FIRST_REGISTERED + index);
        }
        Self::OTHER
    }

    /// The reason with this number in Cilium's datapath.
    #[must_use]
    pub const fn from_cilium(number: u8) -> Self {
        Self(number as u16)
    }

    /// The reason with this name in Hubble's `flow.DropReason`.
    #[must_use]
    pub fn from_cilium_name(name: &str) -> Option<Self> {
        let entry = CILIUM.iter().find(|entry| entry.1 == name)?;
        Some(Self(entry.0))
    }

    /// Its name, or `None` where this process knows none.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        if self == Self::OTHER {
            return Some("OTHER");
        }
        #[cfg(feature = "std")]
        if let Some(index) = self.0.checked_sub(Self::FIRST_REGISTERED) {
            return registry::name_of(index);
        }
        if let Some(index) = self.0.checked_sub(Self::FIRST_KERNEL) {
            return KERNEL.get(usize::from(index)).copied();
        }
        Some(self.cilium()?.1)
    }

    /// Returns the text of Hubble's lines: a phrase for reasons of Cilium, the name for others.
    #[must_use]
    pub fn phrase(self) -> Option<&'static str> {
        match self.cilium() {
            Some((_, _, phrase)) => Some(phrase),
            None => self.name(),
        }
    }

    fn cilium(self) -> Option<&'static (u16, &'static str, &'static str)> {
        let index = CILIUM.binary_search_by_key(&self.0, |entry| entry.0).ok()?;
        CILIUM.get(index)
    }

    /// Whether this is one of Cilium's datapath.
    #[must_use]
    pub const fn is_cilium(self) -> bool {
        self.0 != 0 && self.0 < 256
    }
}

impl fmt::Display for DropReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => fmt::Display::fmt(&Escaped::text(name), f),
            None if *self == Self::NONE => f.write_str("none"),
            None => fmt::Display::fmt(&self.0, f),
        }
    }
}

impl fmt::Debug for DropReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DropReason({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernels_names_and_numbers_go_both_ways() {
        for (place, name) in KERNEL.iter().enumerate() {
            let reason = DropReason::from_kernel_name(name);
            assert_eq!(usize::from(reason.0), 1000 + place, "{name}");
            assert_eq!(reason.name(), Some(*name));
            assert_eq!(reason.phrase(), Some(*name));
            assert_eq!(reason.to_string(), *name);
            let prefixed = std::format!("SKB_DROP_REASON_{name}");
            assert_eq!(DropReason::from_kernel_name(&prefixed), reason);
            assert!(!reason.is_cilium());
        }
    }

    #[test]
    fn numbers_that_are_stored_somewhere_stay_what_they_are() {
        for (number, name) in [
            (1000, "NOT_SPECIFIED"),
            (1001, "NO_SOCKET"),
            (1010, "NETFILTER_DROP"),
            (1052, "IP_OUTNOROUTES"),
            (1071, "TC_INGRESS"),
            (1125, "RECURSION_LIMIT"),
        ] {
            assert_eq!(DropReason::from_kernel_name(name).0, number, "{name}");
        }
        assert_eq!(DropReason::NOT_SPECIFIED.to_string(), "NOT_SPECIFIED");
    }

    #[test]
    fn ciliums_names_and_numbers_go_both_ways() {
        for (number, name, phrase) in CILIUM {
            let reason = DropReason::from_cilium(u8::try_from(*number).expect("a byte"));
            assert_eq!(DropReason::from_cilium_name(name), Some(reason));
            assert_eq!(reason.name(), Some(*name));
            assert_eq!(reason.phrase(), Some(*phrase));
            assert!(reason.is_cilium());
        }
        assert_eq!(DropReason::from_cilium(133).to_string(), "POLICY_DENIED");
        assert_eq!(DropReason::from_cilium_name("NO_SOCKET"), None);
    }

    #[test]
    fn what_has_no_name_is_a_number() {
        assert_eq!(DropReason::NONE.to_string(), "none");
        assert_eq!(DropReason(159).to_string(), "159");
        assert_eq!(DropReason(129).name(), None);
        assert_eq!(DropReason(500).to_string(), "500");
        let beyond = DropReason(1000 + u16::try_from(KERNEL.len()).expect("few"));
        assert_eq!(beyond.name(), None);
        assert_eq!(DropReason(0xfffe).name(), None, "never registered");
        assert_eq!(DropReason::OTHER.to_string(), "OTHER");
    }

    #[test]
    fn tables_are_in_order_and_without_doubles() {
        assert!(CILIUM.is_sorted_by(|a, b| a.0 < b.0));
        assert_eq!((CILIUM[0].0, CILIUM.last().expect("some").0), (130, 205));
        assert_eq!(CILIUM.len(), 75, "130 to 205 but for 159");
        for (at, entry) in CILIUM.iter().enumerate() {
            assert!(CILIUM[..at].iter().all(|other| other.1 != entry.1));
        }
        for (at, name) in KERNEL.iter().enumerate() {
            assert!(!KERNEL[..at].contains(name), "{name} stands twice");
        }
    }

    #[test]
    fn a_name_of_a_newer_kernel_is_kept_as_it_is() {
        let reason = DropReason::from_kernel_name("FUTURE_\u{1b}[31m");
        assert_eq!(reason, DropReason::from_kernel_name("FUTURE_\u{1b}[31m"));
        assert_ne!(reason, DropReason::from_kernel_name("FUTURE_2"));
        assert_eq!(reason.name(), Some("FUTURE_\u{1b}[31m"));
        assert_eq!(reason.to_string(), "FUTURE_\\u{1b}[31m");
    }
}
