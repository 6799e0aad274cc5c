//! Flows from lines of JSON, as `-o json` and Hubble's exporter write them.

mod lines;

use std::collections::VecDeque;
use std::fmt::Display;
use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

use anyhow::Context;
use flow_core::flow::Flow;
use flow_core::pipeline::{Lost, LostAt};
use flow_core::resolve::{Emitter, NodeNames, Shelves};
use flow_hubble::observer::ExportEvent;
use flow_hubble::observer::export_event::ResponseTypes;
use flow_hubble::{flow as pb, read_line};

use self::lines::{Lines, Step};
use crate::args::Observe;
use crate::losses::Sums;
use crate::messages::{Messages, count};
use crate::stop::Stop;
use crate::view::View;

/// How long to wait for a line before looking at signals.
const LOOK: Duration = Duration::from_millis(100);

/// Shows the flows of a file. `name` is what to call it in messages, and `names` keeps what the
/// view shows.
pub(crate) fn run(
    args: &Observe,
    path: &Path,
    name: &str,
    view: View,
    names: Shelves,
    stop: &Stop,
) -> anyhow::Result<()> {
    let mut lines = Lines::open(path).with_context(|| name.to_owned())?;
    let mut replay = Replay {
        view,
        names,
        name,
        messages: Messages::new(args.quiet),
        node: Rc::new(NodeNames::UNKNOWN),
        last: args.last.map(usize::from),
        newest: VecDeque::new(),
        lost: Sums::default(),
        read: 0,
        flows: 0,
        others: 0,
        bad: 0,
        in_part: 0,
    };
    let result = loop {
        if stop.is_raised() || replay.view.is_full() {
            break Ok(());
        }
        match lines.next(LOOK) {
            Ok(Step::Line(number, line)) => replay.line(number, line)?,
            Ok(Step::TooLong(number)) => {
                replay.bad(number, format_args!("longer than {} bytes", lines::LONGEST))
            }
            Ok(Step::NotReady) => replay.view.flush()?,
            Ok(Step::End) => break Ok(()),
            Err(error) => break Err(error),
        }
    };
    replay.finish()?;
    result.with_context(|| name.to_owned())
}

struct Replay<'a> {
    view: View,
    names: Shelves,
    name: &'a str,
    messages: Messages,
    /// The node of the last flow.
    node: Rc<NodeNames>,
    /// How many flows are shown at the end, in place of all.
    last: Option<usize>,
    newest: VecDeque<(Flow, Rc<NodeNames>)>,
    lost: Sums,
    /// Lines read, by what they were.
    read: u64,
    flows: u64,
    others: u64,
    bad: u64,
    /// Lines of which a part was passed over.
    in_part: u64,
}

impl Replay<'_> {
    fn line(&mut self, number: u64, line: &[u8]) -> anyhow::Result<()> {
        if line.trim_ascii().is_empty() {
            return Ok(());
        }
        let read = std::str::from_utf8(line)
            .map_err(|error| error.to_string())
            .and_then(|text| read_line(text).map_err(|error| error.to_string()));
        let line = match read {
            Ok(line) => line,
            Err(reason) => {
                self.bad(number, reason);
                return Ok(());
            }
        };
        if let Some(reason) = line.ignored {
            self.in_part += 1;
            if self.in_part == 1 {
                self.messages.say(format_args!(
                    "{}, line {number}: passed over in part: {reason}",
                    self.name
                ));
            }
        }
        self.event(number, line.event)
    }

    fn event(&mut self, number: u64, event: ExportEvent) -> anyhow::Result<()> {
        match event.response_types {
            Some(ResponseTypes::Flow(message)) => {
                // What is not wanted must not push off the shelves what is.
                if !is_wanted(&self.view, &message) {
                    self.read += 1;
                    self.flows += 1;
                    return Ok(());
                }
                let flow = match message.to_flow(&self.names) {
                    Ok(flow) => flow,
                    Err(error) => {
                        self.bad(number, error);
                        return Ok(());
                    }
                };
                self.read += 1;
                self.flows += 1;
                self.set_node(event.node_name, &message);
                self.put(&flow)?;
            }
            Some(ResponseTypes::LostEvents(event)) => {
                self.read += 1;
                self.others += 1;
                let lost = Lost {
                    at: place(event.source()),
                    count: event.num_events_lost,
                };
                self.lost.add(lost);
                self.view.show_lost(&lost)?;
            }
            _ => {
                self.read += 1;
                self.others += 1;
            }
        }
        Ok(())
    }

    /// A line that is no event.
    fn bad(&mut self, number: u64, reason: impl Display) {
        self.read += 1;
        self.bad += 1;
        self.messages
            .warn(format_args!("{}, line {number}: {reason}", self.name));
    }

    fn set_node(&mut self, name: String, message: &pb::Flow) {
        let emitter = message.emitter.as_ref().map(|emitter| Emitter {
            name: (*emitter.name).into(),
            version: (*emitter.version).into(),
        });
        let node = NodeNames {
            name,
            labels: message
                .node_labels
                .iter()
                .map(|label| (**label).into())
                .collect(),
            emitter,
        };
        if *self.node != node {
            self.node = Rc::new(node);
        }
    }

    fn put(&mut self, flow: &Flow) -> anyhow::Result<()> {
        match self.last {
            None => {
                self.view.set_node(&self.node);
                self.view.show(flow)?;
            }
            Some(last) => {
                if self.newest.len() == last {
                    self.newest.pop_front();
                }
                self.newest.push_back((*flow, Rc::clone(&self.node)));
            }
        }
        Ok(())
    }

    /// Shows what is left, and says what became of every line.
    fn finish(&mut self) -> anyhow::Result<()> {
        for (flow, node) in std::mem::take(&mut self.newest) {
            self.view.set_node(&node);
            self.view.show(&flow)?;
        }
        self.view.flush()?;
        let mut text = format!(
            "{} read: {}",
            count(self.read, "line"),
            count(self.flows, "flow")
        );
        for (number, what) in [
            (self.others, "of other events"),
            (self.bad, "not readable"),
            (self.in_part, "passed over in part"),
        ] {
            if number > 0 {
                text += &format!(", {number} {what}");
            }
        }
        if self.lost.total() > 0 {
            text += &format!("; {}", self.lost);
        }
        let shown = self.view.shown();
        self.messages.say(format_args!("{text}; {shown} shown"));
        Ok(())
    }
}

/// Whether a flow is in the time that was asked for; one whose time is none is looked at later.
fn is_wanted(view: &View, message: &pb::Flow) -> bool {
    let time = message.time.as_ref().and_then(|time| {
        let seconds = u64::try_from(time.seconds)
            .ok()?
            .checked_mul(1_000_000_000)?;
        seconds.checked_add(u64::try_from(time.nanos).ok()?)
    });
    time.is_none_or(|time| {
        view.wants(&Flow {
            time,
            ..Flow::default()
        })
    })
}

/// The place of a loss that Hubble tells.
fn place(source: pb::LostEventSource) -> LostAt {
    match source {
        pb::LostEventSource::ObserverEventsQueue => LostAt::Decode,
        pb::LostEventSource::HubbleRingBuffer => LostAt::HistoryRing,
        _ => LostAt::KernelRing,
    }
}
