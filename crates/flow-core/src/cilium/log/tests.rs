//! Parts of a record that need no stream.

use std::string::ToString;

use super::LogLabel;
use super::http::trace_id;

#[test]
fn a_trace_parent() {
    let id = "0af7651916cd43dd8448eb211c80319c";
    let parse = |text: &str| trace_id(text.as_bytes()).map(|id| id.to_string());
    let whole = std::format!("00-{id}-b7ad6b7169203331-01");
    assert_eq!(parse(&whole).as_deref(), Some(id));
    // Newer versions may have more parts.
    assert_eq!(
        parse(&std::format!("01-{id}-b7ad6b7169203331-01-more")).as_deref(),
        Some(id)
    );
    for length in 0..whole.len() {
        assert_eq!(parse(&whole[..length]), None, "{length}");
    }
    assert_eq!(parse(&whole.replace("00-", "ff-")), None);
    assert_eq!(parse(&whole.to_uppercase()), None);
    assert_eq!(parse(&whole.replace("0af7", "0ag7")), None);
}

#[test]
fn a_label_is_escaped() {
    let label = LogLabel {
        source: b"k8s",
        key: b"a\x1b[31m",
        value: b"\xff",
    };
    assert_eq!(label.to_string(), "k8s:a\\u{1b}[31m=\\xff");
}
