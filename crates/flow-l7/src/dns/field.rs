//! Names within the data of records.

use super::name::Name;
use super::walk::Walk;

/// The name at `at`, and where it ends.
#[inline]
pub(super) fn name(data: &[u8], at: usize) -> Option<(Name<'_>, usize)> {
    let wire_len = data.len();
    let end = Walk { data, wire_len }.name(at).ok()?;
    Some((Name::new(data, u16::try_from(at).ok()?), end))
}
