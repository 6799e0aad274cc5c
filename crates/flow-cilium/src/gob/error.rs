//! Why a message of a stream cannot be read.

/// Why a message of a gob stream cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GobError {
    /// The bytes end before the message does, or what they hold contradicts the format.
    #[error("gob message, byte {offset}: {expected} expected")]
    Malformed {
        /// What should be there.
        expected: &'static str,
        /// Where, in bytes from the beginning of the message.
        offset: usize,
    },
    /// A message is longer than is allowed. It was left out.
    #[error("gob message of {got} bytes, at most {limit} allowed")]
    TooLong {
        /// Largest length that is allowed.
        limit: usize,
        /// Length of the message.
        got: u64,
    },
    /// A value goes on in another message, and in another, more often than is followed.
    #[error("gob value in more than {limit} messages")]
    TooManyParts {
        /// Largest number of messages.
        limit: u8,
    },
    /// A value is of a type that was not defined.
    #[error("gob value of type {id}, which was not defined")]
    UnknownType {
        /// The type's number.
        id: i64,
    },
    /// A type was defined again.
    #[error("gob type {id} was defined before")]
    Redefined {
        /// The type's number.
        id: i64,
    },
    /// Values or types are nested deeper than is followed.
    #[error("gob values or types nested more than {limit} deep")]
    TooDeep {
        /// Largest depth that is followed.
        limit: u8,
    },
    /// The definitions of types have more bytes in all than is allowed.
    #[error("gob definitions of more than {limit} bytes")]
    TooManyDefinitions {
        /// Largest number of bytes that is allowed.
        limit: usize,
    },
    /// The length of a message is none, so that the place of the next one is not known. The
    /// stream cannot go on.
    #[error("gob stream: a message length expected, found byte {got:#04x}")]
    OutOfStep {
        /// The byte that begins no length.
        got: u8,
    },
}

impl GobError {
    /// Whether the stream cannot go on after it.
    #[must_use]
    pub const fn is_fatal(&self) -> bool {
        matches!(self, Self::OutOfStep { .. })
    }
}
