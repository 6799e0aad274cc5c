//! Why a packet was dropped.

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

/// Why a packet was dropped.
#[derive(
    Clone,
    Copy,
    Default,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    FromBytes,
    IntoBytes,
    Immutable,
    KnownLayout,
)]
#[repr(transparent)]
pub struct DropReason(pub u16);

impl DropReason {
    /// Not dropped, or the reason is not told.
    pub const NONE: Self = Self(0);
}
