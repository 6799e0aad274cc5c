//! Domain names.

use core::fmt::{self, Write};

use super::walk::{MAX_NAME, forward, reserved, too_long};
use crate::error::{L7Error, L7Layer, L7Problem};
#[cfg(feature = "track")]
use flow_core::record::TextWriter;
use flow_core::text::Escaped;

/// Pointers followed in one name; every label could be behind one.
const MAX_JUMPS: u8 = 127;

/// A domain name in a message, not decoded yet.
///
/// `Display` joins the labels with dots, without one at the end; the root is `.`. Bytes that
/// are not plain text are escaped as [`Escaped`] does it, and a dot inside of a label as `\.`.
/// Where the name loops, is too long or ends beyond the message, `\?` follows what comes before.
#[derive(Clone, Copy)]
pub struct Name<'a> {
    message: &'a [u8],
    at: u16,
}

impl<'a> Name<'a> {
    /// The name at `at` in `message`.
    #[inline]
    pub(super) const fn new(message: &'a [u8], at: u16) -> Self {
        Self { message, at }
    }

    /// Its labels, from the leftmost on, pointers followed. An error is the last item.
    #[inline]
    #[must_use]
    pub fn labels(&self) -> Labels<'a> {
        Labels {
            message: self.message,
            at: usize::from(self.at),
            floor: usize::from(self.at),
            length: 1,
            jumps: 0,
        }
    }

    /// Whether it has no labels.
    #[must_use]
    pub fn is_root(&self) -> bool {
        self.labels().next().is_none()
    }

    /// Whether it is a name at all.
    ///
    /// # Errors
    /// Where it loops, is longer than 255 bytes, or reaches beyond the message.
    pub fn check(&self) -> Result<(), L7Error> {
        self.labels().try_for_each(|label| label.map(|_| ()))
    }

    /// Its text, the same that `Display` gives, in a buffer that is used again and again.
    ///
    /// # Errors
    /// As [`check`](Self::check).
    #[inline]
    pub fn text<'t>(&self, buffer: &'t mut NameText) -> Result<&'t str, L7Error> {
        buffer.length = 0;
        for label in self.labels() {
            let label = label?;
            if !buffer.push_plain(label) {
                // Nothing fails here: the buffer holds the longest name there is.
                let _ = write_label(buffer, label);
            }
        }
        if buffer.length == 0 {
            buffer.push(b".");
        }
        Ok(buffer.as_str())
    }

    /// Appends its text with a dot after each label; the root is `.`.
    ///
    /// # Errors
    /// As [`check`](Self::check). Then `\\?` follows what comes before.
    #[cfg(feature = "track")]
    #[inline]
    pub(crate) fn write_absolute(&self, to: &mut TextWriter<'_>) -> Result<(), L7Error> {
        let begin = to.len();
        for label in self.labels() {
            match label {
                Ok(label) if is_plain(label) => to.extend_from_slice(label),
                // It is written to a buffer: that does not fail.
                Ok(label) => drop(write_label(to, label)),
                Err(error) => {
                    to.extend_from_slice(b"\\?");
                    return Err(error);
                }
            }
            to.push(b'.');
        }
        if to.len() == begin {
            to.push(b'.');
        }
        Ok(())
    }
}

/// Whether a label is shown as it is.
#[cfg(feature = "track")]
#[inline]
fn is_plain(label: &[u8]) -> bool {
    // Without an early end, so that all bytes are looked at together.
    label.iter().fold(true, |is_plain, byte| {
        is_plain & (PLAIN[usize::from(*byte)] != 0)
    })
}

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut is_first = true;
        for label in self.labels() {
            if !is_first {
                f.write_char('.')?;
            }
            is_first = false;
            match label {
                Ok(label) => write_label(f, label)?,
                Err(_) => return f.write_str("\\?"),
            }
        }
        if is_first {
            f.write_char('.')?;
        }
        Ok(())
    }
}

impl fmt::Debug for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Name({self})")
    }
}

/// Names are equal where their labels are, in any letter case (RFC 4343). Names that are
/// refused are equal to none.
impl PartialEq for Name<'_> {
    fn eq(&self, other: &Self) -> bool {
        let (mut mine, mut theirs) = (self.labels(), other.labels());
        loop {
            match (mine.next(), theirs.next()) {
                (None, None) => return true,
                (Some(Ok(mine)), Some(Ok(theirs))) if mine.eq_ignore_ascii_case(theirs) => {}
                _ => return false,
            }
        }
    }
}

/// Each byte that a label shows as it is, printable ASCII but for the dot and the backslash; 0
/// for the others.
static PLAIN: [u8; 256] = {
    let mut plain = [0; 256];
    let mut byte = b'!';
    while byte <= b'~' {
        if byte != b'.' && byte != b'\\' {
            plain[byte as usize] = byte;
        }
        byte += 1;
    }
    plain
};

fn write_label(to: &mut impl Write, label: &[u8]) -> fmt::Result {
    for (index, part) in label.split(|byte| *byte == b'.').enumerate() {
        if index > 0 {
            to.write_str("\\.")?;
        }
        write!(to, "{}", Escaped(part))?;
    }
    Ok(())
}

/// Iterates over the labels of a [`Name`].
#[derive(Clone, Copy, Debug)]
pub struct Labels<'a> {
    message: &'a [u8],
    at: usize,
    /// The next pointer has to point before this.
    floor: usize,
    /// Bytes of the name so far, as if sent without pointers, the root included.
    length: usize,
    jumps: u8,
}

impl Labels<'_> {
    #[cold]
    fn fail(&mut self, error: L7Error) -> Option<Result<&'static [u8], L7Error>> {
        self.message = &[0];
        self.at = 0;
        Some(Err(error))
    }

    #[cold]
    fn short(&mut self, needed: usize) -> Option<Result<&'static [u8], L7Error>> {
        let got = self.message.len().saturating_sub(self.at);
        let problem = L7Problem::Beyond;
        self.fail(L7Error::new(
            L7Layer::DnsName,
            self.at,
            problem,
            needed,
            got,
        ))
    }
}

impl<'a> Iterator for Labels<'a> {
    type Item = Result<&'a [u8], L7Error>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let Some(&length) = self.message.get(self.at) else {
                return self.short(1);
            };
            if length == 0 {
                return None;
            }
            if length < 64 {
                let start = self.at + 1;
                let end = start + usize::from(length);
                let Some(label) = self.message.get(start..end) else {
                    return self.short(1 + usize::from(length));
                };
                self.length += 1 + usize::from(length);
                if self.length > MAX_NAME {
                    return self.fail(too_long(self.at, self.length));
                }
                self.at = end;
                return Some(Ok(label));
            }
            if length < 0xc0 {
                return self.fail(reserved(self.at, length));
            }
            let Some(&low) = self.message.get(self.at + 1) else {
                return self.short(2);
            };
            let target = usize::from(length & 0x3f) << 8 | usize::from(low);
            if target >= self.floor {
                return self.fail(forward(self.at, self.floor, target));
            }
            self.jumps += 1;
            if self.jumps > MAX_JUMPS {
                let limit = usize::from(MAX_JUMPS);
                let problem = L7Problem::Limit;
                let error = L7Error::new(L7Layer::DnsName, self.at, problem, limit, limit + 1);
                return self.fail(error);
            }
            self.floor = target;
            self.at = target;
        }
    }
}

/// Room for the text of a name. One is enough for many names, one after the other.
#[derive(Clone, Debug)]
pub struct NameText {
    bytes: [u8; Self::ROOM],
    length: usize,
}

impl NameText {
    /// The longest text: an escape has at most six characters a byte.
    const ROOM: usize = 6 * MAX_NAME;

    /// Empty.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            bytes: [0; Self::ROOM],
            length: 0,
        }
    }

    /// The text of the last name that was written to it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        let written = self.bytes.get(..self.length).unwrap_or_default();
        core::str::from_utf8(written).unwrap_or_default()
    }

    /// Adds a label, and the dot before it. Where its bytes are not all plain, only the dot.
    #[inline]
    fn push_plain(&mut self, label: &[u8]) -> bool {
        let mut at = self.length;
        if at > 0
            && let Some(dot) = self.bytes.get_mut(at)
        {
            *dot = b'.';
            at += 1;
        }
        self.length = at;
        let Some(room) = self.bytes.get_mut(at..at + label.len()) else {
            return false;
        };
        let mut is_plain = true;
        for (to, from) in room.iter_mut().zip(label) {
            *to = PLAIN[usize::from(*from)];
            is_plain &= *to != 0;
        }
        if is_plain {
            self.length = at + label.len();
        }
        is_plain
    }

    #[cold]
    fn push(&mut self, text: &[u8]) {
        let end = self.length + text.len();
        if let Some(room) = self.bytes.get_mut(self.length..end) {
            room.copy_from_slice(text);
            self.length = end;
        }
    }
}

impl Default for NameText {
    fn default() -> Self {
        Self::new()
    }
}

impl Write for NameText {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.push(text.as_bytes());
        Ok(())
    }
}
