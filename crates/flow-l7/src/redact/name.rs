//! Names of hosts.

use std::vec::Vec;

use super::{MARKER, Redaction, Shown};

impl Redaction {
    /// The name of these labels, from the leftmost on: `None` where nothing in it is redacted,
    /// else the labels to show, without a dot at the end.
    #[must_use]
    pub fn labels(&self, labels: &[&[u8]]) -> Option<Vec<u8>> {
        let suffix = self.suffixes.iter().find(|suffix| {
            let Some(at) = labels.len().checked_sub(suffix.len()) else {
                return false;
            };
            let mut pairs = labels[at..].iter().zip(*suffix);
            at > 0 && pairs.all(|(mine, theirs)| mine.eq_ignore_ascii_case(theirs))
        })?;
        let mut shown = MARKER.as_bytes().to_vec();
        for label in suffix {
            shown.push(b'.');
            shown.extend_from_slice(label);
        }
        Some(shown)
    }

    /// A host as text: its labels have dots between, and maybe one at the end.
    #[must_use]
    pub fn host<'v>(&self, host: &'v [u8]) -> Shown<'v> {
        if self.suffixes.is_empty() {
            return Shown::Plain(host);
        }
        let name = host.strip_suffix(b".").unwrap_or(host);
        let labels: Vec<_> = name.split(|byte| *byte == b'.').collect();
        match self.labels(&labels) {
            Some(mut shown) => {
                shown.extend_from_slice(&host[name.len()..]);
                Shown::Partly(shown)
            }
            None => Shown::Plain(host),
        }
    }

    /// A host with a port after it, perhaps.
    pub(super) fn host_port<'v>(&self, text: &'v [u8]) -> Shown<'v> {
        if self.suffixes.is_empty() {
            return Shown::Plain(text);
        }
        let end = match text.iter().rposition(|byte| *byte == b':') {
            Some(at) if text[at + 1..].iter().all(u8::is_ascii_digit) => at,
            _ => text.len(),
        };
        let (host, port) = text.split_at(end);
        match self.host(host) {
            Shown::Partly(mut shown) => {
                shown.extend_from_slice(port);
                Shown::Partly(shown)
            }
            _ => Shown::Plain(text),
        }
    }
}
