//! Why nothing could be loaded.

use thiserror::Error;

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
    #[error("loading {object}: {reason}")]
    Object {
        /// Name of the object file.
        object: &'static str,
        /// What the kernel or the loader said.
        reason: String,
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
