//! `cargo xtask packages`: what each published crate is shipped with.
//!
//! Fails where a manifest lacks something that a registry shows, where a package lacks its README or
//! a licence text, where it holds more than it is made of (tests, fixtures, seeds), or where a
//! README's example is not that of the crate's documentation.

mod example;
#[cfg(test)]
mod tests;

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use cargo_metadata::{MetadataCommand, Package};

/// What may stand at the top of a package.
const MAY_HOLD: &[&str] = &[
    ".cargo_vcs_info.json",
    "Cargo.lock",
    "Cargo.toml",
    "Cargo.toml.orig",
    "README.md",
    "bpf",
    "examples",
    "proto",
    "src",
];

/// The text of each licence, by its SPDX identifier.
const TEXTS: &[(&str, &str)] = &[
    ("Apache-2.0", "LICENSE"),
    ("GPL-2.0-only", "LICENSE-GPL-2.0"),
    ("MIT", "LICENSE-MIT"),
];

/// Runs every check and prints each finding on a line of its own.
///
/// # Errors
/// If there is a finding, Cargo fails, or a file cannot be read.
pub(crate) fn run(root: &Path) -> Result<()> {
    let metadata = MetadataCommand::new()
        .manifest_path(root.join("Cargo.toml"))
        .no_deps()
        .other_options(["--offline".to_owned()])
        .exec()
        .context("cargo metadata")?;
    let is_published =
        |package: &&Package| package.publish.as_ref().is_none_or(|to| !to.is_empty());
    let packages: Vec<_> = metadata.packages.iter().filter(is_published).collect();
    ensure!(
        !packages.is_empty(),
        "expected published packages, found none"
    );
    let mut findings = Vec::new();
    for package in &packages {
        let mut found = missing_fields(package);
        let license = package.license.as_deref().unwrap_or_default();
        found.extend(wrong_files(&files(root, &package.name)?, license));
        found.extend(wrong_readme(package)?);
        findings.extend(
            found
                .into_iter()
                .map(|finding| format!("{}: {finding}", package.name)),
        );
    }
    for finding in &findings {
        eprintln!("{finding}");
    }
    if !findings.is_empty() {
        bail!("{} findings", findings.len());
    }
    println!("packages: {} published, no finding", packages.len());
    Ok(())
}

/// Returns what a registry shows of a crate and the manifest does not say.
fn missing_fields(package: &Package) -> Vec<String> {
    let fields = [
        ("categories", package.categories.is_empty()),
        ("description", package.description.is_none()),
        ("documentation", package.documentation.is_none()),
        ("keywords", package.keywords.is_empty()),
        ("license", package.license.is_none()),
        ("readme", package.readme.is_none()),
        ("repository", package.repository.is_none()),
        ("rust-version", package.rust_version.is_none()),
    ];
    let missing = fields.into_iter().filter(|(_, is_missing)| *is_missing);
    missing
        .map(|(field, _)| format!("Cargo.toml has no `{field}`"))
        .collect()
}

/// Returns the files that Cargo packs, relative to the package.
fn files(root: &Path, package: &str) -> Result<Vec<String>> {
    let arguments = [
        "package",
        "--list",
        "--allow-dirty",
        "--offline",
        "--package",
        package,
    ];
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(arguments)
        .current_dir(root)
        .output()
        .context("cargo package --list")?;
    let errors = String::from_utf8_lossy(&output.stderr);
    ensure!(
        output.status.success(),
        "cargo {}: {errors}",
        arguments.join(" ")
    );
    let list = String::from_utf8(output.stdout).context("cargo package --list")?;
    Ok(list.lines().map(str::to_owned).collect())
}

/// Returns what a package lacks, and what it holds and should not.
fn wrong_files(files: &[String], license: &str) -> Vec<String> {
    let mut findings = Vec::new();
    let mut needed = vec!["README.md"];
    for id in license.split([' ', '(', ')']) {
        match TEXTS.iter().find(|(known, _)| *known == id) {
            Some((_, text)) => needed.push(text),
            None if matches!(id, "" | "AND" | "OR") => {}
            None => findings.push(format!("licence {id} has no text that is known")),
        }
    }
    for file in &needed {
        if !files.iter().any(|held| held == file) {
            findings.push(format!("{file} is not in the package"));
        }
    }
    for file in files {
        let top = file.split('/').next().unwrap_or_default();
        if !MAY_HOLD.contains(&top) && !needed.contains(&top) {
            findings.push(format!(
                "{file} is in the package; leave it out by `include`"
            ));
        }
    }
    findings
}

/// Returns what is wrong with the README of a package.
fn wrong_readme(package: &Package) -> Result<Vec<String>> {
    let Some(path) = package.readme() else {
        return Ok(Vec::new());
    };
    let readme = fs::read_to_string(&path).with_context(|| path.to_string())?;
    let mut findings = Vec::new();
    let title = format!("# {}", package.name);
    if readme.lines().next() != Some(title.as_str()) {
        findings.push(format!("README.md: expected {title:?} as first line"));
    }
    let library = package.targets.iter().find(|target| target.is_lib());
    if let Some(library) = library {
        let source =
            fs::read_to_string(&library.src_path).with_context(|| library.src_path.to_string())?;
        let (shown, tested) = (example::of_readme(&readme), example::of_docs(&source));
        if shown.is_empty() || shown != tested {
            findings.push(
                "README.md: expected the first example of the crate's documentation".to_owned(),
            );
        }
    }
    Ok(findings)
}
