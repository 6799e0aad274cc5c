//! What is wrong with an expression.

/// Why a text is no regular expression of Go.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("error parsing regexp: {fault}: `{text}`")]
#[non_exhaustive]
pub struct RegexError {
    /// What is wrong.
    pub fault: RegexFault,
    /// The part of the expression from the fault on, at most 40 characters.
    pub text: String,
}

/// What is wrong with a regular expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RegexFault {
    /// An escape that Go does not have.
    #[error("invalid escape sequence")]
    Escape,
    /// A class that ends before it begins, or has no such name.
    #[error("invalid character class range")]
    Class,
    /// A class that does not end.
    #[error("missing closing ]")]
    MissingBracket,
    /// A group that does not end.
    #[error("missing closing )")]
    MissingParenthesis,
    /// A group that did not begin.
    #[error("unexpected )")]
    UnexpectedParenthesis,
    /// A kind of group, or a flag, that Go does not have.
    #[error("invalid or unsupported Perl syntax")]
    Group,
    /// A name of a group with other characters than letters, digits and `_`.
    #[error("invalid named capture")]
    GroupName,
    /// A repetition of nothing.
    #[error("missing argument to repetition operator")]
    MissingArgument,
    /// A repetition of a repetition.
    #[error("invalid nested repetition operator")]
    NestedRepeat,
    /// More than 1,000 repetitions, or fewer at most than at least.
    #[error("invalid repeat count")]
    RepeatCount,
    /// A backslash at the end.
    #[error("trailing backslash at end of expression")]
    TrailingBackslash,
    /// Groups nest deeper than 250.
    #[error("expression nests too deeply")]
    Depth,
    /// It is longer than 64 KiB, or takes more memory than is allowed.
    #[error("expression too large")]
    Size,
}

impl RegexError {
    pub(super) fn new(fault: RegexFault, rest: &str) -> Self {
        Self {
            fault,
            text: rest.chars().take(40).collect(),
        }
    }
}
