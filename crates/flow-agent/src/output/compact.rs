//! One line a flow, as `hubble observe` prints it, with counts, interface and process.

use std::io::{self, Write};

use flow_core::flow::{Compact as Line, Reply, UtcTime};
use flow_core::pipeline::Lost;
use flow_core::resolve::NodeNames;
use flow_core::view::FlowView;

use super::form::Form;
use super::places::Places;
use super::words::lost_line;
use crate::paint::Paint;

/// Writes `time: source -> destination type VERDICT (summary) [counts, interface, process]`.
pub(super) struct Compact {
    paint: Paint,
    places: Places,
}

impl Compact {
    pub(super) fn new(paint: Paint, places: Places) -> Self {
        Self { paint, places }
    }
}

impl Form for Compact {
    fn flow(&mut self, out: &mut dyn Write, view: &FlowView<'_>) -> io::Result<()> {
        let place = self.places.name(view.flow().interface.netns);
        let whole = |line: Line<'_>, out: &mut dyn Write| match &place {
            Some(name) => write!(out, "{}", line.with_netns(name).with_extras()),
            None => write!(out, "{}", line.with_extras()),
        };
        if !self.paint.is_enabled() {
            view.with_compact(|line| whole(line, out))?;
            return writeln!(out);
        }
        // The same line in colour: what is painted is cut out of it piece by piece.
        let flow = view.flow();
        let mut line = Vec::new();
        view.with_compact(|text| whole(text, &mut line))?;
        let line = String::from_utf8_lossy(&line);
        let (left, right) = match flow.is_reply {
            Reply::YES => (
                view.destination_text().to_string(),
                view.source_text().to_string(),
            ),
            _ => (
                view.source_text().to_string(),
                view.destination_text().to_string(),
            ),
        };
        let pieces = [
            (
                UtcTime(flow.time).to_string(),
                self.paint.faint(UtcTime(flow.time)),
            ),
            (left.clone(), self.paint.endpoint(left)),
            (right.clone(), self.paint.endpoint(right)),
            (
                format!(" {} ", flow.verdict),
                format!(" {} ", self.paint.verdict(flow.verdict, flow.verdict)),
            ),
        ];
        let mut rest = &*line;
        for (plain, painted) in pieces {
            if let Some((before, after)) = rest.split_once(&plain) {
                write!(out, "{before}{painted}")?;
                rest = after;
            }
        }
        match rest.rfind(" [") {
            Some(at) => writeln!(out, "{}{}", &rest[..at], self.paint.faint(&rest[at..])),
            None => writeln!(out, "{rest}"),
        }
    }

    fn lost(&mut self, out: &mut dyn Write, lost: &Lost, _node: &NodeNames) -> io::Result<()> {
        writeln!(out, "{}", lost_line(lost))
    }
}
