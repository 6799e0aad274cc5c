//! Parts of a record that need no stream.

use std::string::ToString;

use super::LogLabel;

#[test]
fn a_label_is_escaped() {
    let label = LogLabel {
        source: b"k8s",
        key: b"a\x1b[31m",
        value: b"\xff",
    };
    assert_eq!(label.to_string(), "k8s:a\\u{1b}[31m=\\xff");
}
