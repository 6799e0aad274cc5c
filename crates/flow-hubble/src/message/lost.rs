//! Losses as messages.

use super::time::timestamp;
use crate::flow as pb;
use crate::observer::ExportEvent;
use crate::observer::export_event::ResponseTypes;
use flow_core::pipeline::Lost;

impl ExportEvent {
    /// The event of a loss, at the node of this name and at `time`: nanoseconds since the Unix
    /// epoch.
    #[must_use]
    pub fn lost(lost: &Lost, node: &str, time: u64) -> Self {
        Self {
            response_types: Some(ResponseTypes::LostEvents(lost.into())),
            node_name: node.into(),
            time: Some(timestamp(time)),
        }
    }
}

impl From<&Lost> for pb::LostEvent {
    fn from(lost: &Lost) -> Self {
        let source = pb::LostEventSource::from_str_name(lost.at.hubble_name());
        Self {
            source: source.unwrap_or_default().into(),
            num_events_lost: lost.count,
            ..Self::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::to_json;
    use flow_core::pipeline::LostAt;

    #[test]
    fn a_loss_is_hubbles_lost_event() {
        for (at, source) in [
            (LostAt::Monitor, "PERF_EVENT_RING_BUFFER"),
            (LostAt::KernelRing, "PERF_EVENT_RING_BUFFER"),
            (LostAt::KernelTable, "PERF_EVENT_RING_BUFFER"),
            (LostAt::KernelSweep, "PERF_EVENT_RING_BUFFER"),
            (LostAt::Decode, "OBSERVER_EVENTS_QUEUE"),
            (LostAt::HistoryRing, "HUBBLE_RING_BUFFER"),
        ] {
            let event = ExportEvent::lost(&Lost { at, count: 7 }, "n", 1_500_000_000);
            let expected = std::format!(
                r#"{{"lost_events":{{"source":"{source}","num_events_lost":"7"}},"node_name":"n","time":"1970-01-01T00:00:01.500Z"}}"#
            );
            assert_eq!(to_json(&event).unwrap(), expected);
        }
    }
}
