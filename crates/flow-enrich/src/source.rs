//! Sources of names, and the thread that keeps one up to date.

use std::error::Error;
use std::fmt;
use std::io;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

use crate::clock;

/// Something that knows endpoints, and keeps its part of the table up to date.
///
/// A source has a [`Writer`](crate::table::Writer) of the table. [`SourceThread`] calls it now and then, on a
/// thread of its own, so it may block. This one reads an inventory, a line for each address:
///
/// ```
/// use std::net::IpAddr;
/// use std::path::PathBuf;
/// use std::sync::Arc;
///
/// use flow_core::resolve::EndpointNames;
/// use flow_enrich::source::{NameSource, SourceFailure};
/// use flow_enrich::table::{EndpointEntry, EndpointKind, Key, Writer};
///
/// struct Inventory {
///     path: PathBuf,
///     writer: Writer<IpAddr>,
/// }
///
/// impl NameSource for Inventory {
///     fn name(&self) -> &str {
///         "inventory"
///     }
///
///     fn refresh(&mut self, now: u64) -> Result<(), SourceFailure> {
///         let mut entries = Vec::new();
///         for line in std::fs::read_to_string(&self.path)?.lines() {
///             let (address, name) = line.split_once(',').ok_or("expected ADDRESS,NAME")?;
///             let address: IpAddr = address.parse()?;
///             let names = EndpointNames {
///                 labels: vec![format!("inventory:name={name}").into()],
///                 ..EndpointNames::default()
///             };
///             entries.push((address, EndpointEntry {
///                 kind: EndpointKind::External,
///                 identity: 0,
///                 from: 0,
///                 keys: [Key::Address(address.into())].into_iter().collect(),
///                 names: Arc::new(names),
///             }));
///         }
///         Ok(self.writer.batch(now).replace_all(entries)?)
///     }
/// }
/// # let file = std::env::temp_dir().join(format!("inventory-{}", std::process::id()));
/// # std::fs::write(&file, "192.0.2.7,mail\n")?;
/// # let store = flow_core::store::FlowStore::with_capacity(1);
/// # let table = flow_enrich::table::EndpointTable::new(store.names());
/// # let mut source = Inventory { path: file.clone(), writer: Writer::new(&table) };
/// # source.refresh(1)?;
/// # let found = table.read().address(flow_core::flow::Ip::v4([192, 0, 2, 7]), 0).unwrap();
/// # assert_eq!(&*store.names().get(found.handle).unwrap().labels[0], "inventory:name=mail");
/// # std::fs::write(&file, "nonsense\n")?;
/// # assert_eq!(source.refresh(2).unwrap_err().to_string(), "expected ADDRESS,NAME");
/// # std::fs::remove_file(file)?;
/// # Ok::<(), SourceFailure>(())
/// ```
pub trait NameSource: Send {
    /// Returns a short name for messages.
    fn name(&self) -> &str;

    /// Brings what it has put into the table up to date. `now` is in nanoseconds since the Unix epoch.
    ///
    /// # Errors
    /// If it could not. What it put before should still be in the table then: old names are better than
    /// none, and [`Health::staleness`] shows how old they are.
    fn refresh(&mut self, now: u64) -> Result<(), SourceFailure>;

    /// Returns how long to wait before the next refresh.
    fn interval(&self) -> Duration {
        Duration::from_secs(1)
    }
}

/// Why a source could not be brought up to date.
pub type SourceFailure = Box<dyn Error + Send + Sync>;

/// How up to date a source is. Clones share it.
#[derive(Clone, Default)]
pub struct Health {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    fresh: Option<Instant>,
    refreshes: u64,
    failures: u64,
    failure: Option<String>,
}

impl Health {
    /// Notes that the source is up to date.
    pub fn note_fresh(&self) {
        let mut state = self.state.lock();
        state.fresh = Some(Instant::now());
        state.refreshes += 1;
        state.failure = None;
    }

    /// Notes that the source could not be brought up to date.
    pub fn note_failure(&self, failure: &dyn fmt::Display) {
        let mut state = self.state.lock();
        state.failures += 1;
        state.failure = Some(failure.to_string());
    }

    /// Returns how long ago the source was up to date; `None` if it never was.
    #[must_use]
    pub fn staleness(&self) -> Option<Duration> {
        self.state.lock().fresh.map(|fresh| fresh.elapsed())
    }

    /// Returns how often the source was brought up to date.
    #[must_use]
    pub fn refreshes(&self) -> u64 {
        self.state.lock().refreshes
    }

    /// Returns how often it could not be.
    #[must_use]
    pub fn failures(&self) -> u64 {
        self.state.lock().failures
    }

    /// Returns why it is not up to date; `None` if it is.
    #[must_use]
    pub fn failure(&self) -> Option<String> {
        self.state.lock().failure.clone()
    }
}

impl fmt::Debug for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Health").field(&*self.state.lock()).finish()
    }
}

/// Whether the thread is to end, and how it learns of that.
type Ending = Arc<(Mutex<bool>, Condvar)>;

/// A thread that keeps a [`NameSource`] up to date. It ends when this is dropped.
#[derive(Debug)]
pub struct SourceThread {
    health: Health,
    ending: Ending,
    thread: Option<JoinHandle<()>>,
}

impl SourceThread {
    /// Starts the thread, which refreshes the source at once, and then after each
    /// [interval](NameSource::interval).
    ///
    /// # Errors
    /// If the system refuses a thread.
    pub fn start(mut source: impl NameSource + 'static) -> io::Result<Self> {
        let health = Health::default();
        let ending = Ending::default();
        let (health_of_thread, ending_of_thread) = (health.clone(), Arc::clone(&ending));
        let thread = thread::Builder::new()
            .name(format!("names-{}", source.name()))
            .spawn(move || {
                let (ended, wake) = &*ending_of_thread;
                loop {
                    match source.refresh(clock::now()) {
                        Ok(()) => health_of_thread.note_fresh(),
                        Err(failure) => health_of_thread.note_failure(&failure),
                    }
                    let mut ended = ended.lock();
                    if !*ended {
                        wake.wait_for(&mut ended, source.interval());
                    }
                    if *ended {
                        return;
                    }
                }
            })?;
        Ok(Self {
            health,
            ending,
            thread: Some(thread),
        })
    }

    /// Returns how up to date the source is.
    #[must_use]
    pub const fn health(&self) -> &Health {
        &self.health
    }
}

impl Drop for SourceThread {
    fn drop(&mut self) {
        let (ended, wake) = &*self.ending;
        *ended.lock() = true;
        wake.notify_all();
        if let Some(thread) = self.thread.take() {
            // A panic of the source was reported by the thread.
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    struct Failing(Arc<AtomicU64>);

    impl NameSource for Failing {
        fn name(&self) -> &str {
            "failing"
        }

        fn refresh(&mut self, now: u64) -> Result<(), SourceFailure> {
            assert!(now > 0);
            match self.0.fetch_add(1, Ordering::Relaxed) % 2 {
                0 => Ok(()),
                _ => Err("no answer".into()),
            }
        }

        fn interval(&self) -> Duration {
            Duration::from_millis(1)
        }
    }

    #[test]
    fn a_thread_refreshes_its_source_until_it_is_dropped() {
        let calls = Arc::new(AtomicU64::new(0));
        let thread = SourceThread::start(Failing(Arc::clone(&calls))).unwrap();
        while calls.load(Ordering::Relaxed) < 6 {
            thread::yield_now();
        }
        let health = thread.health().clone();
        assert!(health.staleness().is_some());
        drop(thread);
        let made = calls.load(Ordering::Relaxed);
        assert_eq!(health.refreshes() + health.failures(), made);
        assert_eq!(
            health.failure().is_some(),
            made.is_multiple_of(2),
            "of the last call"
        );
        thread::sleep(Duration::from_millis(5));
        assert_eq!(calls.load(Ordering::Relaxed), made);
    }
}
