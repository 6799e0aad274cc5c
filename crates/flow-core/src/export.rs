//! Hubble's `observer.ExportEvent` in JSON: what an exporter writes, one to a line.

use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::flow::{Flow, UtcTime};
use crate::pipeline::Lost;

/// A flow, or a loss, with the node and the time.
///
/// ```
/// use flow_core::export::ExportEvent;
/// use flow_core::flow::Flow;
///
/// let flow = Flow::default();
/// let line = serde_json::to_string(&ExportEvent::flow(&flow, "node-1"))?;
/// assert!(line.ends_with(r#""node_name":"node-1","time":"1970-01-01T00:00:00.000000000Z"}"#));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct ExportEvent<'a> {
    kind: Kind<'a>,
    node: &'a str,
    time: u64,
}

#[derive(Clone, Copy, Debug)]
enum Kind<'a> {
    Flow(&'a Flow),
    Lost(&'a Lost),
}

impl<'a> ExportEvent<'a> {
    /// A flow seen by the node of this name.
    #[must_use]
    pub const fn flow(flow: &'a Flow, node: &'a str) -> Self {
        Self {
            kind: Kind::Flow(flow),
            node,
            time: flow.time,
        }
    }

    /// A loss at the node of this name, noticed at `time`: nanoseconds since the Unix epoch.
    #[must_use]
    pub const fn lost(lost: &'a Lost, node: &'a str, time: u64) -> Self {
        Self {
            kind: Kind::Lost(lost),
            node,
            time,
        }
    }
}

impl Serialize for ExportEvent<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(3))?;
        match self.kind {
            Kind::Flow(flow) => map.serialize_entry("flow", &flow.json(Some(self.node)))?,
            Kind::Lost(lost) => map.serialize_entry("lost_events", &LostEvent(lost))?,
        }
        map.serialize_entry("node_name", self.node)?;
        map.serialize_entry("time", &format_args!("{}", UtcTime(self.time).rfc3339()))?;
        map.end()
    }
}

/// `flow.LostEvent`: the count is 64 bits wide, so a string.
struct LostEvent<'a>(&'a Lost);

impl Serialize for LostEvent<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("source", self.0.at.hubble_name())?;
        map.serialize_entry("num_events_lost", &format_args!("{}", self.0.count))?;
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::LostAt;

    #[test]
    fn a_loss_is_hubbles_lost_event() {
        let lost = Lost {
            at: LostAt::HistoryRing,
            count: 7,
        };
        let line = serde_json::to_string(&ExportEvent::lost(&lost, "n", 0)).expect("JSON");
        assert_eq!(
            line,
            r#"{"lost_events":{"source":"HUBBLE_RING_BUFFER","num_events_lost":"7"},"node_name":"n","time":"1970-01-01T00:00:00.000000000Z"}"#
        );
    }
}
