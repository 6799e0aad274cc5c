//! Why a filter is none.

use std::fmt;

use crate::cel::CelError;
use crate::{PatternError, RegexError, SelectorError};

/// Why a filter is none: the field, its value and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FilterError {
    /// The list that the filter is in, where there are two.
    pub list: Option<FilterList>,
    /// Number of the filter in its list.
    pub index: usize,
    /// Name of the field of `flow.FlowFilter`.
    pub field: &'static str,
    /// What is wrong.
    pub reason: FilterFault,
}

/// A list of filters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FilterList {
    /// One of these must match.
    Allow,
    /// None of these may match.
    Deny,
}

/// What is wrong with a value of a filter. It prints as Hubble words it, but for the part
/// that comes of a library of Go.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FilterFault {
    /// Text that is no address.
    #[error("invalid IP address {text:?} in filter: {reason}")]
    Address {
        /// The text.
        text: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// Text that is no prefix.
    #[error("invalid IP prefix {text:?} in filter: {reason}")]
    Prefix {
        /// The text.
        text: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A name that is empty.
    #[error("{}invalid filter, name must not be empty", Prefixed(field))]
    EmptyName {
        /// The field in words, where Hubble names it.
        field: &'static str,
    },
    /// A pattern of names.
    #[error("{0}")]
    Pattern(PatternError),
    /// A selector of labels.
    #[error("invalid {field} filter: {error}")]
    Selector {
        /// The field in words.
        field: &'static str,
        /// What is wrong with it.
        error: SelectorError,
    },
    /// Text that is no port from 0 to 65535.
    #[error("invalid {field} filter: invalid port {text:?}: expected a number from 0 to 65535")]
    Port {
        /// The field in words.
        field: &'static str,
        /// The text.
        text: String,
    },
    /// Text that is no protocol.
    #[error("invalid protocol filter: unknown protocol: {0:?}")]
    Protocol(String),
    /// Text that is no status code.
    #[error("invalid http status code filter: invalid status code prefix: {0:?}")]
    Status(String),
    /// A regular expression.
    #[error("invalid {field} filter: {text}: {error}")]
    Regex {
        /// The field in words.
        field: &'static str,
        /// The expression.
        text: String,
        /// What is wrong with it.
        error: RegexError,
    },
    /// A regular expression for DNS names.
    #[error("invalid DNS query filter: failed to compile regexp: {0}")]
    DnsRegex(RegexError),
    /// A condition on HTTP beside classes of events without HTTP.
    #[error("filtering by {0} requires the event type filter to only match 'l7' events")]
    EventType(&'static str),
    /// A CEL expression.
    #[error("error compiling CEL expression: {0}")]
    Cel(CelError),
}

/// The beginning of an error that names a field in words.
struct Prefixed(&'static str);

impl fmt::Display for Prefixed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            "" => Ok(()),
            field => write!(f, "invalid {field} filter: "),
        }
    }
}

impl fmt::Display for FilterList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Allow => "whitelist",
            Self::Deny => "blacklist",
        })
    }
}

impl fmt::Display for FilterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(list) = self.list {
            write!(f, "{list}[{}].", self.index)?;
        }
        write!(f, "{}: {}", self.field, self.reason)
    }
}

impl std::error::Error for FilterError {}
