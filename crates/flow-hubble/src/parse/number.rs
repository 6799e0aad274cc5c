//! Numbers and times that must fit.

use std::string::ToString;

use prost_types::Timestamp;

use super::error::ConvertError;

/// A number that must fit into a smaller type.
pub(super) fn small<T, N>(field: &'static str, number: N) -> Result<T, ConvertError>
where
    N: Copy + ToString,
    T: TryFrom<N>,
{
    let expected = match size_of::<T>() {
        1 => "a number from 0 to 255",
        2 => "a number from 0 to 65535",
        _ => "a number from 0 to 4294967295",
    };
    T::try_from(number).map_err(|_| ConvertError::new(field, expected, number))
}

/// Nanoseconds since the Unix epoch; 0 where there is no time.
pub(super) fn nanoseconds(
    field: &'static str,
    time: Option<&Timestamp>,
) -> Result<u64, ConvertError> {
    let Some(time) = time else {
        return Ok(0);
    };
    let whole = u64::try_from(time.seconds)
        .ok()
        .and_then(|seconds| seconds.checked_mul(1_000_000_000));
    let part = u64::try_from(time.nanos)
        .ok()
        .filter(|nanos| *nanos < 1_000_000_000);
    whole
        .zip(part)
        .and_then(|(whole, part)| whole.checked_add(part))
        .ok_or_else(|| {
            let found = std::format!("{} s and {} ns", time.seconds, time.nanos);
            ConvertError::new(field, "a time from 1970 to 2554", found)
        })
}
