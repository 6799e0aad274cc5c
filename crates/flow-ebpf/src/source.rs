//! A running observer of this host.

use std::io;
use std::sync::Arc;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use flow_core::event::EventDecoder;
use flow_core::pipeline::{Progress, SourceError};

use crate::attach::{host, interface};
use crate::decode::Decoding;
use crate::drop_reason::DropReasons;
use crate::error::LoadError;
use crate::feature::{FeatureState, Report};
use crate::handle::SourceHandle;
use crate::kernel;
use crate::memory;
use crate::names::{InterfaceNames, InterfaceReader};
use crate::netns::Netns;
use crate::object::{self, Context, Object};
use crate::options::{Mode, Options};
use crate::privileges;
use crate::record::Record;
use crate::shard::{Shard, poll_all};
use crate::shared::{Keeper, Shared};
use crate::stats::Stats;
use crate::sweep;
use crate::worker::Worker;

/// Kernel programs at work, and the records they make.
///
/// Dropping it, or all of its [shards](Self::into_shards), detaches everything it attached and
/// nothing else.
#[derive(Debug)]
pub struct FlowSource {
    pub(crate) shards: Vec<Shard>,
    handle: SourceHandle,
    /// Made when it is first read as a source of flows.
    pub(crate) decoding: Option<Decoding>,
}

impl FlowSource {
    pub(crate) fn load(options: Options) -> Result<Self, LoadError> {
        let Prepared {
            options,
            home,
            reasons,
            mut object,
        } = prepare(options)?;
        let mut report = Report::default();
        if options.btf && object.btf.is_none() {
            let reason = "/sys/kernel/btf/vmlinux cannot be read".to_owned();
            report.set("type information", "", FeatureState::Missing(reason.into()));
        }
        if matches!(options.mode, Mode::Aggregated { .. }) {
            let state = match sweep::load(&mut object.programs) {
                Ok(()) => FeatureState::Active,
                Err(refusal) => FeatureState::Missing(refusal),
            };
            report.set("sweep", "", state);
        }
        object.watched.namespace(home.inode(), options.wants_home());
        host::attach(&mut object, &options, &mut report);
        let packets =
            options.wants_interfaces() && interface::load_usual(&mut object.programs).is_ok();
        let Object {
            programs,
            btf,
            rings,
            counters,
            watched,
        } = object;
        // Tens of megabytes that nothing needs any more.
        drop(btf);
        memory::release();

        let shared = Shared::new(rings.len(), reasons, counters, report);
        let shared = Arc::new(shared.map_err(io("eventfd"))?);
        let (ready, wait) = mpsc::channel();
        let attach_wait = options.attach_wait;
        let worker = Worker::new(programs, watched, options, Arc::clone(&shared), home, ready);
        let worker = thread::Builder::new()
            .name("flow-worker".to_owned())
            .spawn(move || worker.run())
            .map_err(io("starting a thread"))?;
        let keeper = Arc::new(Keeper {
            shared: Arc::clone(&shared),
            worker: Some(worker),
        });
        let shards = rings
            .into_iter()
            .enumerate()
            .map(|(index, ring)| Shard::new(index, ring, Arc::clone(&keeper)))
            .collect::<io::Result<Vec<_>>>()
            .map_err(io("epoll"))?;
        // Not attached in time: the report says so, and the worker goes on.
        let _ = wait.recv_timeout(attach_wait);
        let report = shared.report();
        // An interface may come later, if its programs are loaded.
        let may_come = packets && !report.has_interface();
        if !may_come && !report.observes() {
            return Err(kernel::nothing(report));
        }
        Ok(Self {
            shards,
            handle: SourceHandle::new(shared),
            decoding: None,
        })
    }

    /// What runs, and what does not and why.
    #[must_use]
    pub fn report(&self) -> Report {
        self.handle.report()
    }

    /// Counts of what was seen, handed over and lost.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.handle.stats()
    }

    /// Names of the observed interfaces.
    #[must_use]
    pub fn interfaces(&self) -> InterfaceNames {
        self.handle.interfaces()
    }

    /// The running kernel's drop reasons.
    #[must_use]
    pub fn drop_reasons(&self) -> Arc<DropReasons> {
        self.handle.drop_reasons()
    }

    /// A decoder for the records of this source: see [`SourceHandle::decoder`].
    #[must_use]
    pub fn decoder(&self) -> EventDecoder<InterfaceReader> {
        self.handle.decoder()
    }

    /// A handle for other threads.
    #[must_use]
    pub fn handle(&self) -> SourceHandle {
        self.handle.clone()
    }

    /// Splits the source into one source for each ring buffer, to be drained by as many threads.
    ///
    /// Records keep their order within a ring buffer only. All captured payload of a connection, in
    /// both directions, comes through the same one, and so does all that a socket does; what is
    /// counted of packets comes through that of the processor that handled them.
    ///
    /// Loss is reported by the first of them.
    #[must_use]
    pub fn into_shards(self) -> Vec<Shard> {
        self.shards
    }

    /// Hands over every record that is ready, of all ring buffers; where none is, waits for one for
    /// at most `timeout`.
    ///
    /// # Errors
    /// Where the ring buffers cannot be waited for.
    pub fn poll_records(
        &mut self,
        timeout: Duration,
        sink: &mut dyn FnMut(Record<'_>),
    ) -> Result<Progress, SourceError> {
        poll_all(&mut self.shards, timeout, sink)
    }
}

/// What there is before any program is loaded.
pub(crate) struct Prepared {
    options: Options,
    home: Netns,
    reasons: Arc<DropReasons>,
    pub(crate) object: Object,
}

/// Checks options and privileges, and creates the maps.
pub(crate) fn prepare(mut options: Options) -> Result<Prepared, LoadError> {
    options.check()?;
    privileges::check()?;
    // Before Linux 5.11 maps count as locked memory.
    let _ = rustix::process::setrlimit(
        rustix::process::Resource::Memlock,
        rustix::process::Rlimit {
            current: None,
            maximum: None,
        },
    );
    let home = Netns::current().map_err(io("opening this network namespace"))?;
    let reasons = Arc::new(if options.btf {
        DropReasons::from_kernel()
    } else {
        DropReasons::default()
    });
    // Without type information, programs at control groups cannot tell namespaces apart.
    if !object::is_full(&options) {
        options.loopback |= options.cgroup;
        options.cgroup = false;
    }
    let several = options.all_namespaces || !options.namespaces.is_empty();
    let context = Context {
        reasons: &reasons,
        netns: if several { 0 } else { home.inode() },
        page: u32::try_from(rustix::param::page_size()).unwrap_or(4096),
    };
    let object = object::create(&options, &context)?;
    Ok(Prepared {
        options,
        home,
        reasons,
        object,
    })
}

/// Turns an error into one that says what was done.
fn io(what: &str) -> impl FnOnce(io::Error) -> LoadError {
    let what = what.to_owned();
    move |source| LoadError::Io { what, source }
}
