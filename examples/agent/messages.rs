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

    /// A failure: said even where it is to be quiet.
    pub(crate) fn fail(text: impl Display) {
        write(&text);
    }
}

/// Writes lines. Names of files and processes and messages of the kernel are not ours, so they
/// are escaped; nobody is left to tell where standard error is gone.
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
