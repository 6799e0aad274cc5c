//! The agent's command line: captures, forms of output, failures. Needs no privileges.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use flow_lab::example::agent;
use flow_lab::process::{catches, signal, soon};
use nix::sys::signal::Signal;
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

/// Sum of the packets of all flows of a run with `-o json`.
fn packets(lines: &[String]) -> u64 {
    let count = |line: &String| {
        let event: Value = serde_json::from_str(line).expect("JSON");
        let counts = &event["flow"]["extensions"]["value"];
        let of = |name: &str| counts[name]["packets"].as_u64().unwrap_or(0);
        of("forward") + of("reverse")
    };
    lines.iter().map(count).sum()
}

#[test]
fn no_packet_is_lost_or_invented() {
    let json = |args: &[&str]| lines(&[&["-o", "json"], args].concat());
    let aggregated = json(&[]);
    assert_eq!(packets(&aggregated), DEMO_PACKETS);
    let in_parts = json(&["--interval", "100ms"]);
    assert_eq!(packets(&in_parts), DEMO_PACKETS);
    assert!(in_parts.len() > aggregated.len(), "reported in parts");
    let single = json(&["--mode", "packets"]);
    assert_eq!(packets(&single), DEMO_PACKETS);
    assert_eq!(single.len() as u64, DEMO_PACKETS);
    assert_eq!(
        json(&["--ring-size", "1"]),
        aggregated,
        "a capture waits for whoever reads it"
    );
    let sampled = json(&["--mode", "sampled:10"]);
    assert_eq!(sampled.len() as u64, DEMO_PACKETS / 10);
    assert!(
        sampled
            .iter()
            .all(|line| line.contains("\"sample_rate\":10"))
    );
}

/// The numbers of packets that a summary tells: read, in flows, and each reason for none.
fn told(summary: &str) -> (u64, Vec<u64>) {
    let begins_with_number = |text: &str| -> Option<u64> {
        let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
        digits.parse().ok()
    };
    let line = summary.strip_prefix("agent: ").expect("a message");
    let (read, rest) = line.split_once(" read: ").expect("packets read");
    let (parts, _shown) = rest.rsplit_once("; ").expect("flows shown");
    // What stands in brackets says the same in more detail.
    let mut outer = String::new();
    let mut depth = 0;
    for letter in parts.chars() {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ if depth == 0 => outer.push(letter),
            _ => {}
        }
    }
    let counts = outer.split(", ").filter_map(begins_with_number).collect();
    (begins_with_number(read).expect("a number"), counts)
}

#[test]
fn the_summary_tells_what_became_of_every_packet() {
    let output = demo_capture(&["--mode", "sampled:10"]);
    let summary = text(&output.stderr);
    assert_eq!(
        summary,
        "agent: 51 packets read: 5 in 5 flows, 46 left out by sampling; 5 shown\n"
    );
    assert_eq!(told(&summary), (51, vec![5, 46]));
    let output = demo_capture(&["--count", "1", "--mode", "packets"]);
    assert_eq!(
        text(&output.stderr),
        "agent: 1 packet read: 1 in 1 flow; 1 shown\n"
    );
}

/// Real captures, damaged ones among them: flows and summary together account for each packet.
#[test]
fn every_packet_of_the_corpus_is_accounted_for() {
    let corpus = std::env::var_os("FLOW_CORPUS").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus"),
        PathBuf::from,
    );
    if !corpus.is_dir() {
        eprintln!("skipped: no corpus at {}", corpus.display());
        return;
    }
    let mut captures = 0;
    for folder in ["ndpi", "tcpdump"] {
        let mut paths: Vec<_> = fs::read_dir(corpus.join(folder))
            .expect("folder")
            .map(|entry| entry.expect("entry").path())
            .filter(|path| {
                let ending = path.extension().and_then(|ending| ending.to_str());
                matches!(ending, Some("pcap" | "pcapng" | "cap"))
            })
            .collect();
        paths.sort();
        // Each costs a start of the agent: one in seven is enough here.
        for path in paths.iter().step_by(7) {
            let output = observe()
                .args(["-o", "json", "--pcap"])
                .arg(path)
                .output()
                .expect("run");
            let stderr = text(&output.stderr);
            let summary = stderr.lines().next().expect("a summary");
            let name = path.display();
            if !output.status.success() && stderr.lines().count() == 1 {
                assert!(output.stdout.is_empty(), "{name}: {summary}");
                continue; // damaged before its first packet
            }
            let (read, counts) = told(summary);
            assert_eq!(counts.iter().sum::<u64>(), read, "{name}: {summary}");
            let lines: Vec<String> = text(&output.stdout).lines().map(str::to_owned).collect();
            assert_eq!(packets(&lines), counts[0], "{name}: {summary}");
            captures += 1;
        }
    }
    assert!(captures > 50, "{captures}");
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

/// Runs with standard output or standard error at a terminal, and gives what came there.
fn at_terminal(command: &mut Command, error: bool) -> String {
    let pty = nix::pty::openpty(None, None).expect("a terminal");
    let end = Stdio::from(pty.slave);
    let command = if error {
        command.stdout(Stdio::null()).stderr(end)
    } else {
        command.stdout(end).stderr(Stdio::null())
    };
    let mut agent = command.spawn().expect("spawn");
    // Ours of the terminal's ends is closed with the command's, so that reading it ends.
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let mut shown = Vec::new();
    let mut terminal = fs::File::from(pty.master);
    let mut buffer = [0; 4096];
    // A terminal whose other end is closed gives an error, EIO.
    while let Ok(length @ 1..) = terminal.read(&mut buffer) {
        shown.extend_from_slice(&buffer[..length]);
    }
    assert!(agent.wait().expect("wait").success());
    text(&shown)
}

#[test]
fn a_terminal_gets_colour_unless_it_is_not_wanted() {
    let run = |variable: &str, value: &str, args: &[&str]| {
        let mut command = observe();
        command.env("TERM", "xterm").env(variable, value);
        command.arg("--pcap").arg(testdata("demo.pcap")).args(args);
        at_terminal(&mut command, false)
    };
    for form in ["compact", "dict", "table"] {
        let shown = run("TERM", "xterm", &["-o", form]);
        assert!(shown.contains("\x1b[32mFORWARDED\x1b[0m"), "{shown:?}");
        let never = run("TERM", "xterm", &["-o", form, "--color", "never"]);
        assert!(!never.contains('\x1b'), "{never:?}");
        assert_eq!(run("NO_COLOR", "1", &["-o", form]), never);
        assert_eq!(run("TERM", "dumb", &["-o", form]), never);
    }
    let json = run("TERM", "xterm", &["-o", "json"]);
    assert!(!json.contains('\x1b'), "{json:?}");
}

#[test]
fn a_large_capture_shows_its_progress_at_a_terminal() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("large.pcap");
    let small = fs::read(testdata("demo.pcap")).expect("read");
    let mut large = small.clone();
    while large.len() < 64 << 20 {
        large.extend_from_slice(&small[24..]);
    }
    fs::write(&path, &large).expect("write");
    let run = |args: &[&str]| {
        let mut command = observe();
        command
            .env("TERM", "xterm")
            .args(args)
            .arg("--pcap")
            .arg(&path);
        at_terminal(&mut command, true)
    };
    let shown = run(&["--until", "2000-01-01T00:00:00Z"]);
    assert!(shown.contains('%') && shown.contains("MiB"), "{shown:?}");
    assert!(shown.contains("packets read: "), "{shown:?}");
    assert_eq!(run(&["--quiet", "--until", "2000-01-01T00:00:00Z"]), "");
}

#[test]
fn an_interrupt_ends_the_reading_of_a_quiet_pipe() {
    let bytes = fs::read(testdata("demo.pcap")).expect("read");
    // Before the file header, within it, within a record, after the last.
    for length in [0, 10, 50, bytes.len()] {
        let mut agent = observe()
            .args(["--pcap", "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("spawn");
        let mut input = agent.stdin.take().expect("stdin");
        input.write_all(&bytes[..length]).expect("write");
        soon("it catches signals", || catches(agent.id(), Signal::SIGINT));
        signal(&agent, Signal::SIGINT);
        let output = agent.wait_with_output().expect("wait");
        assert!(output.status.success(), "{length}: {:?}", output.status);
        let stderr = text(&output.stderr);
        let (read, counts) = told(&stderr);
        assert_eq!(counts, [read], "{stderr}");
        drop(input);
    }
}

#[test]
fn a_closed_standard_error_is_no_failure() {
    let output = Command::new("sh")
        .arg("-c")
        .arg("exec \"$0\" observe --pcap \"$1\" 2>&-")
        .arg(agent())
        .arg(testdata("demo.pcap"))
        .output()
        .expect("sh");
    assert!(output.status.success(), "{:?}", output.status);
    assert_eq!(output.stdout, demo_capture(&[]).stdout);
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
