//! One line a flow, as `hubble observe` prints it, with counts, interface and process.

use std::io::{self, Write};

use flow_core::flow::{Reply, UtcTime};
use flow_core::pipeline::Lost;
use flow_core::resolve::NodeNames;

use super::told::Told;
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
    fn flow(&mut self, out: &mut dyn Write, told: &Told<'_>) -> io::Result<()> {
        if !self.paint.is_enabled() {
            return told.line(|line| writeln!(out, "{line}"));
        }
        // The same line in colour: what is painted is cut out of it piece by piece.
        let flow = told.flow;
        let line = told.line(|line| line.to_string());
        let (left, right) = match flow.is_reply {
            Reply::YES => (told.destination(), told.source()),
            _ => (told.source(), told.destination()),
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

    fn lost(&mut self, out: &mut dyn Write, lost: &Lost, _node: &NodeNames) -> io::Result<()> {
        writeln!(out, "{}", lost_line(lost))
    }
}
