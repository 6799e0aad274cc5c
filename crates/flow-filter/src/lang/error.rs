//! What is wrong with a filter, and where.

use core::fmt;

use flow_core::text::is_hazard;

use super::span::Span;

/// What is wrong with the text of a filter.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// Something else stands where it does not belong.
    #[error("expected {expected}, found {found}")]
    Expected {
        /// What may stand there.
        expected: String,
        /// What stands there.
        found: String,
    },
    /// No field has this name.
    #[error("expected a field, found the unknown name `{name}`")]
    UnknownField {
        /// The name.
        name: String,
    },
    /// A field has no value of this name.
    #[error("expected a value of `{field}`, found the unknown name `{name}`")]
    UnknownValue {
        /// The field.
        field: String,
        /// The name.
        name: String,
    },
    /// No list of this name was given.
    #[error("expected the name of a list that was given, found `${name}`")]
    UnknownList {
        /// The name.
        name: String,
    },
    /// The operator cannot be used with this field.
    #[error("expected {expected} after `{field}`, which is {kind}; found `{operator}`")]
    Operator {
        /// The field.
        field: String,
        /// What kind of values it has.
        kind: String,
        /// Operators that it has.
        expected: String,
        /// The operator.
        operator: String,
    },
    /// A pattern cannot be used.
    #[error("expected {expected}, found one that cannot be used: {cause}")]
    Pattern {
        /// Kind of pattern.
        expected: &'static str,
        /// Why it cannot be used.
        cause: String,
    },
    /// The filter is larger than a limit allows.
    #[error("expected at most {limit} {what}, found {found}")]
    Limit {
        /// What is limited.
        what: &'static str,
        /// The limit.
        limit: usize,
        /// How many there are; at least so many where counting ended early.
        found: usize,
    },
}

/// A problem and its place, before the text is added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) problem: Box<Problem>,
    pub(crate) span: Span,
    pub(crate) help: Option<String>,
}

impl Fault {
    pub(crate) fn new(problem: Problem, span: Span) -> Self {
        Self {
            problem: Box::new(problem),
            span,
            help: None,
        }
    }

    pub(crate) fn expected(
        expected: impl Into<String>,
        found: impl Into<String>,
        at: Span,
    ) -> Self {
        let (expected, found) = (expected.into(), found.into());
        Self::new(Problem::Expected { expected, found }, at)
    }

    pub(crate) fn limit(what: &'static str, limit: usize, found: usize, span: Span) -> Self {
        Self::new(Problem::Limit { what, limit, found }, span)
    }

    pub(crate) fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds "did you mean" where a known name is near.
    pub(crate) fn with_nearest(self, nearest: Option<&str>) -> Self {
        match nearest {
            Some(name) => self.with_help(format!("did you mean `{name}`?")),
            None => self,
        }
    }

    /// Returns the error for the whole `text`.
    pub(crate) fn in_text(self, text: &str) -> FilterError {
        let start = floor(text, self.span.start);
        let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
        let line_end = text[start..].find('\n').map_or(text.len(), |at| start + at);
        let end = floor(text, self.span.end).clamp(start, line_end);
        let number = text[..line_start].matches('\n').count() + 1;
        let (before, marked) = (&text[line_start..start], &text[start..end]);
        let (before, cut) = shortened_start(before);
        let shown = shortened_end(&text[start..line_end], marked.len());
        FilterError {
            problem: self.problem,
            span: self.span,
            help: self.help,
            line: number,
            column: text[line_start..start].chars().count() + 1,
            excerpt: format!("{cut}{}{}", printable(before), printable(shown)),
            indent: width(before) + cut.chars().count(),
            marked: width(&marked[..marked.len().min(shown.len())]).max(1),
        }
    }
}

/// Most bytes of a line that are shown on either side of its fault.
const SHOWN: usize = 72;

/// The largest place of a character that is not beyond `at`.
fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn shortened_start(text: &str) -> (&str, &'static str) {
    match text.len() > SHOWN {
        true => {
            let from = floor(text, text.len() - SHOWN);
            (&text[from..], "…")
        }
        false => (text, ""),
    }
}

fn shortened_end(text: &str, marked: usize) -> &str {
    &text[..floor(text, SHOWN.max(marked.min(4 * SHOWN)))]
}

/// Text without what a terminal would obey.
fn printable(text: &str) -> String {
    let mut to = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\t' => to.push(' '),
            _ if is_hazard(letter) => to.extend(letter.escape_unicode()),
            _ => to.push(letter),
        }
    }
    to
}

/// Columns that a text takes as it is shown.
fn width(text: &str) -> usize {
    printable(text).chars().count()
}

/// Error returned when the text of a filter cannot be used.
///
/// `Display` shows the line with a mark below the place:
///
/// ```text
/// expected a field, found the unknown name `prot`
///   |
/// 1 | prot == 53
///   | ^^^^
///   = help: did you mean `port`?
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilterError {
    problem: Box<Problem>,
    span: Span,
    help: Option<String>,
    line: usize,
    column: usize,
    excerpt: String,
    indent: usize,
    marked: usize,
}

impl FilterError {
    /// Returns what is wrong.
    #[must_use]
    pub fn problem(&self) -> &Problem {
        &self.problem
    }

    /// Returns where it is wrong.
    #[must_use]
    pub const fn span(&self) -> Span {
        self.span
    }

    /// Returns the number of the line, from 1.
    #[must_use]
    pub const fn line(&self) -> usize {
        self.line
    }

    /// Returns the character of the line, from 1.
    #[must_use]
    pub const fn column(&self) -> usize {
        self.column
    }

    /// Returns advice, where there is any: the nearest known name, for example.
    #[must_use]
    pub fn help(&self) -> Option<&str> {
        self.help.as_deref()
    }
}

impl fmt::Display for FilterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = self.line.to_string();
        let margin = number.len();
        let problem = self.problem.to_string();
        writeln!(f, "{}", printable(&problem))?;
        writeln!(f, "{:margin$} |", "")?;
        writeln!(f, "{number} | {}", self.excerpt)?;
        let marks = self.marked.min(self.excerpt.chars().count().max(1));
        write!(
            f,
            "{:margin$} | {:indent$}{:^<marks$}",
            "",
            "",
            "",
            indent = self.indent
        )?;
        if let Some(help) = &self.help {
            write!(f, "\n{:margin$} = help: {}", "", printable(help))?;
        }
        Ok(())
    }
}

impl std::error::Error for FilterError {}
