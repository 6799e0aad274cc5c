//! A live agent's monitor as a source of flows.

use core::time::Duration;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use flow_core::pipeline::{Attached, Progress, Sink, Source, SourceError};
use flow_core::resolve::Extra;

use crate::log::LogExchanges;
use crate::socket::{MonitorRecord, MonitorSocket};
use crate::{AgentDecoder, AgentError, AgentEvent, CiliumDecoder, CiliumError, NodeKnowledge};

/// Yields the flows that a Cilium agent's monitor reports: those of its datapath, with their rare
/// attributes, and those of its proxy's access log, with their layer 7 records.
///
/// Debug messages and notices of the agent are no flows and are passed over. When the agent closes
/// its socket, the source ends with an error; connecting anew is the caller's choice.
///
/// ```no_run
/// use flow_cilium::{CiliumSource, MonitorSocket};
/// use flow_core::pipeline::{Pipeline, Since};
/// use flow_core::ring::Next;
///
/// let source = CiliumSource::connect(MonitorSocket::PATH, ())?;
/// let pipeline = Pipeline::builder().source(source).start()?;
/// pipeline.subscribe(Since::Oldest).for_each(|next| match next {
///     Next::Record(flow) => println!("{}", flow.line()),
///     Next::Lost(count) => eprintln!("{count} lost"),
/// });
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct CiliumSource<K> {
    socket: MonitorSocket,
    events: Events<K>,
    is_stopped: bool,
}

/// Decodes events.
#[derive(Debug)]
struct Events<K> {
    datapath: CiliumDecoder<K>,
    agent: AgentDecoder,
    exchanges: LogExchanges,
}

impl<K: NodeKnowledge> CiliumSource<K> {
    /// Connects to the agent that listens at `path`; `knowledge` is what only its node knows.
    ///
    /// # Errors
    /// Where nobody listens there, or this process may not connect.
    pub fn connect(path: impl AsRef<Path>, knowledge: K) -> Result<Self, SourceError> {
        Ok(Self::new(MonitorSocket::connect(path)?, knowledge))
    }

    /// Returns the source of the records of `socket`.
    #[must_use]
    pub fn new(socket: MonitorSocket, knowledge: K) -> Self {
        Self {
            socket,
            events: Events {
                datapath: CiliumDecoder::new(knowledge),
                agent: AgentDecoder::default(),
                exchanges: LogExchanges::default(),
            },
            is_stopped: false,
        }
    }
}

impl<K: NodeKnowledge> Events<K> {
    fn event(&mut self, data: &[u8], cpu: u32, sink: &mut dyn Sink) {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let now = u64::try_from(now.as_nanos()).unwrap_or(u64::MAX);
        match self.datapath.decode_full(data, cpu, now) {
            Ok((mut flow, attributes)) => {
                let extra = Extra::from(&attributes);
                let attached = match extra == Extra::default() {
                    true => Attached::NONE,
                    false => Attached::extra(&extra),
                };
                sink.flow(&mut flow, &attached);
            }
            Err(CiliumError::NoFlow { .. }) => self.agent(data, now, sink),
            Err(error) => sink.undecodable(&error),
        }
    }

    /// A message of the agent, or one of the datapath that is no flow.
    fn agent(&mut self, data: &[u8], now: u64, sink: &mut dyn Sink) {
        match self.agent.decode(data) {
            Ok(AgentEvent::AccessLog(log)) => {
                let mut flow = log.to_flow(now);
                match self.exchanges.record(&log) {
                    Some(record) => sink.flow(&mut flow, &Attached::l7(&record)),
                    None => sink.flow(&mut flow, &Attached::NONE),
                }
            }
            Ok(AgentEvent::Notify(_)) | Err(AgentError::Kind { .. }) => {}
            Err(error) => sink.undecodable(&error),
        }
    }
}

impl<K: NodeKnowledge + Send> Source for CiliumSource<K> {
    fn name(&self) -> &str {
        self.socket.name()
    }

    fn poll(&mut self, timeout: Duration, sink: &mut dyn Sink) -> Result<Progress, SourceError> {
        if self.is_stopped {
            return Ok(Progress::Ended);
        }
        let events = &mut self.events;
        self.socket
            .poll_records(timeout, &mut |record| match record {
                MonitorRecord::Event { data, cpu } => events.event(data, cpu, sink),
                MonitorRecord::Lost(lost) => sink.lost(lost),
            })?;
        Ok(Progress::Open)
    }

    fn stop(&mut self) {
        self.is_stopped = true;
    }
}
