//! Blocks of `key: value` lines, as Hubble prints them.

use std::io::{self, Write};

use flow_core::pipeline::Lost;
use flow_core::resolve::NodeNames;
use flow_core::view::FlowView;

use super::cells::Cells;
use super::form::Form;
use super::places::Places;
use super::words::what;
use crate::paint::Paint;

/// Writes a block for each flow, with a rule between two.
pub(super) struct Dict {
    paint: Paint,
    places: Places,
    first: bool,
}

impl Dict {
    pub(super) fn new(paint: Paint, places: Places) -> Self {
        Self {
            paint,
            places,
            first: true,
        }
    }

    fn rule(&mut self, out: &mut dyn Write) -> io::Result<()> {
        if std::mem::take(&mut self.first) {
            Ok(())
        } else {
            writeln!(out, "------------")
        }
    }
}

impl Form for Dict {
    fn flow(&mut self, out: &mut dyn Write, view: &FlowView<'_>) -> io::Result<()> {
        self.rule(out)?;
        let flow = view.flow();
        let cells = Cells::of(view);
        let paint = self.paint;
        let place = self.places.name(flow.interface.netns).unwrap_or_default();
        let lines = [
            ("TIMESTAMP", cells.time),
            ("SOURCE", paint.endpoint(cells.source)),
            ("DESTINATION", paint.endpoint(cells.destination)),
            ("TYPE", cells.kind),
            ("VERDICT", paint.verdict(flow.verdict, flow.verdict)),
            ("SUMMARY", cells.summary),
            ("TRAFFIC", cells.traffic),
            ("INTERFACE", cells.interface),
            ("NETNS", place),
            ("PROCESS", cells.process),
            ("TRACE ID", cells.trace),
        ];
        for (key, value) in lines {
            if !value.is_empty() {
                writeln!(out, "{key:>11}: {value}")?;
            }
        }
        Ok(())
    }

    fn lost(&mut self, out: &mut dyn Write, lost: &Lost, _node: &NodeNames) -> io::Result<()> {
        self.rule(out)?;
        let (source, what) = (lost.at.hubble_name(), what(lost.at));
        writeln!(out, "{:>11}: EVENTS LOST", "TYPE")?;
        writeln!(out, "{:>11}: {source}", "SOURCE")?;
        writeln!(out, "{:>11}: {} {what}", "SUMMARY", lost.count)
    }
}
