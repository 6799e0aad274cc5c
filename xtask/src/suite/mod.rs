//! `cargo xtask test`: installs what the tests need and runs every test.
//!
//! Tests on kernel traffic need root and a few commands. As root on Debian the commands that are
//! missing are installed first; without root those tests are skipped and counted.

mod error;
mod install;
mod plan;
mod system;
mod tools;

use std::ffi::OsString;
use std::io::{self, BufRead, BufReader, IsTerminal, Write};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};

use anyhow::Result;

use error::SuiteError;
use plan::{Plan, Situation};
use system::Distribution;

/// Features that no program of the workspace asks for, and whose tests are to run.
const FEATURES: &str = "flow-enrich/kubernetes-latest,flow-enrich/manifests,flow-metrics/hubble";

/// Set to `1`, skips the tests that need root or BPF.
const SKIP_VARIABLE: &str = "FLOW_SKIP_BPF";

/// Installs what is missing, then runs the tests and the examples in the documentation.
///
/// # Errors
/// If something is missing that cannot be installed, or a test fails.
pub(crate) fn run(root: &Path) -> Result<()> {
    let path = system::search_path();
    let missing = || tools::missing(|command| system::is_in(&path, command));
    let plan = plan::decide(&Situation {
        is_root: rustix::process::geteuid().is_root(),
        skips_bpf: std::env::var_os(SKIP_VARIABLE).is_some_and(|value| value == "1"),
        has_apt: system::is_in(&path, "apt-get"),
        distribution: Distribution::here(),
        missing: missing(),
    })?;
    if let Some(line) = &plan.line {
        println!("test: {line}");
    }
    if !plan.install.is_empty() {
        install::install(&plan.install)?;
        let missing = tools::listed(&missing());
        if !missing.is_empty() {
            return Err(SuiteError::StillMissing { missing }.into());
        }
    }
    Ok(cargo_test(root, &path, &plan)?)
}

fn cargo_test(root: &Path, path: &OsString, plan: &Plan) -> Result<(), SuiteError> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command
        .args(["test", "--workspace", "--features", FEATURES])
        .current_dir(root)
        .env("PATH", path);
    let status = if plan.skips_bpf {
        command.env(SKIP_VARIABLE, "1");
        let (status, skipped) = counting(&mut command, &mut io::stderr())?;
        println!("test: {skipped} tests skipped, which need root and BPF");
        status
    } else {
        install::run("cargo", &mut command)?
    };
    if status.success() {
        return Ok(());
    }
    Err(SuiteError::Failed {
        what: "cargo test --workspace".to_owned(),
        status,
    })
}

/// Runs the tests, passes on what they report, and counts those that were skipped.
fn counting(command: &mut Command, to: &mut impl Write) -> Result<(ExitStatus, usize), SuiteError> {
    let failed = |source| SuiteError::Run {
        program: "cargo",
        source,
    };
    if io::stderr().is_terminal() && std::env::var_os("CARGO_TERM_COLOR").is_none() {
        command.env("CARGO_TERM_COLOR", "always");
    }
    let mut child = command.stderr(Stdio::piped()).spawn().map_err(failed)?;
    let mut skipped = 0;
    if let Some(stderr) = child.stderr.take() {
        skipped = pass_on(BufReader::new(stderr), to).map_err(failed)?;
    }
    Ok((child.wait().map_err(failed)?, skipped))
}

/// Copies lines, and returns how many of them report a test that was skipped.
fn pass_on(mut from: impl BufRead, to: &mut impl Write) -> io::Result<usize> {
    let (mut skipped, mut line) = (0, Vec::new());
    while from.read_until(b'\n', &mut line)? > 0 {
        to.write_all(&line)?;
        skipped += usize::from(is_skip(&line));
        line.clear();
    }
    Ok(skipped)
}

/// Whether a line is the one that the lab prints for each test that it skips.
fn is_skip(line: &[u8]) -> bool {
    let text = String::from_utf8_lossy(line);
    text.starts_with("skipped ") && text.contains("(FLOW_SKIP_BPF=1)")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_passed_on_and_skips_counted() {
        let input = b"   Compiling x\nskipped 1 of this program so far (FLOW_SKIP_BPF=1), the last in a\n\
                      skipped 2 of this program so far (FLOW_SKIP_BPF=1), the last in b\n\xFF no line's end";
        let mut output = Vec::new();
        assert_eq!(pass_on(&input[..], &mut output).unwrap(), 2);
        assert_eq!(output, input);
    }

    #[test]
    fn the_status_of_the_tests_and_the_count_of_skips() {
        let mut command = Command::new("sh");
        command.args([
            "-c",
            "echo 'skipped 1 of this program so far (FLOW_SKIP_BPF=1), the last in a' >&2; exit 3",
        ]);
        // Not to standard error, where the suite that runs this test would count it.
        let mut output = Vec::new();
        let (status, skipped) = counting(&mut command, &mut output).unwrap();
        assert_eq!((status.code(), skipped), (Some(3), 1));
        assert!(output.ends_with(b"in a\n"));
    }
}
