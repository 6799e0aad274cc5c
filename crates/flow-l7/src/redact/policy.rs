//! What is redacted.

use std::boxed::Box;
use std::vec::Vec;

/// Header fields that are redacted unless the policy says otherwise.
const DEFAULT_HEADERS: [&str; 4] = [
    "authorization",
    "proxy-authorization",
    "cookie",
    "set-cookie",
];

/// Which parts of a message are redacted. See the [module](super) for what the default is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redaction {
    pub(super) user_info: bool,
    pub(super) query: bool,
    pub(super) headers: HeaderRule,
    pub(super) kafka_api_key: bool,
    /// Suffixes of names, in labels from the leftmost on, lower case.
    pub(super) suffixes: Vec<Vec<Box<[u8]>>>,
}

/// Which header fields lose their values. Names are in lower case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum HeaderRule {
    Deny(Vec<Box<[u8]>>),
    Allow(Vec<Box<[u8]>>),
}

impl Default for Redaction {
    fn default() -> Self {
        Self {
            user_info: true,
            query: false,
            headers: HeaderRule::Deny(lower(DEFAULT_HEADERS)),
            kafka_api_key: false,
            suffixes: Vec::new(),
        }
    }
}

impl Redaction {
    /// Redacts nothing at all.
    #[must_use]
    pub const fn none() -> Self {
        Self {
            user_info: false,
            query: false,
            headers: HeaderRule::Deny(Vec::new()),
            kafka_api_key: false,
            suffixes: Vec::new(),
        }
    }

    /// Also redacts the query of each URL, and the fragment.
    #[must_use]
    pub fn hide_url_query(mut self) -> Self {
        self.query = true;
        self
    }

    /// Leaves credentials in URLs as they are.
    #[must_use]
    pub fn show_url_user_info(mut self) -> Self {
        self.user_info = false;
        self
    }

    /// Redacts the values of these header fields, in any letter case, and of no others: the list
    /// takes the place of the one before. See [`also_deny_headers`](Self::also_deny_headers).
    #[must_use]
    pub fn deny_headers<'n>(mut self, names: impl IntoIterator<Item = &'n str>) -> Self {
        self.headers = HeaderRule::Deny(lower(names));
        self
    }

    /// Redacts the values of these header fields too, in any letter case. Of a list of
    /// [allowed](Self::allow_headers) ones they are taken out.
    #[must_use]
    pub fn also_deny_headers<'n>(mut self, names: impl IntoIterator<Item = &'n str>) -> Self {
        let names = lower(names);
        match &mut self.headers {
            HeaderRule::Deny(denied) => denied.extend(names),
            HeaderRule::Allow(allowed) => allowed.retain(|name| !names.contains(name)),
        }
        self
    }

    /// Redacts the values of all header fields but these, in any letter case. The list takes the
    /// place of the one before, and of that of the denied ones.
    #[must_use]
    pub fn allow_headers<'n>(mut self, names: impl IntoIterator<Item = &'n str>) -> Self {
        self.headers = HeaderRule::Allow(lower(names));
        self
    }

    /// Also redacts which request of Kafka it was.
    #[must_use]
    pub fn hide_kafka_api_key(mut self) -> Self {
        self.kafka_api_key = true;
        self
    }

    /// Also redacts what stands before these suffixes in names of hosts: in DNS messages, TLS
    /// hellos, URLs and the header field `Host`. `corp.example` makes `a.b.corp.example` to
    /// `HUBBLE_REDACTED.corp.example`. Dots at the ends of a suffix mean nothing.
    #[must_use]
    pub fn hide_names_below<'n>(mut self, suffixes: impl IntoIterator<Item = &'n str>) -> Self {
        self.suffixes.extend(suffixes.into_iter().map(|suffix| {
            let labels = suffix.trim_matches('.').split('.');
            lower(labels.filter(|label| !label.is_empty()))
        }));
        self
    }

    /// Whether the kind of a Kafka request is redacted.
    #[must_use]
    pub const fn hides_kafka_api_key(&self) -> bool {
        self.kafka_api_key
    }

    /// Whether some names are redacted.
    #[must_use]
    pub const fn hides_names(&self) -> bool {
        !self.suffixes.is_empty()
    }
}

fn lower<'n>(names: impl IntoIterator<Item = &'n str>) -> Vec<Box<[u8]>> {
    names
        .into_iter()
        .map(|name| name.as_bytes().to_ascii_lowercase().into_boxed_slice())
        .collect()
}
