//! A flow with what its handles stand for.

use std::fmt::{self, Display};

use flow_core::flow::{Compact, Endpoint, Flow, L7Type, Words};
use flow_core::record::{L7Kind, L7Record};
use flow_core::resolve::{EndpointNames, MaybeShared, Resolve, Shelves};
use flow_core::text::Escaped;

/// A flow to be written, and the names and the message that belong to it.
pub(super) struct Told<'a> {
    pub(super) flow: &'a Flow,
    pub(super) names: &'a Shelves,
    record: Option<MaybeShared<'a, L7Record>>,
    source: Option<String>,
    destination: Option<String>,
}

impl<'a> Told<'a> {
    pub(super) fn new(flow: &'a Flow, names: &'a Shelves) -> Self {
        let name = |end: &Endpoint| match end.meta {
            0 => None,
            handle => names.endpoint(handle).and_then(|names| name(&names)),
        };
        Self {
            flow,
            names,
            record: match flow.l7 {
                0 => None,
                handle => names.l7(handle),
            },
            source: name(&flow.source),
            destination: name(&flow.destination),
        }
    }

    /// Whether it said something that is no longer known.
    pub(super) fn is_gone(&self) -> bool {
        self.flow.l7 != 0 && self.record.is_none()
    }

    /// The message it is about.
    pub(super) fn record(&self) -> Option<&L7Record> {
        self.record.as_deref()
    }

    /// The sender in words.
    pub(super) fn source(&self) -> String {
        end(&self.flow.source, self.source.as_ref())
    }

    /// The receiver in words.
    pub(super) fn destination(&self) -> String {
        end(&self.flow.destination, self.destination.as_ref())
    }

    /// What kind of observation it is.
    pub(super) fn kind(&self) -> String {
        match self.record() {
            Some(record) => Kind(record).to_string(),
            None => self.flow.kind().to_string(),
        }
    }

    /// What was seen.
    pub(super) fn summary(&self) -> String {
        match self.record() {
            Some(record) => record.summary().to_string(),
            None if self.is_gone() => GONE.to_owned(),
            None => self.flow.summary().to_string(),
        }
    }

    /// Hands the one-line form to `write`.
    pub(super) fn line<T>(&self, write: impl FnOnce(Compact<'_>) -> T) -> T {
        let kind = self.record().map(Kind);
        let summary = self.record().map(L7Record::summary);
        let words = Words {
            source: self.source.as_ref().map(|name| name as &dyn Display),
            destination: self.destination.as_ref().map(|name| name as &dyn Display),
            kind: kind.as_ref().map(|kind| kind as &dyn Display),
            summary: match &summary {
                Some(summary) => Some(summary),
                None if self.is_gone() => Some(&GONE),
                None => None,
            },
        };
        write(self.flow.compact().with_words(words).with_extras())
    }
}

/// What is shown in the place of a message that is no longer known.
const GONE: &str = "overwritten before it was shown";

fn end(endpoint: &Endpoint, name: Option<&String>) -> String {
    match name {
        Some(name) => endpoint.named(name).to_string(),
        None => endpoint.to_string(),
    }
}

/// The name of an endpoint as Hubble shows it: its pod, else its service, else its DNS names.
fn name(names: &EndpointNames) -> Option<String> {
    let path = |namespace: &str, name: &str| {
        let slash = if namespace.is_empty() { "" } else { "/" };
        format!("{}{slash}{}", Escaped::text(namespace), Escaped::text(name))
    };
    if !names.pod_name.is_empty() {
        return Some(path(&names.namespace, &names.pod_name));
    }
    if let Some(service) = names
        .service
        .as_ref()
        .filter(|known| !known.name.is_empty())
    {
        return Some(path(&service.namespace, &service.name));
    }
    let list: Vec<_> = names
        .dns_names
        .iter()
        .map(|name| Escaped::text(name).to_string())
        .collect();
    (!list.is_empty()).then(|| list.join(","))
}

/// Protocol and kind of a message, as Hubble shows them: `dns-request`.
struct Kind<'a>(&'a L7Record);

impl Display for Kind<'_> {
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
            _ => "unknown_l7_type",
        };
        write!(f, "{protocol}-{kind}")
    }
}

#[cfg(test)]
mod tests {
    use flow_core::resolve::{Store, Service};

    use super::*;

    #[test]
    fn names_are_those_that_hubble_shows_and_escaped() {
        let pod = EndpointNames {
            namespace: "shop".into(),
            pod_name: "web\x1b-0".into(),
            dns_names: vec!["web.example".into()],
            ..EndpointNames::default()
        };
        let service = EndpointNames {
            service: Some(Service {
                name: "db".into(),
                namespace: "".into(),
            }),
            ..EndpointNames::default()
        };
        let dns = EndpointNames {
            dns_names: vec!["a.example".into(), "b\u{202e}".into()],
            ..EndpointNames::default()
        };
        assert_eq!(name(&pod).as_deref(), Some("shop/web\\u{1b}-0"));
        assert_eq!(name(&service).as_deref(), Some("db"));
        assert_eq!(name(&dns).as_deref(), Some("a.example,b\\u{202e}"));
        assert_eq!(name(&EndpointNames::default()), None);

        let shelves = Shelves::with_capacity(4);
        let mut flow = Flow::default();
        flow.source.port = 80;
        flow.source.meta = shelves.store_endpoint(pod);
        flow.l7 = 77;
        let told = Told::new(&flow, &shelves);
        assert_eq!(told.source(), "shop/web\\u{1b}-0:80");
        assert!(told.is_gone());
        assert_eq!(told.summary(), GONE);
        let line = told.line(|line| line.to_string());
        assert!(
            line.contains(": shop/web\\u{1b}-0:80 <> ")
                && line.ends_with("(overwritten before it was shown)"),
            "{line}"
        );
    }
}
