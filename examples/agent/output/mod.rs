//! Forms of output: one file each.

mod cells;
mod compact;
mod dict;
mod json;
mod table;

use std::io::{self, BufWriter, StdoutLock, Write};

use flow_core::flow::Flow;
use flow_core::pipeline::{Lost, LostAt};

use crate::args::{Format, Observe};
use crate::paint::Paint;

/// How flows are written.
trait Form {
    /// Writes one flow.
    fn flow(&mut self, out: &mut dyn Write, flow: &Flow) -> io::Result<()>;

    /// Says that flows are missing here.
    fn lost(&mut self, out: &mut dyn Write, lost: &Lost) -> io::Result<()>;
}

/// Writes flows to standard output in the form that was asked for.
pub(crate) struct Printer {
    out: BufWriter<StdoutLock<'static>>,
    form: Box<dyn Form>,
}

impl Printer {
    pub(crate) fn new(args: &Observe, paint: Paint) -> Self {
        let form: Box<dyn Form> = match args.output {
            Format::Compact => Box::new(compact::Compact::new(paint)),
            Format::Json => Box::new(json::Json::new(args.node_name.as_deref())),
            Format::Dict => Box::new(dict::Dict::new(paint)),
            Format::Table => Box::new(table::Table::new(paint)),
        };
        Self {
            out: BufWriter::with_capacity(32 * 1024, io::stdout().lock()),
            form,
        }
    }

    pub(crate) fn flow(&mut self, flow: &Flow) -> io::Result<()> {
        self.form.flow(&mut self.out, flow)
    }

    pub(crate) fn lost(&mut self, lost: &Lost) -> io::Result<()> {
        self.form.lost(&mut self.out, lost)
    }

    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// The line that stands in the output where flows are missing, as Hubble's begins.
fn lost_line(lost: &Lost) -> String {
    let (source, what) = (lost.at.hubble_name(), what(lost.at));
    format!("EVENTS LOST: {source} {} {what}", lost.count)
}

/// What was lost at a place, in words that follow a number.
pub(crate) fn what(at: LostAt) -> &'static str {
    match at {
        LostAt::Monitor => "before Cilium's monitor",
        LostAt::KernelRing => "at a full kernel ring buffer",
        LostAt::KernelTable => "at the full kernel table",
        LostAt::Decode => "not decodable",
        LostAt::HistoryRing => "overwritten before they were shown",
        _ => "elsewhere",
    }
}
