//! Runs the examples from tests.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// Builds the `agent` example in the profile of the running test, and gives its path.
///
/// Cargo builds examples before `cargo test` only where no target was chosen, so a test that is
/// run alone must see to it that it does not test an old one.
///
/// # Panics
/// Where it cannot be built.
pub fn agent() -> &'static Path {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| build("agent"))
}

/// Builds the `minimal` example: see [`agent`].
///
/// # Panics
/// Where it cannot be built.
pub fn minimal() -> &'static Path {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| build("minimal"))
}

fn build(name: &str) -> PathBuf {
    // target/<profile>/deps/<test> → target/<profile>
    let test = std::env::current_exe().expect("path of this test");
    let folder = test.ancestors().nth(2).expect("the profile's folder");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command
        .args([
            "build",
            "--quiet",
            "--offline",
            "--package",
            "flow-workspace",
            "--example",
            name,
        ])
        .arg("--manifest-path")
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/../../Cargo.toml"))
        .arg("--target-dir")
        .arg(folder.parent().expect("the target folder"))
        .stdin(Stdio::null());
    if folder.ends_with("release") {
        command.arg("--release");
    }
    let status = command.status().expect("cargo runs");
    assert!(status.success(), "cargo build --example {name}: {status}");
    folder.join("examples").join(name)
}
