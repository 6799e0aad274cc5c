//! The agent's demo: what it shows, its end, and what is left when it is killed.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::os::fd::AsFd;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use flow_lab::example::agent;
use flow_lab::process::{bpf_objects, signal, soon, wait};
use nix::fcntl::{FcntlArg, fcntl};
use nix::sys::signal::Signal;

fn demo(args: &[&str]) -> Command {
    let mut command = Command::new(agent());
    command
        .args(["observe", "--demo"])
        .args(args)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Namespaces that the process with this id made.
fn namespaces(pid: u32) -> Vec<String> {
    let prefix = format!("flowlab-{pid}-");
    let Ok(entries) = fs::read_dir(flow_lab::netns::DIRECTORY) else {
        return Vec::new();
    };
    entries
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| name.starts_with(&prefix))
        .collect()
}

fn living_programs() -> BTreeSet<u32> {
    aya::programs::loaded_programs()
        .filter_map(|info| Some(info.ok()?.id()))
        .collect()
}

fn living_links() -> BTreeSet<u32> {
    aya::programs::loaded_links()
        .filter_map(|info| Some(info.ok()?.id()))
        .collect()
}

/// The first line of flows, so that it is known to be at work, and the rest of its output.
fn first_line(child: &mut Child) -> (String, BufReader<ChildStdout>) {
    let mut output = BufReader::new(child.stdout.take().expect("stdout"));
    let mut line = String::new();
    output.read_line(&mut line).expect("read");
    if line.is_empty() {
        panic!("no flow: {}", errors(child));
    }
    (line, output)
}

/// What it said on standard error until its end.
fn errors(child: &mut Child) -> String {
    let mut text = String::new();
    let mut errors = child.stderr.take().expect("stderr");
    errors.read_to_string(&mut text).expect("UTF-8");
    text
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

/// A row of the table at the end: label, sent, seen, and the rest.
fn row(line: &str) -> Option<(String, u64, u64, String)> {
    let at = line.find("IPv")? + "IPv4".len();
    let (label, rest) = line.split_at(at);
    let mut columns = rest.split_whitespace();
    let mut number = || columns.next()?.parse().ok();
    let (sent, seen) = (number()?, number()?);
    Some((label.trim().to_owned(), sent, seen, rest.to_owned()))
}

#[test]
fn the_demo_shows_what_it_sends_and_ends_by_itself() {
    flow_lab::require_bpf!();
    let child = demo(&[]).spawn().expect("spawn");
    let pid = child.id();
    let output = child.wait_with_output().expect("wait");
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{stderr}");
    assert!(!stderr.contains("missing"), "{stderr}");
    assert!(stderr.contains(", 0 lost\n"), "{stderr}");
    let rows: Vec<_> = stderr.lines().filter_map(row).collect();
    assert_eq!(rows.len(), 9, "{stderr}");
    for (label, sent, seen, rest) in &rows {
        assert!(sent == seen && *sent > 0, "{label}: {rest}");
        let dropped = rest.contains(&format!("{sent} dropped: "));
        let expected = label.contains("closed port") || label.contains("black hole");
        assert_eq!(dropped, expected, "{label}: {rest}");
    }
    for flow in [
        "192.0.2.2:80 to-network FORWARDED (TCP Flags: SYN) [1/0 packets, 74/0 B, client0 out, flow-agent/",
        "[2001:db8::2]:80 from-network FORWARDED (TCP Flags: SYN, ACK) [1/0 packets, 94/0 B, client0 in, flow-agent/",
        "192.0.2.2:53 to-network FORWARDED (UDP) [",
        "[2001:db8::2]:53 to-network FORWARDED (UDP) [",
        "192.0.2.1 -> 192.0.2.2 to-network FORWARDED (ICMPv4 EchoRequest) [",
        "2001:db8::1 -> 2001:db8::2 to-network FORWARDED (ICMPv6 EchoRequest) [",
        "192.0.2.2:81 NO_SOCKET DROPPED (TCP Flags: SYN) [",
        " DROPPED (UDP) [1/0 packets, 106/0 B",
    ] {
        assert!(
            stdout.contains(flow),
            "{flow} is not in\n{stdout}\n{stderr}"
        );
    }
    let drops = stdout
        .lines()
        .filter(|line| line.contains(" DROPPED (UDP) ") && line.contains(" 198.51.100.7:53 "));
    assert_eq!(drops.count() as u64, rows[8].1, "one line for each drop");
    assert_eq!(namespaces(pid), Vec::<String>::new());
}

#[test]
fn an_interrupt_ends_it_with_a_summary_and_leaves_nothing() {
    flow_lab::require_bpf!();
    for end in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP] {
        let mut child = demo(&["--follow"]).spawn().expect("spawn");
        let pid = child.id();
        let (_, output) = first_line(&mut child);
        assert_eq!(namespaces(pid).len(), 2);
        let (programs, links) = bpf_objects(pid);
        assert!(!programs.is_empty(), "it holds its programs open");
        // Somebody has to read on, or it would wait for its output at the end.
        let reading = std::thread::spawn(move || output.lines().count());
        signal(&child, end);
        let stderr = errors(&mut child);
        assert!(wait(&mut child).success(), "{end}: {stderr}");
        assert!(reading.join().expect("reader") > 0);
        assert!(stderr.contains(" shown in "), "{stderr}");
        // The traffic ended before the view did: everything sent was seen.
        for (label, sent, seen, rest) in stderr.lines().filter_map(row) {
            assert_eq!(sent, seen, "{label}: {rest}");
        }
        assert!(namespaces(pid).is_empty());
        soon("programs are gone", || {
            programs.is_disjoint(&living_programs())
        });
        soon("links are gone", || links.is_disjoint(&living_links()));
    }
}

#[test]
fn a_second_interrupt_ends_it_at_once_and_still_leaves_nothing() {
    flow_lab::require_bpf!();
    let mut child = demo(&["--follow", "--quiet", "-o", "json"])
        .spawn()
        .expect("spawn");
    let pid = child.id();
    // Nobody reads: it soon waits for room in the pipe.
    let stdout = child.stdout.take().expect("stdout");
    fcntl(stdout.as_fd(), FcntlArg::F_SETPIPE_SZ(4096)).expect("a small pipe");
    soon("it waits for its reader", || {
        let place = fs::read_to_string(format!("/proc/{pid}/wchan")).unwrap_or_default();
        place.contains("pipe_write")
    });
    assert_eq!(namespaces(pid).len(), 2);
    // Two that come at the same time may be taken for one.
    let mut status = None;
    soon("a further interrupt ends it", || {
        signal(&child, Signal::SIGINT);
        status = child.try_wait().expect("wait");
        status.is_some()
    });
    let status = status.expect("it ended");
    assert_eq!(status.code(), Some(130), "{status:?}");
    assert!(namespaces(pid).is_empty());
    drop(stdout);
}

#[test]
fn a_kill_leaves_nothing_attached_and_the_next_start_cleans_up() {
    flow_lab::require_bpf!();
    let mut child = demo(&["--follow"]).spawn().expect("spawn");
    let pid = child.id();
    let mut report = String::new();
    BufReader::new(child.stderr.as_mut().expect("stderr"))
        .read_line(&mut report)
        .expect("read");
    let _output = first_line(&mut child);
    let left: Vec<String> = namespaces(pid);
    assert_eq!(left.len(), 2);
    let (programs, links) = bpf_objects(pid);
    assert!(!programs.is_empty() && !links.is_empty(), "{report}");
    child.kill().expect("kill -9");
    child.wait().expect("wait");
    soon("links are gone", || links.is_disjoint(&living_links()));
    // Before Linux 6.6 the agent's guard sees to that.
    soon("programs are gone", || {
        programs.is_disjoint(&living_programs())
    });
    let next = demo(&["--count", "1", "--quiet"]).output().expect("run");
    assert!(next.status.success(), "{}", text(&next.stderr));
    assert!(
        namespaces(pid).is_empty(),
        "the next start removes {left:?}"
    );
    if let Ok(entries) = fs::read_dir(Path::new("/sys/fs/bpf")) {
        let names: Vec<_> = entries.flatten().map(|entry| entry.file_name()).collect();
        let ours = |name: &std::ffi::OsString| name.to_string_lossy().contains("flow");
        assert!(!names.iter().any(ours), "pins: {names:?}");
    }
}

#[test]
fn a_reader_that_goes_away_ends_the_live_agent_too() {
    flow_lab::require_bpf!();
    let mut child = demo(&["--follow"]).spawn().expect("spawn");
    let pid = child.id();
    let (_, output) = first_line(&mut child);
    drop(output);
    let stderr = errors(&mut child);
    assert!(wait(&mut child).success(), "{stderr}");
    assert!(
        stderr.lines().all(|line| !line.contains("pipe")),
        "{stderr}"
    );
    assert!(namespaces(pid).is_empty());
}
