//! The first example of a README and of a crate's documentation.

/// Returns the first Rust block of a README; nothing where there is none.
pub(super) fn of_readme(readme: &str) -> Vec<&str> {
    let block = readme
        .lines()
        .skip_while(|line| !line.starts_with("```rust"));
    block
        .skip(1)
        .take_while(|line| !line.starts_with("```"))
        .collect()
}

/// Returns the first example of the documentation of a crate, as it is shown: without the lines that
/// rustdoc hides. Nothing where there is none.
///
/// The opening fence may stand in `cfg_attr(…, doc = "```")`, once for each condition.
pub(super) fn of_docs(source: &str) -> Vec<&str> {
    let is_fence = |line: &&str| line.contains("```");
    let block = source
        .lines()
        .skip_while(|line| !is_fence(line))
        .skip_while(is_fence);
    block
        .take_while(|line| !is_fence(line))
        .filter_map(|line| line.strip_prefix("//!"))
        .map(|line| line.strip_prefix(' ').unwrap_or(line))
        .filter(|line| *line != "#" && !line.starts_with("# "))
        .collect()
}
