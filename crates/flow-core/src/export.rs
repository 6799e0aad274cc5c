//! Hubble's `observer.ExportEvent` in JSON: what an exporter writes, one to a line.

use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::flow::{Flow, UtcTime};
use crate::pipeline::Lost;
use crate::text::Escaped;

/// A flow, or a loss, with the node and the time.
///
/// `hubble observe --input-file` reads a file of such lines.
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
        map.serialize_entry("node_name", &Escaped::text(self.node))?;
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
    use std::string::String;

    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;
    use crate::flow::arbitrary::flows;
    use crate::pipeline::LostAt;
    use crate::text::tests::is_dangerous;

    #[test]
    fn a_loss_is_hubbles_lost_event() {
        let places = [
            "PERF_EVENT_RING_BUFFER",
            "PERF_EVENT_RING_BUFFER",
            "PERF_EVENT_RING_BUFFER",
            "OBSERVER_EVENTS_QUEUE",
            "HUBBLE_RING_BUFFER",
        ];
        assert_eq!(LostAt::ALL.len(), places.len());
        for (at, source) in LostAt::ALL.into_iter().zip(places) {
            let lost = Lost { at, count: 7 };
            let line = serde_json::to_value(ExportEvent::lost(&lost, "n", 1)).expect("JSON");
            let expected = json!({
                "lost_events": {"source": source, "num_events_lost": "7"},
                "node_name": "n",
                "time": "1970-01-01T00:00:00.000000001Z",
            });
            assert_eq!(line, expected);
        }
    }

    proptest! {
        /// Whatever is in a flow and in the node's name, the line is one, valid and harmless.
        #[test]
        fn a_flow_is_one_line(flow in flows(), node in any::<String>()) {
            let line = serde_json::to_string(&ExportEvent::flow(&flow, &node)).expect("JSON");
            prop_assert!(!is_dangerous(&line), "{:?}", line);
            let value: Value = serde_json::from_str(&line).expect("valid JSON");
            let object = value.as_object().expect("an object");
            prop_assert!(object.keys().eq(["flow", "node_name", "time"]));
            prop_assert_eq!(&value["flow"]["time"], &value["time"]);
            let named = value["flow"].get("node_name").unwrap_or(&Value::Null);
            prop_assert!(*named == value["node_name"] || node.is_empty());
        }
    }
}
