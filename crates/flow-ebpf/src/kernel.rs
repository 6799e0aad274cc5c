//! The version of the running kernel: only to explain why nothing works, never to decide.

use crate::error::LoadError;
use crate::feature::Report;

/// The oldest version that the programs are tried on, as COMPATIBILITY.md shows.
const FLOOR: (u32, u32) = (6, 1);

/// The error for an observer that can observe nothing.
pub(crate) fn nothing(report: Report) -> LoadError {
    match release() {
        Some(release) if version(&release).is_some_and(|version| version < FLOOR) => {
            LoadError::Kernel { release, report }
        }
        _ => LoadError::Nothing { report },
    }
}

/// What `uname -r` prints.
fn release() -> Option<String> {
    let text = std::fs::read_to_string("/proc/sys/kernel/osrelease").ok()?;
    Some(text.trim().to_owned())
}

/// Major and minor number of a release such as `6.1.0-50-amd64`.
fn version(release: &str) -> Option<(u32, u32)> {
    let mut numbers = release.split(|letter: char| !letter.is_ascii_digit());
    let mut next = || numbers.next()?.parse().ok();
    Some((next()?, next()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_of_distributions_are_read() {
        for (release, expected) in [
            ("6.1.0-50-amd64", Some((6, 1))),
            ("5.14.0-503.el9.x86_64", Some((5, 14))),
            ("7.2.13+deb14-arm64", Some((7, 2))),
            ("6.18-rc1", Some((6, 18))),
            ("6", None),
            ("", None),
            ("next-2026", None),
        ] {
            assert_eq!(version(release), expected, "{release}");
        }
        let own = release().expect("/proc is mounted");
        assert!(version(&own).is_some(), "{own}");
    }

    #[test]
    fn an_old_kernel_is_reported_in_one_line() {
        let error = LoadError::Kernel {
            release: "5.10.0-32-amd64".to_owned(),
            report: Report::default(),
        };
        assert_eq!(
            error.to_string(),
            "Linux 5.10.0-32-amd64 cannot run the eBPF programs: expected Linux 6.1 or later"
        );
    }
}
