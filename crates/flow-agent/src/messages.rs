//! What the agent says on standard error.

use std::fmt::Display;
use std::io::{self, Write};

use flow_core::text::Escaped;

/// Says things beside the flows, unless it is to be quiet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Messages {
    quiet: bool,
}

impl Messages {
    pub(crate) fn new(quiet: bool) -> Self {
        Self { quiet }
    }

    /// Something to know.
    pub(crate) fn say(self, text: impl Display) {
        if !self.quiet {
            write(&text);
        }
    }

    /// A warning: printed even with `--quiet`.
    pub(crate) fn warn(self, text: impl Display) {
        write(&text);
    }

    /// A failure: printed even with `--quiet`.
    pub(crate) fn fail(error: &anyhow::Error) {
        write(&explain(error));
    }
}

/// An error with its causes, without those that its own text repeats.
pub(crate) fn explain(error: &anyhow::Error) -> String {
    let mut text = String::new();
    for cause in error.chain() {
        let cause = cause.to_string();
        if text.is_empty() {
            text = cause;
        } else if !text.contains(&cause) {
            text += ": ";
            text += &cause;
        }
    }
    text
}

/// Writes lines. Names of files and processes and messages of the kernel are not ours, so they
/// are escaped; nothing can be done where standard error is gone.
fn write(text: &impl Display) {
    let text = text.to_string();
    let mut lines = text.lines();
    let mut message = format!("agent: {}\n", Escaped::text(lines.next().unwrap_or("")));
    for line in lines {
        message += &format!("       {}\n", Escaped::text(line));
    }
    let _ = io::stderr().lock().write_all(message.as_bytes());
}

/// A number and what it counts: `1 flow`, `2 flows`.
pub(crate) fn count(number: u64, noun: &str) -> String {
    let ending = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{ending}")
}

#[cfg(test)]
mod tests {
    use anyhow::{Context, anyhow};

    use super::*;

    #[test]
    fn a_cause_is_reported_once() {
        let error: Result<(), _> = Err(anyhow!("no such file"));
        let error = error.context("x.pcap: no such file").context("reading");
        let error = error.expect_err("an error");
        assert_eq!(explain(&error), "reading: x.pcap: no such file");
    }

    #[test]
    fn numbers_and_nouns_agree() {
        assert_eq!(count(0, "flow"), "0 flows");
        assert_eq!(count(1, "flow"), "1 flow");
        assert_eq!(count(2, "flow"), "2 flows");
    }
}
