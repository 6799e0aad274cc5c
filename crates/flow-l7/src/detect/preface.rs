//! What may come before the first message of a protocol.

/// What a stretch of a stream begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Preface {
    /// Nothing that is known.
    None,
    /// It could become one with more bytes.
    More,
    /// One of this length in bytes.
    Length(usize),
}

/// Header of the PROXY protocol, version 2.
const PROXY_2: &[u8; 12] = b"\r\n\r\n\0\r\nQUIT\n";
/// Header of its version 1, a line of at most 107 bytes.
const PROXY_1: &[u8; 6] = b"PROXY ";
const PROXY_1_MAX: usize = 107;

/// Finds the header of the PROXY protocol, PostgreSQL's request for TLS or GSSAPI, or empty lines.
pub(crate) fn preface(data: &[u8]) -> Preface {
    let is_begun = |whole: &[u8]| data.len() < whole.len() && whole.starts_with(data);
    if data.is_empty() {
        return Preface::None;
    }
    if let Some(rest) = data.strip_prefix(PROXY_2) {
        return match rest {
            [_, _, high, low, ..] => {
                let addresses = usize::from(u16::from_be_bytes([*high, *low]));
                within(data, PROXY_2.len() + 4 + addresses)
            }
            _ => Preface::More,
        };
    }
    if data.starts_with(PROXY_1) {
        let line = &data[..data.len().min(PROXY_1_MAX)];
        return match line.iter().position(|byte| *byte == b'\n') {
            Some(end) => Preface::Length(end + 1),
            None if data.len() < PROXY_1_MAX => Preface::More,
            None => Preface::None,
        };
    }
    match data {
        // The length, 8, and 1234 in the high half of a code.
        [0, 0, 0, 8, 4, 0xd2, 0x16, 0x2f | 0x30, ..] => return Preface::Length(8),
        _ if is_begun(PROXY_1) && data.len() > 2 => return Preface::More,
        _ if is_begun(PROXY_2) => return Preface::More,
        _ => {}
    }
    let blank = data.iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
    match blank.count() {
        0 => Preface::None,
        length => Preface::Length(length),
    }
}

/// A preface of this length, where all of it may be there soon.
const fn within(data: &[u8], length: usize) -> Preface {
    if length > data.len() {
        Preface::More
    } else {
        Preface::Length(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefaces_are_found_and_nothing_else() {
        let two = [&PROXY_2[..], &[0x21, 0x11, 0, 3, 1, 2, 3], b"GET"].concat();
        for (data, found) in [
            (
                &b"PROXY TCP4 192.0.2.7 198.51.100.2 5555 80\r\nGET"[..],
                Preface::Length(43),
            ),
            (b"PROXY UNKNOWN", Preface::More),
            (b"PROX", Preface::More),
            (&[b'P'; 9], Preface::None),
            (&two, Preface::Length(19)),
            (&two[..18], Preface::More),
            (&two[..14], Preface::More),
            (&two[..7], Preface::More),
            (b"\r\nGET / HTTP/1.1", Preface::Length(2)),
            (b"\r\n\r\n\r\n", Preface::Length(6)),
            // It may become the header of the PROXY protocol.
            (b"\r\n\r\n", Preface::More),
            (&[0, 0, 0, 8, 4, 0xd2, 0x16, 0x2f], Preface::Length(8)),
            (&[0, 0, 0, 8, 4, 0xd2, 0x16, 0x30], Preface::Length(8)),
            (&[0, 0, 0, 8, 4, 0xd2, 0x16, 0x31], Preface::None),
            (b"GET / HTTP/1.1", Preface::None),
            (b"", Preface::None),
        ] {
            assert_eq!(preface(data), found, "{data:?}");
        }
        let long = [PROXY_1, &[b'1'; 120][..]].concat();
        assert_eq!(preface(&long), Preface::None);
    }
}
