//! One JSON object a line, as Hubble's exporter writes them.

use std::io::{self, Write};
use std::time::SystemTime;

use flow_core::pipeline::{Lost, LostAt};
use flow_core::resolve::NodeNames;
use flow_core::view::FlowView;
use flow_hubble::flow::{LostEvent, LostEventSource};
use flow_hubble::observer::ExportEvent;
use flow_hubble::observer::export_event::ResponseTypes;
use flow_hubble::{Export, to_json};

use super::form::Form;

/// Writes `ExportEvent`s.
#[derive(Default)]
pub(super) struct Json {
    /// The line, so that it is written as one piece.
    line: Vec<u8>,
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
    fn flow(&mut self, out: &mut dyn Write, view: &FlowView<'_>) -> io::Result<()> {
        Export::of(view).event_json(&mut self.line);
        self.write(out)
    }

    fn lost(&mut self, out: &mut dyn Write, lost: &Lost, node: &NodeNames) -> io::Result<()> {
        let event = ExportEvent {
            node_name: node.name.clone(),
            time: Some(SystemTime::now().into()),
            response_types: Some(ResponseTypes::LostEvents(LostEvent {
                source: source(lost.at).into(),
                num_events_lost: lost.count,
                ..LostEvent::default()
            })),
        };
        let text = to_json(&event).map_err(io::Error::other)?;
        self.line.extend_from_slice(text.as_bytes());
        self.write(out)
    }
}

/// The place of a loss by Hubble's name of it.
fn source(at: LostAt) -> LostEventSource {
    LostEventSource::from_str_name(at.hubble_name()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_of_a_loss_has_hubbles_name() {
        for at in LostAt::ALL {
            let lost = Lost { at: *at, count: 7 };
            let mut out = Vec::new();
            Json::default()
                .lost(&mut out, &lost, &NodeNames::named("lab"))
                .expect("a line");
            let line = String::from_utf8(out).expect("UTF-8");
            let expected = format!(
                r#"{{"lost_events":{{"source":"{}","num_events_lost":"7"}},"node_name":"lab","time":""#,
                at.hubble_name()
            );
            assert!(line.starts_with(&expected), "{line}");
        }
    }
}
