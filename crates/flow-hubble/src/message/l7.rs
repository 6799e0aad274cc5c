//! Layer 7 records.

use std::string::{String, ToString};
use std::vec::Vec;

use crate::flow as pb;
use crate::flow::layer7::Record;
use flow_core::record::{L7Body, L7Record, Text};

/// Text; what is not UTF-8 becomes U+FFFD.
pub(super) fn lossy(text: Text<'_>) -> String {
    text.to_str_lossy().into_owned()
}

fn shown<T: ToString>(values: impl Iterator<Item = T>) -> Vec<String> {
    values.map(|value| value.to_string()).collect()
}

pub(super) fn layer7(record: &L7Record) -> pb::Layer7 {
    let body = match record.body() {
        L7Body::Dns(dns) => Some(Record::Dns(pb::Dns {
            query: lossy(dns.query()),
            ips: shown(dns.ips()),
            ttl: dns.ttl(),
            cnames: dns.cnames().map(lossy).collect(),
            observation_source: lossy(dns.source()),
            rcode: u32::from(dns.rcode()),
            qtypes: shown(dns.qtypes()),
            rrtypes: shown(dns.rrtypes()),
        })),
        L7Body::Http(http) => Some(Record::Http(pb::Http {
            code: u32::from(http.code()),
            method: lossy(http.method()),
            url: lossy(http.url()),
            protocol: lossy(http.protocol()),
            headers: http
                .headers()
                .map(|header| pb::HttpHeader {
                    key: lossy(header.key),
                    value: lossy(header.value),
                })
                .collect(),
        })),
        L7Body::Kafka(kafka) => Some(Record::Kafka(pb::Kafka {
            error_code: i32::from(kafka.error_code()),
            api_version: i32::from(kafka.api_version()),
            api_key: lossy(kafka.api_key()),
            correlation_id: kafka.correlation_id(),
            topic: lossy(kafka.topic()),
        })),
        // Hubble has no message for it.
        _ => None,
    };
    pb::Layer7 {
        r#type: i32::from(record.kind.0),
        latency_ns: record.latency_ns,
        record: body,
    }
}

pub(super) fn trace_context(record: &L7Record) -> Option<pb::TraceContext> {
    (!record.trace.is_none()).then(|| pb::TraceContext {
        parent: Some(pb::TraceParent {
            trace_id: record.trace.to_string(),
        }),
    })
}
