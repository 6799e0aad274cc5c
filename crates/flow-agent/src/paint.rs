//! Colour, where it is wanted.

use std::fmt::Display;
use std::io::IsTerminal;

use anstyle::{AnsiColor, Style};
use flow_core::flow::Verdict;

use crate::args::Colour;

/// Puts text into colour, or leaves it as it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Paint {
    enabled: bool,
}

impl Paint {
    /// Decides by what was asked for, the terminal and `NO_COLOR` (no-color.org).
    pub(crate) fn choose(colour: Colour, output: &impl IsTerminal) -> Self {
        let enabled = match colour {
            Colour::Always => true,
            Colour::Never => false,
            Colour::Auto => {
                output.is_terminal()
                    && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
                    && std::env::var_os("TERM").is_none_or(|value| value != "dumb")
            }
        };
        Self { enabled }
    }

    pub(crate) fn is_enabled(self) -> bool {
        self.enabled
    }

    pub(crate) fn verdict(self, verdict: Verdict, text: impl Display) -> String {
        let colour = match verdict {
            Verdict::FORWARDED | Verdict::REDIRECTED | Verdict::TRANSLATED => AnsiColor::Green,
            Verdict::DROPPED | Verdict::ERROR => AnsiColor::Red,
            Verdict::AUDIT => AnsiColor::Yellow,
            _ => return text.to_string(),
        };
        self.wrap(colour.on_default(), text)
    }

    pub(crate) fn endpoint(self, text: impl Display) -> String {
        self.wrap(AnsiColor::Cyan.on_default(), text)
    }

    pub(crate) fn faint(self, text: impl Display) -> String {
        self.wrap(Style::new().dimmed(), text)
    }

    pub(crate) fn strong(self, text: impl Display) -> String {
        self.wrap(Style::new().bold(), text)
    }

    fn wrap(self, style: Style, text: impl Display) -> String {
        if self.enabled {
            format!("{style}{text}{style:#}")
        } else {
            text.to_string()
        }
    }
}
