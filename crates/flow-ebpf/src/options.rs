//! What a [`FlowSource`](crate::FlowSource) is asked to do.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::error::LoadError;

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
#[non_exhaustive]
pub enum TableKind {
    /// A packet of a connection that found no room is reported on its own: nothing is lost.
    #[default]
    Exact,
    /// The connection unused for longest gives up its place. Counts it had not reported yet
    /// are lost.
    Lru,
}

/// On which interfaces packets are observed.
///
/// Drops, loopback traffic and events of sockets are those of the observed network namespaces. Where interfaces are
/// chosen by their names, drops are those at these interfaces, and events of sockets those whose route goes by one of
/// these interfaces or is not known (yet). Loopback traffic is then observed where `lo` is chosen.
#[derive(Clone, Default, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Interfaces {
    /// Every interface that is up, now or later.
    #[default]
    Up,
    /// Every interface whose name matches one of these patterns, now or later.
    ///
    /// In a pattern, `*` stands for any characters and `?` for one.
    Matching(Vec<String>),
    /// None of this process's own namespace: only those of the
    /// [namespaces](crate::FlowSourceBuilder::namespace) that are named. Where none is named, the sockets and drops
    /// of this process's own namespace alone.
    None,
}

impl Interfaces {
    /// Interfaces that match one of these patterns; a plain name is a pattern too.
    pub fn matching<S: Into<String>>(patterns: impl IntoIterator<Item = S>) -> Self {
        Self::Matching(patterns.into_iter().map(Into::into).collect())
    }
}

/// Which programs count loopback traffic: `LOOPBACK_*` of the programs' `config.h`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Loopback {
    Nobody = 0,
    ControlGroup = 1,
    Interface = 2,
}

/// How programs are attached to an interface.
#[derive(Clone, Copy, Default, Debug, PartialEq, Eq)]
#[non_exhaustive]
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
    /// Those of which drops and sockets are observed, and no interface.
    pub(crate) event_namespaces: Vec<Namespace>,
    pub(crate) all_namespaces: bool,
    pub(crate) attach: AttachWith,
    pub(crate) attach_wait: Duration,
    pub(crate) mode: Mode,
    pub(crate) idle: Duration,
    pub(crate) tcp_idle: Duration,
    pub(crate) table_entries: u32,
    pub(crate) table_kind: TableKind,
    pub(crate) ring_shards: Option<usize>,
    pub(crate) ring_bytes: u32,
    pub(crate) capture: Vec<(u16, u16)>,
    pub(crate) capture_default: bool,
    pub(crate) filter: crate::filter::PacketFilter,
    pub(crate) cgroup: bool,
    pub(crate) owner: bool,
    pub(crate) drops: bool,
    pub(crate) tcp_state: bool,
    pub(crate) retransmits: bool,
    pub(crate) btf: bool,
    /// Programs that are not to be loaded.
    pub(crate) left_out: Vec<String>,
}

impl Options {
    /// What a UDP binding of a NAT keeps for at least (RFC 4787, REQ-5).
    const IDLE: Duration = Duration::from_secs(2 * 60);
    /// What an established connection of a NAT keeps for at least (RFC 5382, REQ-5): the usual two hours until a
    /// keep-alive, and some minutes for it.
    const TCP_IDLE: Duration = Duration::from_secs(124 * 60);
    /// Largest ring buffer in bytes.
    const RING_LIMIT: u32 = 1 << 30;
    /// Largest table in connections.
    const TABLE_LIMIT: u32 = 1 << 24;
    /// Most bytes of a packet that are captured: `CAPTURE_PAYLOAD_MAX` of the kernel programs.
    const CAPTURE_LIMIT: u16 = 2048;
    /// DNS, whose messages are seldom longer than 1,232 bytes (DNS flag day 2020).
    const CAPTURE_DEFAULT: (u16, u16) = (53, Self::CAPTURE_LIMIT);

    /// Whether the interface of this name is to be observed, as far as its name decides; `named`
    /// where it is in a namespace that was named.
    pub(crate) fn wants(&self, name: &str, named: bool) -> bool {
        let matches = |pattern: &String| matches(pattern.as_bytes(), name.as_bytes());
        let chosen = match &self.interfaces {
            Interfaces::Up => true,
            Interfaces::Matching(patterns) => patterns.iter().any(matches),
            Interfaces::None => named,
        };
        chosen && !self.exclude.iter().any(matches)
    }

    /// Whether this process's own network namespace is observed.
    pub(crate) fn wants_home(&self) -> bool {
        self.interfaces != Interfaces::None || self.namespaces.is_empty()
    }

    /// Who counts loopback traffic.
    pub(crate) fn loopback_by(&self) -> Loopback {
        let wanted = self.wants("lo", true);
        match (&self.interfaces, self.loopback) {
            _ if !wanted => Loopback::Nobody,
            (Interfaces::Matching(_), _) | (_, true) => Loopback::Interface,
            _ if self.cgroup => Loopback::ControlGroup,
            _ => Loopback::Nobody,
        }
    }

    /// Whether programs on interfaces are wanted, now or when an interface appears.
    pub(crate) fn wants_interfaces(&self) -> bool {
        !self.all_namespaces && (self.interfaces != Interfaces::None || !self.namespaces.is_empty())
    }

    /// Bytes to capture of the payload of each port: what was asked for last, else the default.
    pub(crate) fn captured(&self) -> BTreeMap<u16, u16> {
        let default = self.capture_default.then_some(Self::CAPTURE_DEFAULT);
        let mut ports: BTreeMap<_, _> = default.into_iter().collect();
        ports.extend(self.capture.iter().copied());
        ports.retain(|_, bytes| *bytes > 0);
        ports
    }

    /// Reports the first option that is out of range.
    pub(crate) fn check(&self) -> Result<(), LoadError> {
        let check = |fits: bool, option, expected, found: &dyn fmt::Debug| {
            if fits {
                Ok(())
            } else {
                Err(LoadError::Option {
                    option,
                    expected,
                    found: format!("{found:?}"),
                })
            }
        };
        check(
            (1..=Self::TABLE_LIMIT).contains(&self.table_entries),
            "table_entries",
            "1 to 16,777,216 connections",
            &self.table_entries,
        )?;
        check(
            (1..=Self::RING_LIMIT).contains(&self.ring_bytes),
            "ring_bytes",
            "1 to 1,073,741,824 bytes",
            &self.ring_bytes,
        )?;
        check(
            self.ring_shards != Some(0),
            "ring_shards",
            "at least 1 ring buffer",
            &self.ring_shards,
        )?;
        check(
            self.capture
                .iter()
                .all(|(_, bytes)| *bytes <= Self::CAPTURE_LIMIT),
            "capture",
            "at most 2,048 bytes of each packet",
            &self.capture,
        )?;
        check(
            self.tcp_idle > Duration::ZERO,
            "tcp_idle_timeout",
            "more than 0",
            &self.tcp_idle,
        )?;
        check(
            self.idle > Duration::ZERO,
            "idle_timeout",
            "more than 0",
            &self.idle,
        )
    }
}

/// Whether `pattern` describes all of `name`: `*` any bytes, `?` one. Takes time in the
/// product of the lengths at most.
fn matches(pattern: &[u8], name: &[u8]) -> bool {
    let (mut p, mut n) = (0, 0);
    // Where to go on after the last `*` if what follows it fails.
    let mut retry = None;
    while n < name.len() {
        match pattern.get(p) {
            Some(b'*') => {
                retry = Some((p + 1, n));
                p += 1;
            }
            Some(byte) if *byte == b'?' || *byte == name[n] => {
                p += 1;
                n += 1;
            }
            _ => match retry {
                Some((after, from)) => {
                    retry = Some((after, from + 1));
                    (p, n) = (after, from + 1);
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|byte| *byte == b'*')
}

impl Default for Options {
    fn default() -> Self {
        Self {
            interfaces: Interfaces::Up,
            exclude: Vec::new(),
            loopback: false,
            namespaces: Vec::new(),
            event_namespaces: Vec::new(),
            all_namespaces: false,
            attach: AttachWith::Auto,
            attach_wait: Duration::from_secs(5),
            mode: Mode::default(),
            idle: Self::IDLE,
            tcp_idle: Self::TCP_IDLE,
            table_entries: 65_536,
            table_kind: TableKind::Exact,
            ring_shards: None,
            ring_bytes: 1 << 20,
            capture: Vec::new(),
            capture_default: true,
            filter: crate::filter::PacketFilter::default(),
            cgroup: true,
            owner: true,
            drops: true,
            tcp_state: true,
            retransmits: true,
            btf: true,
            left_out: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_describe_whole_names() {
        for (pattern, name, expected) in [
            ("eth0", "eth0", true),
            ("eth0", "eth01", false),
            ("eth*", "eth", true),
            ("eth*", "eth0.7", true),
            ("*", "", true),
            ("?", "", false),
            ("e?h*7", "eth0.7", true),
            ("*a*b", "aXbYab", true),
            ("*a*b", "aXbYa", false),
            ("", "x", false),
        ] {
            let result = matches(pattern.as_bytes(), name.as_bytes());
            assert_eq!(result, expected, "{pattern} {name}");
        }
    }

    #[test]
    fn excluded_interfaces_are_not_wanted() {
        let options = Options {
            interfaces: Interfaces::matching(["eth*", "wan"]),
            exclude: vec!["eth1".to_owned()],
            ..Options::default()
        };
        let wanted = ["eth0", "eth1", "wan", "lo"].map(|name| options.wants(name, false));
        assert_eq!(wanted, [true, false, true, false]);
        assert!(Options::default().wants("anything", false));
        let none = Options {
            interfaces: Interfaces::None,
            ..Options::default()
        };
        assert_eq!(
            [false, true].map(|named| none.wants("eth0", named)),
            [false, true]
        );
    }

    #[test]
    fn loopback_traffic_is_counted_once_and_only_where_it_is_wanted() {
        let of = |interfaces: Interfaces, exclude: &str, loopback, cgroup| {
            Options {
                interfaces,
                exclude: vec![exclude.to_owned()],
                loopback,
                cgroup,
                ..Options::default()
            }
            .loopback_by()
        };
        let named = Interfaces::matching;
        let cases = [
            (of(Interfaces::Up, "", false, true), Loopback::ControlGroup),
            (of(Interfaces::Up, "", false, false), Loopback::Nobody),
            (of(Interfaces::Up, "", true, true), Loopback::Interface),
            (of(Interfaces::Up, "lo", true, true), Loopback::Nobody),
            (of(Interfaces::Up, "l*", false, true), Loopback::Nobody),
            (of(named(["eth*"]), "", false, true), Loopback::Nobody),
            (of(named(["lo"]), "", false, true), Loopback::Interface),
            (
                of(Interfaces::None, "", false, true),
                Loopback::ControlGroup,
            ),
        ];
        for (index, (found, expected)) in cases.into_iter().enumerate() {
            assert_eq!(found, expected, "case {index}");
        }
    }

    #[test]
    fn port_53_is_captured_by_default() {
        let of = |capture_default, capture: &[(u16, u16)]| {
            let options = Options {
                capture: capture.to_vec(),
                capture_default,
                ..Options::default()
            };
            options.captured().into_iter().collect::<Vec<_>>()
        };
        assert_eq!(Options::default().captured(), BTreeMap::from([(53, 2048)]));
        assert_eq!(of(true, &[(80, 512)]), [(53, 2048), (80, 512)]);
        assert_eq!(of(true, &[(53, 100)]), [(53, 100)]);
        assert_eq!(of(true, &[(53, 0)]), []);
        assert_eq!(of(false, &[]), []);
        assert_eq!(of(false, &[(80, 1), (80, 2)]), [(80, 2)]);
    }

    #[test]
    fn options_out_of_range_are_named() {
        let base = Options::default;
        assert!(base().check().is_ok());
        let wrong = [
            Options {
                table_entries: 0,
                ..base()
            },
            Options {
                ring_bytes: 0,
                ..base()
            },
            Options {
                ring_shards: Some(0),
                ..base()
            },
            Options {
                capture: vec![(53, 2049)],
                ..base()
            },
            Options {
                tcp_idle: Duration::ZERO,
                ..base()
            },
            Options {
                idle: Duration::ZERO,
                ..base()
            },
        ];
        let names = [
            "table_entries",
            "ring_bytes",
            "ring_shards",
            "capture",
            "tcp_idle_timeout",
            "idle_timeout",
        ];
        for (options, name) in wrong.iter().zip(names) {
            let error = options.check().expect_err(name).to_string();
            assert!(
                error.starts_with(&format!("option {name}: expected ")),
                "{error}"
            );
        }
    }
}
