//! Forms of output: one file each.

mod cells;
mod compact;
mod dict;
mod json;
mod table;
mod told;

use std::io::{self, BufWriter, StdoutLock, Write};

use flow_core::flow::Flow;
use flow_core::pipeline::{Lost, LostAt};
use flow_core::resolve::{NodeNames, Resolve, Shelves};

use self::told::Told;
use crate::args::{Format, Observe};
use crate::paint::Paint;

/// How flows are written.
trait Form {
    /// Writes one flow.
    fn flow(&mut self, out: &mut dyn Write, told: &Told<'_>) -> io::Result<()>;

    /// Says that flows of a node are missing here.
    fn lost(&mut self, out: &mut dyn Write, lost: &Lost, node: &NodeNames) -> io::Result<()>;
}

/// Writes flows to standard output in the form that was asked for.
pub(crate) struct Printer {
    out: BufWriter<StdoutLock<'static>>,
    form: Box<dyn Form>,
    /// What the handles of flows stand for, and the node.
    names: Shelves,
    /// Messages that were gone when they were to be written.
    gone: u64,
}

impl Printer {
    /// `names` is what the handles of flows stand for.
    pub(crate) fn new(args: &Observe, paint: Paint, names: Shelves) -> Self {
        let host = || std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
        let node = args.node_name.clone();
        let node = node.unwrap_or_else(|| host().trim_end().to_owned());
        let form: Box<dyn Form> = match args.output {
            Format::Compact => Box::new(compact::Compact::new(paint)),
            Format::Json => Box::new(json::Json::default()),
            Format::Dict => Box::new(dict::Dict::new(paint)),
            Format::Table => Box::new(table::Table::new(paint)),
        };
        Self {
            out: BufWriter::with_capacity(32 * 1024, io::stdout().lock()),
            form,
            names: names.with_node(NodeNames::named(&node)),
            gone: 0,
        }
    }

    /// What follows was observed by this node.
    pub(crate) fn set_node(&mut self, node: &NodeNames) {
        if self.names.node() != node {
            self.names = self.names.clone().with_node(node.clone());
        }
    }

    /// Number of messages that were gone when they were to be written.
    pub(crate) fn gone(&self) -> u64 {
        self.gone
    }

    pub(crate) fn flow(&mut self, flow: &Flow) -> io::Result<()> {
        let told = Told::new(flow, &self.names);
        self.gone += u64::from(told.is_gone());
        self.form.flow(&mut self.out, &told)
    }

    pub(crate) fn lost(&mut self, lost: &Lost) -> io::Result<()> {
        self.form.lost(&mut self.out, lost, self.names.node())
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
        LostAt::KernelSweep => "left in the kernel table, which could not be swept",
        LostAt::Decode => "not decodable",
        LostAt::HistoryRing => "overwritten before they were shown",
        _ => "elsewhere",
    }
}
