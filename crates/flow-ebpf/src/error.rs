//! Why nothing could be loaded.

use thiserror::Error;

use crate::refusal::{Refusal, VerifierLog};

/// Why [`load`](crate::FlowSourceBuilder::load) failed.
///
/// A single program that the kernel does not take is no error: see
/// [`FlowSource::report`](crate::FlowSource::report).
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum LoadError {
    /// The process lacks capabilities.
    #[error(
        "not allowed to load eBPF programs: missing {missing}; run as root (sudo), or once: \
         sudo setcap cap_bpf,cap_net_admin,cap_perfmon+ep {exe}"
    )]
    Privileges {
        /// Names of the missing capabilities, separated by commas.
        missing: String,
        /// Path of this executable.
        exe: String,
    },
    /// An option is out of range.
    #[error("option {option}: expected {expected}, found {found}")]
    Option {
        /// Name of the builder's method.
        option: &'static str,
        /// What is allowed.
        expected: &'static str,
        /// What was given.
        found: String,
    },
    /// An object file or its maps were refused.
    #[error("loading {object}: {source}")]
    Object {
        /// Name of the object file.
        object: &'static str,
        /// What the kernel or the loader reported.
        source: Refusal,
    },
    /// The kernel is older than what the programs are made for, and took none that observes.
    #[error("Linux {release} cannot run the eBPF programs: expected Linux 6.1 or later")]
    Kernel {
        /// What `uname -r` prints.
        release: String,
        /// What was tried.
        report: crate::Report,
    },
    /// No program that observes anything could be attached.
    #[error("nothing can be observed\n{report}")]
    Nothing {
        /// What was tried.
        report: crate::Report,
    },
    /// A system call failed.
    #[error("{what}: {source}")]
    Io {
        /// What was done.
        what: String,
        /// What the kernel answered.
        source: std::io::Error,
    },
}

impl LoadError {
    /// Returns what was tried, for an observer that can observe nothing.
    #[must_use]
    pub const fn report(&self) -> Option<&crate::Report> {
        match self {
            Self::Kernel { report, .. } | Self::Nothing { report } => Some(report),
            _ => None,
        }
    }

    /// Returns each log of the kernel's verifier with the name of what it refused: of a
    /// [feature](crate::Feature::name), or of an object file.
    pub fn verifier_logs(&self) -> impl Iterator<Item = (&str, &VerifierLog)> {
        let object = match self {
            Self::Object { object, source } => source.verifier_log().map(|log| (*object, log)),
            _ => None,
        };
        let features = self
            .report()
            .into_iter()
            .flat_map(|report| report.missing());
        let logs = features.filter_map(|feature| {
            let log = feature.refusal()?.verifier_log()?;
            Some((feature.name.as_str(), log))
        });
        object.into_iter().chain(logs)
    }
}
