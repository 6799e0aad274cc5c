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
}

impl Json {
    /// With the name of the node, or the host's name.
    pub(super) fn new(node: Option<&str>) -> Self {
        let host = || std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
        let node = node.map_or_else(|| host().trim_end().to_owned(), str::to_owned);
        Self { node }
    }
}

impl Form for Json {
    fn flow(&mut self, mut out: &mut dyn Write, flow: &Flow) -> io::Result<()> {
        serde_json::to_writer(&mut out, &ExportEvent::flow(flow, &self.node))?;
        writeln!(out)
    }

    fn lost(&mut self, mut out: &mut dyn Write, lost: &Lost) -> io::Result<()> {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let now = u64::try_from(now.as_nanos()).unwrap_or(u64::MAX);
        serde_json::to_writer(&mut out, &ExportEvent::lost(lost, &self.node, now))?;
        writeln!(out)
    }
}
