use super::{example, wrong_files};

const DOCS: &str = r#"//! Adds.
//!
#![cfg_attr(feature = "std", doc = "```")]
#![cfg_attr(not(feature = "std"), doc = "```ignore")]
//! # use adds::hidden;
//! let sum = 1 + 1;
//!
//! assert_eq!(sum, 2);
//! # Ok::<(), ()>(())
//! ```
//!
//! ```
//! let other = 0;
//! ```
"#;

fn files(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn the_example_is_the_first_one_without_what_rustdoc_hides() {
    assert_eq!(
        example::of_docs(DOCS),
        ["let sum = 1 + 1;", "", "assert_eq!(sum, 2);"]
    );
    assert_eq!(example::of_docs("//! Nothing.\n"), [""; 0]);
}

#[test]
fn a_readme_shows_its_first_rust_block() {
    let readme = "# adds\n\n```toml\nadds = 1\n```\n\n```rust,no_run\nlet sum = 1;\n```\n";
    assert_eq!(example::of_readme(readme), ["let sum = 1;"]);
    assert_eq!(example::of_readme("# adds\n"), [""; 0]);
}

#[test]
fn a_whole_package_has_no_finding() {
    let held = files(&["Cargo.toml", "LICENSE", "README.md", "src/lib.rs"]);
    assert_eq!(wrong_files(&held, "Apache-2.0"), [""; 0]);
}

#[test]
fn what_is_missing_and_what_is_too_much_are_findings() {
    let held = files(&[
        "Cargo.toml",
        "LICENSE",
        "src/lib.rs",
        "tests/lib.rs",
        "testdata/a.pcap",
    ]);
    let findings = wrong_files(&held, "Apache-2.0 AND (MIT OR GPL-2.0-only)");
    let about = [
        "README.md",
        "LICENSE-MIT",
        "LICENSE-GPL-2.0",
        "tests/lib.rs",
        "testdata/a.pcap",
    ];
    assert_eq!(findings.len(), about.len(), "{findings:?}");
    for (finding, about) in findings.iter().zip(about) {
        assert!(finding.starts_with(about), "{finding}");
    }
    let findings = wrong_files(&files(&["README.md"]), "WTFPL");
    assert_eq!(findings, ["licence WTFPL has no text that is known"]);
}
