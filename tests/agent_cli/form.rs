//! Forms of output, colour and progress.

use std::fs;
use std::io::Read;
use std::process::{Command, Stdio};

use crate::run::{demo_capture, observe, testdata, text};

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
