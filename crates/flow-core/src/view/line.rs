//! A flow on one line, by its names.

use core::fmt::{self, Display};
use std::boxed::Box;

use super::FlowView;
use crate::flow::{Compact, Endpoint, L7Type, LineTexts};
use crate::record::{L7Kind, L7Record, RecordFlags};
use crate::resolve::EndpointNames;
use crate::text::Escaped;

/// What is shown in the place of a record that is no longer kept.
const GONE: &str = "overwritten before it was shown";

impl<'a> FlowView<'a> {
    /// Returns the one-line form: that of [`Flow::compact`](crate::flow::Flow::compact), with
    /// names in the place of addresses and the layer 7 message in the place of the packet.
    ///
    /// The alternate form (`{:#}`) adds counts, interface and process.
    pub const fn line(&self) -> Line<'_, 'a> {
        Line { view: self }
    }

    /// Returns the sender: its name, else its address; its port and identity.
    pub fn source_text(&self) -> EndpointText<'_> {
        EndpointText {
            endpoint: &self.flow.source,
            names: self.source(),
        }
    }

    /// Returns the receiver: its name, else its address; its port and identity.
    pub fn destination_text(&self) -> EndpointText<'_> {
        EndpointText {
            endpoint: &self.flow.destination,
            names: self.destination(),
        }
    }

    /// Returns what kind of observation it is: `dns-request`, else
    /// [`Flow::kind`](crate::flow::Flow::kind).
    pub fn kind_text(&self) -> KindText<'_, 'a> {
        KindText(self)
    }

    /// Returns what was observed, in a few texts: [those that the flow came
    /// with](crate::resolve::Extra::summary), else the layer 7 message, else
    /// [`Flow::summary`](crate::flow::Flow::summary).
    pub fn summary_text(&self) -> SummaryText<'_, 'a> {
        SummaryText(self)
    }

    /// Returns the words that the flow came with, if they are others than are made of it.
    fn given_summary(&self) -> Option<&str> {
        let extra = self.extra().filter(|extra| !extra.summary.is_empty())?;
        Some(&extra.summary)
    }

    /// Hands the one-line form to `write`, to choose what it shows.
    pub fn with_compact<T>(&self, write: impl FnOnce(Compact<'_>) -> T) -> T {
        let source = Name::of(self.source());
        let destination = Name::of(self.destination());
        let kind = self.l7().map(RecordKind);
        let summary = SummaryText(self);
        let texts = LineTexts {
            source: source.as_ref().map(|name| name as &dyn Display),
            destination: destination.as_ref().map(|name| name as &dyn Display),
            kind: kind.as_ref().map(|kind| kind as &dyn Display),
            summary: (self.flow.l7 != 0 || kind.is_some() || self.given_summary().is_some())
                .then_some(&summary as &dyn Display),
            netns: None,
        };
        write(self.flow.compact().with_texts(texts))
    }
}

/// Displays a flow on one line, by its names: see [`FlowView::line`].
#[derive(Debug)]
pub struct Line<'v, 'a> {
    view: &'v FlowView<'a>,
}

impl Display for Line<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.view.with_compact(|compact| compact.fmt(f))
    }
}

/// Displays one side of a flow by its name: see [`FlowView::source_text`].
#[derive(Debug)]
pub struct EndpointText<'a> {
    endpoint: &'a Endpoint,
    names: Option<&'a EndpointNames>,
}

impl Display for EndpointText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match Name::of(self.names) {
            Some(name) => self.endpoint.named(&name).fmt(f),
            None => self.endpoint.fmt(f),
        }
    }
}

/// Displays the kind of an observation: see [`FlowView::kind_text`].
#[derive(Debug)]
pub struct KindText<'v, 'a>(&'v FlowView<'a>);

impl Display for KindText<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.l7() {
            Some(record) => RecordKind(record).fmt(f),
            None => self.0.flow.kind().fmt(f),
        }
    }
}

/// Displays what was observed: see [`FlowView::summary_text`].
#[derive(Debug)]
pub struct SummaryText<'v, 'a>(&'v FlowView<'a>);

impl Display for SummaryText<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(given) = self.0.given_summary() {
            return Escaped::text(given).fmt(f);
        }
        match self.0.l7() {
            Some(record) => record.summary().fmt(f),
            None if self.0.is_l7_gone() => f.write_str(GONE),
            None => self.0.flow.summary().fmt(f),
        }
    }
}

/// Protocol and kind of a message, as Hubble shows them: `dns-request`.
struct RecordKind<'a>(&'a L7Record);

impl Display for RecordKind<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let protocol = match self.0.protocol() {
            L7Type::DNS => "dns",
            L7Type::HTTP => "http",
            L7Type::KAFKA => "kafka",
            L7Type::TLS => "tls",
            _ => "l7",
        };
        let kind = match self.0.kind {
            L7Kind::REQUEST => "request",
            L7Kind::RESPONSE => "response",
            L7Kind::SAMPLE => "sample",
            _ if self.0.flags.contains(RecordFlags::UNANSWERED) => "timeout",
            _ => "unknown_l7_type",
        };
        write!(f, "{protocol}-{kind}")
    }
}

/// The name of an endpoint as Hubble shows it, escaped: its pod, else its service, else its DNS
/// names.
enum Name<'a> {
    Path(&'a str, &'a str),
    Dns(&'a [Box<str>]),
}

impl<'a> Name<'a> {
    fn of(names: Option<&'a EndpointNames>) -> Option<Self> {
        let names = names?;
        if !names.pod_name.is_empty() {
            return Some(Self::Path(&names.namespace, &names.pod_name));
        }
        match &names.service {
            Some(service) if !service.name.is_empty() => {
                Some(Self::Path(&service.namespace, &service.name))
            }
            _ if !names.dns_names.is_empty() => Some(Self::Dns(&names.dns_names)),
            _ => None,
        }
    }
}

impl Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path("", name) => Escaped::text(name).fmt(f),
            Self::Path(namespace, name) => {
                write!(f, "{}/{}", Escaped::text(namespace), Escaped::text(name))
            }
            Self::Dns(names) => {
                for (index, name) in names.iter().enumerate() {
                    let separator = if index == 0 { "" } else { "," };
                    write!(f, "{separator}{}", Escaped::text(name))?;
                }
                Ok(())
            }
        }
    }
}
