//! What a ring can hold.

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

/// Plain data of a multiple of 8 bytes. Implemented for every type that qualifies.
///
/// The ring keeps a record as 64-bit words under one sequence word, so a record of 248 bytes
/// such as [`Flow`](crate::flow::Flow) fills four cache lines. A size that is no multiple
/// of 8 bytes does not compile where a ring is made.
pub trait Record:
    FromBytes + IntoBytes + Immutable + KnownLayout + Copy + Send + Sync + 'static
{
    /// Size in 64-bit words.
    const WORDS: usize = {
        assert!(
            size_of::<Self>().is_multiple_of(8),
            "a record is a multiple of 8 bytes"
        );
        size_of::<Self>() / 8
    };
}

impl<T> Record for T where
    T: FromBytes + IntoBytes + Immutable + KnownLayout + Copy + Send + Sync + 'static
{
}
