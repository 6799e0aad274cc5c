//! What a killed process leaves behind.

use std::io;

use crate::attach::clsact;
use crate::netns::{Netns, inside};
use crate::options::Namespace;

/// Removes the `clsact` filters that a process has left on interfaces of this network namespace and of `namespaces`,
/// and the `clsact` disciplines that it made, where nothing else uses them. Returns the number of filters removed.
///
/// Everything else that a [`FlowSource`](crate::FlowSource) attaches ends with its process, TCX links too. Filters of
/// `clsact`, which stand in for TCX before Linux 6.6, do not. The next source to be loaded in the same namespaces removes
/// those of processes that are gone; a small process that waits for the end of the other one can do it at once by this
/// function. Namespaces that do not exist any more are passed over. Does nothing in a PID namespace other than the
/// initial one.
///
/// # Errors
/// Where the kernel does not list or remove filters, which takes `CAP_NET_ADMIN`, or this thread cannot enter a
/// namespace, which takes `CAP_SYS_ADMIN`.
pub fn remove_filters_of(process: u32, namespaces: &[Namespace]) -> io::Result<usize> {
    let home = Netns::current()?;
    let mut removed = clsact::remove_of(process)?;
    for namespace in namespaces {
        let Ok(netns) = Netns::open(namespace.path()) else {
            continue;
        };
        removed += inside(&netns, &home, || clsact::remove_of(process))??;
    }
    Ok(removed)
}
