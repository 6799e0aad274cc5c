//! A window over a stream that parsers look at and consume from.

use std::io;
use std::time::Duration;

use super::error::{CaptureError, Damage};
use super::input::Input;

/// Bytes read ahead at a time.
const CHUNK: usize = 64 * 1024;

/// Longest record or block that is taken for real, in bytes.
const LONGEST: u32 = 16 << 20;

/// A packet without its bytes, and where they are from the beginning of the buffer.
pub(super) struct Found {
    pub(super) time_ns: u64,
    pub(super) link_type: u32,
    /// Place of its interface in the section, where the format has interfaces.
    pub(super) interface: Option<usize>,
    pub(super) wire_len: u32,
    pub(super) data: std::ops::Range<usize>,
    pub(super) length: usize,
}

/// Bytes that were read and not consumed yet.
pub(super) struct Buffer {
    input: Input,
    /// How long to wait for input; `None` is for ever.
    patience: Option<Duration>,
    bytes: Vec<u8>,
    start: usize,
    end: usize,
    consumed: u64,
    exhausted: bool,
}

impl Buffer {
    pub(super) fn new(input: Input) -> Self {
        Self {
            input,
            patience: None,
            bytes: vec![0; CHUNK],
            start: 0,
            end: 0,
            consumed: 0,
            exhausted: false,
        }
    }

    /// Sets how long [`fill`](Self::fill) waits for input; `None` is for ever.
    pub(super) fn set_patience(&mut self, patience: Option<Duration>) {
        self.patience = patience;
    }

    pub(super) fn is_slow(&self) -> bool {
        matches!(self.input, Input::Slow(_))
    }

    pub(super) fn data(&self) -> &[u8] {
        &self.bytes[self.start..self.end]
    }

    /// Bytes consumed since the beginning of the stream.
    pub(super) fn offset(&self) -> u64 {
        self.consumed
    }

    pub(super) fn consume(&mut self, count: usize) {
        debug_assert!(count <= self.end - self.start);
        self.start += count;
        self.consumed += count as u64;
    }

    /// Reads until at least `needed` bytes are there or the stream ends. Returns no sooner than
    /// it must and no later than it can, so that a live stream is followed closely.
    ///
    /// Returns whether `needed` bytes are there. Where none comes in time the error is
    /// [`io::ErrorKind::WouldBlock`], and what was read so far stays.
    pub(super) fn fill(&mut self, needed: usize) -> io::Result<bool> {
        while self.end - self.start < needed {
            if self.exhausted {
                return Ok(false);
            }
            // Ask for room for what is needed only as the stream proves to have it: a damaged
            // length must not make us allocate.
            if self.start > 0 && self.bytes.len() - self.end < CHUNK / 2 {
                self.bytes.copy_within(self.start..self.end, 0);
                self.end -= self.start;
                self.start = 0;
            }
            if self.end == self.bytes.len() {
                self.bytes.resize(self.bytes.len() * 2, 0);
            }
            match self.input.read(&mut self.bytes[self.end..], self.patience) {
                Ok(0) => self.exhausted = true,
                Ok(count) => self.end += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(true)
    }
}

pub(super) fn fill(buffer: &mut Buffer, needed: usize) -> Result<bool, CaptureError> {
    let offset = buffer.offset();
    buffer
        .fill(needed)
        .map_err(|source| CaptureError::Read { offset, source })
}

/// Makes `needed` bytes available; an end before them is an error.
pub(super) fn need(
    buffer: &mut Buffer,
    needed: usize,
    what: &'static str,
) -> Result<(), CaptureError> {
    if fill(buffer, needed)? {
        return Ok(());
    }
    Err(CaptureError::Truncated {
        offset: buffer.offset(),
        what,
        needed: needed as u64,
        got: buffer.data().len() as u64,
    })
}

pub(super) fn plausible(
    length: u32,
    offset: u64,
    what: &'static str,
) -> Result<usize, CaptureError> {
    if length > LONGEST {
        let (claimed, limit) = (length, LONGEST);
        let source = Damage::TooLong {
            what,
            claimed,
            limit,
        };
        return Err(CaptureError::Damaged { offset, source });
    }
    Ok(length as usize)
}
