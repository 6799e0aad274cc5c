//! What is wrong with a flag.

/// Why a flag of `hubble observe`, or its value, is none. It prints as Hubble's command line does.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FlagError {
    /// There is no such flag.
    #[error("unknown flag: --{0}")]
    Unknown(String),
    /// A value that the flag does not take, or a flag beside one that it excludes.
    #[error("invalid argument {value:?} for \"{flag}\" flag: {reason}")]
    Value {
        /// The flag, with its short form.
        flag: String,
        /// Its value.
        value: String,
        /// What is wrong.
        reason: String,
    },
    /// `--not` with no flag after it.
    #[error("trailing --not found in the arguments")]
    TrailingNot,
    /// Filters as JSON that are none.
    #[error("invalid --{flag} flag: failed to decode '{text}': {reason}")]
    Json {
        /// `allowlist` or `denylist`.
        flag: &'static str,
        /// The text.
        text: String,
        /// What is wrong.
        reason: String,
    },
}
