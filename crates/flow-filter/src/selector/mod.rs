//! Kubernetes label selectors over Cilium's labels.
//!
//! The syntax is that of `kubectl --selector`, with the sources of labels before keys:
//!
//! ```text
//! selector    = [ requirement { "," requirement } ]
//! requirement = key | "!" key
//!             | key ( "=" | "==" | "!=" ) [ value ]
//!             | key ( "in" | "notin" ) "(" [ value ] { "," [ value ] } ")"
//!             | key ( "<" | ">" ) integer
//! key         = [ source ":" ] [ domain "/" ] name
//! ```
//!
//! Keys and values are those of Kubernetes
//! (<https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set>).

mod parser;
mod requirement;
mod token;
mod valid;

pub use parser::SelectorError;

use requirement::Requirement;

/// A selector of labels: a list of requirements, all of which must hold.
///
/// A key without a source, or with the source `any`, is that of the first label with that key,
/// whatever its source. `!=`, `notin` and `!` hold where there is no such label. The empty selector
/// selects everything.
///
/// ```
/// use flow_filter::Selector;
///
/// let selector = Selector::parse("k8s:app in (web, api), !canary")?;
/// assert!(selector.matches(["k8s:app=web", "reserved:host"]));
/// assert!(!selector.matches(["k8s:app=web", "k8s:canary"]));
/// assert!(!selector.matches(["container:app=web"]));
/// # Ok::<(), flow_filter::SelectorError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Selector {
    requirements: Vec<Requirement>,
}

impl Selector {
    /// Returns the selector that a text writes.
    ///
    /// # Errors
    /// Where the text is none: the error shows the place and what was expected there.
    pub fn parse(text: &str) -> Result<Self, SelectorError> {
        let requirements = parser::parse(text)?;
        Ok(Self { requirements })
    }

    /// Returns whether it selects these labels, each `source:key=value`.
    #[must_use]
    pub fn matches<'a, I>(&self, labels: I) -> bool
    where
        I: IntoIterator<Item = &'a str>,
        I::IntoIter: Clone,
    {
        let labels = labels.into_iter();
        self.requirements
            .iter()
            .all(|requirement| requirement.holds(labels.clone()))
    }
}

#[cfg(test)]
mod tests;
