//! What the kernel programs hand over, as it is.

use flow_core::pipeline::Lost;

/// One record of the kernel programs, borrowed for the time of the call.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Record<'a> {
    /// The bytes of a record: see [`flow_core::event`].
    Kernel(&'a [u8]),
    /// Records that were lost before they could be handed over.
    Lost(Lost),
}
