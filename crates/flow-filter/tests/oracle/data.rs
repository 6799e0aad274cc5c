//! Files of recorded answers.

use std::fs;
use std::path::{Path, PathBuf};

use flow_hubble::flow::FlowFilter;
use flow_hubble::observer::ExportEvent;
use flow_hubble::{from_json, read_line};
use serde_json::Value;

/// The lines of a file; `None`, with a report, where it is not there.
pub(crate) fn lines(name: &str) -> Option<Vec<Value>> {
    let text = text(name)?;
    let lines = text.split('\n').filter(|line| !line.is_empty());
    let read =
        |line: &str| serde_json::from_str(line).unwrap_or_else(|error| panic!("{name}: {error}"));
    Some(lines.map(read).collect())
}

fn text(name: &str) -> Option<String> {
    let folder = std::env::var_os("FLOW_ORACLE").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/oracle"),
        PathBuf::from,
    );
    let text = fs::read_to_string(folder.join(name));
    if let Err(error) = &text {
        println!("left out: {name}: {error}");
    }
    text.ok()
}

/// The events that filters are asked about.
pub(crate) fn events() -> Option<Vec<ExportEvent>> {
    let text = text("filter_events.jsonl")?;
    let lines = text.split('\n').filter(|line| !line.is_empty());
    let read = |line: &str| read_line(line).unwrap_or_else(|error| panic!("{line}: {error}"));
    Some(lines.map(|line| read(line).event).collect())
}

/// What Hubble answered to one pair of lists.
pub(crate) struct Case {
    pub(crate) id: String,
    pub(crate) kind: String,
    pub(crate) allow: Vec<FlowFilter>,
    pub(crate) deny: Vec<FlowFilter>,
    pub(crate) answer: Answer,
}

pub(crate) enum Answer {
    /// A bit for each event, the highest one of a byte first.
    Matches(Vec<u8>),
    /// The list, and the text.
    Error(String, String),
}

impl Answer {
    pub(crate) fn matches(&self, event: usize) -> bool {
        match self {
            Self::Matches(bits) => bits[event / 8] & 0x80 >> (event % 8) != 0,
            Self::Error(..) => false,
        }
    }
}

pub(crate) fn cases() -> Option<Vec<Case>> {
    lines("filter_cases.jsonl").map(|lines| lines.iter().map(case).collect())
}

fn case(line: &Value) -> Case {
    let text = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
    let list = |name: &str| -> Vec<FlowFilter> {
        let filters = line[name].as_array().into_iter().flatten();
        filters.map(filter_of).collect()
    };
    let answer = match &line["error"] {
        Value::String(error) => Answer::Error(text("error_in"), error.clone()),
        _ => Answer::Matches(bytes(&text("match"))),
    };
    Case {
        id: text("id"),
        kind: text("kind"),
        allow: list("whitelist"),
        deny: list("blacklist"),
        answer,
    }
}

/// A filter as a client would read it.
pub(crate) fn filter_of(json: &Value) -> FlowFilter {
    from_json(&json.to_string()).unwrap_or_else(|error| panic!("{json}: {error}"))
}

fn bytes(hexadecimal: &str) -> Vec<u8> {
    let pairs = (0..hexadecimal.len()).step_by(2);
    let byte = |at: usize| u8::from_str_radix(&hexadecimal[at..at + 2], 16);
    pairs.map(|at| byte(at).expect("digits")).collect()
}
