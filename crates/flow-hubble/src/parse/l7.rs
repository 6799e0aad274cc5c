//! Layer 7 records.

use core::net::IpAddr;

use super::error::ConvertError;
use super::number::small;
use super::observation::set;
use super::unfit::Unfit;
use crate::flow as pb;
use crate::flow::ext::v1 as ext;
use crate::flow::layer7::Record;
use flow_core::record::{
    DnsWriter, HttpWriter, KafkaWriter, L7Kind, L7Record, RecordFlags, RecordType, TlsWriter,
    TraceId,
};

/// The record of a message, if it has one with a body.
pub(super) fn record(
    message: &pb::Flow,
    observation: &ext::Observation,
    unfit: &mut Unfit,
) -> Option<L7Record> {
    let l7 = message.l7.as_ref()?;
    let none = ext::L7Detail::default();
    let detail = observation.l7.as_ref().unwrap_or(&none);
    let kind = L7Kind(unfit.or_default(small("l7.type", l7.r#type)));
    let mut record = L7Record::default();
    match (&l7.record, &observation.tls) {
        (Some(Record::Dns(message)), _) => dns(message, detail, record.write_dns(kind), unfit),
        (Some(Record::Http(message)), _) => http(message, detail, record.write_http(kind), unfit),
        (Some(Record::Kafka(message)), _) => {
            kafka(message, detail, record.write_kafka(kind), unfit)
        }
        (None, Some(message)) => tls(message, record.write_tls(kind), unfit),
        (None, None) => return None,
    }
    record.flags = RecordFlags(unfit.or_default(set("extensions.l7.flags", &detail.flags)));
    record.latency_ns = l7.latency_ns;
    record.trace = unfit.or_default(trace(message));
    Some(record)
}

fn trace(message: &pb::Flow) -> Result<TraceId, ConvertError> {
    let context = message.trace_context.as_ref();
    let Some(parent) = context.and_then(|context| context.parent.as_ref()) else {
        return Ok(TraceId::default());
    };
    let text = parent.trace_id.as_str();
    let is_valid = text.len() == 32 && text.bytes().all(|digit| digit.is_ascii_hexdigit());
    match u128::from_str_radix(text, 16) {
        Ok(number) if is_valid => Ok(TraceId(number.to_be_bytes())),
        _ if text.is_empty() => Ok(TraceId::default()),
        _ => Err(ConvertError::new(
            "trace_context.parent.trace_id",
            "32 hexadecimal digits",
            std::format!("{text:?}"),
        )),
    }
}

fn dns(message: &pb::Dns, detail: &ext::L7Detail, mut dns: DnsWriter<'_>, unfit: &mut Unfit) {
    dns.query(&message.query)
        .ttl(message.ttl)
        .source(&message.observation_source)
        .rcode(unfit.or_default(small("l7.dns.rcode", message.rcode)))
        .id(unfit.or_default(small("extensions.l7.dns_id", detail.dns_id)));
    for text in &message.ips {
        match text.parse::<IpAddr>() {
            Ok(address) => {
                dns.ip(address);
            }
            Err(_) => {
                let found = std::format!("{text:?}");
                unfit.note(ConvertError::new("l7.dns.ips", "IP addresses", found));
            }
        }
    }
    for name in &message.cnames {
        dns.cname(name);
    }
    for name in &message.qtypes {
        match record_type("l7.dns.qtypes", name) {
            Ok(kind) => {
                dns.qtype(kind);
            }
            Err(error) => unfit.note(error),
        }
    }
    for name in &message.rrtypes {
        match record_type("l7.dns.rrtypes", name) {
            Ok(kind) => {
                dns.rrtype(kind);
            }
            Err(error) => unfit.note(error),
        }
    }
}

/// A type of resource record by name, or as `TYPE` and a number (RFC 3597 section 5).
fn record_type(field: &'static str, name: &str) -> Result<RecordType, ConvertError> {
    // Every type that has a name has a number below this one.
    let mut known = (0..=1_024).map(RecordType);
    let number = name
        .strip_prefix("TYPE")
        .and_then(|digits| digits.parse().ok());
    number
        .map(RecordType)
        .or_else(|| known.find(|kind| kind.name() == Some(name)))
        .ok_or_else(|| {
            let found = std::format!("{name:?}");
            ConvertError::new(field, "types of resource records", found)
        })
}

fn http(message: &pb::Http, detail: &ext::L7Detail, mut http: HttpWriter<'_>, unfit: &mut Unfit) {
    http.code(unfit.or_default(small("l7.http.code", message.code)))
        .method(&message.method)
        .url(&message.url)
        .protocol(&message.protocol)
        .stream(detail.http2_stream);
    if let Some(status) = detail.grpc_status {
        http.grpc_status(Some(
            unfit.or_default(small("extensions.l7.grpc_status", status)),
        ));
    }
    for header in &message.headers {
        http.header(&header.key, &header.value);
    }
}

fn kafka(
    message: &pb::Kafka,
    detail: &ext::L7Detail,
    mut kafka: KafkaWriter<'_>,
    unfit: &mut Unfit,
) {
    kafka
        .error_code(unfit.or_default(signed("l7.kafka.error_code", message.error_code)))
        .api_version(unfit.or_default(signed("l7.kafka.api_version", message.api_version)))
        .api_key(&message.api_key)
        .correlation_id(message.correlation_id)
        .topic(&message.topic)
        .client_id(&detail.kafka_client_id);
}

fn signed(field: &'static str, number: i32) -> Result<i16, ConvertError> {
    i16::try_from(number)
        .map_err(|_| ConvertError::new(field, "a number from -32768 to 32767", number))
}

fn tls(message: &ext::Tls, mut tls: TlsWriter<'_>, unfit: &mut Unfit) {
    tls.version(unfit.or_default(small("extensions.tls.version", message.version)))
        .cipher(unfit.or_default(small("extensions.tls.cipher", message.cipher)))
        .server_name(&message.server_name)
        .ja4(&message.ja4)
        .quic(message.quic);
    for protocol in &message.alpn {
        tls.alpn(protocol);
    }
}
