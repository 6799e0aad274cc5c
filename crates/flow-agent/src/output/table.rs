//! Aligned columns.

use std::io::{self, Write};

use flow_core::pipeline::Lost;
use flow_core::resolve::NodeNames;
use flow_core::view::FlowView;

use super::cells::Cells;
use super::form::Form;
use super::words::lost_line;
use crate::paint::Paint;

const HEADINGS: [&str; 8] = [
    "TIMESTAMP",
    "SOURCE",
    "DESTINATION",
    "TYPE",
    "VERDICT",
    "TRAFFIC",
    "PROCESS",
    "SUMMARY",
];

/// Writes a line for each flow. A column grows with what it has to hold and stays that wide.
pub(super) struct Table {
    paint: Paint,
    widths: [usize; 8],
    headed: bool,
}

impl Table {
    pub(super) fn new(paint: Paint) -> Self {
        // Wide enough for IPv4 with ports, so that most tables never shift.
        Self {
            paint,
            widths: [19, 21, 21, 12, 9, 22, 16, 0],
            headed: false,
        }
    }

    fn row(
        &mut self,
        out: &mut dyn Write,
        cells: &[String; 8],
        paint: impl Fn(usize, &str) -> String,
    ) -> io::Result<()> {
        for (index, cell) in cells.iter().enumerate() {
            let length = cell.chars().count();
            let last = index + 1 == cells.len();
            if !last {
                self.widths[index] = self.widths[index].max(length);
            }
            let padding = if last {
                0
            } else {
                self.widths[index] - length + 2
            };
            write!(out, "{}{:padding$}", paint(index, cell), "")?;
        }
        writeln!(out)
    }
}

impl Form for Table {
    fn flow(&mut self, out: &mut dyn Write, view: &FlowView<'_>) -> io::Result<()> {
        let flow = view.flow();
        let paint = self.paint;
        if !std::mem::replace(&mut self.headed, true) {
            self.row(out, &HEADINGS.map(str::to_owned), |_, text| {
                paint.strong(text)
            })?;
        }
        let cells = Cells::of(view);
        let verdict = flow.verdict.to_string();
        let row = [
            cells.time,
            cells.source,
            cells.destination,
            cells.kind,
            verdict,
            cells.traffic,
            cells.process,
            cells.summary,
        ];
        self.row(out, &row, |index, text| match index {
            1 | 2 => paint.endpoint(text),
            4 => paint.verdict(flow.verdict, text),
            _ => text.to_owned(),
        })
    }

    fn lost(&mut self, out: &mut dyn Write, lost: &Lost, _node: &NodeNames) -> io::Result<()> {
        writeln!(out, "{}", lost_line(lost))
    }
}
