//! Which protocol a payload is of.

mod binary;
#[cfg(feature = "track")]
mod preface;
mod protocol;
mod start;
#[cfg(test)]
mod tests;
mod text;

#[cfg(feature = "track")]
pub(crate) use self::preface::{Preface, preface};
pub use self::protocol::{L7Protocol, L7Protocols};
pub use start::{StreamStart, detect_stream};
#[cfg(feature = "track")]
pub(crate) use text::{is_request as begins_http1_request, is_response as begins_http1_response};

#[cfg(feature = "track")]
use crate::dns::Message;
use flow_core::wire::protocol as ip_protocol;

/// Ports of DNS, multicast DNS and LLMNR, where less proof is asked for.
const DNS_PORTS: [u16; 3] = [53, 5353, 5355];
/// Ports of HTTP.
const HTTP_PORTS: [u16; 6] = [80, 3128, 8000, 8008, 8080, 8888];
/// Ports of protocols over TLS: HTTPS, and others that begin with TLS at once.
const TLS_PORTS: [u16; 9] = [443, 465, 636, 853, 989, 990, 993, 995, 8443];
/// Kafka's port, and those next to it that listeners often have.
const KAFKA_PORTS: [u16; 3] = [9092, 9093, 9094];

/// The protocol of a payload, found by its content first, by the ports where that is not enough.
///
/// `ports` are source and destination, `transport` is the IP protocol (see
/// [`flow_core::wire::protocol`]). The payload is one segment or datagram, and begins with a message;
/// what is in the middle of one is mostly not recognised, so what was found for a connection
/// should be kept.
///
/// On ports that are not those of the protocols above, one payload of random bytes in 2^20, at
/// most, is taken for one of a protocol: record headers of TLS are the weakest sign, the others
/// are better by far. On their ports it is one in 2^10.
#[inline]
#[must_use]
pub fn detect(payload: &[u8], ports: (u16, u16), transport: u8) -> Option<L7Protocol> {
    let is_on = |list: &[u16]| list.contains(&ports.0) || list.contains(&ports.1);
    match transport {
        ip_protocol::TCP => {
            let &first = payload.first()?;
            if (20..=24).contains(&first)
                && let found @ Some(_) = binary::tls(payload, is_on(&TLS_PORTS))
            {
                return found;
            }
            if first.is_ascii_uppercase()
                && let found @ Some(_) = text::http(payload, is_on(&HTTP_PORTS))
            {
                return found;
            }
            binary::http2(payload)
                .or_else(|| binary::kafka(payload, is_on(&KAFKA_PORTS)))
                .or_else(|| binary::dns_in_tcp(payload, is_on(&DNS_PORTS)))
        }
        ip_protocol::UDP => detect_datagram(payload, payload.len(), ports),
        _ => None,
    }
}

/// The protocol of a datagram, as [`detect`] finds it.
///
/// `wire_len` is its length in bytes before it was cut off, for example by the snap length of a
/// capture: of a datagram that is not whole a DNS message is found by its ports alone.
#[inline]
#[must_use]
pub fn detect_datagram(payload: &[u8], wire_len: usize, ports: (u16, u16)) -> Option<L7Protocol> {
    let is_on_port = is_on_dns_port(ports);
    binary::quic(payload).or_else(|| binary::dns(payload, wire_len, is_on_port))
}

fn is_on_dns_port((source, destination): (u16, u16)) -> bool {
    DNS_PORTS.contains(&source) || DNS_PORTS.contains(&destination)
}

/// What a datagram holds, parsed as far as it took to know.
#[cfg(feature = "track")]
pub(crate) enum Datagram<'d, 'p> {
    Quic,
    Dns(&'d Message<'p>),
}

/// Hands `take` what [`detect_datagram`] finds, with the message: moving one costs as much as
/// parsing it. `is_dns` says that others before it were DNS.
#[cfg(feature = "track")]
#[inline]
pub(crate) fn with_datagram<T>(
    payload: &[u8],
    wire_len: usize,
    ports: (u16, u16),
    is_dns: bool,
    take: impl FnOnce(Option<Datagram<'_, '_>>) -> T,
) -> T {
    if binary::quic(payload).is_some() {
        return take(Some(Datagram::Quic));
    }
    let is_expected = is_dns || is_on_dns_port(ports);
    if !binary::may_be_dns(payload, is_expected) {
        return take(None);
    }
    let parsed = Message::parse(payload, wire_len);
    let is_it =
        |message: &&Message<'_>| binary::is_dns_datagram(message, payload.len(), is_expected);
    take(parsed.as_ref().ok().filter(is_it).map(Datagram::Dns))
}
