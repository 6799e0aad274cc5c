//! Reads layer 7 records.

use flow_core::flow::{Ip, L7Type};
use flow_core::record::{L7Body, L7Kind, L7Record, Text};
use flow_core::view::FlowView;

use super::kind::{Value, shifted};
use super::part::RecordPart;

const SECOND: u64 = 1_000_000_000;

/// The layer 7 protocol that a part belongs to; `None` where it belongs to all.
pub(crate) const fn protocol(part: RecordPart) -> Option<L7Type> {
    use RecordPart as P;
    match part {
        P::Kind | P::Latency | P::Trace => None,
        P::DnsQuery
        | P::DnsIp
        | P::DnsTtl
        | P::DnsCname
        | P::DnsRcode
        | P::DnsQtype
        | P::DnsRrtype
        | P::DnsId => Some(L7Type::DNS),
        P::HttpCode
        | P::HttpMethod
        | P::HttpUrl
        | P::HttpHost
        | P::HttpPath
        | P::HttpProtocol
        | P::HttpHeader
        | P::HttpStream
        | P::GrpcStatus => Some(L7Type::HTTP),
        P::KafkaErrorCode
        | P::KafkaApiVersion
        | P::KafkaApiKey
        | P::KafkaCorrelationId
        | P::KafkaTopic
        | P::KafkaClientId => Some(L7Type::KAFKA),
        P::TlsVersion | P::TlsCipher | P::TlsSni | P::TlsAlpn | P::TlsJa4 | P::TlsQuic => {
            Some(L7Type::TLS)
        }
        P::MessageProtocol | P::MessageOperation | P::MessageStatus | P::MessageAttribute => {
            Some(L7Type::OTHER)
        }
    }
}

/// The record of a flow, unless the flow itself says that it has none of this part.
#[inline]
pub(crate) fn record<'v>(view: &'v FlowView<'_>, part: RecordPart) -> Option<&'v L7Record> {
    let known = view.flow().l7_type;
    match protocol(part) {
        // Records that were given to a view may come with a flow that does not name them.
        Some(wanted) if known != wanted && known != L7Type::NONE => None,
        _ => view.l7(),
    }
}

/// Returns whether `test` is true of one of the values of this part.
#[inline]
pub(crate) fn any_of_record<'a>(
    record: &'a L7Record,
    part: RecordPart,
    key: Option<&str>,
    mut test: impl FnMut(Value<'a>) -> bool,
) -> bool {
    use RecordPart as P;
    match (part, record.body()) {
        (P::Kind, L7Body::Empty) => false,
        (P::Kind, _) => test(Value::Number(record.kind.0.into())),
        (P::Latency, _) => number(record.latency_ns, test),
        (P::Trace, _) => wide(u128::from_be_bytes(record.trace.0), test),
        (P::DnsQuery, L7Body::Dns(dns)) => text(dns.query(), test),
        (P::DnsIp, L7Body::Dns(dns)) => dns
            .ips()
            .any(|ip| test(Value::Wide(u128::from_be_bytes(Ip::from(ip).0)))),
        (P::DnsTtl, L7Body::Dns(dns)) => number(u64::from(dns.ttl()) * SECOND, test),
        (P::DnsCname, L7Body::Dns(dns)) => dns.cnames().any(|name| text(name, &mut test)),
        (P::DnsRcode, L7Body::Dns(dns)) => {
            record.kind == L7Kind::RESPONSE && test(Value::Number(dns.rcode().into()))
        }
        (P::DnsQtype, L7Body::Dns(dns)) => {
            dns.qtypes().any(|kind| test(Value::Number(kind.0.into())))
        }
        (P::DnsRrtype, L7Body::Dns(dns)) => {
            dns.rrtypes().any(|kind| test(Value::Number(kind.0.into())))
        }
        (P::DnsId, L7Body::Dns(dns)) => test(Value::Number(dns.id().into())),
        (P::HttpCode, L7Body::Http(http)) => number(http.code().into(), test),
        (P::HttpMethod, L7Body::Http(http)) => text(http.method(), test),
        (P::HttpUrl, L7Body::Http(http)) => text(http.url(), test),
        (P::HttpHost, L7Body::Http(http)) => bytes(host(http.url().as_bytes()), test),
        (P::HttpPath, L7Body::Http(http)) => bytes(path(http.url().as_bytes()), test),
        (P::HttpProtocol, L7Body::Http(http)) => text(http.protocol(), test),
        (P::HttpHeader, L7Body::Http(http)) => http.headers().any(|header| {
            let is_meant =
                key.is_none_or(|key| header.key.as_bytes().eq_ignore_ascii_case(key.as_bytes()));
            is_meant && test(Value::Text(header.value.as_bytes()))
        }),
        (P::HttpStream, L7Body::Http(http)) => number(http.stream().into(), test),
        (P::GrpcStatus, L7Body::Http(http)) => http
            .grpc_status()
            .is_some_and(|status| test(Value::Number(status.into()))),
        (P::KafkaErrorCode, L7Body::Kafka(kafka)) => {
            record.kind == L7Kind::RESPONSE && signed(kafka.error_code().into(), test)
        }
        (P::KafkaApiVersion, L7Body::Kafka(kafka)) => signed(kafka.api_version().into(), test),
        (P::KafkaApiKey, L7Body::Kafka(kafka)) => text(kafka.api_key(), test),
        (P::KafkaCorrelationId, L7Body::Kafka(kafka)) => {
            signed(kafka.correlation_id().into(), test)
        }
        (P::KafkaTopic, L7Body::Kafka(kafka)) => text(kafka.topic(), test),
        (P::KafkaClientId, L7Body::Kafka(kafka)) => text(kafka.client_id(), test),
        (P::TlsVersion, L7Body::Tls(tls)) => number(tls.version().into(), test),
        (P::TlsCipher, L7Body::Tls(tls)) => number(tls.cipher().into(), test),
        (P::TlsSni, L7Body::Tls(tls)) => text(tls.server_name(), test),
        (P::TlsAlpn, L7Body::Tls(tls)) => tls.alpn().any(|name| text(name, &mut test)),
        (P::TlsJa4, L7Body::Tls(tls)) => text(tls.ja4(), test),
        (P::TlsQuic, L7Body::Tls(tls)) => test(Value::Number(tls.is_quic().into())),
        (P::MessageProtocol, L7Body::Message(message)) => text(message.protocol(), test),
        (P::MessageOperation, L7Body::Message(message)) => text(message.operation(), test),
        (P::MessageStatus, L7Body::Message(message)) => text(message.status(), test),
        (P::MessageAttribute, L7Body::Message(message)) => message.attributes().any(|attribute| {
            let is_meant = key.is_none_or(|key| attribute.key.as_bytes() == key.as_bytes());
            is_meant && test(Value::Text(attribute.value.as_bytes()))
        }),
        _ => false,
    }
}

fn text<'a>(text: Text<'a>, test: impl FnMut(Value<'a>) -> bool) -> bool {
    bytes(text.as_bytes(), test)
}

fn bytes<'a>(bytes: &'a [u8], mut test: impl FnMut(Value<'a>) -> bool) -> bool {
    !bytes.is_empty() && test(Value::Text(bytes))
}

/// A number that is not known where it is 0.
fn number<'a>(number: u64, mut test: impl FnMut(Value<'a>) -> bool) -> bool {
    number != 0 && test(Value::Number(number))
}

fn signed<'a>(number: i64, mut test: impl FnMut(Value<'a>) -> bool) -> bool {
    test(Value::Number(shifted(number)))
}

fn wide<'a>(number: u128, mut test: impl FnMut(Value<'a>) -> bool) -> bool {
    number != 0 && test(Value::Wide(number))
}

/// Authority and path of a URL, or of a request target without a host (RFC 3986 section 3).
fn parts(url: &[u8]) -> (&[u8], &[u8]) {
    let end = memchr::memchr2(b'?', b'#', url);
    let url = &url[..end.unwrap_or(url.len())];
    // What stands before the first slash is a scheme if a colon ends it and a slash follows.
    let scheme = memchr::memchr(b'/', url).and_then(|slash| url[..slash].strip_suffix(b":"));
    let rest = scheme.and_then(|scheme| url[scheme.len()..].strip_prefix(b"://"));
    rest.map_or((&[], url), |rest| {
        rest.split_at(memchr::memchr(b'/', rest).unwrap_or(rest.len()))
    })
}

fn path(url: &[u8]) -> &[u8] {
    parts(url).1
}

/// Host of a URL, without user and port.
fn host(url: &[u8]) -> &[u8] {
    let (authority, _) = parts(url);
    let host = memchr::memrchr(b'@', authority).map_or(authority, |at| &authority[at + 1..]);
    let port = memchr::memrchr(b':', host).filter(|colon| {
        // Not a colon of an address in brackets.
        !host[*colon..].contains(&b']')
    });
    &host[..port.unwrap_or(host.len())]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_have_a_host_and_a_path() {
        for (url, wanted_host, wanted_path) in [
            ("http://host/path?query", "host", "/path"),
            ("http://user:secret@host:80/a/b#c", "host", "/a/b"),
            ("https://[2001:db8::1]:443/", "[2001:db8::1]", "/"),
            ("https://[2001:db8::1]", "[2001:db8::1]", ""),
            ("/path?next=http://other/", "", "/path"),
            ("/a/http://b", "", "/a/http://b"),
            ("http:/a", "", "http:/a"),
            ("http:///a", "", "/a"),
            ("://a/b", "a", "/b"),
            ("http:?://a", "", "http:"),
            ("*", "", "*"),
            ("", "", ""),
        ] {
            assert_eq!(
                (host(url.as_bytes()), path(url.as_bytes())),
                (wanted_host.as_bytes(), wanted_path.as_bytes()),
                "{url}"
            );
        }
    }
}
