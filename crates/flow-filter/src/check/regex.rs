//! Regular expressions, compiled to tables where those are small.

use std::sync::Arc;

use regex_automata::Input;
use regex_automata::dfa::{Automaton, StartKind, dense};
use regex_automata::nfa::thompson::{self, WhichCaptures};
use regex_automata::util::syntax;

use crate::re2::translate;

/// A compiled regular expression.
#[derive(Clone)]
pub(crate) struct Regex {
    text: Arc<str>,
    ignore_case: bool,
    engine: Engine,
}

#[derive(Clone)]
enum Engine {
    /// One step of a table for each byte; needs no memory besides.
    Table(Arc<dense::DFA<Vec<u32>>>),
    /// Builds its tables while it searches: takes a cache from a pool for each search.
    Lazy(Box<regex::bytes::Regex>),
}

/// Most bytes of a table, and of what building it takes.
const TABLE: usize = 256 << 10;

impl Regex {
    /// Compiles an expression in Go's syntax (RE2).
    ///
    /// # Errors
    /// Why it cannot be used.
    pub(crate) fn new(text: &str, ignore_case: bool, size_limit: usize) -> Result<Self, String> {
        let translated = translate(text).map_err(|error| error.to_string())?;
        Ok(Self {
            text: text.into(),
            ignore_case,
            engine: Self::engine(&translated, ignore_case, size_limit)?,
        })
    }

    /// Returns one expression that finds any of several texts.
    pub(crate) fn any_of<'a>(
        texts: impl IntoIterator<Item = &'a [u8]>,
        ignore_case: bool,
        size_limit: usize,
    ) -> Result<Self, String> {
        let mut pattern = String::new();
        for text in texts {
            if !pattern.is_empty() {
                pattern.push('|');
            }
            pattern.push_str("(?-u:");
            for byte in text {
                pattern.push_str(&format!("\\x{byte:02x}"));
            }
            pattern.push(')');
        }
        Ok(Self {
            text: "".into(),
            ignore_case,
            engine: Self::engine(&pattern, ignore_case, size_limit)?,
        })
    }

    fn engine(pattern: &str, ignore_case: bool, size_limit: usize) -> Result<Engine, String> {
        let limit = TABLE.min(size_limit);
        let nfa = thompson::Config::new()
            .utf8(false)
            .nfa_size_limit(Some(size_limit))
            .which_captures(WhichCaptures::None);
        let config = dense::Config::new()
            .start_kind(StartKind::Unanchored)
            .dfa_size_limit(Some(limit))
            .determinize_size_limit(Some(4 * limit));
        let syntax = syntax::Config::new()
            .utf8(false)
            .case_insensitive(ignore_case);
        let mut builder = dense::Builder::new();
        let builder = builder.configure(config).syntax(syntax).thompson(nfa);
        if let Ok(table) = builder.build(pattern) {
            return Ok(Engine::Table(Arc::new(table)));
        }
        let lazy = regex::bytes::RegexBuilder::new(pattern)
            .case_insensitive(ignore_case)
            .size_limit(size_limit)
            .build()
            .map_err(|error| error.to_string())?;
        Ok(Engine::Lazy(Box::new(lazy)))
    }

    /// Returns whether a part of `text` matches.
    #[inline]
    pub(crate) fn is_match(&self, text: &[u8]) -> bool {
        match &self.engine {
            Engine::Table(table) => {
                let input = Input::new(text).earliest(true);
                // A table without bytes at which it stops never fails.
                matches!(table.try_search_fwd(&input), Ok(Some(_)))
            }
            Engine::Lazy(regex) => regex.is_match(text),
        }
    }

    /// The expression as it was written.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn ignores_case(&self) -> bool {
        self.ignore_case
    }

    /// Whether it is one table.
    pub(crate) const fn is_table(&self) -> bool {
        matches!(self.engine, Engine::Table(_))
    }
}

impl PartialEq for Regex {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text && self.ignore_case == other.ignore_case
    }
}

impl core::fmt::Debug for Regex {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Regex({:?})", self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_expressions_are_tables_and_large_ones_work_too() {
        let small = Regex::new(r"^/api/v\d+/(users|orders)$", false, 1 << 20).expect("valid");
        assert!(small.is_table());
        assert!(small.is_match(b"/api/v12/users") && !small.is_match(b"/api/v/users"));
        let large = Regex::new(r"(a|b)*a(a|b){16}", false, 1 << 20).expect("valid");
        assert!(!large.is_table());
        assert!(large.is_match(b"abbbbbbbbbbbbbbbbbbb") && !large.is_match(b"bbbb"));
        assert!(Regex::new(r"(a{500}){500}", false, 1 << 16).is_err());
        assert!(Regex::new("(", false, 1 << 20).is_err());
    }

    #[test]
    fn any_bytes_are_searched() {
        let dot = Regex::new("a.c", true, 1 << 20).expect("valid");
        assert!(dot.is_match("xAéC".as_bytes()));
        assert!(dot.is_match(b"\xffabc\xff"));
        let texts = [&b"\xff."[..], b"(x"];
        let any = Regex::any_of(texts, false, 1 << 20).expect("valid");
        assert!(any.is_match(b"a\xff.") && any.is_match(b"f(x)") && !any.is_match(b"x("));
    }
}
