//! Regular expressions in the syntax of Go's `regexp` package (RE2).
//!
//! Hubble's filters are written in that syntax (<https://golang.org/s/re2syntax>), which the crate
//! `regex` shares for the most part. [`GoRegex`] reads it as Go does: what Go refuses is an error,
//! and the rest is written anew so that it means the same here.
//!
//! | | Go | `regex` |
//! |---|---|---|
//! | `\d`, `\w`, `\s`, `\b` | ASCII | Unicode |
//! | `[[a]b]`, `[a&&b]`, `[a--b]` | `[` and `&` are literal, `a--` is no range | sets of sets |
//! | `\Q…\E`, `\07`, `a{`, `a{,2}` | literal | errors |
//! | `(?x)`, `a**`, `\u00fc`, `a{1001}` | errors | valid |

mod class;
mod escape;
mod fault;
mod flags;
mod parser;

pub use fault::{RegexError, RegexFault};
pub(crate) use parser::translate;

use std::fmt;

/// A compiled regular expression in Go's syntax.
///
/// It finds a match anywhere in a text, in time linear in its length. Nothing but whether there is one
/// can be asked: groups are not kept.
///
/// ```
/// use flow_filter::GoRegex;
///
/// let regex = GoRegex::new(r"^/api/v\d+/\Qa+b\E")?;
/// assert!(regex.is_match("/api/v1/a+b"));
/// assert!(!regex.is_match("/api/v٣/a+b"), "digits are those of ASCII");
/// # Ok::<(), flow_filter::RegexError>(())
/// ```
#[derive(Clone)]
pub struct GoRegex {
    text: Box<str>,
    regex: regex::Regex,
}

/// Most memory that a compiled expression may take, in bytes.
const SIZE_LIMIT: usize = 4 << 20;

impl GoRegex {
    /// Compiles an expression.
    ///
    /// # Errors
    /// Where it is none in Go's syntax, or would take more than 4 MiB compiled.
    pub fn new(text: &str) -> Result<Self, RegexError> {
        let translated = translate(text)?;
        let regex = regex::RegexBuilder::new(&translated)
            .size_limit(SIZE_LIMIT)
            .nest_limit(2 * parser::DEPTH_LIMIT)
            .build()
            // The syntax was checked, so what is left is memory.
            .map_err(|_| RegexError::new(RegexFault::Size, text))?;
        Ok(Self {
            text: text.into(),
            regex,
        })
    }

    /// Returns whether a part of `text` matches.
    #[inline]
    #[must_use]
    pub fn is_match(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }

    /// Returns whether a part of `text` matches. A byte that is no UTF-8 is U+FFFD, as in Go.
    #[inline]
    #[must_use]
    pub fn is_match_bytes(&self, text: &[u8]) -> bool {
        match std::str::from_utf8(text) {
            Ok(text) => self.regex.is_match(text),
            Err(_) => self.regex.is_match(&with_replacements(text)),
        }
    }

    /// Returns the expression as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

/// A text with U+FFFD in place of each byte that is no UTF-8.
#[cold]
fn with_replacements(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() + 8);
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| char::REPLACEMENT_CHARACTER));
    }
    text
}

impl PartialEq for GoRegex {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for GoRegex {}

impl fmt::Debug for GoRegex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "GoRegex({:?})", self.text)
    }
}

impl fmt::Display for GoRegex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests;
