//! One JSON object a line, as Hubble's exporter writes them.

use std::io::{self, Write};
use std::time::{SystemTime, UNIX_EPOCH};

use flow_core::export::ExportEvent;
use flow_core::flow::Flow;
use flow_core::pipeline::Lost;

use super::Form;

/// Writes `ExportEvent`s.
pub(super) struct Json {
    node: String,
    /// The line, so that it is written as one piece.
    line: Vec<u8>,
}

impl Json {
    /// With the name of the node, or the host's name.
    pub(super) fn new(node: Option<&str>) -> Self {
        let host = || std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
        let node = node.map_or_else(|| host().trim_end().to_owned(), str::to_owned);
        Self {
            node,
            line: Vec::new(),
        }
    }
}

impl Json {
    fn write(&mut self, out: &mut dyn Write) -> io::Result<()> {
        self.line.push(b'\n');
        let written = out.write_all(&self.line);
        self.line.clear();
        written
    }
}

impl Form for Json {
    fn flow(&mut self, out: &mut dyn Write, flow: &Flow) -> io::Result<()> {
        serde_json::to_writer(&mut self.line, &ExportEvent::flow(flow, &self.node))?;
        self.write(out)
    }

    fn lost(&mut self, out: &mut dyn Write, lost: &Lost) -> io::Result<()> {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let now = u64::try_from(now.as_nanos()).unwrap_or(u64::MAX);
        serde_json::to_writer(&mut self.line, &ExportEvent::lost(lost, &self.node, now))?;
        self.write(out)
    }
}
