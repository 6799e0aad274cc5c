//! One line a flow, as `hubble observe` prints it, with counts, interface and process.

use std::io::{self, Write};

use flow_core::flow::{Flow, Reply, UtcTime};
use flow_core::pipeline::Lost;

use super::{Form, lost_line};
use crate::paint::Paint;

/// Writes `time: source -> destination type VERDICT (summary) [counts, interface, process]`.
pub(super) struct Compact {
    paint: Paint,
}

impl Compact {
    pub(super) fn new(paint: Paint) -> Self {
        Self { paint }
    }
}

impl Form for Compact {
    fn flow(&mut self, out: &mut dyn Write, flow: &Flow) -> io::Result<()> {
        if !self.paint.is_enabled() {
            return writeln!(out, "{flow:#}");
        }
        // The same line in colour: what is painted is cut out of it piece by piece.
        let line = format!("{flow:#}");
        let (left, right) = match flow.is_reply {
            Reply::YES => (&flow.destination, &flow.source),
            _ => (&flow.source, &flow.destination),
        };
        let pieces = [
            (
                UtcTime(flow.time).to_string(),
                self.paint.faint(UtcTime(flow.time)),
            ),
            (left.to_string(), self.paint.endpoint(left)),
            (right.to_string(), self.paint.endpoint(right)),
            (
                format!(" {} ", flow.verdict),
                format!(" {} ", self.paint.verdict(flow.verdict, flow.verdict)),
            ),
        ];
        let mut rest = line.as_str();
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

    fn lost(&mut self, out: &mut dyn Write, lost: &Lost) -> io::Result<()> {
        writeln!(out, "{}", lost_line(lost))
    }
}
