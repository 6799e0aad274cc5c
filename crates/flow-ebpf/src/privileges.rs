//! Whether this process may load programs.

use std::fs;

use crate::error::LoadError;

/// Bits of `CapEff` in `/proc/self/status`: `include/uapi/linux/capability.h`.
const NET_ADMIN: u32 = 12;
const SYS_ADMIN: u32 = 21;
const PERFMON: u32 = 38;
const BPF: u32 = 39;

/// The error that names what is missing, if something is.
pub(crate) fn check() -> Result<(), LoadError> {
    let status = fs::read_to_string("/proc/self/status").map_err(|source| LoadError::Io {
        what: "reading /proc/self/status".to_owned(),
        source,
    })?;
    // Where the kernel does not tell, trying will.
    let missing = effective(&status).map_or_else(Vec::new, missing);
    if missing.is_empty() {
        return Ok(());
    }
    let exe = std::env::current_exe()
        .map_or_else(|_| "PROGRAM".to_owned(), |path| path.display().to_string());
    Err(LoadError::Privileges {
        missing: missing.join(", "),
        exe,
    })
}

fn effective(status: &str) -> Option<u64> {
    let hex = status
        .lines()
        .find_map(|line| line.strip_prefix("CapEff:"))?;
    u64::from_str_radix(hex.trim(), 16).ok()
}

fn missing(effective: u64) -> Vec<&'static str> {
    let has = |bit: u32| effective >> bit & 1 == 1;
    [
        ("CAP_BPF", BPF, true),
        ("CAP_NET_ADMIN", NET_ADMIN, false),
        ("CAP_PERFMON", PERFMON, true),
    ]
    .into_iter()
    // CAP_SYS_ADMIN includes what CAP_BPF and CAP_PERFMON were split from.
    .filter(|(_, bit, split)| !(has(*bit) || *split && has(SYS_ADMIN)))
    .map(|(name, ..)| name)
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_exactly_what_is_missing() {
        assert_eq!(missing(0), ["CAP_BPF", "CAP_NET_ADMIN", "CAP_PERFMON"]);
        assert_eq!(missing(1 << SYS_ADMIN), ["CAP_NET_ADMIN"]);
        assert_eq!(missing(1 << BPF | 1 << NET_ADMIN), ["CAP_PERFMON"]);
        assert!(missing(1 << BPF | 1 << NET_ADMIN | 1 << PERFMON).is_empty());
        assert!(missing(u64::MAX).is_empty());
    }

    #[test]
    fn reads_the_effective_set() {
        let status = "Name:\tx\nCapPrm:\t0000000000000000\nCapEff:\t000001ffffffffff\n";
        assert_eq!(effective(status), Some(0x1ff_ffff_ffff));
        assert_eq!(effective("Name:\tx\n"), None);
        assert_eq!(effective("CapEff:\tx\n"), None);
    }
}
