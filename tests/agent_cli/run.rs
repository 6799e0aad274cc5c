//! Runs the agent on the demo's capture.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use flow_lab::example::agent;

/// Packets in `testdata/demo.pcap`.
pub(crate) const DEMO_PACKETS: u64 = 51;

pub(crate) fn testdata(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("testdata")
        .join(name)
}

pub(crate) fn observe() -> Command {
    let mut command = Command::new(agent());
    command
        .arg("observe")
        .env_remove("NO_COLOR")
        .env("TZ", "UTC")
        .stdin(Stdio::null());
    command
}

pub(crate) fn demo_capture(args: &[&str]) -> Output {
    observe()
        .arg("--pcap")
        .arg(testdata("demo.pcap"))
        .args(args)
        .output()
        .expect("agent runs")
}

/// Standard output of a run that must succeed.
pub(crate) fn lines(args: &[&str]) -> Vec<String> {
    let output = demo_capture(args);
    assert!(
        output.status.success(),
        "{args:?}: {}",
        text(&output.stderr)
    );
    text(&output.stdout).lines().map(str::to_owned).collect()
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}
