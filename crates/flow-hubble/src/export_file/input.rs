//! Bytes of a file or pipe, unpacked where they are gzip (RFC 1952).

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::time::Duration;

use flate2::write::MultiGzDecoder;
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

/// Bytes read at once.
pub(super) const CHUNK: usize = 64 * 1024;
/// Bytes unpacked at once: they may become a thousand times as many.
const PACKED_CHUNK: usize = 4 * 1024;
/// The first bytes of gzip: RFC 1952 section 2.3.1.
const MAGIC: [u8; 2] = [0x1f, 0x8b];

/// What a call of [`Input::read`] did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Filled {
    /// It read something.
    Read,
    /// Nothing came in time.
    NotReady,
    /// Nothing more comes.
    End,
}

/// A file or pipe that is read as it comes.
#[derive(Debug)]
pub(super) struct Input {
    file: File,
    form: Form,
}

#[derive(Debug)]
enum Form {
    /// The bytes so far, of which that is not known yet: one at most.
    Unknown(Vec<u8>),
    Plain,
    Gzip(Box<MultiGzDecoder<Vec<u8>>>),
}

impl Input {
    pub(super) fn of(file: File) -> Self {
        let form = Form::Unknown(Vec::new());
        Self { file, form }
    }

    /// Appends what is ready to `out`; waits for at most `patience`.
    ///
    /// # Errors
    /// Where it cannot be read or unpacked.
    pub(super) fn read(&mut self, patience: Duration, out: &mut Vec<u8>) -> io::Result<Filled> {
        let timeout = PollTimeout::try_from(patience).unwrap_or(PollTimeout::MAX);
        let mut fds = [PollFd::new(self.file.as_fd(), PollFlags::POLLIN)];
        match poll(&mut fds, timeout) {
            Ok(0) | Err(Errno::EINTR) => return Ok(Filled::NotReady),
            Ok(_) => {}
            Err(error) => return Err(error.into()),
        }
        match &mut self.form {
            Form::Plain => read_chunk(&mut self.file, CHUNK, out),
            Form::Gzip(decoder) => unpack(&mut self.file, decoder, out),
            Form::Unknown(first) => {
                let filled = read_chunk(&mut self.file, PACKED_CHUNK, first)?;
                match filled {
                    Filled::Read if first.len() < MAGIC.len() => {}
                    Filled::Read if first.starts_with(&MAGIC) => {
                        let mut decoder = MultiGzDecoder::new(Vec::new());
                        decoder.write_all(first)?;
                        out.append(decoder.get_mut());
                        self.form = Form::Gzip(Box::new(decoder));
                    }
                    Filled::Read | Filled::End => {
                        out.append(first);
                        self.form = Form::Plain;
                    }
                    Filled::NotReady => {}
                }
                Ok(filled)
            }
        }
    }
}

/// Appends at most `length` bytes of `file` to `out`.
fn read_chunk(file: &mut File, length: usize, out: &mut Vec<u8>) -> io::Result<Filled> {
    let filled = out.len();
    out.resize(filled + length, 0);
    let read = file.read(&mut out[filled..]);
    out.truncate(filled + *read.as_ref().unwrap_or(&0));
    match read {
        Ok(0) => Ok(Filled::End),
        Ok(_) => Ok(Filled::Read),
        Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(Filled::NotReady),
        Err(error) => Err(error),
    }
}

fn unpack(
    file: &mut File,
    decoder: &mut MultiGzDecoder<Vec<u8>>,
    out: &mut Vec<u8>,
) -> io::Result<Filled> {
    let mut packed = Vec::new();
    let filled = read_chunk(file, PACKED_CHUNK, &mut packed)?;
    let result = match filled {
        Filled::Read => decoder.write_all(&packed),
        // Fails where the last part is not whole.
        Filled::End => decoder.try_finish(),
        Filled::NotReady => Ok(()),
    };
    // What was unpacked before an error is right.
    out.append(decoder.get_mut());
    result.map(|()| filled)
}
