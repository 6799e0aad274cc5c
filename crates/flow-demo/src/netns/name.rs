//! Names that say which process made a namespace.

use std::{fs, io, process};

/// How every name begins.
pub(super) const PREFIX: &str = "flowlab-";

/// A process, distinct from a later one with the same id by when it began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Owner {
    pid: u32,
    /// Clock ticks after boot: field 22 of `/proc/pid/stat`, proc_pid_stat(5).
    start: u64,
}

impl Owner {
    pub(super) fn this_process() -> io::Result<Self> {
        let pid = process::id();
        Ok(Self {
            pid,
            start: start_time(pid)?,
        })
    }

    pub(super) fn namespace_name(self, number: u32) -> String {
        format!("{PREFIX}{}-{}-{number}", self.pid, self.start)
    }

    /// The owner in a name; `None` where the name is not of our form.
    pub(super) fn of_namespace(name: &str) -> Option<Self> {
        let mut parts = name.strip_prefix(PREFIX)?.split('-');
        let owner = Self {
            pid: parts.next()?.parse().ok()?,
            start: parts.next()?.parse().ok()?,
        };
        let number = parts.next()?.parse().ok()?;
        // Only what we would have written ourselves: no leading zero, nothing after it.
        (owner.namespace_name(number) == name).then_some(owner)
    }

    /// Whether that process still runs. Where that is unknown, it is taken to.
    pub(super) fn is_alive(self) -> bool {
        match start_time(self.pid) {
            Ok(start) => start == self.start,
            Err(error) => error.kind() != io::ErrorKind::NotFound,
        }
    }
}

fn start_time(pid: u32) -> io::Result<u64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // The command name (field 2) may hold spaces and parentheses: count from its last one.
    stat.rsplit_once(')')
        .and_then(|(_, rest)| rest.split_ascii_whitespace().nth(19))
        .and_then(|field| field.parse().ok())
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "no start time in its stat file"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_reports_its_owner() {
        let owner = Owner { pid: 17, start: 99 };
        assert_eq!(owner.namespace_name(3), "flowlab-17-99-3");
        assert_eq!(Owner::of_namespace("flowlab-17-99-3"), Some(owner));
        for other in [
            "blue",
            "flowlab-",
            "flowlab-17-99",
            "flowlab-17-99-3-4",
            "flowlab-017-99-3",
            "x-1-2-3",
        ] {
            assert_eq!(Owner::of_namespace(other), None, "{other}");
        }
    }

    #[test]
    fn a_process_with_the_same_id_is_another() {
        let this = Owner::this_process().expect("own start time");
        assert!(this.is_alive());
        assert!(
            !Owner {
                start: this.start + 1,
                ..this
            }
            .is_alive()
        );
        // Above the kernel's largest process id (PID_MAX_LIMIT, 2^22).
        assert!(
            !Owner {
                pid: 1 << 23,
                start: 1
            }
            .is_alive()
        );
    }
}
