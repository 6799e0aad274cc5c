//! `cargo xtask layers`: the structure that ARCHITECTURE.md promises.
//!
//! Fails on an arrow between crates that [order] does not allow, a crate that it does not know, a
//! cycle of crates, of a crate's top modules or of [files], a file that is too long, and one that
//! is called after nothing it holds.

mod condition;
mod crates;
mod files;
mod graph;
mod known;
mod mentions;
mod order;
mod report;
mod resolve;
mod sources;
mod tree;
mod uses;

#[cfg(test)]
mod tests;

use std::path::Path;

use anyhow::{Result, bail};

use graph::{Cycle, Graph};
use known::{KNOWN, Known};
use order::Row;
use report::Report;
use tree::Tree;

/// Runs every check and prints each finding on a line of its own.
///
/// # Errors
/// If there is a finding, or a file cannot be read.
pub(crate) fn run(root: &Path) -> Result<()> {
    let report = check(root, order::ORDER, KNOWN)?;
    for note in &report.notes {
        println!("note: {note}");
    }
    for finding in &report.findings {
        eprintln!("{finding}");
    }
    if !report.findings.is_empty() {
        bail!("{} findings", report.findings.len());
    }
    println!(
        "layers: {} crates, {} modules, {} files, no finding",
        report.crates, report.modules, report.files
    );
    Ok(())
}

fn check(root: &Path, order: &[Row], known: &[Known]) -> Result<Report> {
    let mut report = Report::default();
    let packages = crates::packages(&root.join("Cargo.toml"))?;
    crates::check(&packages, order, root, &mut report);
    report.crates = packages.len();

    let mut all = packages;
    let fuzz = root.join("fuzz/Cargo.toml");
    if fuzz.is_file() {
        all.extend(crates::packages(&fuzz)?);
    }
    let (mut file_uses, mut cycles) = (Graph::default(), Vec::new());
    for package in &all {
        for target in &package.targets {
            let tree = Tree::read(&target.root)?;
            report.modules += tree.modules.len();
            files::add_file_uses(&tree, root, &mut file_uses);
            if target.is_product {
                let mut module_uses = Graph::default();
                files::add_module_uses(&tree, root, &mut module_uses);
                let what = format!("{}: modules use each other", package.name);
                cycles.extend(named(&what, module_uses.cycles()));
            }
        }
    }
    cycles.extend(named("files use each other", file_uses.cycles()));
    report_unknown(&cycles, known, &mut report);
    report.files = sources::check(root, &mut report)?;
    Ok(report)
}

fn named(what: &str, cycles: Vec<Cycle>) -> impl Iterator<Item = (String, Cycle)> {
    cycles.into_iter().map(|cycle| (what.to_owned(), cycle))
}

/// Reports the cycles that are not known, and what is known and no more there.
fn report_unknown(cycles: &[(String, Cycle)], known: &[Known], report: &mut Report) {
    for (what, cycle) in cycles {
        if !known.iter().any(|nodes| known::is(cycle, nodes)) {
            report.find_cycle(what, cycle);
        }
    }
    for nodes in known {
        if !cycles.iter().any(|(_, cycle)| known::is(cycle, nodes)) {
            report.find(format!(
                "xtask/src/layers/known.rs: the cycle of {} is no more; take out its line",
                nodes.join(", ")
            ));
        }
    }
}
