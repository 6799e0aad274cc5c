//! Forms of output: one file each.

mod cells;
mod compact;
mod dict;
mod form;
mod json;
mod places;
mod table;
mod words;

pub(crate) use words::what;

use std::io::{self, BufWriter, Stdout, Write};

use flow_core::pipeline::Lost;
use flow_core::resolve::NodeNames;
use flow_core::view::FlowView;

use self::form::Form;
use self::places::Places;
use crate::args::{Format, Observe};
use crate::paint::Paint;

/// Writes flows to standard output in the form that was asked for.
pub(crate) struct Printer {
    out: BufWriter<Stdout>,
    form: Box<dyn Form>,
    /// The node of the last flow.
    node: NodeNames,
    /// Messages that were gone when they were to be written.
    gone: u64,
}

impl Printer {
    pub(crate) fn new(args: &Observe, paint: Paint) -> Self {
        let places = Places::new(args);
        let form: Box<dyn Form> = match args.output {
            Format::Compact => Box::new(compact::Compact::new(paint, places)),
            Format::Json => Box::new(json::Json::default()),
            Format::Dict => Box::new(dict::Dict::new(paint, places)),
            Format::Table => Box::new(table::Table::new(paint)),
        };
        Self {
            out: BufWriter::with_capacity(32 * 1024, io::stdout()),
            form,
            node: NodeNames::UNKNOWN,
            gone: 0,
        }
    }

    /// Number of messages that were gone when they were to be written.
    pub(crate) fn gone(&self) -> u64 {
        self.gone
    }

    pub(crate) fn flow(&mut self, view: &FlowView<'_>) -> io::Result<()> {
        self.gone += u64::from(view.is_l7_gone());
        if *view.node() != self.node {
            self.node = view.node().clone();
        }
        self.form.flow(&mut self.out, view)
    }

    pub(crate) fn lost(&mut self, lost: &Lost) -> io::Result<()> {
        self.form.lost(&mut self.out, lost, &self.node)
    }

    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
