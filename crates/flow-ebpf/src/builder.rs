//! The builder of a [`FlowSource`].

use std::time::Duration;

use crate::error::LoadError;
use crate::filter::PacketFilter;
use crate::options::{AttachWith, Interfaces, Mode, Namespace, Options, TableKind};
use crate::source::FlowSource;

impl FlowSource {
    /// Begins to choose what to observe.
    pub fn builder() -> FlowSourceBuilder {
        FlowSourceBuilder::default()
    }
}

/// Collects what to observe, then loads and attaches the kernel programs.
///
/// Made by [`FlowSource::builder`]. Without any call it observes every interface of this
/// network namespace that is up, aggregated, with all that the kernel can tell.
#[derive(Clone, Debug, Default)]
#[must_use = "nothing is attached before `load`"]
pub struct FlowSourceBuilder {
    options: Options,
}

impl FlowSourceBuilder {
    /// Observes packets on these interfaces. Default: [`Interfaces::Up`].
    pub fn interfaces(mut self, interfaces: Interfaces) -> Self {
        self.options.interfaces = interfaces;
        self
    }

    /// Leaves out interfaces whose name matches one of these patterns (`*`, `?`).
    pub fn exclude<S: Into<String>>(mut self, patterns: impl IntoIterator<Item = S>) -> Self {
        self.options
            .exclude
            .extend(patterns.into_iter().map(Into::into));
        self
    }

    /// Counts the loopback interface among those that are up. Default: no, for the control
    /// group programs see its traffic already, once and with its owner.
    pub fn loopback(mut self, include: bool) -> Self {
        self.options.loopback = include;
        self
    }

    /// Observes one more network namespace, by name or path: its interfaces, loopback traffic, drops and sockets. It may
    /// appear later, and vanish and come again; needs `CAP_SYS_ADMIN`. Without any, this process's own namespace alone
    /// is observed.
    pub fn namespace(mut self, namespace: impl Into<Namespace>) -> Self {
        self.options.namespaces.push(namespace.into());
        self
    }

    /// Observes drops and sockets of one more network namespace, by name or path, and none of its interfaces: for the far
    /// end of a link whose packets are observed already. Otherwise as [`namespace`](Self::namespace).
    pub fn events_of(mut self, namespace: impl Into<Namespace>) -> Self {
        self.options.event_namespaces.push(namespace.into());
        self
    }

    /// Observes every interface of every network namespace by two tracepoints, in place of
    /// programs on interfaces. Costs about 90 ns more for each packet. Default: no.
    pub fn all_namespaces(mut self, enable: bool) -> Self {
        self.options.all_namespaces = enable;
        self
    }

    /// How to attach to interfaces. Default: [`AttachWith::Auto`].
    pub fn attach_with(mut self, attach: AttachWith) -> Self {
        self.options.attach = attach;
        self
    }

    /// How long [`load`](Self::load) waits for the interfaces that exist to be attached (about
    /// 32 ms each); the rest is attached in the background. Default: 5 s.
    pub fn attach_wait(mut self, wait: Duration) -> Self {
        self.options.attach_wait = wait;
        self
    }

    /// What to report. Default: aggregated, every [`Mode::DEFAULT_INTERVAL`].
    pub fn mode(mut self, mode: Mode) -> Self {
        self.options.mode = mode;
        self
    }

    /// A conversation without a packet for this long leaves the table: of UDP, ICMP and every protocol but TCP. A packet
    /// that comes later begins another one. Default: 2 minutes.
    ///
    /// What a connection has counted is reported when it has been quiet for the [interval](Mode::Aggregated), however
    /// long it stays. When more than three quarters of an [exact](TableKind::Exact) table are in use, whatever has been
    /// idle for 30 s leaves it.
    pub fn idle_timeout(mut self, idle: Duration) -> Self {
        self.options.idle = idle;
        self
    }

    /// A TCP connection that has not ended and has been without a packet for this long leaves the table. What it sends
    /// later is taken for another connection, of which it is not known who began. Default: 2 hours and 4 minutes, a
    /// little more than the usual time until a keep-alive.
    pub fn tcp_idle_timeout(mut self, idle: Duration) -> Self {
        self.options.tcp_idle = idle;
        self
    }

    /// Number of connections in the kernel's table. Default: 65,536.
    pub fn table_entries(mut self, entries: u32) -> Self {
        self.options.table_entries = entries;
        self
    }

    /// What happens when the table is full. Default: [`TableKind::Exact`].
    pub fn table_kind(mut self, kind: TableKind) -> Self {
        self.options.table_kind = kind;
        self
    }

    /// Number of ring buffers, rounded up to a power of two and limited to what the kernel programs have (see
    /// [`MAX_SHARDS`](crate::MAX_SHARDS)). Default: one for each CPU, 4 at most.
    pub fn ring_shards(mut self, shards: usize) -> Self {
        self.options.ring_shards = Some(shards);
        self
    }

    /// Size of each ring buffer in bytes, rounded up to a power of two of whole pages. A record
    /// takes 192 bytes. Default: 1 MiB; it counts twice in the resident memory of the process,
    /// for the kernel maps it twice.
    pub fn ring_bytes(mut self, bytes: u32) -> Self {
        self.options.ring_bytes = bytes;
        self
    }

    /// Captures the first `bytes` of the payload of packets to or from `port` (TCP and UDP), with
    /// the headers before it from IP on: [`EventView::payload`](flow_core::event::EventView::payload).
    /// At most 2,048 bytes; 0 for none. Of TCP, packets with SYN, FIN or RST are captured even where they have
    /// no payload. Such a packet makes a record of its own in every mode, and all of
    /// a connection, in both directions, come from the same [shard](FlowSource::into_shards), a request before
    /// its response. Default: see [`capture_default`](Self::capture_default).
    pub fn capture(mut self, port: u16, bytes: u16) -> Self {
        self.options.capture.push((port, bytes));
        self
    }

    /// Captures payload of port 53 (DNS), up to 2,048 bytes of each packet, unless
    /// [`capture`](Self::capture) says something else of that port. Default: yes.
    pub fn capture_default(mut self, enable: bool) -> Self {
        self.options.capture_default = enable;
        self
    }

    /// Observes only what passes this filter, decided in the kernel. Default: everything.
    pub fn filter(mut self, filter: PacketFilter) -> Self {
        self.options.filter = filter;
        self
    }

    /// Observes sockets by programs at the root control group: loopback traffic, and the
    /// control group of each connection. Default: yes.
    pub fn cgroup(mut self, enable: bool) -> Self {
        self.options.cgroup = enable;
        self
    }

    /// Reports the process that owns each socket, also of sockets made before. Default: yes.
    pub fn owner(mut self, enable: bool) -> Self {
        self.options.owner = enable;
        self
    }

    /// Reports packets that the kernel drops, with its reason. Default: yes.
    pub fn drops(mut self, enable: bool) -> Self {
        self.options.drops = enable;
        self
    }

    /// Reports changes of TCP sockets' states. Default: yes.
    pub fn tcp_state(mut self, enable: bool) -> Self {
        self.options.tcp_state = enable;
        self
    }

    /// Reports TCP segments that are sent again. Default: yes.
    pub fn retransmits(mut self, enable: bool) -> Self {
        self.options.retransmits = enable;
        self
    }

    /// Whether to use the kernel's type information. `false` behaves as on a kernel that has
    /// none: what needs it is reported missing. For tests and for doubtful kernels.
    pub fn btf(mut self, enable: bool) -> Self {
        self.options.btf = enable;
        self
    }

    /// Leaves out a program of the kernel objects, by its name in `bpf/README.md`. What needs it is reported missing,
    /// as if the kernel had refused it. For tests, and for kernels on which a program does harm.
    ///
    /// ```no_run
    /// use flow_ebpf::FlowSource;
    ///
    /// let source = FlowSource::builder().leave_out("tcp_retransmit_skb").load()?;
    /// let retransmits = source.report().get("retransmits").cloned();
    /// assert!(!retransmits.expect("it was tried").is_active());
    /// # Ok::<(), flow_ebpf::LoadError>(())
    /// ```
    pub fn leave_out(mut self, program: impl Into<String>) -> Self {
        self.options.left_out.push(program.into());
        self
    }

    pub(crate) fn into_options(self) -> Options {
        self.options
    }

    /// Loads the programs, attaches what can be attached and begins to observe.
    ///
    /// A program that the kernel does not take is left out, and
    /// [`report`](FlowSource::report) says why.
    ///
    /// Loading changes two things of the whole process. Before Linux 5.11 maps count as locked memory, so the limit of
    /// that (`RLIMIT_MEMLOCK`) is lifted, where the process may do so. And the kernel's type information takes about
    /// 20 MB in small pieces while the programs are loaded: once it is freed, `malloc_trim(3)` gives those pages back to
    /// the system, where the allocator is that of glibc.
    ///
    /// # Errors
    /// [`LoadError::Privileges`] where the process may not load programs;
    /// [`LoadError::Option`] for an option out of range; others where nothing at all could be
    /// loaded, with the [log of the verifier](LoadError::verifier_logs) where that was why.
    pub fn load(self) -> Result<FlowSource, LoadError> {
        FlowSource::load(self.options)
    }
}
