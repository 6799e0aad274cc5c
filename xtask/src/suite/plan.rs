//! What is done before the tests run: decided here, carried out elsewhere.

use super::error::SuiteError;
use super::system::Distribution;
use super::tools::{Tool, listed, packages};

/// What the decision depends on.
#[derive(Clone, Debug)]
pub(crate) struct Situation {
    pub(crate) is_root: bool,
    /// Whether `FLOW_SKIP_BPF=1` is set.
    pub(crate) skips_bpf: bool,
    pub(crate) has_apt: bool,
    pub(crate) distribution: Distribution,
    pub(crate) missing: Vec<Tool>,
}

/// What to say, to install and to skip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    /// A line for the reader; none where there is nothing to tell.
    pub(crate) line: Option<String>,
    /// Packages of Debian.
    pub(crate) install: Vec<&'static str>,
    /// Whether the tests on kernel traffic are skipped.
    pub(crate) skips_bpf: bool,
}

/// Decides what is done before the tests run.
///
/// # Errors
/// [`SuiteError::NotDebian`] if something is missing that only another package manager can install.
pub(crate) fn decide(situation: &Situation) -> Result<Plan, SuiteError> {
    let skip = |line: &str| Plan {
        line: Some(line.to_owned()),
        install: Vec::new(),
        skips_bpf: true,
    };
    if situation.skips_bpf {
        return Ok(skip(
            "FLOW_SKIP_BPF=1: skips the tests on kernel traffic and installs nothing for them",
        ));
    }
    if !situation.is_root {
        return Ok(skip(
            "not root: skips the tests on kernel traffic (BPF, network namespaces) and runs all \
             others; as root it installs what they need and runs every test",
        ));
    }
    let missing = &situation.missing;
    if missing.is_empty() {
        return Ok(Plan {
            line: None,
            install: Vec::new(),
            skips_bpf: false,
        });
    }
    if !(situation.distribution.is_debian && situation.has_apt) {
        return Err(SuiteError::NotDebian {
            name: situation.distribution.name.clone(),
            missing: listed(missing),
        });
    }
    Ok(Plan {
        line: Some(format!("installing what is missing: {}", listed(missing))),
        install: packages(missing),
        skips_bpf: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suite::tools::missing;

    fn situation(id: &str, has: bool) -> Situation {
        Situation {
            is_root: true,
            skips_bpf: false,
            has_apt: true,
            distribution: Distribution::parse(&format!("ID={id}")),
            missing: missing(|command| has || !["nft", "curl"].contains(&command)),
        }
    }

    #[test]
    fn root_on_debian_installs_what_is_missing_and_says_so() {
        let plan = decide(&situation("debian", false)).unwrap();
        assert_eq!(plan.install, ["nftables", "curl"]);
        assert!(!plan.skips_bpf);
        assert_eq!(
            plan.line.unwrap(),
            "installing what is missing: nft (nftables), curl (curl)"
        );
    }

    #[test]
    fn where_nothing_is_missing_nothing_is_printed_on_any_system() {
        for id in ["debian", "fedora"] {
            let plan = decide(&situation(id, true)).unwrap();
            assert_eq!((plan.line, plan.install.len()), (None, 0));
            assert!(!plan.skips_bpf);
        }
    }

    #[test]
    fn without_root_one_line_says_what_is_missing_and_what_runs() {
        let plan = decide(&Situation {
            is_root: false,
            ..situation("debian", false)
        })
        .unwrap();
        assert!(plan.skips_bpf && plan.install.is_empty());
        let line = plan.line.unwrap();
        assert!(line.starts_with("not root: skips the tests on kernel traffic"));
        assert!(
            line.contains("runs all others") && !line.contains('\n'),
            "{line}"
        );
    }

    #[test]
    fn nothing_is_installed_for_tests_that_are_skipped() {
        for id in ["debian", "fedora"] {
            let plan = decide(&Situation {
                skips_bpf: true,
                ..situation(id, false)
            })
            .unwrap();
            assert!(plan.skips_bpf && plan.install.is_empty());
            assert!(plan.line.unwrap().contains("FLOW_SKIP_BPF=1"));
        }
    }

    #[test]
    fn without_apt_one_line_names_the_commands() {
        let no_apt = Situation {
            has_apt: false,
            ..situation("debian", false)
        };
        for situation in [situation("fedora", false), no_apt] {
            let line = decide(&situation).unwrap_err().to_string();
            assert!(line.contains("nft (nftables), curl (curl)"), "{line}");
            assert!(
                line.contains("FLOW_SKIP_BPF=1") && !line.contains('\n'),
                "{line}"
            );
        }
    }
}
