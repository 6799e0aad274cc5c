//! Builds the programs that tests run.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// Builds `flow-agent` in the profile of the running test, and gives its path.
///
/// Cargo builds programs before `cargo test` only where no target was chosen, so a test that is
/// run alone must see to it that it does not test an old one.
///
/// # Panics
/// Where it cannot be built.
pub fn agent() -> &'static Path {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| build(&["--package", "flow-agent"], "flow-agent"))
}

/// Builds the example `name`: see [`agent`].
///
/// # Panics
/// Where it cannot be built.
#[must_use]
pub fn example(name: &str) -> PathBuf {
    let target = ["--package", "flow-workspace", "--example", name];
    build(&target, &format!("examples/{name}"))
}

fn build(target: &[&str], path: &str) -> PathBuf {
    // target/<profile>/deps/<test> → target/<profile>
    let test = std::env::current_exe().expect("path of this test");
    let folder = test.ancestors().nth(2).expect("the profile's folder");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command
        .args(["build", "--quiet", "--offline"])
        .args(target)
        .arg("--manifest-path")
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/../../Cargo.toml"))
        .arg("--target-dir")
        .arg(folder.parent().expect("the target folder"))
        .stdin(Stdio::null());
    if folder.ends_with("release") {
        command.arg("--release");
    }
    let status = command.status().expect("cargo runs");
    assert!(status.success(), "cargo build {target:?}: {status}");
    folder.join(path)
}
