//! Which protocol is spoken: by what is said, and for DNS by its ports too.

use crate::l7::dns::Message;

/// A protocol, and which end said it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) protocol: Protocol,
    /// Whether it is what a client says.
    pub(super) is_client: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Protocol {
    Http1,
    Tls,
}

/// What a look at the first bytes came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Choice {
    Found(Found),
    /// It could become one with more bytes.
    More,
    None,
}

/// Bytes that are enough to tell.
pub(super) const ENOUGH: usize = 24;

const DNS_PORTS: [u16; 3] = [53, 5353, 5355];
const METHODS: [&[u8]; 9] = [
    b"GET ",
    b"POST ",
    b"PUT ",
    b"HEAD ",
    b"DELETE ",
    b"OPTIONS ",
    b"PATCH ",
    b"CONNECT ",
    b"TRACE ",
];

const fn found(protocol: Protocol, is_client: bool) -> Choice {
    Choice::Found(Found {
        protocol,
        is_client,
    })
}

/// Looks at what a stream says, from a place on where a message may begin.
pub(super) fn stream(data: &[u8]) -> Choice {
    let first = data.first().copied().unwrap_or(0);
    match first {
        0x16 if matches!(data.get(1), None | Some(3)) => tls(data),
        b'A'..=b'Z' => http1(data),
        _ => Choice::None,
    }
}

fn tls(data: &[u8]) -> Choice {
    match data {
        [_, _, 0..=4, high, low, kind @ (1 | 2), ..] if u16::from_be_bytes([*high, *low]) >= 4 => {
            found(Protocol::Tls, *kind == 1)
        }
        [_, _, _, _, _, _, ..] => Choice::None,
        _ => Choice::More,
    }
}

fn http1(data: &[u8]) -> Choice {
    const VERSION: &[u8] = b"HTTP/1.";
    if data.starts_with(VERSION) {
        return found(Protocol::Http1, false);
    }
    let begins = |word: &&[u8]| word.starts_with(data);
    if data.len() < ENOUGH && (begins(&VERSION) || METHODS.iter().any(begins)) {
        return Choice::More;
    }
    if is_request(data) {
        return found(Protocol::Http1, true);
    }
    Choice::None
}

/// Whether it begins with the line of a request, or with what is there of one.
pub(super) fn is_request(data: &[u8]) -> bool {
    let Some(space) = data.iter().take(ENOUGH).position(|byte| *byte == b' ') else {
        return false;
    };
    let is_letter = |byte: &u8| byte.is_ascii_uppercase() || matches!(byte, b'-' | b'_');
    if space == 0 || !data[..space].iter().all(is_letter) {
        return false;
    }
    match data.iter().position(|byte| *byte == b'\n') {
        Some(end) => {
            let line = data[..end].trim_ascii_end();
            matches!(line.strip_suffix(b"0").or_else(|| line.strip_suffix(b"1")),
                Some(line) if line.ends_with(b" HTTP/1."))
        }
        None => METHODS.contains(&&data[..=space]),
    }
}

/// Whether it is the header of a DNS message of `length` bytes that has what it counts.
fn is_dns(header: &[u8; 12], length: usize) -> bool {
    let word = |at: usize| usize::from(u16::from_be_bytes([header[at], header[at + 1]]));
    let is_opcode = matches!(header[2] >> 3 & 15, 0..=2 | 4..=6);
    let is_reserved = header[3] & 0x40 != 0;
    let entries = 5 * word(4) + 11 * (word(6) + word(8) + word(10));
    is_opcode && !is_reserved && 12 + entries <= length
}

/// Whether a datagram is a DNS message: by its ports and its header, or by all of it.
pub(super) fn is_dns_datagram(data: &[u8], wire_len: usize, ports: [u16; 2]) -> bool {
    let Some(header) = data.first_chunk() else {
        return false;
    };
    if !is_dns(header, wire_len) {
        return false;
    }
    if ports.iter().any(|port| DNS_PORTS.contains(port)) {
        return true;
    }
    let has_question = matches!(header[4..6], [0, 1..=4]);
    has_question
        && Message::parse(data, wire_len).is_ok_and(|message| {
            let is_whole = message.flags().is_empty() && message.understood_len() == data.len();
            is_whole
                && message
                    .questions()
                    .all(|question| question.name.check().is_ok())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: [u16; 2] = [40_000, 40_001];

    fn protocol(data: &[u8]) -> Option<(Protocol, bool)> {
        match stream(data) {
            Choice::Found(found) => Some((found.protocol, found.is_client)),
            Choice::More => panic!("undecided: {data:?}"),
            Choice::None => None,
        }
    }

    #[test]
    fn by_what_is_said() {
        let http = |is_client| Some((Protocol::Http1, is_client));
        assert_eq!(protocol(b"GET / HTTP/1.1\r\n"), http(true));
        assert_eq!(protocol(b"M-SEARCH * HTTP/1.1\r\n"), http(true));
        assert_eq!(protocol(b"GET /a/long/target/without/an/end"), http(true));
        assert_eq!(protocol(b"HTTP/1.0 200 OK\r\n"), http(false));
        let tls = |is_client| Some((Protocol::Tls, is_client));
        assert_eq!(protocol(&[0x16, 3, 1, 0, 80, 1, 0]), tls(true));
        assert_eq!(protocol(&[0x16, 3, 3, 0, 80, 2, 0]), tls(false));
        for other in [
            &b"GET key\r\n"[..],
            b"SSH-2.0-OpenSSH_9.2\r\n",
            b"RTSP/1.0 200 OK\r\n",
            b"DESCRIBE rtsp://host/ RTSP/1.0\r\n",
            b"INVITE sip:a@b SIP/2.0\r\n",
            b"lower / HTTP/1.1\r\n",
            b"NOSUCHMETHOD /a/long/target/without/an/end",
            &[0x16, 3, 3, 0, 80, 11, 0],
            &[0x17, 3, 3, 0, 80, 1],
            &[0, 29, 1, 2],
        ] {
            assert_eq!(protocol(other), None, "{other:?}");
        }
        for undecided in [&b"G"[..], b"OPTION", b"HTTP/", &[0x16], &[0x16, 3, 1]] {
            assert_eq!(stream(undecided), Choice::More, "{undecided:?}");
        }
    }

    #[test]
    fn dns_by_port_and_header() {
        let data = b"\x12\x34\x01\0\0\x01\0\0\0\0\0\0\x07example\x03org\0\0\x01\0\x01";
        assert!(is_dns_datagram(data, data.len(), [53, 1]));
        assert!(is_dns_datagram(data, data.len(), NONE));
        assert!(
            !is_dns_datagram(&data[..20], 29, NONE),
            "not all of it is there"
        );
        assert!(is_dns_datagram(&data[..20], 29, [5353, 5353]));
        assert!(!is_dns_datagram(&data[..8], 8, [53, 53]));
        let mut other = data.to_vec();
        other[5] = 200;
        assert!(
            !is_dns_datagram(&other, other.len(), [53, 1]),
            "more than there is room for"
        );
        other[5] = 1;
        other.push(0);
        assert!(
            !is_dns_datagram(&other, other.len(), NONE),
            "a byte too many"
        );
    }
}
