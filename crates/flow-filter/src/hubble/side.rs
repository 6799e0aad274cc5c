//! The ends of a flow.

/// One end of a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Side {
    /// The sender.
    Source,
    /// The receiver.
    Destination,
}

/// An address of a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Address {
    /// That of an end.
    Of(Side),
    /// That of the sender after translation.
    SourceXlated,
}
