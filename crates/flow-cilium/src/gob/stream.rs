//! Messages in a stream of bytes.

use core::ops::Range;
use std::vec::Vec;

use super::cursor::{self, Cursor};
use super::types::{Defined, MAX_DEPTH};
use super::{GobError, Kind, TypeTable, Value};

/// Bounds of a stream. Values in values are followed 32 deep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs, reason = "callers set each limit")]
pub struct GobLimits {
    /// Longest message in bytes.
    pub message: usize,
    /// Bytes of all definitions of types.
    pub definitions: usize,
}

/// 1 MiB, and 256 KiB of definitions.
impl Default for GobLimits {
    fn default() -> Self {
        Self {
            message: 1 << 20,
            definitions: 256 << 10,
        }
    }
}

/// What a message was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// The bytes end before it does. It has this many, as far as that is known.
    Incomplete {
        needed: u64,
    },
    /// Definitions of types, or nothing: so many bytes.
    Definitions {
        length: usize,
    },
    Value(Found),
    /// The value goes on in the next message; this one has so many bytes after its length.
    Continues {
        body: usize,
    },
}

/// A value's type and place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) id: u32,
    pub(crate) place: Range<usize>,
    /// Bytes of the message, with its length.
    pub(crate) length: usize,
}

impl Found {
    /// The value, in the bytes that were given to [`step`].
    pub(crate) fn value<'a>(&self, types: &'a TypeTable, bytes: &'a [u8]) -> Option<Value<'a>> {
        Value::new(types, self.id, bytes.get(self.place.clone())?)
    }
}

/// Why a message was left out, and how many bytes it has; fewer may be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Skipped {
    pub(crate) error: GobError,
    pub(crate) length: u64,
}

/// Reads the message at the beginning of `bytes`. It has as many bytes as it says, or, where
/// others were joined to it, `joined` bytes after its length.
pub(crate) fn step(
    bytes: &[u8],
    joined: Option<usize>,
    types: &mut TypeTable,
    limits: &GobLimits,
) -> Result<Step, Skipped> {
    let (length, prefix) = match cursor::uint(bytes) {
        None => return Ok(Step::Incomplete { needed: 0 }),
        Some(Ok((length, prefix))) => (length, prefix),
        Some(Err(got)) => {
            return Err(Skipped {
                error: GobError::OutOfStep { got },
                length: 0,
            });
        }
    };
    let length = joined.map_or(length, |joined| joined as u64);
    let whole = length.saturating_add(prefix as u64);
    let skipped = |error| Skipped {
        error,
        length: whole,
    };
    let body = match usize::try_from(length) {
        Ok(length) if length <= limits.message => length,
        _ => {
            return Err(skipped(GobError::TooLong {
                limit: limits.message,
                got: length,
            }));
        }
    };
    let end = prefix + body;
    let Some(message) = bytes.get(prefix..end) else {
        return Ok(Step::Incomplete { needed: whole });
    };
    match inside(message, types, limits) {
        Ok(None) => Ok(Step::Definitions { length: end }),
        Ok(Some((id, place))) => Ok(Step::Value(Found {
            id,
            place: prefix + place.start..prefix + place.end,
            length: end,
        })),
        Err(Stop::Continues) => Ok(Step::Continues { body }),
        Err(Stop::Error(error)) => Err(skipped(error)),
    }
}

/// Why a message ends without its value.
enum Stop {
    Error(GobError),
    /// It goes on in the next message.
    Continues,
}

impl From<GobError> for Stop {
    fn from(error: GobError) -> Self {
        Self::Error(error)
    }
}

/// Definitions, then a value, or no value.
fn inside(
    message: &[u8],
    types: &mut TypeTable,
    limits: &GobLimits,
) -> Result<Option<(u32, Range<usize>)>, Stop> {
    let mut cursor = Cursor::new(message);
    while !cursor.is_at_end() {
        let id = cursor.int()?;
        if id < 0 {
            types.define(Defined::read(id, &mut cursor)?, limits.definitions)?;
            continue;
        }
        let number = u32::try_from(id).ok();
        let Some((number, kind)) = number.and_then(|number| Some((number, types.kind(number)?)))
        else {
            return Err(GobError::UnknownType { id }.into());
        };
        // What is no struct stands as if it were the only field of one.
        if kind != Kind::Struct && cursor.uint()? != 0 {
            return Err(cursor
                .expected("a zero before a value that is no struct")
                .into());
        }
        let begin = cursor.at();
        let mut inner = Vec::new();
        let skipped = types.skip(number, &mut cursor, MAX_DEPTH, &mut |defined| {
            inner.push(defined);
        });
        if skipped.is_err() && inner.last().is_some_and(Defined::ends_message) {
            return Err(Stop::Continues);
        }
        skipped?;
        if !cursor.is_at_end() {
            return Err(cursor.expected("the end of the message").into());
        }
        for defined in inner {
            types.define(defined, limits.definitions)?;
        }
        return Ok(Some((number, begin..cursor.at())));
    }
    Ok(None)
}

/// Reads a stream that comes in chunks.
///
/// ```
/// use flow_cilium::gob::GobStream;
///
/// // struct { A int }, number 65, with A = 7, as Go sends it.
/// let bytes = [
///     0x15, 0xff, 0x81, 0x03, 0x01, 0x01, 0x01, b'T', 0x01, 0xff, 0x82, 0x00, 0x01, 0x01, 0x01,
///     0x01, b'A', 0x01, 0x04, 0x00, 0x00, 0x00, //
///     0x05, 0xff, 0x82, 0x01, 0x0e, 0x00,
/// ];
/// let mut stream = GobStream::default();
/// let mut numbers = Vec::new();
/// for chunk in bytes.chunks(4) {
///     stream.push(chunk);
///     while let Some(value) = stream.next_value()? {
///         numbers.push(value.field("A").and_then(|number| number.as_i64()));
///     }
/// }
/// assert_eq!(numbers, [Some(7)]);
/// # Ok::<(), flow_cilium::gob::GobError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct GobStream {
    limits: GobLimits,
    types: TypeTable,
    buffer: Vec<u8>,
    /// Where the next message begins.
    start: usize,
    /// Bytes to come that belong to a message that was left out.
    left_out: u64,
    /// Bytes after its length that the next message has, and the messages they came in, where
    /// several were joined.
    joined: Option<(usize, u8)>,
    /// The byte at which the stream got out of step.
    broken: Option<u8>,
}

/// Most messages that are joined to one.
const MAX_PARTS: u8 = 64;

impl GobStream {
    /// A stream with bounds of one's own.
    #[must_use]
    pub fn new(limits: GobLimits) -> Self {
        Self {
            limits,
            ..Self::default()
        }
    }

    /// Takes the next bytes of the stream.
    ///
    /// They are kept until [`next_value`](Self::next_value) has read their message; call that
    /// until it returns `None` before the next chunk, so that no more is buffered than a message and a
    /// chunk.
    pub fn push(&mut self, chunk: &[u8]) {
        if self.broken.is_some() {
            return;
        }
        let left_out = usize::try_from(self.left_out).unwrap_or(usize::MAX);
        let left_out = left_out.min(chunk.len());
        self.left_out -= left_out as u64;
        if self.start > 0 {
            self.buffer.drain(..self.start);
            self.start = 0;
        }
        self.buffer.extend_from_slice(&chunk[left_out..]);
    }

    /// The next value whose message is there as a whole.
    ///
    /// # Errors
    /// Where a message cannot be read. It is left out: call again for the next one, unless the
    /// error [is fatal](GobError::is_fatal).
    pub fn next_value(&mut self) -> Result<Option<Value<'_>>, GobError> {
        if let Some(got) = self.broken {
            return Err(GobError::OutOfStep { got });
        }
        loop {
            let bytes = self.buffer.get(self.start..).unwrap_or_default();
            let joined = self.joined.map(|(body, _)| body);
            match step(bytes, joined, &mut self.types, &self.limits) {
                Ok(Step::Incomplete { .. }) => return Ok(None),
                Ok(Step::Definitions { length }) => self.advance(length),
                Ok(Step::Value(found)) => {
                    let begin = self.start;
                    self.advance(found.length);
                    let bytes = self.buffer.get(begin..).unwrap_or_default();
                    return Ok(found.value(&self.types, bytes));
                }
                Ok(Step::Continues { body }) => {
                    if !self.join(body)? {
                        return Ok(None);
                    }
                }
                Err(skipped) => return Err(self.leave_out(skipped)),
            }
        }
    }

    fn advance(&mut self, length: usize) {
        self.start += length;
        self.joined = None;
    }

    #[cold]
    fn leave_out(&mut self, Skipped { error, length }: Skipped) -> GobError {
        let there = self.pending();
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        self.advance(length.min(there));
        self.left_out = length.saturating_sub(there) as u64;
        if let GobError::OutOfStep { got } = error {
            self.broken = Some(got);
            self.buffer = Vec::new();
            self.start = 0;
        }
        error
    }

    /// Joins the next message to this one, which has `body` bytes after its length; says whether
    /// it was there.
    #[cold]
    fn join(&mut self, body: usize) -> Result<bool, GobError> {
        let bytes = self.buffer.get(self.start..).unwrap_or_default();
        let prefix = match cursor::uint(bytes) {
            Some(Ok((_, prefix))) => prefix,
            _ => return Ok(false),
        };
        let parts = self.joined.map_or(1, |(_, parts)| parts);
        let own = (prefix + body) as u64;
        if parts >= MAX_PARTS {
            let error = GobError::TooManyParts { limit: MAX_PARTS };
            return Err(self.leave_out(Skipped { error, length: own }));
        }
        let next = bytes.get(prefix + body..).unwrap_or_default();
        let (length, next_prefix) = match cursor::uint(next) {
            None => return Ok(false),
            Some(Ok(length)) => length,
            Some(Err(got)) => {
                let error = GobError::OutOfStep { got };
                return Err(self.leave_out(Skipped { error, length: own }));
            }
        };
        // The length between them stays: it stands there as one within a message would.
        let whole = length
            .saturating_add(next_prefix as u64)
            .saturating_add(body as u64);
        if whole > self.limits.message as u64 {
            let error = GobError::TooLong {
                limit: self.limits.message,
                got: whole,
            };
            let length = whole.saturating_add(prefix as u64);
            return Err(self.leave_out(Skipped { error, length }));
        }
        // It is below the limit, which is a length in memory.
        self.joined = Some((usize::try_from(whole).unwrap_or(body), parts + 1));
        Ok(true)
    }

    /// Bytes of a message that has begun and is not whole.
    #[must_use]
    pub fn pending(&self) -> usize {
        self.buffer.len() - self.start
    }

    /// The types that were defined so far.
    #[must_use]
    pub const fn types(&self) -> &TypeTable {
        &self.types
    }
}
