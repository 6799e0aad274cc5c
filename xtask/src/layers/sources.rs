//! Rules that a source file is held to by itself: its length and its name.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::files::shown;
use super::report::Report;

/// Longest source file, in lines.
const MAX_LINES: usize = 500;
/// Names that say nothing of what a module holds.
const VAGUE: &[&str] = &["utils", "util", "helpers", "common", "misc"];
/// Folders whose source files are held to the rules.
const SOURCES: &[&str] = &[
    "crates", "src", "examples", "benches", "tests", "xtask", "fuzz",
];
/// Folders of what was not written by hand.
const PASSED_OVER: &[&str] = &["target", "generated"];

/// Reports files that are too long or called after nothing. Returns how many files there are.
///
/// # Errors
/// If a file cannot be read.
pub(crate) fn check(root: &Path, report: &mut Report) -> Result<usize> {
    let mut files = 0;
    for folder in SOURCES {
        for file in source_files(&root.join(folder))? {
            files += 1;
            check_file(root, &file, report)?;
        }
    }
    Ok(files)
}

/// Rust and C source files below `folder`, none where it does not exist.
fn source_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else {
            continue;
        };
        for entry in entries {
            let path = entry?.path();
            if path.is_dir() {
                let passed_over = |name: &OsStr| PASSED_OVER.iter().any(|other| name == *other);
                if !path.file_name().is_some_and(passed_over) {
                    folders.push(path);
                }
            } else if path
                .extension()
                .is_some_and(|ending| ["rs", "c", "h"].iter().any(|e| ending == *e))
            {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

fn check_file(root: &Path, file: &Path, report: &mut Report) -> Result<()> {
    let name = shown(file, root);
    let text = fs::read_to_string(file).with_context(|| name.clone())?;
    let lines = text.lines().count();
    if lines > MAX_LINES {
        report.find(format!(
            "{name}: {lines} lines, at most {MAX_LINES} expected"
        ));
    }
    if file
        .file_stem()
        .is_some_and(|stem| VAGUE.iter().any(|vague| stem == *vague))
    {
        report.find(format!("{name}: a name that says nothing of what it holds"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_written_by_hand_is_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["target", "generated", "src"] {
            fs::create_dir(folder.path().join(name)).unwrap();
            fs::write(folder.path().join(name).join("a.rs"), "").unwrap();
        }
        let found = source_files(folder.path()).unwrap();
        assert_eq!(found, [folder.path().join("src/a.rs")]);
    }
}
