//! The older way to attach to an interface: filters of the `clsact` queueing discipline.
//!
//! A filter outlives the process that made it. So each of ours tells in its handle which
//! process that was, and the next one to come removes the filters of processes that are gone. A
//! filter with another form of handle, another name, or whose process lives is never touched.

use std::io;
use std::path::Path;

use aya::programs::tc::{NlOptions, TcHandle, qdisc_add_clsact};
use aya::programs::{SchedClassifier, TcAttachType, TcError};
use netlink_packet_core::{NLM_F_DUMP, Nla as _};
use netlink_packet_route::RouteNetlinkMessage;
use netlink_packet_route::tc::{TcAttribute, TcHandle as Handle, TcMessage};

use super::interface::PROGRAMS;
use crate::rtnl::request;

/// High bits of our handles, and the bit of a process that is not in the initial PID namespace.
const MARK: u32 = 0x4600_0000;
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

/// How our filters are attached: with a handle that names this process.
pub(super) fn options(priority: u16) -> NlOptions {
    let handle = handle(std::process::id(), in_initial_pid_namespace());
    NlOptions {
        priority,
        handle: TcHandle::from(handle),
        classid: None,
    }
}

fn handle(pid: u32, initial: bool) -> u32 {
    MARK | pid & PID | if initial { 0 } else { NESTED }
}

fn in_initial_pid_namespace() -> bool {
    std::fs::read_link("/proc/self/ns/pid").is_ok_and(|link| link == Path::new(INITIAL_PIDS))
}

/// Removes what processes that are gone have left at an interface. Gives their number.
pub(super) fn remove_stale(index: i32) -> io::Result<usize> {
    // In another PID namespace one cannot tell which processes live.
    if !in_initial_pid_namespace() {
        return Ok(0);
    }
    let mut removed = 0;
    for parent in [INGRESS, EGRESS] {
        for filter in filters(index, parent)? {
            let ours = is_ours(&filter);
            if ours.is_some_and(|pid| !Path::new(&format!("/proc/{pid}")).exists()) {
                let mut message = TcMessage::default();
                message.header = filter.header.clone();
                request(RouteNetlinkMessage::DelTrafficFilter(message), 0)?;
                removed += 1;
            }
        }
    }
    Ok(removed)
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
    if handle & !PID != MARK {
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

/// Attaches `program`, which is loaded, before other filters where that is possible.
pub(super) fn attach(
    program: &mut SchedClassifier,
    interface: &str,
    direction: TcAttachType,
) -> Result<aya::programs::tc::SchedClassifierLinkId, aya::programs::ProgramError> {
    use aya::programs::tc::TcAttachOptions::Netlink;

    // Where something else has the first place, the kernel chooses one.
    program
        .attach_with_options(interface, direction, Netlink(options(1)))
        .or_else(|_| program.attach_with_options(interface, direction, Netlink(options(0))))
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
        assert_eq!(handle(1234, true), 0x4600_0000 | 1234);
        assert_eq!(handle(PID, true) & !PID, MARK);
        assert_ne!(handle(1234, false) & !PID, MARK);
    }

    #[test]
    fn filters_of_others_are_not_ours() {
        // Neither by handle alone nor by any other handle.
        for other in [0, 1, 1 << 31, MARK | 7, MARK | NESTED | 7] {
            assert_eq!(is_ours(&filter(other)), None, "{other:#x}");
        }
    }
}
