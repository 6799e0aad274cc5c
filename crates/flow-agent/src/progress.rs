//! A progress bar on standard error, for large captures read at a terminal.

use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Smaller captures are read before anybody would look at a bar.
const LARGE: u64 = 8 << 20;

/// A bar that is shown where it helps, and does nothing elsewhere.
#[derive(Debug)]
pub(crate) struct Progress(Option<ProgressBar>);

impl Progress {
    /// For a capture of `size` bytes. None while flows scroll by on the same terminal.
    pub(crate) fn new(size: Option<u64>, quiet: bool) -> Self {
        let Some(size) = size.filter(|size| *size >= LARGE) else {
            return Self(None);
        };
        if quiet || !std::io::stderr().is_terminal() || std::io::stdout().is_terminal() {
            return Self(None);
        }
        let bar = ProgressBar::with_draw_target(Some(size), ProgressDrawTarget::stderr_with_hz(5));
        let style = "{bar:32} {percent:>3}%  {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left";
        if let Ok(style) = ProgressStyle::with_template(style) {
            bar.set_style(style);
        }
        bar.tick();
        bar.enable_steady_tick(Duration::from_millis(200));
        Self(Some(bar))
    }

    /// `offset` bytes are read.
    pub(crate) fn set(&self, offset: u64) {
        if let Some(bar) = &self.0 {
            bar.set_position(offset);
        }
    }

    /// Takes the bar away.
    pub(crate) fn finish(&self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}
