//! Times of protobuf's well-known types.

use prost_types::{Duration, Timestamp};

const NANOS: u64 = 1_000_000_000;

/// Nanoseconds since the Unix epoch as `google.protobuf.Timestamp`.
pub(crate) fn timestamp(nanoseconds: u64) -> Timestamp {
    Timestamp {
        // Both fit: the quotient is below 2^35, the rest below 2^30.
        seconds: (nanoseconds / NANOS).cast_signed(),
        nanos: (nanoseconds % NANOS) as i32,
    }
}

/// Nanoseconds as `google.protobuf.Duration`.
pub(super) fn duration(nanoseconds: u64) -> Duration {
    Duration {
        seconds: (nanoseconds / NANOS).cast_signed(),
        nanos: (nanoseconds % NANOS) as i32,
    }
}
