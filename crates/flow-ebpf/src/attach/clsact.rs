//! The older way to attach to an interface: filters of the `clsact` queueing discipline.
//!
//! A filter outlives the process that made it. So each of ours names in its handle which
//! process that was, and whether it made the discipline, too. The next one to come removes the filters of
//! processes that are gone, and their discipline if nothing else hangs on it. A filter with another form of handle,
//! another name, or whose process lives is never touched, nor is a discipline that others made.

use std::io;
use std::path::Path;

use aya::programs::tc::{NlOptions, TcHandle, qdisc_add_clsact};
use aya::programs::{SchedClassifier, TcAttachType, TcError};
use netlink_packet_core::{NLM_F_DUMP, Nla as _};
use netlink_packet_route::RouteNetlinkMessage;
use netlink_packet_route::tc::{TcAttribute, TcHandle as Handle, TcMessage};

use super::programs::PROGRAMS;
use crate::rtnl::request;

/// High bits of our handles, the bit of a process that made the discipline, and that of one that is not in the
/// initial PID namespace.
const MARK: u32 = 0x4600_0000;
const MADE: u32 = 1 << 23;
const NESTED: u32 = 1 << 22;
/// `PID_MAX_LIMIT` is 2^22: `include/linux/threads.h`.
const PID: u32 = NESTED - 1;
/// `TC_H_CLSACT` with `TC_H_MIN_INGRESS` and `_EGRESS`: `include/uapi/linux/pkt_sched.h`.
const INGRESS: u32 = 0xffff_fff2;
const EGRESS: u32 = 0xffff_fff3;
const CLSACT: u32 = 0xffff_fff1;
const CLSACT_HANDLE: u32 = 0xffff_0000;
/// `TCA_BPF_NAME` of `include/uapi/linux/pkt_cls.h`.
const BPF_NAME: u16 = 7;
/// Inode of the initial PID namespace: `include/linux/proc_ns.h`, `PROC_PID_INIT_INO`.
const INITIAL_PIDS: &str = "pid:[4026531836]";

/// Makes sure that the interface has the discipline. `true` if it had none.
pub(super) fn prepare(name: &str) -> Result<bool, TcError> {
    match qdisc_add_clsact(name) {
        Ok(()) => Ok(true),
        Err(error) if is_there(&error) => Ok(false),
        Err(error) => Err(error),
    }
}

fn is_there(error: &TcError) -> bool {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<io::Error>() {
            return error.kind() == io::ErrorKind::AlreadyExists;
        }
        cause = error.source();
    }
    // Where the error keeps its cause to itself.
    error.to_string().contains("File exists")
}

/// How our filters are attached: with a handle that names this process. `made`: it made the discipline.
fn options(priority: u16, made: bool) -> NlOptions {
    let handle = handle(std::process::id(), in_initial_pid_namespace(), made);
    NlOptions {
        priority,
        handle: TcHandle::from(handle),
        classid: None,
    }
}

fn handle(pid: u32, initial: bool, made: bool) -> u32 {
    let nested = if initial { 0 } else { NESTED };
    MARK | pid & PID | nested | if made { MADE } else { 0 }
}

fn in_initial_pid_namespace() -> bool {
    std::fs::read_link("/proc/self/ns/pid").is_ok_and(|link| link == Path::new(INITIAL_PIDS))
}

/// Removes what processes that are gone have left at the interfaces of the calling thread's namespace: filters, and
/// disciplines that nothing else uses. Gives the number of filters.
pub(crate) fn remove_stale() -> io::Result<usize> {
    remove(&is_gone)
}

/// The same of one process, which is known to be gone or about to go.
pub(crate) fn remove_of(process: u32) -> io::Result<usize> {
    remove(&|pid| pid == process)
}

fn remove(left: &dyn Fn(u32) -> bool) -> io::Result<usize> {
    // In another PID namespace one cannot tell which process a handle names.
    if !in_initial_pid_namespace() {
        return Ok(0);
    }
    let mut removed = 0;
    for index in interfaces()? {
        removed += remove_at(index, left)?;
    }
    Ok(removed)
}

fn remove_at(index: i32, left: &dyn Fn(u32) -> bool) -> io::Result<usize> {
    let (mut removed, mut made) = (0, false);
    for parent in [INGRESS, EGRESS] {
        for filter in filters(index, parent)? {
            if is_ours(&filter).is_some_and(left) {
                made |= u32::from(filter.header.handle) & MADE != 0;
                let mut message = TcMessage::default();
                message.header = filter.header.clone();
                request(RouteNetlinkMessage::DelTrafficFilter(message), 0)?;
                removed += 1;
            }
        }
    }
    if made {
        remove_empty(index)?;
    }
    Ok(removed)
}

/// Whether a process has ended, if only its parent has not taken note yet.
fn is_gone(pid: u32) -> bool {
    match std::fs::read_to_string(format!("/proc/{pid}/stat")) {
        Ok(stat) => has_ended(&stat),
        Err(error) => error.kind() == io::ErrorKind::NotFound,
    }
}

/// By the state in `/proc/PID/stat`, which follows the name in parentheses: proc_pid_stat(5).
fn has_ended(stat: &str) -> bool {
    let state = stat.rsplit_once(") ").map(|(_, rest)| rest);
    state.is_some_and(|state| state.starts_with(['Z', 'X', 'x']))
}

/// Indexes of the interfaces that have the discipline.
fn interfaces() -> io::Result<Vec<i32>> {
    let message = RouteNetlinkMessage::GetQueueDiscipline(TcMessage::default());
    let answers = request(message, NLM_F_DUMP)?;
    let found = answers.into_iter().filter_map(|answer| match answer {
        RouteNetlinkMessage::NewQueueDiscipline(discipline) => Some(discipline.header),
        _ => None,
    });
    Ok(found
        .filter(|header| u32::from(header.parent) == CLSACT)
        .map(|header| header.index)
        .collect())
}

/// Removes the discipline again if no filter hangs on it. Only for one that [`prepare`] made.
pub(super) fn remove_empty(index: i32) -> io::Result<()> {
    for parent in [INGRESS, EGRESS] {
        if !filters(index, parent)?.is_empty() {
            return Ok(());
        }
    }
    let mut message = TcMessage::with_index(index);
    message.header.parent = Handle::from(CLSACT);
    message.header.handle = Handle::from(CLSACT_HANDLE);
    request(RouteNetlinkMessage::DelQueueDiscipline(message), 0).map(drop)
}

fn filters(index: i32, parent: u32) -> io::Result<Vec<TcMessage>> {
    let mut message = TcMessage::with_index(index);
    message.header.parent = Handle::from(parent);
    let answers = request(RouteNetlinkMessage::GetTrafficFilter(message), NLM_F_DUMP)?;
    Ok(answers
        .into_iter()
        .filter_map(|answer| match answer {
            RouteNetlinkMessage::NewTrafficFilter(filter) => Some(filter),
            _ => None,
        })
        // Each priority is also listed without a handle, as a chain of its own.
        .filter(|filter| u32::from(filter.header.handle) != 0)
        .collect())
}

/// The process that made a filter of ours, if it was in the initial PID namespace.
fn is_ours(filter: &TcMessage) -> Option<u32> {
    let handle = u32::from(filter.header.handle);
    if handle & !(PID | MADE) != MARK {
        return None;
    }
    let name = filter
        .attributes
        .iter()
        .find_map(|attribute| match attribute {
            TcAttribute::Options(options) => options
                .iter()
                .find(|option| option.kind() == BPF_NAME)
                .map(|option| {
                    let mut bytes = vec![0; option.value_len()];
                    option.emit_value(&mut bytes);
                    bytes
                }),
            _ => None,
        })?;
    let name = name.strip_suffix(b"\0").unwrap_or(&name);
    PROGRAMS
        .iter()
        .any(|known| known.as_bytes() == name)
        .then_some(handle & PID)
}

/// Attaches `program`, which is loaded, before other filters where that is possible. `made`: this process has made
/// the discipline.
pub(super) fn attach(
    program: &mut SchedClassifier,
    interface: &str,
    direction: TcAttachType,
    made: bool,
) -> Result<aya::programs::tc::SchedClassifierLinkId, aya::programs::ProgramError> {
    use aya::programs::tc::TcAttachOptions::Netlink;

    // Where something else has the first place, the kernel chooses one.
    program
        .attach_with_options(interface, direction, Netlink(options(1, made)))
        .or_else(|_| program.attach_with_options(interface, direction, Netlink(options(0, made))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter(handle: u32) -> TcMessage {
        let mut message = TcMessage::default();
        message.header.handle = Handle::from(handle);
        message
    }

    #[test]
    fn a_handle_names_its_process() {
        assert_eq!(handle(1234, true, false), 0x4600_0000 | 1234);
        assert_eq!(handle(1234, true, true), 0x4680_0000 | 1234);
        assert_eq!(handle(PID, true, false) & !PID, MARK);
        assert_ne!(handle(1234, false, false) & !PID, MARK);
    }

    #[test]
    fn a_process_has_ended_before_its_parent_notes_it() {
        assert!(has_ended("7 (a) b) Z 1 7 7"));
        assert!(!has_ended("7 (Z) S 1 7 7"));
        assert!(!has_ended("7 (x"));
        assert!(!is_gone(std::process::id()));
        let mut child = std::process::Command::new("true").spawn().expect("runs");
        while !is_gone(child.id()) {
            std::thread::yield_now();
        }
        child.wait().expect("a zombie until now");
        assert!(is_gone(child.id()));
    }

    #[test]
    fn filters_of_others_are_not_ours() {
        // Neither by handle alone nor by any other handle.
        for other in [0, 1, 1 << 31, MARK | 7, MARK | NESTED | 7, MARK | MADE | 7] {
            assert_eq!(is_ours(&filter(other)), None, "{other:#x}");
        }
    }
}
