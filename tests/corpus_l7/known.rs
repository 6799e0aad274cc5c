//! Captures in which nDPI's results differ from ours, each with the reason.

/// A capture, in how many facts it differs, and why.
pub(crate) struct Known {
    pub(crate) capture: &'static str,
    pub(crate) differences: usize,
}

pub(crate) const SKIPPED: () = ();
pub(crate) const KNOWN: &[Known] = &[];
