//! Named network namespaces that always go away again.
//!
//! A [`Namespace`] is visible in `/run/netns`, as those of `ip netns` are, so that `ip`, `nsenter`
//! and the loader of eBPF programs find it by name. Its name says who made it:
//! `flowlab-<pid>-<start time of that process>-<number>`. It is removed on drop, by
//! [`remove_own`] on a signal, and, where the process was killed, by [`remove_stale`], which each
//! process calls before it makes its first namespace. A name that does not follow this form, or
//! whose process still lives, is never touched.

mod name;

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::path::{Path, PathBuf};
use std::sync::Once;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use nix::mount::{MntFlags, MsFlags, mount, umount2};
use nix::sched::{CloneFlags, setns, unshare};

use name::Owner;

/// Where named network namespaces are kept, as iproute2 has it.
pub const DIRECTORY: &str = "/run/netns";

/// What went wrong with a namespace.
#[derive(Debug, thiserror::Error)]
#[error("network namespace {name}: {action}: {source}{}", hint(.source))]
#[non_exhaustive]
pub struct NetnsError {
    /// Name of the namespace.
    pub name: String,
    /// What was tried.
    pub action: &'static str,
    /// The error of the system.
    pub source: io::Error,
}

fn hint(error: &io::Error) -> &'static str {
    if error.kind() == io::ErrorKind::PermissionDenied {
        " (needs CAP_SYS_ADMIN and CAP_NET_ADMIN, e.g. root)"
    } else {
        ""
    }
}

/// A network namespace of this process, removed on drop.
#[derive(Debug)]
pub struct Namespace {
    name: String,
    handle: File,
}

impl Namespace {
    /// Makes a new namespace and brings its loopback interface up.
    ///
    /// The first call of a process also removes what killed processes left behind.
    ///
    /// # Errors
    /// Where the process lacks `CAP_SYS_ADMIN`, or the kernel refuses for another reason.
    pub fn create() -> Result<Self, NetnsError> {
        static SWEEP: Once = Once::new();
        SWEEP.call_once(|| {
            remove_stale();
        });
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let owner = Owner::this_process().map_err(|source| NetnsError {
            name: name::PREFIX.to_owned(),
            action: "reading /proc/self/stat",
            source,
        })?;
        let name = owner.namespace_name(NUMBER.fetch_add(1, Ordering::Relaxed));
        let path = path_of(&name);
        let fail = |action| {
            let name = name.clone();
            move |source: io::Error| NetnsError {
                name,
                action,
                source,
            }
        };

        fs::create_dir_all(DIRECTORY).map_err(fail("making /run/netns"))?;
        OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&path)
            .map_err(fail("making its file in /run/netns"))?;
        let made = in_thread("netns", || {
            unshare(CloneFlags::CLONE_NEWNET).map_err(|e| ("unshare", io::Error::from(e)))?;
            mount(
                Some("/proc/thread-self/ns/net"),
                &path,
                None::<&str>,
                MsFlags::MS_BIND,
                None::<&str>,
            )
            .map_err(|e| ("bind mount", io::Error::from(e)))?;
            crate::link::set_up("lo").map_err(|e| ("bringing lo up", io::Error::other(e)))?;
            File::open(&path).map_err(|e| ("open", e))
        });
        match made {
            Ok(handle) => Ok(Self { name, handle }),
            Err((action, source)) => {
                remove(&path);
                Err(fail(action)(source))
            }
        }
    }

    /// Its name, as `ip netns` lists it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its file in [`DIRECTORY`].
    #[must_use]
    pub fn path(&self) -> PathBuf {
        path_of(&self.name)
    }

    /// The open file that stands for the namespace.
    #[must_use]
    pub fn handle(&self) -> &File {
        &self.handle
    }

    /// Runs `work` in a thread of its own inside the namespace and waits for it. Threads that it
    /// starts are inside too.
    ///
    /// # Errors
    /// Where the namespace cannot be entered.
    ///
    /// # Panics
    /// With the panic of `work`, or where the system has no room for a thread.
    pub fn run<T: Send>(&self, work: impl FnOnce() -> T + Send) -> Result<T, NetnsError> {
        self.run_as("netns", work)
    }

    /// [`run`](Self::run) in a thread of this name, which the kernel takes for the name of the
    /// process that owns the sockets made by it.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    ///
    /// # Panics
    /// As [`run`](Self::run).
    pub fn run_as<T: Send>(
        &self,
        comm: &str,
        work: impl FnOnce() -> T + Send,
    ) -> Result<T, NetnsError> {
        in_thread(comm, || {
            setns(&self.handle, CloneFlags::CLONE_NEWNET).map_err(|errno| NetnsError {
                name: self.name.clone(),
                action: "setns",
                source: errno.into(),
            })?;
            Ok(work())
        })
    }

    /// Writes a network setting of this namespace, e.g. `net/ipv4/ip_forward`.
    ///
    /// # Errors
    /// Where there is none of that name, or `/proc/sys` is read-only.
    pub fn set_sysctl(&self, name: &'static str, value: &str) -> Result<(), NetnsError> {
        self.run(|| fs::write(Path::new("/proc/sys").join(name), value))?
            .map_err(|source| NetnsError {
                name: self.name.clone(),
                action: name,
                source,
            })
    }
}

impl AsFd for Namespace {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.handle.as_fd()
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        remove(&self.path());
    }
}

fn path_of(name: &str) -> PathBuf {
    Path::new(DIRECTORY).join(name)
}

fn in_thread<T: Send>(comm: &str, work: impl FnOnce() -> T + Send) -> T {
    let result = thread::scope(|scope| {
        thread::Builder::new()
            .name(comm.to_owned())
            .spawn_scoped(scope, work)
            .expect("the system has room for a thread")
            .join()
    });
    result.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// Unmounts and unlinks. Both may fail where another did it first, which is as good.
fn remove(path: &Path) {
    let _ = umount2(path, MntFlags::MNT_DETACH | MntFlags::UMOUNT_NOFOLLOW);
    let _ = fs::remove_file(path);
}

/// Removes the namespaces of this process, for a signal handler's thread that is about to end
/// the process. Returns their names.
pub fn remove_own() -> Vec<String> {
    let Ok(this) = Owner::this_process() else {
        return Vec::new();
    };
    remove_where(|owner| *owner == this)
}

/// Removes the namespaces of processes that no longer live. Returns their names.
pub fn remove_stale() -> Vec<String> {
    remove_where(|owner| !owner.is_alive())
}

fn remove_where(doomed: impl Fn(&Owner) -> bool) -> Vec<String> {
    let Ok(entries) = fs::read_dir(DIRECTORY) else {
        return Vec::new();
    };
    let mut removed = Vec::new();
    for entry in entries.flatten() {
        let Ok(name) = entry.file_name().into_string() else {
            continue;
        };
        if Owner::of_namespace(&name).is_some_and(|owner| doomed(&owner)) {
            remove(&entry.path());
            removed.push(name);
        }
    }
    removed
}

#[cfg(test)]
mod tests;
