//! Layer 7 records.

use core::net::IpAddr;
use std::string::String;
use std::vec::Vec;

use super::error::ConvertError;
use super::number::small;
use super::observation::set;
use crate::flow as pb;
use crate::flow::ext::v1 as ext;
use crate::flow::layer7::Record;
use flow_core::record::{
    DnsRecord, Header, HttpRecord, KafkaRecord, L7Body, L7Kind, L7Record, RecordFlags, RecordType,
    Text, TlsRecord, TraceId,
};

/// The record of a message, if it has one with a body.
pub(super) fn record(
    message: &pb::Flow,
    observation: &ext::Observation,
) -> Result<Option<L7Record>, ConvertError> {
    let Some(l7) = &message.l7 else {
        return Ok(None);
    };
    let none = ext::L7Detail::default();
    let detail = observation.l7.as_ref().unwrap_or(&none);
    let body = match (&l7.record, &observation.tls) {
        (Some(Record::Dns(message)), _) => L7Body::Dns(dns(message, detail)?),
        (Some(Record::Http(message)), _) => L7Body::Http(http(message, detail)?),
        (Some(Record::Kafka(message)), _) => L7Body::Kafka(kafka(message, detail)?),
        (None, Some(message)) => L7Body::Tls(tls(message)?),
        (None, None) => return Ok(None),
    };
    Ok(Some(L7Record {
        kind: L7Kind(small("l7.type", l7.r#type)?),
        flags: RecordFlags(set("extensions.l7.flags", &detail.flags)?),
        latency_ns: l7.latency_ns,
        trace: trace(message)?,
        body,
    }))
}

fn texts(values: &[String]) -> Vec<Text> {
    values
        .iter()
        .map(|value| Text::from(value.as_str()))
        .collect()
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

fn dns(message: &pb::Dns, detail: &ext::L7Detail) -> Result<DnsRecord, ConvertError> {
    let mut ips = Vec::with_capacity(message.ips.len());
    for text in &message.ips {
        let address: IpAddr = text.parse().map_err(|_| {
            ConvertError::new("l7.dns.ips", "IP addresses", std::format!("{text:?}"))
        })?;
        ips.push(address);
    }
    Ok(DnsRecord {
        query: message.query.as_str().into(),
        ips,
        ttl: message.ttl,
        cnames: texts(&message.cnames),
        source: message.observation_source.as_str().into(),
        rcode: small("l7.dns.rcode", message.rcode)?,
        qtypes: types("l7.dns.qtypes", &message.qtypes)?,
        rrtypes: types("l7.dns.rrtypes", &message.rrtypes)?,
        id: small("extensions.l7.dns_id", detail.dns_id)?,
    })
}

/// Types of resource records by name, or as `TYPE` and a number (RFC 3597 section 5).
fn types(field: &'static str, names: &[String]) -> Result<Vec<RecordType>, ConvertError> {
    let known = |name: &str| {
        // Every type that has a name has a number below this one.
        (0..=1_024)
            .map(RecordType)
            .find(|kind| kind.name() == Some(name))
    };
    let mut types = Vec::with_capacity(names.len());
    for name in names {
        let number = name
            .strip_prefix("TYPE")
            .and_then(|digits| digits.parse().ok());
        let kind = number
            .map(RecordType)
            .or_else(|| known(name))
            .ok_or_else(|| {
                let found = std::format!("{name:?}");
                ConvertError::new(field, "types of resource records", found)
            })?;
        types.push(kind);
    }
    Ok(types)
}

fn http(message: &pb::Http, detail: &ext::L7Detail) -> Result<HttpRecord, ConvertError> {
    let status = detail.grpc_status;
    Ok(HttpRecord {
        code: small("l7.http.code", message.code)?,
        method: message.method.as_str().into(),
        url: message.url.as_str().into(),
        protocol: message.protocol.as_str().into(),
        headers: message
            .headers
            .iter()
            .map(|header| Header {
                key: header.key.as_str().into(),
                value: header.value.as_str().into(),
            })
            .collect(),
        stream: detail.http2_stream,
        grpc_status: match status {
            Some(status) => Some(small("extensions.l7.grpc_status", status)?),
            None => None,
        },
    })
}

fn kafka(message: &pb::Kafka, detail: &ext::L7Detail) -> Result<KafkaRecord, ConvertError> {
    let version = message.api_version;
    Ok(KafkaRecord {
        error_code: signed("l7.kafka.error_code", message.error_code)?,
        api_version: signed("l7.kafka.api_version", version)?,
        api_key: message.api_key.as_str().into(),
        correlation_id: message.correlation_id,
        topic: message.topic.as_str().into(),
        client_id: detail.kafka_client_id.as_str().into(),
    })
}

fn signed(field: &'static str, number: i32) -> Result<i16, ConvertError> {
    i16::try_from(number)
        .map_err(|_| ConvertError::new(field, "a number from -32768 to 32767", number))
}

fn tls(message: &ext::Tls) -> Result<TlsRecord, ConvertError> {
    Ok(TlsRecord {
        version: small("extensions.tls.version", message.version)?,
        cipher: small("extensions.tls.cipher", message.cipher)?,
        server_name: message.server_name.as_str().into(),
        alpn: texts(&message.alpn),
        ja4: message.ja4.as_str().into(),
        is_quic: message.quic,
    })
}
