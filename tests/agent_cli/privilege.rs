//! Without privileges.

use std::process::{Command, Stdio};

use flow_lab::example::agent;

use crate::run::{demo_capture, text};

/// Runs without any capability.
fn unprivileged() -> Command {
    let mut command = Command::new("setpriv");
    command
        .args([
            "--no-new-privs",
            "--bounding-set=-all",
            "--inh-caps=-all",
            "--",
        ])
        .arg(agent())
        .arg("observe")
        .stdin(Stdio::null());
    command
}

#[test]
fn without_privileges_it_says_what_is_missing_in_one_line() {
    flow_lab::require_root!();
    let output = unprivileged().output().expect("setpriv of util-linux");
    assert_eq!(output.status.code(), Some(1));
    let stderr = text(&output.stderr);
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    assert!(
        stderr.contains("cap_bpf") && stderr.contains("setcap"),
        "{stderr}"
    );
    assert!(
        stderr.contains("--pcap"),
        "says what works without: {stderr}"
    );
}

#[test]
fn without_privileges_the_demo_shows_the_committed_capture() {
    flow_lab::require_root!();
    let output = unprivileged()
        .arg("--demo")
        .output()
        .expect("setpriv of util-linux");
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert_eq!(output.stdout, demo_capture(&[]).stdout);
    let stderr = text(&output.stderr);
    assert!(
        stderr.contains("cap_bpf") && stderr.contains("demo.pcap"),
        "{stderr}"
    );
}
