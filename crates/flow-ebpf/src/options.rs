//! What a [`FlowSource`](crate::FlowSource) is asked to do.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What the kernel programs report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mode {
    /// Packets are counted in a table in the kernel. A record is made for the first packet of
    /// a connection, for a TCP flag not seen before, when `interval` has passed, and at its end.
    Aggregated {
        /// Time between two records of a connection that goes on.
        interval: Duration,
    },
    /// One record for each packet.
    Packets,
    /// One record for one packet in this many. 0 and 1 are the same as [`Mode::Packets`].
    Sampled(u16),
}

impl Mode {
    /// Interval of [`Mode::Aggregated`] unless another is asked for.
    pub const DEFAULT_INTERVAL: Duration = Duration::from_secs(5);
}

impl Default for Mode {
    fn default() -> Self {
        Self::Aggregated {
            interval: Self::DEFAULT_INTERVAL,
        }
    }
}

/// What happens when the kernel's flow table is full.
#[derive(Clone, Copy, Default, Debug, PartialEq, Eq)]
pub enum TableKind {
    /// A packet of a connection that found no room is reported on its own: nothing is lost.
    #[default]
    Exact,
    /// The connection unused for longest gives up its place. Counts it had not reported yet
    /// are lost.
    Lru,
}

/// On which interfaces packets are observed.
#[derive(Clone, Default, Debug, PartialEq, Eq)]
pub enum Interfaces {
    /// Every interface that is up, now or later.
    #[default]
    Up,
    /// Every interface whose name matches one of these patterns, now or later.
    ///
    /// In a pattern, `*` stands for any characters and `?` for one.
    Matching(Vec<String>),
    /// None: only sockets are observed (control groups and tracepoints).
    None,
}

impl Interfaces {
    /// Interfaces that match one of these patterns; a plain name is a pattern too.
    pub fn matching<S: Into<String>>(patterns: impl IntoIterator<Item = S>) -> Self {
        Self::Matching(patterns.into_iter().map(Into::into).collect())
    }
}

/// How programs are attached to an interface.
#[derive(Clone, Copy, Default, Debug, PartialEq, Eq)]
pub enum AttachWith {
    /// TCX where the kernel has it (Linux 6.6), else clsact.
    #[default]
    Auto,
    /// TCX only. Its links end with the process, whatever happens to it.
    Tcx,
    /// A filter on the `clsact` queueing discipline only.
    Clsact,
}

/// A network namespace: by the path of its file, or by the name `ip netns` gave it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Namespace {
    path: PathBuf,
}

impl Namespace {
    /// Where `ip netns` keeps named namespaces.
    pub const NAMED: &'static str = "/run/netns";

    /// The namespace of a name, or of a path where `name_or_path` has a `/`.
    #[must_use]
    pub fn new(name_or_path: &str) -> Self {
        let path = if name_or_path.contains('/') {
            PathBuf::from(name_or_path)
        } else {
            Path::new(Self::NAMED).join(name_or_path)
        };
        Self { path }
    }

    /// The namespace of a process.
    #[must_use]
    pub fn of_process(pid: u32) -> Self {
        Self {
            path: PathBuf::from(format!("/proc/{pid}/ns/net")),
        }
    }

    /// The file that stands for it.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl From<&str> for Namespace {
    fn from(name_or_path: &str) -> Self {
        Self::new(name_or_path)
    }
}

impl From<&Path> for Namespace {
    fn from(path: &Path) -> Self {
        Self {
            path: path.to_path_buf(),
        }
    }
}

impl fmt::Display for Namespace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.strip_prefix(Self::NAMED) {
            Ok(name) => write!(f, "{}", name.display()),
            Err(_) => write!(f, "{}", self.path.display()),
        }
    }
}

/// Everything the builder collects.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    pub(crate) interfaces: Interfaces,
    pub(crate) exclude: Vec<String>,
    pub(crate) loopback: bool,
    pub(crate) namespaces: Vec<Namespace>,
    pub(crate) all_namespaces: bool,
    pub(crate) attach: AttachWith,
    pub(crate) attach_wait: Duration,
    pub(crate) mode: Mode,
    pub(crate) idle: Duration,
    pub(crate) table_entries: u32,
    pub(crate) table_kind: TableKind,
    pub(crate) ring_shards: Option<usize>,
    pub(crate) ring_bytes: u32,
    pub(crate) capture: Vec<(u16, u16)>,
    pub(crate) filter: crate::filter::PacketFilter,
    pub(crate) cgroup: bool,
    pub(crate) owner: bool,
    pub(crate) drops: bool,
    pub(crate) tcp_state: bool,
    pub(crate) retransmits: bool,
    pub(crate) btf: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            interfaces: Interfaces::Up,
            exclude: Vec::new(),
            loopback: false,
            namespaces: Vec::new(),
            all_namespaces: false,
            attach: AttachWith::Auto,
            attach_wait: Duration::from_secs(5),
            mode: Mode::default(),
            idle: Duration::from_secs(30),
            table_entries: 65_536,
            table_kind: TableKind::Exact,
            ring_shards: None,
            ring_bytes: 1 << 20,
            capture: Vec::new(),
            filter: crate::filter::PacketFilter::default(),
            cgroup: true,
            owner: true,
            drops: true,
            tcp_state: true,
            retransmits: true,
            btf: true,
        }
    }
}
