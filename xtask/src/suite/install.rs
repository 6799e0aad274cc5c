//! Installs packages of Debian.

use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};

use super::error::SuiteError;

/// Packages that start a service of this name, which no test wants: tests start their own.
const SERVICES: &[&str] = &["lighttpd"];

/// Installs packages with apt-get, and ends the services that they start.
///
/// # Errors
/// If apt-get cannot be run or fails.
pub(crate) fn install(packages: &[&str]) -> Result<(), SuiteError> {
    apt_get(&["update"])?;
    let mut words = vec!["install", "--yes", "--no-install-recommends"];
    words.extend(packages);
    apt_get(&words)?;
    for service in SERVICES.iter().filter(|name| packages.contains(name)) {
        end_service(service)?;
    }
    Ok(())
}

fn apt_get(words: &[&str]) -> Result<(), SuiteError> {
    let mut command = Command::new("apt-get");
    command
        .arg("-qq")
        .args(words)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    let status = run("apt-get", &mut command)?;
    if status.success() {
        return Ok(());
    }
    Err(SuiteError::Failed {
        what: format!("apt-get {}", words.join(" ")),
        status,
    })
}

/// Stops a service that was installed just now, and keeps it from starting with the system.
fn end_service(name: &str) -> Result<(), SuiteError> {
    println!("test: disables the service {name}, which comes with its package");
    if Path::new("/run/systemd/system").is_dir() {
        return attempt("systemctl", &["disable", "--quiet", "--now", name]);
    }
    if Path::new("/etc/init.d").join(name).exists() {
        attempt("invoke-rc.d", &["--quiet", name, "stop"])?;
        attempt("update-rc.d", &[name, "disable"])?;
    }
    Ok(())
}

/// Runs a command whose failure keeps no test from running.
fn attempt(program: &'static str, words: &[&str]) -> Result<(), SuiteError> {
    let mut command = Command::new(program);
    let status = run(program, command.args(words).stdin(Stdio::null()))?;
    if !status.success() {
        println!("test: {program} {} failed ({status})", words.join(" "));
    }
    Ok(())
}

/// Runs a command to its end.
pub(crate) fn run(program: &'static str, command: &mut Command) -> Result<ExitStatus, SuiteError> {
    command
        .status()
        .map_err(|source| SuiteError::Run { program, source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_is_not_there_is_named() {
        let error = run("apt-get", &mut Command::new("apt-get-of-no-system")).unwrap_err();
        assert_eq!(error.to_string(), "apt-get cannot be run");
    }
}
