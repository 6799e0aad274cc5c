//! The agent's command line: captures, forms of output, failures. Needs no privileges.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use flow_lab::example::agent;
use serde_json::Value;

/// Packets in `testdata/demo.pcap`.
const DEMO_PACKETS: u64 = 51;

fn testdata(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("testdata")
        .join(name)
}

fn observe() -> Command {
    let mut command = Command::new(agent());
    command
        .arg("observe")
        .env_remove("NO_COLOR")
        .env("TZ", "UTC")
        .stdin(Stdio::null());
    command
}

fn demo_capture(args: &[&str]) -> Output {
    observe()
        .arg("--pcap")
        .arg(testdata("demo.pcap"))
        .args(args)
        .output()
        .expect("agent runs")
}

/// Standard output of a run that must succeed.
fn lines(args: &[&str]) -> Vec<String> {
    let output = demo_capture(args);
    assert!(
        output.status.success(),
        "{args:?}: {}",
        text(&output.stderr)
    );
    text(&output.stdout).lines().map(str::to_owned).collect()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

/// Compares with a committed file; `FLOW_BLESS=1` writes it anew.
fn assert_golden(name: &str, actual: &str) {
    let path = testdata(name);
    if std::env::var_os("FLOW_BLESS").is_some() {
        fs::write(&path, actual).expect("write");
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        actual == expected,
        "{} differs; FLOW_BLESS=1 rewrites it\n--- expected\n{expected}\n--- actual\n{actual}",
        path.display()
    );
}

#[test]
fn each_form_of_output_is_the_committed_one() {
    for format in ["compact", "json", "dict", "table"] {
        let output = demo_capture(&["-o", format, "--quiet", "--node-name", "test"]);
        assert!(output.status.success(), "{}", text(&output.stderr));
        assert_golden(&format!("demo.{format}"), &text(&output.stdout));
        assert!(
            output.stderr.is_empty(),
            "--quiet: {}",
            text(&output.stderr)
        );
    }
}

#[test]
fn no_packet_is_lost_or_invented() {
    let sum = |args: &[&str]| -> u64 {
        lines(args)
            .iter()
            .map(|line| {
                let event: Value = serde_json::from_str(line).expect("JSON");
                let traffic = find(&event, "forward_packets").expect("counts");
                let back = find(&event, "reverse_packets").unwrap_or(0);
                traffic + back
            })
            .sum()
    };
    assert_eq!(sum(&["-o", "json"]), DEMO_PACKETS);
    assert_eq!(sum(&["-o", "json", "--mode", "packets"]), DEMO_PACKETS);
    assert_eq!(
        sum(&["-o", "json", "--ring-size", "1"]),
        DEMO_PACKETS,
        "no loss on a file"
    );
    assert_eq!(lines(&["--mode", "packets"]).len() as u64, DEMO_PACKETS);
    assert_eq!(
        lines(&["--mode", "sampled:10"]).len() as u64,
        DEMO_PACKETS / 10
    );
}

/// The number of this name anywhere in a JSON value.
fn find(value: &Value, name: &str) -> Option<u64> {
    match value {
        Value::Object(fields) => fields.iter().find_map(|(key, value)| {
            if key == name {
                value
                    .as_u64()
                    .or_else(|| value.as_str().and_then(|text| text.parse().ok()))
            } else {
                find(value, name)
            }
        }),
        Value::Array(values) => values.iter().find_map(|value| find(value, name)),
        _ => None,
    }
}

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
fn standard_input_is_as_good_as_a_file() {
    let file = fs::File::open(testdata("demo.pcap")).expect("open");
    let output = observe()
        .args(["--pcap", "-"])
        .stdin(file)
        .output()
        .expect("run");
    assert!(output.status.success());
    assert_eq!(output.stdout, demo_capture(&[]).stdout);
}

#[test]
fn a_live_pipe_is_followed_packet_by_packet() {
    let bytes = fs::read(testdata("demo.pcap")).expect("read");
    let mut agent = observe()
        .args(["--pcap", "-", "--mode", "packets", "--quiet"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("spawn");
    let mut input = agent.stdin.take().expect("stdin");
    let mut output = BufReader::new(agent.stdout.take().expect("stdout"));
    // The file header and the first record, of which the length is at byte 32.
    let length = u32::from_le_bytes(bytes[32..36].try_into().expect("4 bytes")) as usize;
    input.write_all(&bytes[..40 + length]).expect("write");
    input.flush().expect("flush");
    let mut line = String::new();
    output
        .read_line(&mut line)
        .expect("a line before the stream ends");
    assert!(line.contains("[2001:db8::2]:53"), "{line}");
    drop(input);
    assert!(agent.wait().expect("wait").success());
}

#[test]
fn a_damaged_capture_gives_what_is_whole_and_says_where_it_breaks() {
    let bytes = fs::read(testdata("demo.pcap")).expect("read");
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("cut.pcap");
    fs::write(&path, &bytes[..bytes.len() - 10]).expect("write");
    let output = observe()
        .args(["--mode", "packets", "--pcap"])
        .arg(&path)
        .output()
        .expect("run");
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        text(&output.stdout).lines().count() as u64,
        DEMO_PACKETS - 1
    );
    let stderr = text(&output.stderr);
    assert!(
        stderr.contains("cut.pcap") && stderr.contains("cut short at byte"),
        "{stderr}"
    );
    assert!(
        stderr.contains(&format!("after {} packets", DEMO_PACKETS - 1)),
        "{stderr}"
    );
}

#[test]
fn what_cannot_be_read_is_one_line_and_status_1() {
    let folder = tempfile::tempdir().expect("folder");
    let odd = folder.path().join("odd\x1b[31mname");
    fs::write(&odd, b"GET / HTTP/1.1\r\n").expect("write");
    for (path, reason) in [
        (odd, "neither pcap nor pcapng"),
        (folder.path().join("none"), "No such file"),
    ] {
        let output = observe().arg("--pcap").arg(&path).output().expect("run");
        assert_eq!(output.status.code(), Some(1));
        let stderr = text(&output.stderr);
        assert!(stderr.contains(reason), "{stderr}");
        assert_eq!(stderr.lines().count(), 1, "{stderr}");
        assert!(
            !stderr.contains('\x1b'),
            "a file's name must not reach the terminal raw"
        );
    }
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

#[test]
fn colour_only_where_wanted_and_no_control_characters() {
    let plain = demo_capture(&[]).stdout;
    assert!(
        plain
            .iter()
            .all(|byte| *byte == b'\n' || !byte.is_ascii_control())
    );
    let coloured = text(&demo_capture(&["--color", "always"]).stdout);
    assert!(coloured.contains("\x1b["));
    let mut stripped = String::new();
    let mut rest = coloured.as_str();
    while let Some((before, after)) = rest.split_once('\x1b') {
        stripped += before;
        rest = after.split_once('m').expect("a colour ends with m").1;
    }
    assert_eq!(stripped + rest, text(&plain), "colour changes nothing else");
}

#[test]
fn a_reader_that_goes_away_ends_it_quietly() {
    let mut agent = observe()
        .args(["--mode", "packets", "--quiet", "--pcap", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("spawn");
    let mut input = agent.stdin.take().expect("stdin");
    let mut output = BufReader::new(agent.stdout.take().expect("stdout"));
    let bytes = fs::read(testdata("demo.pcap")).expect("read");
    input.write_all(&bytes).expect("write");
    let mut line = String::new();
    output.read_line(&mut line).expect("read");
    drop(output);
    // It writes into the closed pipe as soon as more comes, and ends; so may our pipe break.
    while input
        .write_all(&bytes[24..])
        .and_then(|()| input.flush())
        .is_ok()
    {}
    drop(input);
    let output = agent.wait_with_output().expect("wait");
    assert!(output.status.success(), "{:?}", output.status);
    assert_eq!(text(&output.stderr), "");
}

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
