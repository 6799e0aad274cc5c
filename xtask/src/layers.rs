//! `cargo xtask layers`: the structure that ARCHITECTURE.md promises.
//!
//! Fails on a dependency between sibling crates, a cycle between the top modules of a crate,
//! a file of more than [`MAX_LINES`] lines, and a module that is called after nothing it holds.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

/// Longest source file, in lines.
const MAX_LINES: usize = 500;
/// Crates that any other member may depend on.
const COMMON: &[&str] = &["flow-core"];
/// Names that say nothing of what a module holds.
const VAGUE: &[&str] = &["utils", "util", "helpers", "common", "misc"];
/// Folders whose source files are held to the rules.
const SOURCES: &[&str] = &[
    "crates", "src", "examples", "benches", "tests", "xtask", "fuzz",
];

/// Folders of what was not written by hand.
const PASSED_OVER: &[&str] = &["target", "generated"];

/// Runs every check and prints each finding on a line of its own.
pub(crate) fn run(root: &Path) -> Result<()> {
    let mut findings = Vec::new();
    let mut modules = 0;
    let members = members(root)?;
    for (name, folder) in &members {
        sibling_edges(name, folder, &members, &mut findings)?;
        let edges = module_edges(&folder.join("src"))?;
        modules += edges.len();
        if let Some(cycle) = find_cycle(&edges) {
            findings.push(format!(
                "{name}: modules import each other: {}",
                cycle.join(" -> ")
            ));
        }
    }
    let mut files = 0;
    for folder in SOURCES {
        for file in source_files(&root.join(folder))? {
            files += 1;
            file_rules(root, &file, &mut findings)?;
        }
    }
    for finding in &findings {
        eprintln!("{finding}");
    }
    if !findings.is_empty() {
        bail!("{} findings", findings.len());
    }
    println!(
        "layers: {} crates, {modules} modules, {files} files, no finding",
        members.len()
    );
    Ok(())
}

/// Name and folder of each crate under `crates/`.
fn members(root: &Path) -> Result<BTreeMap<String, PathBuf>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(root.join("crates")).context("crates/")? {
        let folder = entry?.path();
        let manifest = folder.join("Cargo.toml");
        if manifest.is_file() {
            found.insert(package_name(&manifest)?, folder);
        }
    }
    Ok(found)
}

fn read_manifest(manifest: &Path) -> Result<toml::Table> {
    let text = fs::read_to_string(manifest).with_context(|| manifest.display().to_string())?;
    text.parse().with_context(|| manifest.display().to_string())
}

fn package_name(manifest: &Path) -> Result<String> {
    read_manifest(manifest)?
        .get("package")
        .and_then(|package| package.get("name"))
        .and_then(toml::Value::as_str)
        .map(str::to_owned)
        .with_context(|| format!("{}: no package.name", manifest.display()))
}

/// Reports each dependency of `name` on a crate that stands beside it.
fn sibling_edges(
    name: &str,
    folder: &Path,
    members: &BTreeMap<String, PathBuf>,
    findings: &mut Vec<String>,
) -> Result<()> {
    let manifest = read_manifest(&folder.join("Cargo.toml"))?;
    for section in ["dependencies", "dev-dependencies", "build-dependencies"] {
        let Some(table) = manifest.get(section).and_then(toml::Value::as_table) else {
            continue;
        };
        for dependency in table.keys() {
            let sibling =
                members.contains_key(dependency) && !COMMON.contains(&dependency.as_str());
            if sibling || (name == "flow-core" && members.contains_key(dependency)) {
                findings.push(format!("{name}: {section} holds its sibling {dependency}"));
            }
        }
    }
    Ok(())
}

/// For each top module of a crate, the top modules that its code names as `crate::module`.
///
/// Test modules are left out: a test may look at anything.
fn module_edges(source: &Path) -> Result<BTreeMap<String, BTreeSet<String>>> {
    let mut edges: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut texts: Vec<(String, String)> = Vec::new();
    for file in source_files(source)? {
        let relative = file.strip_prefix(source)?;
        let mut parts = relative
            .components()
            .map(|part| part.as_os_str().to_string_lossy());
        let Some(first) = parts.next() else { continue };
        let module = first.trim_end_matches(".rs").to_owned();
        let is_test = relative.file_stem().is_some_and(|stem| stem == "tests")
            || relative
                .components()
                .any(|part| part.as_os_str() == "tests");
        if module == "lib" || module == "main" || is_test {
            continue;
        }
        edges.entry(module.clone()).or_default();
        texts.push((module, fs::read_to_string(&file)?));
    }
    for (module, text) in &texts {
        for line in text
            .lines()
            .take_while(|line| !line.starts_with("#[cfg(test)]"))
        {
            if line.trim_start().starts_with("//") {
                continue;
            }
            for (at, _) in line.match_indices("crate::") {
                let target: String = line[at + "crate::".len()..]
                    .chars()
                    .take_while(|letter| letter.is_ascii_alphanumeric() || *letter == '_')
                    .collect();
                if target != *module && edges.contains_key(&target) {
                    edges.entry(module.clone()).or_default().insert(target);
                }
            }
        }
    }
    Ok(edges)
}

/// A path of modules that leads back to its start.
fn find_cycle(edges: &BTreeMap<String, BTreeSet<String>>) -> Option<Vec<String>> {
    fn visit<'a>(
        node: &'a str,
        edges: &'a BTreeMap<String, BTreeSet<String>>,
        path: &mut Vec<&'a str>,
        done: &mut BTreeSet<&'a str>,
    ) -> bool {
        if let Some(at) = path.iter().position(|seen| *seen == node) {
            path.drain(..at);
            path.push(node);
            return true;
        }
        if !done.insert(node) {
            return false;
        }
        path.push(node);
        for next in edges.get(node).into_iter().flatten() {
            if visit(next, edges, path, done) {
                return true;
            }
        }
        path.pop();
        false
    }
    let mut done = BTreeSet::new();
    for node in edges.keys() {
        let mut path = Vec::new();
        if visit(node, edges, &mut path, &mut done) {
            return Some(path.into_iter().map(str::to_owned).collect());
        }
    }
    None
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

fn file_rules(root: &Path, file: &Path, findings: &mut Vec<String>) -> Result<()> {
    let shown = file.strip_prefix(root).unwrap_or(file).display();
    let lines = fs::read_to_string(file)?.lines().count();
    if lines > MAX_LINES {
        findings.push(format!(
            "{shown}: {lines} lines, at most {MAX_LINES} expected"
        ));
    }
    if file
        .file_stem()
        .is_some_and(|stem| VAGUE.iter().any(|name| stem == *name))
    {
        findings.push(format!(
            "{shown}: a name that says nothing of what it holds"
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(edges: &[(&str, &[&str])]) -> BTreeMap<String, BTreeSet<String>> {
        edges
            .iter()
            .map(|(from, to)| {
                (
                    (*from).to_owned(),
                    to.iter().map(|to| (*to).to_owned()).collect(),
                )
            })
            .collect()
    }

    #[test]
    fn a_cycle_is_found_and_named() {
        let edges = graph(&[("a", &["b"]), ("b", &["c"]), ("c", &["b"])]);
        assert_eq!(find_cycle(&edges).unwrap(), ["b", "c", "b"]);
    }

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

    #[test]
    fn a_diamond_is_no_cycle() {
        let edges = graph(&[("a", &["b", "c"]), ("b", &["d"]), ("c", &["d"]), ("d", &[])]);
        assert_eq!(find_cycle(&edges), None);
    }
}
