//! Which flows are shown, and wrong usage.

use std::process::Command;

use flow_lab::example::agent;

use crate::run::{lines, text};

#[test]
fn first_last_and_times_choose_flows() {
    let all = lines(&["--mode", "packets"]);
    assert_eq!(
        lines(&["--mode", "packets", "--last", "3"]),
        all[all.len() - 3..]
    );
    assert_eq!(lines(&["--mode", "packets", "--count", "2"]), all[..2]);
    assert_eq!(lines(&["--mode", "packets", "--first", "2"]), all[..2]);
    assert_eq!(lines(&["--mode", "packets", "--last", "1000"]), all);
    // Two packets of the capture are newer than its second second, of which one is the last.
    let since = lines(&["--mode", "packets", "--since", "2026-01-01T12:00:02Z"]);
    assert_eq!(since, all[all.len() - 2..]);
    let until = lines(&["--mode", "packets", "--until", "2026-01-01T12:00:02Z"]);
    assert_eq!(until, all[..all.len() - 2]);
    assert!(lines(&["--since", "1h"]).is_empty(), "the capture is older");
}

#[test]
fn wrong_usage_is_status_2() {
    for args in [
        &["observe", "--no-such-flag"][..],
        &["observe", "--mode", "sampled:0"],
        &["observe", "--mode", "everything"],
        &["observe", "--ring-size", "1000"],
        &["observe", "--pcap", "x", "--demo"],
        &["observe", "--last", "1", "--follow"],
        &["observe", "--last", "2", "--ring-size", "1"],
        &["observe", "--pcap", "x", "--follow"],
        &["observe", "--count", "0"],
        &["observe", "--interval", "soon"],
        &["observe", "--since", "yesterday"],
        &["no-such-command"],
        &[],
    ] {
        let output = Command::new(agent()).args(args).output().expect("run");
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(
            output.stdout.is_empty() && !output.stderr.is_empty(),
            "{args:?}"
        );
    }
    let output = Command::new(agent())
        .args(["observe", "--ring-size", "1000"])
        .output();
    assert!(
        text(&output.expect("run").stderr).contains("1024"),
        "names the next power of two"
    );
}
