//! The agent's memory under a flood that fills everything it has: the history ring, the kernel's
//! table and the ring buffers.
//!
//! `FLOW_FLOOD_SECS=600 cargo test --test agent_memory -- --nocapture` floods for ten minutes in
//! each mode and prints what was resident.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use flow_lab::example::agent;
use flow_lab::frame::{Path, Segment, flag};
use flow_lab::process::{own_memory_kib, signal, soon, wait};
use flow_lab::require_bpf;
use flow_lab::traffic::{CLIENT_LINK, Ip, Pair};
use nix::sys::signal::Signal;

/// Most that the agent may have resident at any time besides its program, in KiB. As it is installed, its
/// program takes up to 10 MiB more, and all together at most 48.
const LIMIT: u64 = 38 * 1024;
/// Flows that the history ring holds, and connections that the kernel's table holds.
const RING: u64 = 65_536;

/// How long the flood goes on once everything is full.
fn duration() -> Duration {
    let seconds = std::env::var("FLOW_FLOOD_SECS").ok();
    Duration::from_secs(seconds.map_or(4, |text| text.parse().expect("FLOW_FLOOD_SECS")))
}

fn watch(pair: &Pair, args: &[&str]) -> (Child, String) {
    let mut child = Command::new(agent())
        .arg("observe")
        .args(args)
        .args(["--netns", pair.client.name(), "-i", CLIENT_LINK])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("spawn");
    let mut report = String::new();
    BufReader::new(child.stderr.as_mut().expect("stderr"))
        .read_line(&mut report)
        .expect("read");
    assert!(report.starts_with("agent: active: "), "{report}");
    (child, report)
}

/// More connections than the table holds, and nothing in them that is understood.
fn connections(path: &Path) -> Vec<Vec<u8>> {
    (0..3_u16)
        .flat_map(|high| (1..=30_000_u16).map(move |low| (low, 9_000 + high)))
        .map(|ports| path.udp(ports, b"flood"))
        .collect()
}

/// Queries for long names, half of them answered, and HTTP requests with many header fields and a
/// long URL, none of them answered: as much as possible to be kept of each.
fn messages(path: &Path) -> Vec<Vec<u8>> {
    let back = path.reversed();
    let mut frames = Vec::new();
    for number in 1..=20_000_u16 {
        let mut query = number.to_be_bytes().to_vec();
        query.extend([1, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
        for label in 0..4_u16 {
            let label = format!("{:x>60}", number.wrapping_mul(label + 1));
            query.push(60);
            query.extend(label.as_bytes());
        }
        query.extend([0, 0, 1, 0, 1]);
        frames.push(path.udp((number, 53), &query));
        if number % 2 == 0 {
            query[2] = 0x81;
            frames.push(back.udp((53, number), &query));
        }
        let mut head = format!(
            "GET /{:x<500}{number} HTTP/1.1\r\nHost: flood.example\r\n",
            ""
        );
        for field in 0..20 {
            head += &format!("X-Field-{field:05}: {number:a>22}\r\n");
        }
        head += "\r\n";
        let segment = Segment {
            flags: flag::ACK | flag::PSH,
            sequence: 1,
            acknowledgement: 1,
            payload: head.as_bytes(),
        };
        frames.push(path.tcp((number, 80), segment));
    }
    frames
}

/// Floods until everything is full and for [`duration`] more. Gives the resident memory in KiB when
/// all was full, at the end, and its peak.
fn flood(pair: &Pair, args: &[&str], frames: fn(&Path) -> Vec<Vec<u8>>) -> [u64; 3] {
    let (mut child, report) = watch(pair, args);
    let mode = args.join(" ");
    let pid = child.id();
    let mut output = BufReader::new(child.stdout.take().expect("stdout"));
    let lines = AtomicU64::new(0);
    let stop = AtomicBool::new(false);
    let path = pair.path(Ip::V4).expect("link addresses");
    let frames = frames(&path);
    let mut resident = [0; 3];
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut line = Vec::new();
            while output.read_until(b'\n', &mut line).expect("read") > 0 {
                lines.fetch_add(1, Ordering::Relaxed);
                line.clear();
            }
        });
        for half in frames.chunks(frames.len() / 2) {
            let stop = &stop;
            scope.spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    pair.send_frames(half).expect("frames are sent");
                }
            });
        }
        soon("the history ring was written all over", || {
            lines.load(Ordering::Relaxed) > 2 * RING
        });
        resident[0] = own_memory_kib(pid);
        let (begin, limit) = (Instant::now(), duration());
        let mut peak = resident[0];
        while begin.elapsed() < limit {
            std::thread::sleep(Duration::from_millis(100));
            peak = peak.max(own_memory_kib(pid));
        }
        resident[1] = own_memory_kib(pid);
        stop.store(true, Ordering::Relaxed);
        resident[2] = peak.max(resident[1]);
        signal(&child, Signal::SIGINT);
        let mut said = String::new();
        let mut errors = child.stderr.take().expect("stderr");
        errors.read_to_string(&mut said).expect("read");
        println!("{mode}: {report}{said}");
        assert!(wait(&mut child).success(), "{said}");
    });
    println!(
        "{mode}: resident when full {} KiB, at the end {} KiB, peak {} KiB, {} flows shown",
        resident[0],
        resident[1],
        resident[2],
        lines.load(Ordering::Relaxed)
    );
    resident
}

#[track_caller]
fn assert_bounded(args: &[&str], frames: fn(&Path) -> Vec<Vec<u8>>, slack: u64) {
    let pair = Pair::create().expect("namespaces");
    let [full, end, peak] = flood(&pair, args, frames);
    assert!(peak < LIMIT, "{args:?}: peak {peak} KiB");
    // Nothing grows with the flood; what moves is where allocators keep free pages.
    assert!(end <= full + slack, "{args:?}: from {full} to {end} KiB");
}

#[test]
fn a_flood_of_connections_stays_within_the_limit() {
    require_bpf!();
    assert_bounded(&["--mode", "aggregated"], connections, 1024);
    assert_bounded(&["--mode", "packets"], connections, 1024);
    // Messages are of many sizes, and each is allocated and freed.
    assert_bounded(&["--l7", "all"], messages, 2048);
}
