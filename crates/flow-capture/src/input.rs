//! Where the bytes of a capture come from.

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::AsFd;
use std::time::Duration;

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

/// A stream of bytes.
pub(super) enum Input {
    /// Always has more at once, or is at its end: a regular file, memory.
    Ready(Box<dyn Read + Send>),
    /// May have to be waited for: a pipe, a terminal.
    Slow(File),
}

impl Input {
    /// Reads at least one byte, or none at the end. Where none comes within `patience` (`None`
    /// is for ever) the error is [`io::ErrorKind::WouldBlock`].
    pub(super) fn read(
        &mut self,
        space: &mut [u8],
        patience: Option<Duration>,
    ) -> io::Result<usize> {
        match self {
            Self::Ready(input) => input.read(space),
            Self::Slow(input) => {
                if let Some(patience) = patience {
                    wait(input, patience)?;
                }
                input.read(space)
            }
        }
    }
}

/// Waits for input or an end. A signal ends the waiting, so that whoever waits can look at it.
fn wait(input: &File, patience: Duration) -> io::Result<()> {
    let timeout = PollTimeout::try_from(patience).unwrap_or(PollTimeout::MAX);
    let mut fds = [PollFd::new(input.as_fd(), PollFlags::POLLIN)];
    match poll(&mut fds, timeout) {
        Ok(0) | Err(Errno::EINTR) => Err(io::ErrorKind::WouldBlock.into()),
        Ok(_) => Ok(()),
        Err(errno) => Err(errno.into()),
    }
}
