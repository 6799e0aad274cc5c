//! Patterns of names, as Hubble's filters have them: DNS names and nodes.

/// A pattern of a DNS name. `*` stands for any letters, digits, hyphens and dots, also none.
///
/// A pattern is read without the blanks around it, without the dot at its end and in lower case.
/// The names that it is compared with are taken as they are, so `WWW.Example.com` matches no pattern.
///
/// ```
/// use flow_filter::NamePattern;
///
/// let pattern = NamePattern::parse("*.Example.com.")?;
/// assert!(pattern.matches("www.example.com"));
/// assert!(!pattern.matches("example.com"));
/// # Ok::<(), flow_filter::PatternError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct NamePattern {
    text: Box<str>,
}

/// Why a text is no pattern of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PatternError {
    /// Nothing is left of it.
    #[error("empty pattern")]
    Empty,
    /// It ends with more than one dot.
    #[error("multiple trailing dots in pattern")]
    TrailingDots,
    /// A character is not allowed: a pattern holds letters from a to z, digits, `-`, `_`, `.` and `*`.
    #[error("{0:?}: invalid rune in pattern")]
    Character(char),
    /// A pattern of a node holds more than one slash.
    #[error("too many slashes in pattern")]
    Slashes,
}

impl NamePattern {
    /// Returns the pattern that a text writes.
    ///
    /// # Errors
    /// See [`PatternError`].
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        let text = text.trim();
        let text = text.strip_suffix('.').unwrap_or(text);
        if text.is_empty() {
            return Err(PatternError::Empty);
        }
        if text.ends_with('.') {
            return Err(PatternError::TrailingDots);
        }
        // Each character on its own: no final sigma, no dotted i of two characters.
        let lower = |letter: char| {
            let mut lower = letter.to_lowercase();
            lower.next().unwrap_or(letter)
        };
        let text: String = text.chars().map(lower).collect();
        match text.chars().find(|letter| !is_allowed(*letter)) {
            Some(letter) => Err(PatternError::Character(letter)),
            None => Ok(Self { text: text.into() }),
        }
    }

    /// Returns whether it is the pattern of a name.
    #[must_use]
    pub fn matches(&self, name: &str) -> bool {
        glob(self.text.as_bytes(), name.as_bytes())
    }

    /// Returns it in lower case, without blanks and trailing dot.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

const fn is_allowed(letter: char) -> bool {
    matches!(letter, 'a'..='z' | '0'..='9' | '-' | '_' | '.' | '*')
}

const fn is_wild(letter: u8) -> bool {
    matches!(letter, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.')
}

/// Whether `text` is one that `pattern` writes.
///
/// Going back to the newest `*` alone is enough: what a `*` cannot stand for, no earlier one can.
fn glob(pattern: &[u8], text: &[u8]) -> bool {
    let (mut at, mut name) = (0, 0);
    let mut star = None;
    while let Some(letter) = text.get(name) {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at + 1, name));
                at += 1;
            }
            Some(wanted) if letter == wanted => {
                at += 1;
                name += 1;
            }
            _ => {
                let Some((after, begun)) = star else {
                    return false;
                };
                if !is_wild(text[begun]) {
                    return false;
                }
                star = Some((after, begun + 1));
                at = after;
                name = begun + 1;
            }
        }
    }
    pattern[at..].iter().all(|rest| *rest == b'*')
}

/// A pattern of a node's name: `node`, `cluster/node` or `cluster/`, each a [pattern](NamePattern).
///
/// A part that is left out stands for any that a name can be: lower-case letters, digits, `-`, `_` and `.`. A node whose name bears no cluster is in the cluster
/// `default`; one without a name matches nothing.
///
/// ```
/// use flow_filter::NodePattern;
///
/// assert!(NodePattern::parse("worker-*")?.matches("east/worker-1"));
/// assert!(NodePattern::parse("default/worker-*")?.matches("worker-1"));
/// assert!(!NodePattern::parse("east/")?.matches("worker-1"));
/// # Ok::<(), flow_filter::PatternError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct NodePattern {
    cluster: Option<NamePattern>,
    node: Option<NamePattern>,
}

/// Cluster of nodes whose names bear none.
const DEFAULT_CLUSTER: &str = "default";

impl NodePattern {
    /// Returns the pattern that a text writes.
    ///
    /// # Errors
    /// See [`PatternError`].
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        let part = |text: &str| match text {
            "" => Ok(None),
            text => NamePattern::parse(text).map(Some),
        };
        let Some((cluster, node)) = text.split_once('/') else {
            return Ok(Self {
                cluster: None,
                node: Some(NamePattern::parse(text)?),
            });
        };
        if node.contains('/') {
            return Err(PatternError::Slashes);
        }
        Ok(Self {
            cluster: part(cluster)?,
            node: part(node)?,
        })
    }

    /// Returns whether it is the pattern of a node's name.
    #[must_use]
    pub fn matches(&self, name: &str) -> bool {
        if name.is_empty() {
            return false;
        }
        let (cluster, node) = name.split_once('/').unwrap_or((DEFAULT_CLUSTER, name));
        let part = |pattern: &Option<NamePattern>, name: &str| match pattern {
            Some(pattern) => pattern.matches(name),
            None => {
                let is_inner = |letter: u8| is_wild(letter) || letter == b'_';
                !name.is_empty() && name.bytes().all(is_inner)
            }
        };
        part(&self.cluster, cluster) && part(&self.node, node)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use regex::Regex;

    use super::*;

    fn parse(text: &str) -> Result<String, PatternError> {
        NamePattern::parse(text).map(|pattern| pattern.as_str().into())
    }

    #[test]
    fn patterns_are_read_in_one_form() {
        assert_eq!(
            parse(" \tDocs.Example.COM. "),
            Ok("docs.example.com".into())
        );
        assert_eq!(parse("\u{212a}ube"), Ok("kube".into()));
        assert_eq!(parse("_a*"), Ok("_a*".into()));
    }

    #[test]
    fn what_is_no_pattern_is_an_error() {
        assert_eq!(parse(""), Err(PatternError::Empty));
        assert_eq!(parse(" . "), Err(PatternError::Empty));
        assert_eq!(parse("a.."), Err(PatternError::TrailingDots));
        assert_eq!(parse(".."), Err(PatternError::TrailingDots));
        assert_eq!(parse("a b"), Err(PatternError::Character(' ')));
        let error = NodePattern::parse("a/b/c").expect_err("two slashes");
        assert_eq!(error, PatternError::Slashes);
        assert_eq!(NodePattern::parse(" /x"), Err(PatternError::Empty));
    }

    #[test]
    fn a_star_stands_for_no_underscore() {
        let pattern = NamePattern::parse("*.example.com").expect("a pattern");
        assert!(pattern.matches("a-1.b.example.com") && pattern.matches(".example.com"));
        assert!(!pattern.matches("a_b.example.com") && !pattern.matches("A.example.com"));
    }

    #[test]
    fn a_node_is_in_a_cluster() {
        for (pattern, name, expected) in [
            ("node-*", "node-1", true),
            ("node-*", "east/node-1", true),
            ("default/node-1", "node-1", true),
            ("east/node-1", "node-1", false),
            ("/", "node_1", true),
            ("*", "", false),
            ("/*", "node_1", false),
            ("east/", "east/a/b", false),
            ("/", "Node-1", false),
            ("node-1", "/node-1", false),
            ("*/node-1", "/node-1", true),
        ] {
            let parsed = NodePattern::parse(pattern).expect("a pattern");
            assert_eq!(parsed.matches(name), expected, "{pattern} {name}");
        }
    }

    proptest! {
        /// The same as the regular expression that the pattern stands for.
        #[test]
        fn it_matches_what_its_expression_matches(
            pattern in "[ab_.*]{1,8}", name in "[ab_.]{0,10}",
        ) {
            let Ok(parsed) = NamePattern::parse(&pattern) else { return Ok(()) };
            let expression = parsed.as_str().replace('.', "\\.").replace('*', "[-.0-9a-z]*");
            let expression = Regex::new(&format!("\\A(?:{expression})\\z")).expect("an expression");
            prop_assert_eq!(parsed.matches(&name), expression.is_match(&name));
        }
    }
}
