//! Processes under test: waiting for them, and what the system tells about them.

use std::collections::BTreeSet;
use std::fs;
use std::process::{Child, ExitStatus};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// Longest that [`soon`] and [`wait`] wait before they take the process to hang.
const PATIENCE: Duration = Duration::from_secs(30);

/// Waits until `condition` holds.
///
/// # Panics
/// Where it does not within half a minute; `what` says what was waited for.
pub fn soon(what: &str, mut condition: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !condition() {
        assert!(
            begin.elapsed() < PATIENCE,
            "not within {PATIENCE:?}: {what}"
        );
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Waits for the end of a process.
///
/// # Panics
/// Where it does not end within half a minute. It is killed then.
pub fn wait(child: &mut Child) -> ExitStatus {
    let begin = Instant::now();
    loop {
        if let Some(status) = child.try_wait().expect("the child can be waited for") {
            return status;
        }
        if begin.elapsed() > PATIENCE {
            let _ = child.kill();
            panic!("process {} did not end within {PATIENCE:?}", child.id());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Sends a signal.
///
/// # Panics
/// Where the process is gone.
pub fn signal(child: &Child, signal: Signal) {
    kill(Pid::from_raw(child.id().cast_signed()), signal).expect("the process lives");
}

/// A field of `/proc/pid/status`: proc_pid_status(5).
///
/// # Panics
/// Where the process or the field is not there.
#[must_use]
pub fn status(pid: u32, field: &str) -> String {
    let text = fs::read_to_string(format!("/proc/{pid}/status")).expect("the process lives");
    let value = text.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        (name == field).then(|| value.trim().to_owned())
    });
    value.unwrap_or_else(|| panic!("no {field} in\n{text}"))
}

/// Memory that a process has resident, in KiB, without the pages of its program file: how many of those
/// are in memory depends on the profile that it was built in, and the kernel takes them back at will.
///
/// # Panics
/// Where the process is gone.
#[must_use]
pub fn own_memory_kib(pid: u32) -> u64 {
    let program = fs::read_link(format!("/proc/{pid}/exe")).expect("a process");
    let program = program.to_string_lossy().into_owned();
    let maps = fs::read_to_string(format!("/proc/{pid}/smaps")).expect("a process");
    let (mut sum, mut is_program) = (0, false);
    for line in maps.lines() {
        if let Some(value) = line.strip_prefix("Rss:") {
            let value = value.trim().trim_end_matches(" kB");
            let pages: u64 = value.parse().expect("a number of KiB");
            sum += if is_program { 0 } else { pages };
        } else if !line
            .split(' ')
            .next()
            .is_some_and(|word| word.ends_with(':'))
        {
            // A mapping begins: addresses, rights, offset, device, inode and file.
            let is_written = line
                .split(' ')
                .nth(1)
                .is_some_and(|rights| rights.contains('w'));
            is_program = line.ends_with(&program) && !is_written;
        }
    }
    sum
}

/// Whether a process catches a signal.
///
/// # Panics
/// As [`status`].
#[must_use]
pub fn catches(pid: u32, signal: Signal) -> bool {
    let mask = u64::from_str_radix(&status(pid, "SigCgt"), 16).expect("a mask");
    mask & 1 << (signal as u32 - 1) != 0
}

/// Ids of the BPF programs and of the links that a process holds open.
///
/// # Panics
/// Where the process is gone.
#[must_use]
pub fn bpf_objects(pid: u32) -> (BTreeSet<u32>, BTreeSet<u32>) {
    let (mut programs, mut links) = (BTreeSet::new(), BTreeSet::new());
    let entries = fs::read_dir(format!("/proc/{pid}/fdinfo")).expect("the process lives");
    for entry in entries.flatten() {
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
