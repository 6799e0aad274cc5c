//! Header fields.

/// A header field: RFC 9112 section 5.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Header<'a> {
    /// Name, as sent.
    pub name: &'a [u8],
    /// Value without the spaces around it.
    pub value: &'a [u8],
}

/// Iterates over the header fields of a head, as far as their lines are whole. Lines that are
/// no header are left out.
#[derive(Clone, Copy, Debug)]
pub struct Headers<'a> {
    rest: &'a [u8],
}

impl<'a> Headers<'a> {
    /// `section` begins after the first line of the head.
    pub(super) const fn new(section: &'a [u8]) -> Self {
        Self { rest: section }
    }

    /// The lines that are left.
    pub(crate) const fn as_bytes(&self) -> &'a [u8] {
        self.rest
    }

    /// The value of the first header of this name, in any letter case.
    #[must_use]
    pub fn get(mut self, name: &str) -> Option<&'a [u8]> {
        self.find(|header| header.name.eq_ignore_ascii_case(name.as_bytes()))
            .map(|header| header.value)
    }
}

impl<'a> Iterator for Headers<'a> {
    type Item = Header<'a>;

    fn next(&mut self) -> Option<Header<'a>> {
        loop {
            let (line, rest) = split_line(self.rest)?;
            if line.is_empty() {
                self.rest = &[];
                return None;
            }
            self.rest = rest;
            if let Some(header) = parse_line(line) {
                return Some(header);
            }
        }
    }
}

/// `name: value`
pub(super) fn parse_line(line: &[u8]) -> Option<Header<'_>> {
    let colon = memchr::memchr(b':', line)?;
    let name = &line[..colon];
    let is_name = colon > 0 && name.iter().all(|byte| is_token(*byte));
    is_name.then(|| Header {
        name,
        value: line[colon + 1..].trim_ascii(),
    })
}

/// The first line, without its end, and what follows it.
pub(super) fn split_line(data: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = memchr::memchr(b'\n', data)?;
    let line = &data[..end];
    Some((line.strip_suffix(b"\r").unwrap_or(line), &data[end + 1..]))
}

/// RFC 9110 section 5.6.2.
const fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'!' | b'#'
                | b'$'
                | b'%'
                | b'&'
                | b'\''
                | b'*'
                | b'+'
                | b'-'
                | b'.'
                | b'^'
                | b'_'
                | b'`'
                | b'|'
                | b'~'
        )
}
