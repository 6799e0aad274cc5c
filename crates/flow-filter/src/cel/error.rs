//! Why an expression is none.

use std::fmt;

/// Why a text is no CEL expression that gives a bool: what is wrong, and where.
///
/// It prints as a message and the line with a caret under the place.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CelError {
    /// What is wrong.
    pub message: String,
    /// Line, from 1 on.
    pub line: usize,
    /// Column in characters, from 1 on.
    pub column: usize,
    /// Text of the line.
    pub text: String,
}

/// What is wrong, and the byte at which it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) message: String,
    pub(crate) at: usize,
}

impl Fault {
    pub(crate) fn new(at: usize, message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            at,
        }
    }
}

/// Longest line that an error shows, in characters.
const SHOWN: usize = 200;

impl CelError {
    /// Finds the line of a fault in `text`.
    pub(crate) fn new(text: &str, fault: Fault) -> Self {
        let before = text.get(..fault.at).unwrap_or(text);
        let start = before.rfind('\n').map_or(0, |end| end + 1);
        let line = text[start..].lines().next().unwrap_or_default();
        Self {
            message: fault.message,
            line: before.matches('\n').count() + 1,
            column: before[start..].chars().count() + 1,
            text: line.chars().take(SHOWN).collect(),
        }
    }
}

impl fmt::Display for CelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            message,
            line,
            column,
            text,
        } = self;
        write!(f, "{line}:{column}: {message}\n | {text}")?;
        if *column <= SHOWN {
            write!(f, "\n | {:.>column$}", '^')?;
        }
        Ok(())
    }
}

impl std::error::Error for CelError {}
