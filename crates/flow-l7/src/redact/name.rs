//! Names of hosts.

use std::boxed::Box;
use std::vec::Vec;

use super::{MARKER, Redaction, Shown};
use flow_core::record::TextWriter;

impl Redaction {
    /// Returns the labels to show of a name of these labels, from the leftmost on, without a dot
    /// at the end; `None` where nothing in it is redacted.
    #[must_use]
    pub fn labels(&self, labels: &[&[u8]]) -> Option<Vec<u8>> {
        let suffix = self.suffix(labels.iter().copied())?;
        let mut shown = Vec::new();
        write_below(suffix, &mut TextWriter::new(&mut shown));
        Some(shown)
    }

    /// Returns a host as text: its labels have dots between, and maybe one at the end.
    #[must_use]
    pub fn host<'v>(&self, host: &'v [u8]) -> Shown<'v> {
        if self.suffixes.is_empty() {
            return Shown::Plain(host);
        }
        let mut shown = Vec::new();
        if self.write_host(host, &mut TextWriter::new(&mut shown)) {
            Shown::Partly(shown)
        } else {
            Shown::Plain(host)
        }
    }

    /// Writes a host as text. Returns whether something is redacted.
    pub fn write_host(&self, host: &[u8], to: &mut TextWriter<'_>) -> bool {
        let name = host.strip_suffix(b".").unwrap_or(host);
        match self.suffix(name.split(|byte| *byte == b'.')) {
            Some(suffix) => {
                write_below(suffix, to);
                to.extend_from_slice(&host[name.len()..]);
                true
            }
            None => {
                to.extend_from_slice(host);
                false
            }
        }
    }

    /// Writes a host with a port after it, perhaps.
    pub(super) fn write_host_port(&self, text: &[u8], to: &mut TextWriter<'_>) -> bool {
        if self.suffixes.is_empty() {
            to.extend_from_slice(text);
            return false;
        }
        let end = match text.iter().rposition(|byte| *byte == b':') {
            Some(at) if text[at + 1..].iter().all(u8::is_ascii_digit) => at,
            _ => text.len(),
        };
        let (host, port) = text.split_at(end);
        let is_redacted = self.write_host(host, to);
        to.extend_from_slice(port);
        is_redacted
    }

    /// The first suffix that something stands before in a name of these labels.
    fn suffix<'l>(
        &self,
        labels: impl DoubleEndedIterator<Item = &'l [u8]> + Clone,
    ) -> Option<&[Box<[u8]>]> {
        let suffix = self.suffixes.iter().find(|suffix| {
            let mut mine = labels.clone().rev();
            let mut is_same = |theirs: &[u8]| {
                mine.next()
                    .is_some_and(|mine| mine.eq_ignore_ascii_case(theirs))
            };
            suffix.iter().rev().all(|theirs| is_same(theirs)) && mine.next().is_some()
        })?;
        Some(suffix)
    }
}

/// Writes the marker before a suffix.
fn write_below(suffix: &[Box<[u8]>], to: &mut TextWriter<'_>) {
    to.extend_from_slice(MARKER.as_bytes());
    for label in suffix {
        to.push(b'.');
        to.extend_from_slice(label);
    }
}
