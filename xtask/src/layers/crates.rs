//! Which crate depends on which, held to the [order](super::order).

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use cargo_metadata::{DependencyKind, Metadata, MetadataCommand};

use super::files::shown;
use super::graph::Graph;
use super::order::Row;
use super::report::Report;

/// A package of the workspace.
#[derive(Clone, Debug)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) folder: PathBuf,
    pub(crate) is_published: bool,
    pub(crate) dependencies: Vec<Dependency>,
    pub(crate) targets: Vec<Target>,
}

/// A line of `Cargo.toml`, by the real name of the package.
#[derive(Clone, Debug)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    pub(crate) is_for_tests: bool,
}

/// Something that is compiled from a root file.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) root: PathBuf,
    /// Whether it is the library or a program, whose modules are held to an order too.
    pub(crate) is_product: bool,
}

/// Returns the packages of a workspace, as Cargo sees them.
///
/// # Errors
/// If Cargo cannot read a manifest.
pub(crate) fn packages(manifest: &Path) -> Result<Vec<Package>> {
    let metadata = MetadataCommand::new()
        .manifest_path(manifest)
        .no_deps()
        .other_options(["--offline".to_owned()])
        .exec()
        .with_context(|| format!("cargo metadata of {}", manifest.display()))?;
    Ok(of_metadata(metadata))
}

fn of_metadata(metadata: Metadata) -> Vec<Package> {
    let package = |package: cargo_metadata::Package| Package {
        folder: package
            .manifest_path
            .parent()
            .map(|folder| folder.as_std_path().to_owned())
            .unwrap_or_default(),
        name: package.name.to_string(),
        is_published: package.publish.as_ref().is_none_or(|to| !to.is_empty()),
        dependencies: package
            .dependencies
            .iter()
            .map(|dependency| Dependency {
                name: dependency.name.clone(),
                is_for_tests: dependency.kind == DependencyKind::Development,
            })
            .collect(),
        targets: package
            .targets
            .iter()
            .filter(|target| !target.is_custom_build())
            .map(|target| Target {
                root: target.src_path.as_std_path().to_owned(),
                is_product: !target.is_test() && !target.is_bench(),
            })
            .collect(),
    };
    metadata.packages.into_iter().map(package).collect()
}

/// Reports arrows that point up, crates that the order does not know, and cycles of crates.
pub(crate) fn check(packages: &[Package], order: &[Row], root: &Path, report: &mut Report) {
    let mut graph = Graph::default();
    for package in packages {
        let name = &package.name;
        let row = order.iter().find(|row| row.name == name);
        let is_in_crates = package.folder.starts_with(root.join("crates"));
        if row.is_none() && (is_in_crates || package.is_published) {
            let folder = shown(&package.folder, root);
            report.find(format!(
                "{folder}: {name} is not in the order of crates (xtask/src/layers/order.rs)"
            ));
        }
        for dependency in &package.dependencies {
            let Some(used) = packages.iter().find(|one| one.name == dependency.name) else {
                continue;
            };
            if !dependency.is_for_tests {
                graph.add(name, &used.name, || {
                    format!("{name} depends on {}", used.name)
                });
            }
            if let Some(row) = row {
                check_arrow(row, used, dependency.is_for_tests, order, report);
            }
        }
    }
    for cycle in graph.cycles() {
        report.find_cycle("crates depend on each other", &cycle);
    }
}

fn check_arrow(from: &Row, to: &Package, is_for_tests: bool, order: &[Row], report: &mut Report) {
    let (name, used) = (from.name, to.name.as_str());
    let place = |name: &str| order.iter().position(|row| row.name == name);
    let Some(row) = order.iter().find(|row| row.name == used) else {
        // A crate's own tests may use what is not published; Cargo takes that out of the package.
        if !is_for_tests {
            report.find(format!(
                "{name}: depends on {used}, which is not in the order of crates"
            ));
        }
        return;
    };
    let is_up = place(used) > place(name);
    let arrow = format!(
        "{name} (layer {}) depends on {used} (layer {})",
        from.layer, row.layer
    );
    if is_for_tests && is_up {
        report.note(format!("{arrow}, in its tests only"));
    } else if !is_for_tests && is_up {
        report.find(format!("{arrow}: arrows point down only"));
    } else if !is_for_tests && !from.may_use.contains(&used) {
        report.find(format!(
            "{name}: depends on {used}, which its line in xtask/src/layers/order.rs does not allow"
        ));
    }
}
