//! nDPI's own results: what it tells of the application, one line for each flow.

use std::net::{IpAddr, SocketAddr};
use std::path::Path;

/// Both ends of a connection in order, and its IP protocol.
pub(crate) type Ends = (SocketAddr, SocketAddr, u8);

/// Puts the ends of a connection in order.
pub(crate) fn ends(one: SocketAddr, other: SocketAddr, protocol: u8) -> Ends {
    (one.min(other), one.max(other), protocol)
}

/// What nDPI tells of a flow.
#[derive(Debug)]
pub(crate) struct Expected {
    pub(crate) ends: Ends,
    /// Protocol, without the service that uses it: `TLS` of `TLS.Google`.
    pub(crate) protocol: String,
    /// Kind and value of each fact.
    pub(crate) facts: Vec<(Kind, String)>,
}

/// What a fact is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Kind {
    Host,
    Url,
    Status,
    UserAgent,
    ContentType,
    Ja4,
    Cipher,
    Alpns,
    Alpn,
    Versions,
}

/// How each fact is written.
const NAMES: [(Kind, &str); 10] = [
    (Kind::Host, "[Hostname/SNI: "),
    (Kind::Url, "[URL: "),
    (Kind::Status, "[StatusCode: "),
    (Kind::UserAgent, "[User-Agent: "),
    (Kind::ContentType, "[Content-Type: "),
    (Kind::Ja4, "[JA4: "),
    (Kind::Cipher, "[Cipher: "),
    (Kind::Alpns, "[(Advertised) ALPNs: "),
    (Kind::Alpn, "[(Negotiated) ALPN: "),
    (Kind::Versions, "[TLS Supported Versions: "),
];

/// Reads `NAME.out`.
pub(crate) fn expected(path: &Path) -> Vec<Expected> {
    let bytes = std::fs::read(path).expect("results are readable");
    let text = String::from_utf8_lossy(&bytes);
    let mut found = Vec::new();
    for line in text.lines() {
        let Some((number, flow)) = line.trim_start_matches('\t').split_once('\t') else {
            continue;
        };
        if line.starts_with('\t') && number.parse::<u32>().is_ok() && flow.contains("[proto: ") {
            found.extend(parse(flow));
        }
    }
    found
}

/// `TCP 10.0.0.1:80 <-> [2001:db8::1]:90 [proto: 91.26/TLS.ntop][…][Hostname/SNI: x][…`
fn parse(line: &str) -> Option<Expected> {
    let mut words = line.split(' ');
    let protocol = match words.next()? {
        "TCP" => 6,
        "UDP" => 17,
        _ => return None,
    };
    let source = end(words.next()?)?;
    let destination = end(words.nth(1)?)?;
    let named = value(line, "[proto: ")?;
    let name = named.split_once('/')?.1;
    let facts = NAMES
        .iter()
        .filter_map(|(kind, start)| Some((*kind, value(line, start)?.to_owned())))
        .collect();
    Some(Expected {
        ends: ends(source, destination, protocol),
        protocol: name.split('.').next()?.to_owned(),
        facts,
    })
}

/// What stands between `start` and the bracket that ends it: the last one before the next field.
fn value<'a>(line: &'a str, start: &str) -> Option<&'a str> {
    let rest = line.split_once(start)?.1;
    let end = rest.find("][").or_else(|| rest.rfind(']'))?;
    Some(&rest[..end])
}

fn end(text: &str) -> Option<SocketAddr> {
    let (address, port) = text.rsplit_once(':')?;
    let address: IpAddr = address.trim_matches(['[', ']']).parse().ok()?;
    Some(SocketAddr::new(address, port.parse().ok()?))
}
