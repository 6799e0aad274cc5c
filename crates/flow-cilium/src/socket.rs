//! The monitor socket of a live agent.

use core::time::Duration;
use std::boxed::Box;
use std::error::Error;
use std::format;
use std::io::{ErrorKind, Read};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::string::String;
use std::vec;

use super::gob::{GobLimits, GobStream};
use super::{MonitorPayload, PayloadKind};
use flow_core::pipeline::{Lost, LostAt, SourceError};

/// One record of an agent's monitor, borrowed for the time of the call.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum MonitorRecord<'a> {
    /// A record of the datapath or the agent.
    Event {
        /// Its bytes.
        data: &'a [u8],
        /// Processor on which it was made.
        cpu: u32,
    },
    /// Records that were lost.
    Lost(Lost),
}

/// Bytes that are read at once.
const CHUNK: usize = 64 << 10;
/// Most chunks that are read in one poll, so that a busy agent cannot hold the caller for ever.
const CHUNKS: usize = 64;

/// Reads the records that a Cilium agent sends at its monitor socket.
///
/// Yields [`MonitorRecord::Event`] for each, and [`MonitorRecord::Lost`] for what the agent reports as lost
/// ([`LostAt::Monitor`]) and for what could not be read ([`LostAt::Decode`]).
///
/// When the agent closes the socket, or its stream gets out of step, [`poll_records`](Self::poll_records) ends
/// with an error. Whether and when to connect anew is the caller's choice; a new
/// connection is a new `MonitorSocket`.
///
/// ```no_run
/// use std::time::Duration;
///
/// use flow_cilium::{
///     AgentDecoder, AgentEvent, CiliumDecoder, CiliumError, MonitorRecord, MonitorSocket,
/// };
///
/// let mut source = MonitorSocket::connect(MonitorSocket::PATH)?;
/// let mut datapath = CiliumDecoder::new(());
/// let mut agent = AgentDecoder::default();
/// let now = 1_700_000_000_000_000_000; // nanoseconds since the Unix epoch
/// loop {
///     source.poll_records(Duration::from_secs(1), &mut |record| match record {
///         MonitorRecord::Event { data, cpu } => match datapath.decode(data, cpu, now) {
///             Ok(flow) => println!("{flow}"),
///             // A debug message, or an event of the agent itself.
///             Err(CiliumError::NoFlow { .. }) => match agent.decode(data) {
///                 Ok(AgentEvent::AccessLog(record)) => println!("{}", record.to_flow(now)),
///                 Ok(AgentEvent::Notify(notify)) => println!("{}", notify.kind),
///                 Err(error) => eprintln!("{error}"),
///             },
///             Err(error) => eprintln!("{error}"),
///         },
///         MonitorRecord::Lost(lost) => eprintln!("{} lost at {:?}", lost.count, lost.at),
///         _ => {}
///     })?;
/// }
/// # #[allow(unreachable_code)]
/// # Ok::<(), flow_core::pipeline::SourceError>(())
/// ```
#[derive(Debug)]
pub struct MonitorSocket {
    name: String,
    stream: UnixStream,
    gob: GobStream,
    chunk: Box<[u8]>,
    /// How long the socket waits, as it was set last; zero is not at all.
    waits: Option<Duration>,
    records: u64,
}

impl MonitorSocket {
    /// The path at which an agent listens by default.
    pub const PATH: &'static str = "/var/run/cilium/monitor1_2.sock";

    /// Connects to an agent.
    ///
    /// # Errors
    /// Where nobody listens at `path`, or this process may not connect.
    pub fn connect(path: impl AsRef<Path>) -> Result<Self, SourceError> {
        let path = path.as_ref();
        let name = format!("cilium monitor {}", path.display());
        match UnixStream::connect(path) {
            Ok(stream) => Ok(Self::new(name, stream)),
            Err(error) => Err(SourceError::new(name, "connecting", error)),
        }
    }

    /// Reads from a socket that is connected; `name` stands in messages.
    #[must_use]
    pub fn new(name: String, stream: UnixStream) -> Self {
        Self {
            name,
            stream,
            gob: GobStream::new(GobLimits::default()),
            chunk: vec![0; CHUNK].into(),
            waits: None,
            records: 0,
        }
    }

    /// Returns the number of records that were passed to the sink so far.
    #[must_use]
    pub const fn records(&self) -> u64 {
        self.records
    }

    #[cold]
    fn error(
        &self,
        action: impl Into<String>,
        cause: impl Into<Box<dyn Error + Send + Sync>>,
    ) -> SourceError {
        SourceError::new(self.name.clone(), action, cause)
    }

    #[cold]
    fn closed(&self) -> SourceError {
        let records = self.records;
        match self.gob.pending() {
            0 => self.error(
                "reading",
                format!("the agent closed it after {records} records"),
            ),
            pending => self.error(
                "reading",
                format!(
                    "the agent closed it after {records} records, {pending} bytes into the next message"
                ),
            ),
        }
    }

    fn set_wait(&mut self, timeout: Duration) -> Result<(), SourceError> {
        if self.waits == Some(timeout) {
            return Ok(());
        }
        let set = if timeout.is_zero() {
            self.stream.set_nonblocking(true)
        } else {
            self.stream
                .set_nonblocking(false)
                .and_then(|()| self.stream.set_read_timeout(Some(timeout)))
        };
        match set {
            Ok(()) => {
                self.waits = Some(timeout);
                Ok(())
            }
            Err(error) => Err(self.error("setting how long to wait", error)),
        }
    }

    /// Reads a chunk and hands over what it brings; waits for it for at most `timeout`, which is
    /// not at all where it is zero. Says how many bytes there were.
    fn read(
        &mut self,
        timeout: Duration,
        sink: &mut dyn FnMut(MonitorRecord<'_>),
    ) -> Result<usize, SourceError> {
        self.set_wait(timeout)?;
        let length = match self.stream.read(&mut self.chunk) {
            Ok(0) => return Err(self.closed()),
            Ok(length) => length,
            Err(error) => match error.kind() {
                ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted => 0,
                ErrorKind::ConnectionReset | ErrorKind::BrokenPipe => return Err(self.closed()),
                _ => return Err(self.error("reading", error)),
            },
        };
        self.gob.push(&self.chunk[..length]);
        self.hand_over(sink)?;
        Ok(length)
    }

    fn hand_over(&mut self, sink: &mut dyn FnMut(MonitorRecord<'_>)) -> Result<(), SourceError> {
        let lost = |at, count| MonitorRecord::Lost(Lost { at, count });
        loop {
            let payload = match self.gob.next_value() {
                Ok(Some(value)) => MonitorPayload::read(&value),
                Ok(None) => return Ok(()),
                Err(error) if error.is_fatal() => {
                    let records = self.records;
                    sink(lost(LostAt::Decode, 1));
                    return Err(self.error(format!("reading after {records} records"), error));
                }
                Err(_) => None,
            };
            let Some(payload) = payload else {
                sink(lost(LostAt::Decode, 1));
                continue;
            };
            if payload.lost > 0 {
                sink(lost(LostAt::Monitor, payload.lost));
            }
            match payload.kind {
                PayloadKind::SAMPLE => {
                    self.records += 1;
                    sink(MonitorRecord::Event {
                        data: payload.data,
                        cpu: payload.cpu,
                    });
                }
                PayloadKind::LOST => {}
                _ => sink(lost(LostAt::Decode, 1)),
            }
        }
    }

    /// Hands over every record that is ready; where none is, waits for one for at most `timeout`.
    ///
    /// # Errors
    /// When the agent closes the socket, or its stream gets out of step.
    pub fn poll_records(
        &mut self,
        timeout: Duration,
        sink: &mut dyn FnMut(MonitorRecord<'_>),
    ) -> Result<(), SourceError> {
        let mut length = self.read(timeout, sink)?;
        // A chunk that was full: more may be ready.
        for _ in 1..CHUNKS {
            if length < CHUNK {
                break;
            }
            length = self.read(Duration::ZERO, sink)?;
        }
        Ok(())
    }

    /// Its name in messages.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }
}
