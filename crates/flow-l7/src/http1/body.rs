//! Where bodies end.

/// How a body is delimited: RFC 9112 section 6.3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Framing {
    /// There is none.
    None,
    /// By its length in bytes.
    Length(u64),
    /// In chunks.
    Chunked,
    /// By the end of the connection.
    UntilClose,
    /// HTTP ends here: another protocol follows (101, or a successful CONNECT).
    Upgrade,
    /// Not known.
    Unknown,
}

/// A place in a body that goes on over several payloads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Body {
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Done,
    Length(u64),
    /// In the line with the size of a chunk.
    Size {
        size: u64,
        digits: u8,
        /// After the digits: an extension, which is left out.
        is_extension: bool,
    },
    Chunk(u64),
    /// In the end of line after a chunk.
    ChunkEnd,
    /// In the lines after the last chunk.
    Trailer {
        is_line_empty: bool,
    },
    UntilClose,
    Failed,
}

const NEW_SIZE: State = State::Size {
    size: 0,
    digits: 0,
    is_extension: false,
};

impl Body {
    /// No body: a message begins.
    pub const NONE: Self = Self { state: State::Done };

    /// At the beginning of a body.
    #[must_use]
    pub const fn new(framing: Framing) -> Self {
        let state = match framing {
            Framing::None | Framing::Length(0) => State::Done,
            Framing::Length(length) => State::Length(length),
            Framing::Chunked => NEW_SIZE,
            Framing::UntilClose | Framing::Upgrade => State::UntilClose,
            Framing::Unknown => State::Failed,
        };
        Self { state }
    }

    /// Whether the body is over and a message follows.
    #[must_use]
    pub const fn is_done(&self) -> bool {
        matches!(self.state, State::Done)
    }

    /// Whether the end of the body is no longer known.
    #[must_use]
    pub const fn is_lost(&self) -> bool {
        matches!(self.state, State::Failed)
    }

    /// Goes on through `data`; returns how many bytes of it belong to the body, the sizes of
    /// chunks included.
    pub fn advance(&mut self, data: &[u8]) -> usize {
        let mut at = 0;
        while at < data.len() {
            let left = data.len() - at;
            let (state, taken) = match self.state {
                State::Done => break,
                State::UntilClose | State::Failed => (self.state, left),
                State::Length(length) => {
                    let taken = left.min(usize::try_from(length).unwrap_or(left));
                    let length = length - taken as u64;
                    let state = if length == 0 {
                        State::Done
                    } else {
                        State::Length(length)
                    };
                    (state, taken)
                }
                State::Chunk(length) => {
                    let taken = left.min(usize::try_from(length).unwrap_or(left));
                    let length = length - taken as u64;
                    let state = if length == 0 {
                        State::ChunkEnd
                    } else {
                        State::Chunk(length)
                    };
                    (state, taken)
                }
                line => (step(line, data[at]), 1),
            };
            self.state = state;
            at += taken;
        }
        at
    }

    /// Goes on over `length` bytes that were not seen; returns how many of them belong to the
    /// body. Where lines between chunks may be among them the place is lost.
    pub fn skip(&mut self, length: u64) -> u64 {
        let (state, taken) = match self.state {
            State::Done => (State::Done, 0),
            State::UntilClose | State::Failed => (self.state, length),
            State::Length(left) if length < left => (State::Length(left - length), length),
            State::Length(left) => (State::Done, left),
            State::Chunk(left) if length < left => (State::Chunk(left - length), length),
            State::Chunk(left) if length == left => (State::ChunkEnd, length),
            _ => (State::Failed, length),
        };
        self.state = state;
        taken
    }
}

/// One byte of the lines between chunks: RFC 9112 section 7.1.
fn step(state: State, byte: u8) -> State {
    match (state, byte) {
        (State::Size { digits: 0, .. }, b'\r' | b'\n' | b';') => State::Failed,
        (State::Size { size: 0, .. }, b'\n') => State::Trailer {
            is_line_empty: true,
        },
        (State::Size { size, .. }, b'\n') => State::Chunk(size),
        (
            State::Size {
                is_extension: true, ..
            },
            _,
        ) => state,
        (State::Size { size, digits, .. }, b';' | b'\r' | b' ' | b'\t') => State::Size {
            size,
            digits,
            is_extension: true,
        },
        (State::Size { size, digits, .. }, _) => match (char::from(byte).to_digit(16), digits) {
            (Some(digit), 0..16) => State::Size {
                size: size << 4 | u64::from(digit),
                digits: digits + 1,
                is_extension: false,
            },
            _ => State::Failed,
        },
        (State::ChunkEnd, b'\r') => State::ChunkEnd,
        (State::ChunkEnd, b'\n') => NEW_SIZE,
        (State::ChunkEnd, _) => State::Failed,
        (
            State::Trailer {
                is_line_empty: true,
            },
            b'\n',
        ) => State::Done,
        (State::Trailer { .. }, b'\n') => State::Trailer {
            is_line_empty: true,
        },
        (State::Trailer { .. }, b'\r') => state,
        (State::Trailer { .. }, _) => State::Trailer {
            is_line_empty: false,
        },
        _ => state,
    }
}
