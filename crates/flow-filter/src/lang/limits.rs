//! How much a filter may ask for.

/// Limits on a filter, so that a hostile one costs bounded time and memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Most bytes of text: 65,536.
    pub length: usize,
    /// Most levels of parentheses and negations: 64.
    pub depth: usize,
    /// Most comparisons: 1,024.
    pub terms: usize,
    /// Most entries of all sets in the text: 65,536.
    pub entries: usize,
    /// Most entries of all sets, those of named lists included each time they are used: 4,194,304.
    pub list_entries: usize,
    /// Most regular expressions and label selectors: 64.
    pub patterns: usize,
    /// Most bytes that one compiled regular expression may take: 1 MiB.
    pub pattern_size: usize,
}

impl Limits {
    /// The default limits.
    pub const DEFAULT: Self = Self {
        length: 65_536,
        depth: 64,
        terms: 1_024,
        entries: 65_536,
        list_entries: 1 << 22,
        patterns: 64,
        pattern_size: 1 << 20,
    };
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}
