//! The source itself.

use std::error::Error;
use std::path::Path;
use std::str::Utf8Error;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use flow_core::pipeline::{Losses, Lost, LostAt, Progress, Sink, Source, SourceError};
use flow_core::resolve::{Emitter, NodeNames};

use super::lines::{LONGEST, Lines, Step};
use super::parts::Parts;
use crate::observer::ExportEvent;
use crate::observer::export_event::ResponseTypes;
use crate::{JsonError, Line, flow as pb, read_line};

/// Lines read by one call of `poll` at most.
const BATCH: u32 = 256;

/// Yields the flows of a file that Hubble's exporter, or [`Export`](crate::Export), has written:
/// one JSON object a line.
///
/// A line that cannot be read is reported to the sink as undecodable, with a [`LineError`], and the
/// next one is read. Of a line with a value that does not fit into a flow, or a part that is not
/// known, the rest is read, and the part is [counted](ExportCounts::in_part). A file that is packed with
/// gzip is unpacked, whatever its name.
#[derive(Debug)]
pub struct ExportSource {
    name: String,
    lines: Lines,
    /// The node of the last flow, shared by the flows of one node that follow each other.
    node: Arc<NodeNames>,
    progress: ExportProgress,
    is_stopped: bool,
}

/// Error of one line of an export.
#[derive(Debug, thiserror::Error)]
#[error("line {number}: {problem}")]
#[non_exhaustive]
pub struct LineError {
    /// Number of the line, from 1 on.
    pub number: u64,
    /// The problem.
    #[source]
    pub problem: LineProblem,
}

/// A problem of a line of an export.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LineProblem {
    /// It is no text.
    #[error(transparent)]
    Text(#[from] Utf8Error),
    /// It is no JSON of an event.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// It is too long.
    #[error("longer than {0} bytes")]
    TooLong(usize),
}

/// Counts of an export's lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExportCounts {
    /// Lines that were read; empty ones are left out.
    pub lines: u64,
    /// Lines with a flow.
    pub flows: u64,
    /// Lines with another event.
    pub others: u64,
    /// Lines that cannot be read.
    pub bad: u64,
    /// Lines of which a part was passed over.
    pub in_part: u64,
}

/// Counts of an [`ExportSource`], for other threads. Cloning shares them.
#[derive(Clone, Debug, Default)]
pub struct ExportProgress(Arc<Counters>);

#[derive(Debug, Default)]
struct Counters {
    flows: AtomicU64,
    others: AtomicU64,
    bad: AtomicU64,
    in_part: AtomicU64,
    /// Losses that the lines report.
    lost: Mutex<Losses>,
    /// The first line of which a part was passed over, and why.
    first_in_part: OnceLock<(u64, String)>,
}

impl ExportProgress {
    /// Returns the losses that the lines report.
    #[must_use]
    pub fn lost(&self) -> Losses {
        *self.0.lost.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the first line of which a part was passed over, and which part that was.
    #[must_use]
    pub fn first_in_part(&self) -> Option<(u64, &str)> {
        let first = self.0.first_in_part.get()?;
        Some((first.0, &first.1))
    }

    /// Returns the counts.
    #[must_use]
    pub fn counts(&self) -> ExportCounts {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        let [flows, others, bad, in_part] =
            [&self.0.flows, &self.0.others, &self.0.bad, &self.0.in_part].map(read);
        ExportCounts {
            lines: flows + others + bad,
            flows,
            others,
            bad,
            in_part,
        }
    }
}

fn add_one(count: &AtomicU64) {
    count.fetch_add(1, Ordering::Relaxed);
}

impl ExportSource {
    /// Opens a file, or standard input for `-`.
    ///
    /// # Errors
    /// Where it cannot be opened.
    pub fn open(path: &Path) -> Result<Self, SourceError> {
        let name = path.display().to_string();
        match Lines::open(path) {
            Ok(lines) => Ok(Self {
                name,
                lines,
                node: Arc::new(NodeNames::UNKNOWN),
                progress: ExportProgress::default(),
                is_stopped: false,
            }),
            Err(error) => Err(SourceError::new(name, "opening", error)),
        }
    }

    /// Returns its counts, for other threads.
    #[must_use]
    pub fn progress(&self) -> ExportProgress {
        self.progress.clone()
    }
}

impl Source for ExportSource {
    fn name(&self) -> &str {
        &self.name
    }

    fn poll(&mut self, timeout: Duration, sink: &mut dyn Sink) -> Result<Progress, SourceError> {
        let mut patience = timeout;
        for _ in 0..BATCH {
            if self.is_stopped {
                return Ok(Progress::Ended);
            }
            let (number, result) = match self.lines.next(patience) {
                Ok(Step::Line(number, line)) => (
                    number,
                    take((number, line), &mut self.node, &self.progress.0, sink),
                ),
                Ok(Step::TooLong(number)) => (number, Err(LineProblem::TooLong(LONGEST))),
                Ok(Step::NotReady) => return Ok(Progress::Open),
                Ok(Step::End) => return Ok(Progress::Ended),
                Err(error) => return Err(SourceError::new(&*self.name, "reading", error)),
            };
            if let Err(problem) = result {
                add_one(&self.progress.0.bad);
                sink.undecodable(&LineError { number, problem });
            }
            patience = Duration::ZERO;
        }
        Ok(Progress::Open)
    }

    fn stop(&mut self) {
        self.is_stopped = true;
    }
}

/// Hands over what a line holds.
fn take(
    (number, line): (u64, &[u8]),
    node: &mut Arc<NodeNames>,
    counts: &Counters,
    sink: &mut dyn Sink,
) -> Result<(), LineProblem> {
    if line.trim_ascii().is_empty() {
        return Ok(());
    }
    let Line { event, mut ignored } = read_line(std::str::from_utf8(line)?)?;
    let ExportEvent {
        node_name,
        response_types,
        ..
    } = event;
    match response_types {
        Some(ResponseTypes::Flow(message)) => {
            let mut parts = Parts::default();
            let (mut flow, unfit) = message.to_flow_in_part(&parts);
            ignored = ignored.or_else(|| unfit.map(|error| error.to_string()));
            set_node(node, node_name, &message);
            if **node != NodeNames::UNKNOWN {
                parts.extra().node = Some(Arc::clone(node));
            }
            add_one(&counts.flows);
            let attached = parts.attach(&mut flow);
            sink.flow(&mut flow, &attached);
        }
        Some(ResponseTypes::LostEvents(event)) => {
            add_one(&counts.others);
            let lost = Lost {
                at: place(event.source()),
                count: event.num_events_lost,
            };
            let mut sums = counts.lost.lock().unwrap_or_else(PoisonError::into_inner);
            sums.add(lost);
            drop(sums);
            sink.lost(lost);
        }
        _ => add_one(&counts.others),
    }
    if let Some(part) = ignored {
        add_one(&counts.in_part);
        counts.first_in_part.get_or_init(|| (number, part));
    }
    Ok(())
}

/// Makes `node` the node of a message, a new one only where it is another than before.
fn set_node(node: &mut Arc<NodeNames>, name: String, message: &pb::Flow) {
    let emitter = message.emitter.as_ref().map(|emitter| Emitter {
        name: (*emitter.name).into(),
        version: (*emitter.version).into(),
    });
    let labels = message.node_labels.iter().map(|label| (**label).into());
    let seen = NodeNames {
        name,
        labels: labels.collect(),
        emitter,
    };
    if **node != seen {
        *node = Arc::new(seen);
    }
}

/// The place of a loss that Hubble reports.
fn place(source: pb::LostEventSource) -> LostAt {
    match source {
        pb::LostEventSource::ObserverEventsQueue => LostAt::Decode,
        pb::LostEventSource::HubbleRingBuffer => LostAt::HistoryRing,
        _ => LostAt::KernelRing,
    }
}

/// Lets the compiler check that the error can be handed to other threads.
const _: fn() = || {
    fn shared<T: Error + Send + Sync>() {}
    shared::<LineError>();
};
