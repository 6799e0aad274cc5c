//! Why the tests did not run, or did not pass.

use std::io;
use std::process::ExitStatus;

/// Error returned when the tests did not run or did not pass.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SuiteError {
    /// Something is missing on a system whose package manager is not apt.
    #[error(
        "missing commands (and their packages in Debian): {missing}; install them with the \
         package manager of {name}, or set FLOW_SKIP_BPF=1 to go without the tests that call them"
    )]
    NotDebian {
        /// Name of the distribution.
        name: String,
        /// Commands and packages.
        missing: String,
    },
    /// A program could not be started, or not be read from.
    #[error("{program} cannot be run")]
    Run {
        /// What was called.
        program: &'static str,
        /// Why not.
        source: io::Error,
    },
    /// A program failed.
    #[error("{what} failed ({status})")]
    Failed {
        /// What was tried, `apt-get update` for example.
        what: String,
        /// How it ended.
        status: ExitStatus,
    },
    /// A package was installed, and its command is still not there.
    #[error("after the installation there is still no {missing}")]
    StillMissing {
        /// Commands and packages.
        missing: String,
    },
}
