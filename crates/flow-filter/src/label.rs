//! Labels as Cilium writes them.

/// Source of a label that names none.
const UNSPECIFIED: &str = "unspec";
/// Source of labels that Cilium makes itself, such as `reserved:host`.
const RESERVED: &str = "reserved";

/// A label, `source:key=value`, in its parts.
///
/// ```
/// use flow_filter::Label;
///
/// let label = Label::parse("k8s:app=web");
/// assert_eq!((label.source, label.key, label.value), ("k8s", "app", "web"));
/// assert_eq!(Label::parse("env").source, "unspec");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Label<'a> {
    /// Where it comes from: `k8s`, `reserved`, `cidr`, …; `unspec` where the text does not say.
    pub source: &'a str,
    /// Its key.
    pub key: &'a str,
    /// Its value; empty where it has none.
    pub value: &'a str,
}

impl<'a> Label<'a> {
    /// Returns the parts of a label. Every text is one.
    #[inline]
    #[must_use]
    pub fn parse(text: &'a str) -> Self {
        let (source, rest) = split_source(text);
        let (key, value) = match rest.split_once('=') {
            // `$=host` stands for a reserved label, whose key is what follows.
            Some(("", value)) if source == RESERVED => (value, ""),
            Some((key, value)) => (key, value),
            None => (rest, ""),
        };
        let source = if source.is_empty() {
            UNSPECIFIED
        } else {
            source
        };
        Self { source, key, value }
    }
}

/// The source of a label, empty where there is none, and what follows it.
#[inline]
fn split_source(text: &str) -> (&str, &str) {
    if let Some(rest) = text.strip_prefix('$') {
        return (RESERVED, rest);
    }
    if let Some(parts) = text.split_once(':') {
        return parts;
    }
    match text.strip_prefix("reserved.") {
        Some(rest) => (RESERVED, rest),
        None => ("", text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> (&str, &str, &str) {
        let Label { source, key, value } = Label::parse(text);
        (source, key, value)
    }

    #[test]
    fn a_label_is_a_source_a_key_and_a_value() {
        assert_eq!(parts("k8s:a.b/c=d=e"), ("k8s", "a.b/c", "d=e"));
        assert_eq!(parts("container:x"), ("container", "x", ""));
        assert_eq!(parts("x=y"), ("unspec", "x", "y"));
        assert_eq!(parts(":x=y"), ("unspec", "x", "y"));
        assert_eq!(parts(""), ("unspec", "", ""));
    }

    #[test]
    fn reserved_labels_have_short_forms() {
        assert_eq!(parts("$host"), ("reserved", "host", ""));
        assert_eq!(parts("reserved.host"), ("reserved", "host", ""));
        assert_eq!(parts("reserved:=host"), ("reserved", "host", ""));
    }
}
