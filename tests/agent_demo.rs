//! The agent on the live system: the demo, its end, and what is left when it is killed.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

use flow_lab::example::agent;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

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

/// Ids of the BPF programs and links that a process holds open.
fn bpf_objects(pid: u32) -> (BTreeSet<u32>, BTreeSet<u32>) {
    let (mut programs, mut links) = (BTreeSet::new(), BTreeSet::new());
    for entry in fs::read_dir(format!("/proc/{pid}/fdinfo"))
        .expect("fdinfo")
        .flatten()
    {
        let text = fs::read_to_string(entry.path()).unwrap_or_default();
        let id = |name: &str| -> Option<u32> {
            text.lines()
                .find_map(|line| line.strip_prefix(name)?.trim().parse().ok())
        };
        programs.extend(id("prog_id:"));
        links.extend(id("link_id:"));
    }
    (programs, links)
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

/// Waits until `condition` holds; the kernel frees some things a moment later.
fn soon(what: &str, condition: impl Fn() -> bool) {
    let begin = Instant::now();
    while !condition() {
        assert!(begin.elapsed() < Duration::from_secs(10), "{what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn wait(mut child: Child, limit: Duration) -> ExitStatus {
    let begin = Instant::now();
    loop {
        if let Some(status) = child.try_wait().expect("wait") {
            return status;
        }
        if begin.elapsed() > limit {
            let _ = child.kill();
            panic!("it did not end within {limit:?}");
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// The first line of flows, so that it is known to be at work.
fn first_line(child: &mut Child) -> (String, BufReader<std::process::ChildStdout>) {
    let mut output = BufReader::new(child.stdout.take().expect("stdout"));
    let mut line = String::new();
    output.read_line(&mut line).expect("read");
    if line.is_empty() {
        let mut errors = String::new();
        let _ = child
            .stderr
            .take()
            .expect("stderr")
            .read_to_string(&mut errors);
        panic!("no flow: {errors}");
    }
    (line, output)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

#[test]
fn the_demo_shows_what_it_sends_and_ends_by_itself() {
    flow_lab::require_bpf!();
    let child = demo(&[]).spawn().expect("spawn");
    let pid = child.id();
    let Output {
        status,
        stdout,
        stderr,
    } = child.wait_with_output().expect("wait");
    let (stdout, stderr) = (text(&stdout), text(&stderr));
    assert!(status.success(), "{stderr}");
    for expected in [
        "192.0.2.1:",
        "192.0.2.2:80",
        "[2001:db8::2]:80",
        "[2001:db8::2]:53",
        "ICMPv4",
        "ICMPv6",
        "SYN",
        "DROPPED",
        "198.51.100.7:53",
        "demo-client",
    ] {
        assert!(
            stdout.contains(expected),
            "{expected} is not in\n{stdout}\n{stderr}"
        );
    }
    assert!(!stderr.contains("incomplete"), "{stderr}");
    assert!(stderr.contains(" 0 lost"), "{stderr}");
    assert_eq!(namespaces(pid), Vec::<String>::new());
}

#[test]
fn an_interrupt_ends_it_with_a_summary_and_leaves_nothing() {
    flow_lab::require_bpf!();
    let mut child = demo(&["--follow"]).spawn().expect("spawn");
    let pid = child.id();
    let (_, output) = first_line(&mut child);
    assert_eq!(namespaces(pid).len(), 2);
    let (programs, links) = bpf_objects(pid);
    assert!(!programs.is_empty(), "it holds its programs open");
    // Somebody has to read on, or it would wait for its output at the end.
    let reading = std::thread::spawn(move || output.lines().count());
    kill(Pid::from_raw(pid.cast_signed()), Signal::SIGINT).expect("kill");
    let mut errors = child.stderr.take().expect("stderr");
    assert!(wait(child, Duration::from_secs(15)).success());
    let mut stderr = String::new();
    errors.read_to_string(&mut stderr).expect("read");
    assert!(reading.join().expect("reader") > 0);
    assert!(stderr.contains("flows shown"), "{stderr}");
    assert!(namespaces(pid).is_empty());
    soon("programs are gone", || {
        programs.is_disjoint(&living_programs())
    });
    soon("links are gone", || links.is_disjoint(&living_links()));
}

#[test]
fn a_kill_leaves_nothing_behind_after_the_next_start() {
    flow_lab::require_bpf!();
    let mut child = demo(&["--follow"]).spawn().expect("spawn");
    let pid = child.id();
    let _output = first_line(&mut child);
    let left: Vec<String> = namespaces(pid);
    assert_eq!(left.len(), 2);
    let (programs, links) = bpf_objects(pid);
    child.kill().expect("kill -9");
    child.wait().expect("wait");
    // Programs on interfaces of the demo's namespaces may live as long as those do.
    let next = demo(&["--count", "1", "--quiet"]).output().expect("run");
    assert!(next.status.success(), "{}", text(&next.stderr));
    assert!(
        namespaces(pid).is_empty(),
        "the next start removes {left:?}"
    );
    soon("programs are gone", || {
        programs.is_disjoint(&living_programs())
    });
    soon("links are gone", || links.is_disjoint(&living_links()));
    let pins = Path::new("/sys/fs/bpf");
    if let Ok(entries) = fs::read_dir(pins) {
        let names: Vec<_> = entries.flatten().map(|entry| entry.file_name()).collect();
        let ours = |name: &&std::ffi::OsString| name.to_string_lossy().contains("flow");
        assert!(!names.iter().any(|name| ours(&name)), "pins: {names:?}");
    }
}

#[test]
fn a_reader_that_goes_away_ends_the_live_agent_too() {
    flow_lab::require_bpf!();
    let mut child = demo(&["--follow", "--quiet"]).spawn().expect("spawn");
    let pid = child.id();
    let (_, output) = first_line(&mut child);
    drop(output);
    assert!(wait(child, Duration::from_secs(20)).success());
    assert!(namespaces(pid).is_empty());
}

#[test]
fn memory_stays_small() {
    flow_lab::require_bpf!();
    let mut child = demo(&["--follow"]).spawn().expect("spawn");
    let pid = child.id();
    let (_, output) = first_line(&mut child);
    let reading = std::thread::spawn(move || output.lines().count());
    std::thread::sleep(Duration::from_secs(3));
    let status = fs::read_to_string(format!("/proc/{pid}/status")).expect("status");
    kill(Pid::from_raw(pid.cast_signed()), Signal::SIGINT).expect("kill");
    assert!(wait(child, Duration::from_secs(15)).success());
    reading.join().expect("reader");
    let peak: u64 = status
        .lines()
        .find_map(|line| {
            line.strip_prefix("VmHWM:")?
                .trim()
                .strip_suffix(" kB")?
                .parse()
                .ok()
        })
        .expect("VmHWM");
    assert!(peak < 48 * 1024, "{peak} kB resident");
}
