//! `flow.Layer7`.

use super::names::name_of;
use super::short;
use super::sink::{Sink, Walk, field};
use crate::flow as pb;
use flow_core::record::{DnsRecord, HttpRecord, KafkaRecord, L7Body, L7Record, Text};

/// A layer 7 record.
pub(super) struct Layer7Fields<'a>(pub(super) &'a L7Record);

impl Walk for Layer7Fields<'_> {
    const NAME: &'static str = "flow.Layer7";

    fn walk<S: Sink>(&self, sink: &mut S) {
        let record = self.0;
        sink.choice(
            field!(1, "type"),
            i32::from(record.kind.0),
            name_of!(pb::L7FlowType),
        );
        sink.long(field!(2, "latency_ns"), record.latency_ns);
        match record.body() {
            L7Body::Dns(body) => sink.message(field!(100, "dns"), |sink| dns(sink, body)),
            L7Body::Http(body) => sink.message(field!(101, "http"), |sink| http(sink, body)),
            L7Body::Kafka(body) => sink.message(field!(102, "kafka"), |sink| kafka(sink, body)),
            // Hubble has no message for TLS and what else there is: see `flow.ext.v1.Observation`.
            _ => {}
        }
    }
}

fn bytes(text: Text<'_>) -> &[u8] {
    text.as_bytes()
}

fn dns<S: Sink>(sink: &mut S, dns: DnsRecord<'_>) {
    sink.lossy(field!(1, "query"), bytes(dns.query()));
    sink.valid_list(field!(2, "ips"), dns.ips().map(short::address));
    sink.uint(field!(3, "ttl"), dns.ttl());
    sink.lossy_list(field!(4, "cnames"), dns.cnames().map(bytes));
    sink.lossy(field!(5, "observation_source"), bytes(dns.source()));
    sink.uint(field!(6, "rcode"), u32::from(dns.rcode()));
    sink.valid_list(field!(7, "qtypes"), dns.qtypes().map(short::record_type));
    sink.valid_list(field!(8, "rrtypes"), dns.rrtypes().map(short::record_type));
}

fn http<S: Sink>(sink: &mut S, http: HttpRecord<'_>) {
    sink.uint(field!(1, "code"), u32::from(http.code()));
    sink.lossy(field!(2, "method"), bytes(http.method()));
    sink.lossy(field!(3, "url"), bytes(http.url()));
    sink.lossy(field!(4, "protocol"), bytes(http.protocol()));
    sink.messages(field!(5, "headers"), http.headers(), |sink, header| {
        sink.lossy(field!(1, "key"), bytes(header.key));
        sink.lossy(field!(2, "value"), bytes(header.value));
    });
}

fn kafka<S: Sink>(sink: &mut S, kafka: KafkaRecord<'_>) {
    sink.int(field!(1, "error_code"), i32::from(kafka.error_code()));
    sink.int(field!(2, "api_version"), i32::from(kafka.api_version()));
    sink.lossy(field!(3, "api_key"), bytes(kafka.api_key()));
    sink.int(field!(4, "correlation_id"), kafka.correlation_id());
    sink.lossy(field!(5, "topic"), bytes(kafka.topic()));
}
