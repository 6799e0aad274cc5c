//! Where flows come from.

use core::time::Duration;
use std::boxed::Box;
use std::error::Error;
use std::string::String;

use super::loss::Lost;
use crate::flow::Flow;
use crate::record::L7Record;
use crate::resolve::{EndpointNames, Extra};
use crate::view::FlowView;
use crate::wire::Packet;

/// What a source knows of a flow besides the flow itself, borrowed for the time of the call.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct Attached<'a> {
    /// The layer 7 record.
    pub l7: Option<&'a L7Record>,
    /// Rare attributes.
    pub extra: Option<&'a Extra>,
    /// Names of the sender.
    pub source: Option<&'a EndpointNames>,
    /// Names of the receiver.
    pub destination: Option<&'a EndpointNames>,
}

impl<'a> Attached<'a> {
    /// Nothing.
    pub const NONE: Self = Self {
        l7: None,
        extra: None,
        source: None,
        destination: None,
    };

    /// Returns what is known of a flow with a layer 7 record.
    #[must_use]
    pub const fn l7(record: &'a L7Record) -> Self {
        Self {
            l7: Some(record),
            ..Self::NONE
        }
    }

    /// Returns what is known of a flow with rare attributes.
    #[must_use]
    pub const fn extra(extra: &'a Extra) -> Self {
        Self {
            extra: Some(extra),
            ..Self::NONE
        }
    }

    /// Returns whether there is nothing.
    #[inline]
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.l7.is_none()
            && self.extra.is_none()
            && self.source.is_none()
            && self.destination.is_none()
    }

    /// Returns the view with these values in the place of what the flow's handles stand for.
    #[inline]
    #[must_use]
    pub fn over(&self, mut view: FlowView<'a>) -> FlowView<'a> {
        self.put(&mut view);
        view
    }

    /// The same, in place: moving a view costs more than making one.
    #[inline]
    pub(super) fn put(&self, view: &mut FlowView<'a>) {
        if let Some(record) = self.l7 {
            view.put_l7(record);
        }
        if let Some(extra) = self.extra {
            view.put_extra(extra);
        }
        if let Some(names) = self.source {
            view.put_source(names);
        }
        if let Some(names) = self.destination {
            view.put_destination(names);
        }
    }
}

/// Takes what a [`Source`] has.
///
/// A [`Pipeline`](super::Pipeline) is one, and so is whatever reads a source by itself.
pub trait Sink {
    /// Takes a flow. It may be changed: enrichment happens in place.
    fn flow(&mut self, flow: &mut Flow, attached: &Attached<'_>);

    /// Takes a packet, whose payload is for the [stages](super::Stage), and its flow. That flow is
    /// handed over by itself, before or when the connection is reported.
    fn packet(&mut self, flow: &Flow, packet: &Packet<'_>);

    /// Takes the time in nanoseconds since the Unix epoch, about once a second of the source's own
    /// clock: that of the system, or that of a capture.
    fn tick(&mut self, now: u64);

    /// Takes note of records that were lost before the source could hand them over.
    fn lost(&mut self, lost: Lost);

    /// Takes note of one record that is no flow, and why.
    fn undecodable(&mut self, error: &dyn Error);
}

/// Whether a source may have more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "there is no third answer")]
pub enum Progress {
    /// More may come: call again.
    Open,
    /// Nothing will come any more.
    Ended,
}

/// Yields flows.
///
/// eBPF programs, captures, Cilium's monitor and exports are all sources. A source that has several
/// parts that can be read at the same time hands out one `Source` for each.
pub trait Source: Send {
    /// Returns a short name for messages.
    fn name(&self) -> &str;

    /// Hands everything that is ready to `sink`; where nothing is, waits for at most `timeout`.
    ///
    /// # Errors
    /// Where the source cannot go on.
    fn poll(&mut self, timeout: Duration, sink: &mut dyn Sink) -> Result<Progress, SourceError>;

    /// Asks for the end. What has been observed by now still comes, then [`poll`](Self::poll)
    /// returns [`Progress::Ended`]. Returns at once.
    fn stop(&mut self);
}

macro_rules! forward {
    ($($pointer:ty),+) => {$(
        impl<S: Source + ?Sized> Source for $pointer {
            fn name(&self) -> &str {
                (**self).name()
            }

            fn poll(
                &mut self,
                timeout: Duration,
                sink: &mut dyn Sink,
            ) -> Result<Progress, SourceError> {
                (**self).poll(timeout, sink)
            }

            fn stop(&mut self) {
                (**self).stop();
            }
        }
    )+};
}

forward!(&mut S, Box<S>);

/// Error returned when a source cannot go on.
#[derive(Debug, thiserror::Error)]
#[error("source {source_name}: {action}")]
#[non_exhaustive]
pub struct SourceError {
    /// Name of the source.
    pub source_name: String,
    /// What it was doing, such as `waiting for records`.
    pub action: String,
    /// What went wrong.
    #[source]
    pub cause: Box<dyn Error + Send + Sync>,
}

impl SourceError {
    /// Returns the error of the source `source_name`, which could not do `action`.
    pub fn new(
        source_name: impl Into<String>,
        action: impl Into<String>,
        cause: impl Into<Box<dyn Error + Send + Sync>>,
    ) -> Self {
        Self {
            source_name: source_name.into(),
            action: action.into(),
            cause: cause.into(),
        }
    }
}
