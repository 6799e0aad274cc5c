//! Names of the running kernel's drop reasons.
//!
//! The numbers of `enum skb_drop_reason` (`include/net/dropreason-core.h`) differ between
//! kernels, and subsystems add enumerations of their own (`mac80211_drop_reason`,
//! `ovs_drop_reason`), so both are read from the kernel's type information.

use std::collections::BTreeMap;
use std::path::Path;

use crate::btf::EnumReader;

/// Reasons that are no loss: the packet was used up, or a queue was emptied on purpose.
const NO_LOSS: [&str; 3] = ["NOT_DROPPED_YET", "CONSUMED", "QUEUE_PURGE"];

/// The running kernel's drop reasons: number to name.
///
/// Names are the kernel's without their common prefix, e.g. `NO_SOCKET` for
/// `SKB_DROP_REASON_NO_SOCKET`.
#[derive(Clone, Default, Debug, PartialEq, Eq)]
pub struct DropReasons {
    names: BTreeMap<u32, String>,
}

impl DropReasons {
    /// Reads them from the kernel's type information; empty where there is none.
    #[must_use]
    pub fn from_kernel() -> Self {
        Self::from_directory(Path::new("/sys/kernel/btf"))
    }

    fn from_directory(directory: &Path) -> Self {
        let mut reasons = Self::default();
        let Ok(base) = std::fs::read(directory.join("vmlinux")) else {
            return reasons;
        };
        let Some(base) = EnumReader::new(&base, None) else {
            return reasons;
        };
        reasons.add(&base);
        for module in ["mac80211", "openvswitch"] {
            if let Ok(bytes) = std::fs::read(directory.join(module))
                && let Some(module) = EnumReader::new(&bytes, Some(&base))
            {
                reasons.add(&module);
            }
        }
        reasons
    }

    fn add(&mut self, types: &EnumReader<'_>) {
        types.for_each_enum(|name, values| {
            if !name.ends_with("drop_reason") {
                return;
            }
            for (value, number) in values {
                if let Some(value) = short_name(value) {
                    // Of two names for one number the first is the reason itself: bounds and
                    // aliases come after.
                    self.names.entry(number).or_insert_with(|| value.to_owned());
                }
            }
        });
    }

    /// The name of a kernel number.
    #[must_use]
    pub fn name(&self, number: u32) -> Option<&str> {
        self.names.get(&number).map(String::as_str)
    }

    /// The kernel number of a name.
    #[must_use]
    pub fn number(&self, name: &str) -> Option<u32> {
        self.iter()
            .find(|(_, known)| *known == name)
            .map(|(number, _)| number)
    }

    /// Every reason, in order of number.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &str)> {
        self.names
            .iter()
            .map(|(number, name)| (*number, name.as_str()))
    }

    /// Number of reasons known.
    #[must_use]
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether the kernel gives none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// Numbers that stand for no loss, which the kernel programs leave out.
    pub fn no_loss(&self) -> impl Iterator<Item = u32> {
        NO_LOSS.iter().filter_map(|name| self.number(name))
    }

    /// The number with which ICMPv6 messages are freed that the stack has taken in. `None` where the kernel gives
    /// what is used up from what is dropped: Linux 6.2 and later.
    pub(crate) fn taken_in(&self) -> Option<u32> {
        match self.number("CONSUMED") {
            Some(_) => None,
            None => self.number("NOT_SPECIFIED"),
        }
    }
}

/// A reason's name without the prefix; `None` for bounds and masks.
fn short_name(name: &str) -> Option<&str> {
    let name = name.trim_start_matches('_');
    let short = name
        .strip_prefix("SKB_DROP_REASON_")
        .or_else(|| name.strip_prefix("SKB_"))
        .unwrap_or(name);
    let bound = short == "MAX" || short.starts_with("SUBSYS_") || short.ends_with("_DROP_REASON");
    (!bound && !short.is_empty()).then_some(short)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_their_prefix_and_bounds_are_left_out() {
        assert_eq!(short_name("SKB_DROP_REASON_NO_SOCKET"), Some("NO_SOCKET"));
        assert_eq!(short_name("SKB_CONSUMED"), Some("CONSUMED"));
        assert_eq!(short_name("SKB_NOT_DROPPED_YET"), Some("NOT_DROPPED_YET"));
        assert_eq!(
            short_name("___RX_DROP_U_MIC_FAIL"),
            Some("RX_DROP_U_MIC_FAIL")
        );
        assert_eq!(
            short_name("OVS_DROP_LAST_ACTION"),
            Some("OVS_DROP_LAST_ACTION")
        );
        assert_eq!(short_name("SKB_DROP_REASON_MAX"), None);
        assert_eq!(short_name("SKB_DROP_REASON_SUBSYS_MASK"), None);
        assert_eq!(short_name("__OVS_DROP_REASON"), None);
    }

    #[test]
    fn the_running_kernel_reports_its_reasons() {
        if !Path::new("/sys/kernel/btf/vmlinux").exists() {
            eprintln!("skipped: this kernel has no /sys/kernel/btf/vmlinux");
            return;
        }
        let reasons = DropReasons::from_kernel();
        let no_socket = reasons
            .number("NO_SOCKET")
            .expect("NO_SOCKET since Linux 5.17");
        assert_eq!(reasons.name(no_socket), Some("NO_SOCKET"));
        assert_eq!(reasons.name(0), Some("NOT_DROPPED_YET"));
        assert!(reasons.no_loss().any(|number| number == 0));
        assert!(reasons.name(u32::MAX).is_none());
    }

    #[test]
    fn old_kernels_do_not_tell_what_is_used_up() {
        let of = |names: &[&str]| {
            let numbered = (0..).zip(names.iter().map(|name| (*name).to_owned()));
            let names = numbered.collect();
            DropReasons { names }.taken_in()
        };
        // As `enum skb_drop_reason` begins in Linux 6.1 and 6.2.
        assert_eq!(
            of(&["NOT_DROPPED_YET", "NOT_SPECIFIED", "NO_SOCKET"]),
            Some(1)
        );
        assert_eq!(of(&["NOT_DROPPED_YET", "CONSUMED", "NOT_SPECIFIED"]), None);
        assert_eq!(of(&[]), None);
    }

    #[test]
    fn without_type_information_there_are_none() {
        let reasons = DropReasons::from_directory(Path::new("/nonexistent"));
        assert!(reasons.is_empty());
        assert_eq!(reasons.no_loss().count(), 0);
    }
}
