//! Programs that are attached once for the whole host: control groups and tracepoints.

use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;

use aya::Btf;
use aya::programs::links::CgroupAttachMode;
use aya::programs::{
    BtfTracePoint, CgroupSkb, CgroupSkbAttachType, CgroupSock, Iter, Program, ProgramError,
    RawTracePoint,
};

use crate::feature::{FeatureState, Report};
use crate::object::Object;
use crate::options::{Loopback, Options};
use crate::programs::{self, Programs};
use crate::refusal::Refusal;

/// Loads and attaches what the options ask for. What does not work is in the report.
/// The links stay with their programs.
pub(crate) fn attach(object: &mut Object, options: &Options, report: &mut Report) {
    let cgroup = || {
        root_cgroup().map_err(|reason| Refusal::from(format!("no root control group: {reason}")))
    };
    let programs = &mut object.programs;
    let btf = object.btf.as_ref();
    if options.owner {
        // First of all, so that no socket is made between this and the look at existing ones.
        let made = cgroup().and_then(|root| attach_sock_create(programs, &root));
        let attached = made.is_ok();
        set(report, "owner", "sock_create", made);
        if attached {
            let found = existing_sockets(programs, btf);
            set(report, "existing sockets", "iter", found);
        }
        // Sockets that the kernel makes for a process, as MPTCP has them, are known by who connects.
        if !options.tcp_state && btf.is_some() {
            let found = attach_tracepoint(programs, "inet_sock_set_state", btf);
            set(report, "connecting sockets", "tp_btf", found);
        }
    }
    let loopback = options.loopback_by() == Loopback::ControlGroup;
    for (wanted, name, program, direction) in [
        (
            loopback,
            "loopback",
            "cgroup_egress",
            CgroupSkbAttachType::Egress,
        ),
        (
            options.cgroup,
            "receivers",
            "cgroup_ingress",
            CgroupSkbAttachType::Ingress,
        ),
    ] {
        if wanted {
            let result =
                cgroup().and_then(|root| attach_cgroup(programs, program, direction, &root));
            set(report, name, "cgroup_skb", result);
        }
    }
    if options.drops {
        let typed = attach_tracepoint(programs, "kfree_skb", btf);
        match typed {
            Err(first) if btf.is_some() => {
                let raw = attach_raw(programs, "kfree_skb_raw", "kfree_skb");
                let raw =
                    raw.map_err(|second| second.context(format_args!("tp_btf: {first}; raw_tp")));
                set(report, "drops", "raw_tp", raw);
            }
            other => set(report, "drops", "tp_btf", other),
        }
    }
    for (wanted, name, program) in [
        (options.tcp_state, "tcp-state", "inet_sock_set_state"),
        (options.retransmits, "retransmits", "tcp_retransmit_skb"),
        (
            options.all_namespaces,
            "all interfaces, incoming",
            "netif_receive_skb",
        ),
        (
            options.all_namespaces,
            "all interfaces, outgoing",
            "net_dev_queue",
        ),
    ] {
        if wanted {
            let result = attach_tracepoint(programs, program, btf);
            set(report, name, "tp_btf", result);
        }
    }
}

/// Detaches everything that [`attach`] attached.
pub(crate) fn detach(programs: &mut Programs) {
    for program in programs.iter_mut() {
        // Those on interfaces detach with them, and the sweep is still needed.
        if !matches!(program, Program::SchedClassifier(_)) {
            programs::unload(program);
        }
    }
}

fn set(report: &mut Report, name: &str, detail: &str, result: Result<(), Refusal>) {
    match result {
        Ok(()) => report.set(name, detail, FeatureState::Active),
        Err(reason) => report.set(name, "", FeatureState::Missing(reason)),
    }
}

/// Loads the program of this name, then runs `work` on it.
fn with<'a, P>(
    programs: &'a mut Programs,
    name: &str,
    btf: Option<&Btf>,
    work: impl FnOnce(P) -> Result<(), ProgramError>,
) -> Result<(), Refusal>
where
    P: TryFrom<&'a mut Program, Error = ProgramError>,
{
    let program = programs.load(name, btf)?;
    P::try_from(program)
        .and_then(work)
        .map_err(|error| Refusal::of(name, &error))
}

fn attach_sock_create(programs: &mut Programs, root: &File) -> Result<(), Refusal> {
    with(programs, "sock_create", None, |program: &mut CgroupSock| {
        program.attach(root, CgroupAttachMode::Single).map(drop)
    })
}

fn attach_cgroup(
    programs: &mut Programs,
    name: &str,
    direction: CgroupSkbAttachType,
    root: &File,
) -> Result<(), Refusal> {
    with(programs, name, None, |program: &mut CgroupSkb| {
        program
            .attach(root, direction, CgroupAttachMode::Single)
            .map(drop)
    })
}

fn attach_tracepoint(
    programs: &mut Programs,
    name: &str,
    btf: Option<&Btf>,
) -> Result<(), Refusal> {
    with(programs, name, btf, |program: &mut BtfTracePoint| {
        program.attach().map(drop)
    })
}

fn attach_raw(programs: &mut Programs, name: &str, tracepoint: &str) -> Result<(), Refusal> {
    with(programs, name, None, |program: &mut RawTracePoint| {
        program.attach(tracepoint).map(drop)
    })
}

/// Fills in the owner of sockets that were made before.
fn existing_sockets(programs: &mut Programs, btf: Option<&Btf>) -> Result<(), Refusal> {
    with(programs, "existing_sockets", btf, |program: &mut Iter| {
        let id = program.attach()?;
        let link = program.take_link(id)?;
        // Each read runs the program on some files; it writes nothing.
        let file = link.into_file().map_err(io::Error::other);
        let mut nothing = Vec::new();
        file.and_then(|mut file| file.read_to_end(&mut nothing))
            .map_err(ProgramError::IOError)?;
        Ok(())
    })
}

/// The root of the version 2 control groups: proc_pid_mountinfo(5).
fn root_cgroup() -> Result<File, String> {
    let mounts = std::fs::read_to_string("/proc/self/mountinfo")
        .map_err(|error| format!("/proc/self/mountinfo: {error}"))?;
    let path = cgroup_mount(&mounts).ok_or("no cgroup2 file system is mounted")?;
    File::open(&path).map_err(|error| format!("{}: {error}", path.display()))
}

fn cgroup_mount(mounts: &str) -> Option<PathBuf> {
    let mounted = mounts.lines().filter_map(|line| {
        // Optional fields end with a lone hyphen; the type follows it.
        let (before, after) = line.split_once(" - ")?;
        if after.split(' ').next() != Some("cgroup2") {
            return None;
        }
        let mut fields = before.split(' ').skip(3);
        Some((fields.next()?, fields.next()?))
    });
    // The whole hierarchy if it is to be seen, else what a container sees as its root.
    let (_, path) = mounted.max_by_key(|(root, _)| *root == "/")?;
    Some(PathBuf::from(unescape(path)))
}

/// Undoes the octal escapes of `/proc/self/mountinfo` (`\040` is a space).
fn unescape(text: &str) -> String {
    let mut plain = text.to_owned();
    for (code, letter) in [
        ("\\040", " "),
        ("\\011", "\t"),
        ("\\012", "\n"),
        ("\\134", "\\"),
    ] {
        plain = plain.replace(code, letter);
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_control_groups_root_is_found_among_mounts() {
        let mounts = "\
24 1 8:1 / / rw - ext4 /dev/vda rw
30 24 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - tmpfs tmpfs rw
31 30 0:27 /docker/1 /a rw - cgroup2 cgroup2 rw
32 30 0:27 / /sys/fs/cgroup/the\\040unified rw shared:5 master:1 - cgroup2 cgroup2 rw
";
        let path = cgroup_mount(mounts).expect("one is there");
        assert_eq!(path.to_str(), Some("/sys/fs/cgroup/the unified"));
        let bound = mounts.lines().nth(2).expect("three lines");
        assert_eq!(cgroup_mount(bound), Some(PathBuf::from("/a")));
        assert_eq!(cgroup_mount("24 1 8:1 / / rw - ext4 /dev/vda rw"), None);
        assert_eq!(cgroup_mount("nonsense"), None);
    }
}
