//! From a record of an access log to a flow and an owned record.

use super::http::Besides;
use super::{LogBody, LogEndpoint, LogRecord};
use flow_core::flow::{Endpoint, EventType, Flow, FlowType, L7Type, Protocol, Reply};
use flow_core::record::{L7Kind, L7Record};

impl<'a> LogRecord<'a> {
    /// The flow of the message, by the rules of Hubble. [`Flow::l7`] is left for the caller, who
    /// keeps the [record](Self::to_record).
    ///
    /// `received` is the time in nanoseconds since the Unix epoch that stands in where the record
    /// has none.
    #[must_use]
    pub fn to_flow(&self, received: u64) -> Flow {
        let time = self.time.unwrap_or(received);
        Flow {
            time,
            first_seen: time,
            source: self.endpoint(&self.source),
            destination: self.endpoint(&self.destination),
            protocol: self.transport,
            ip_version: self.ip_version,
            direction: self.direction,
            verdict: self.verdict,
            is_reply: if self.kind == L7Kind::RESPONSE {
                Reply::YES
            } else {
                Reply::NO
            },
            flow_type: FlowType::L7,
            event_type: EventType::L7,
            l7_type: match self.body {
                LogBody::Dns(_) => L7Type::DNS,
                LogBody::Http(_) => L7Type::HTTP,
                LogBody::Kafka(_) => L7Type::KAFKA,
                LogBody::None | LogBody::Other(_) => L7Type::NONE,
            },
            ..Flow::default()
        }
    }

    fn endpoint(&self, endpoint: &LogEndpoint<'_>) -> Endpoint {
        let has_ports = matches!(
            self.transport,
            Protocol::TCP | Protocol::UDP | Protocol::SCTP
        );
        Endpoint {
            ip: endpoint.ip(self.ip_version),
            identity: endpoint.identity,
            port: if has_ports { endpoint.port } else { 0 },
            ..Endpoint::default()
        }
    }

    /// Returns the owned record of the message; `None` for a protocol that has no such record. What
    /// needs its exchange is left for [`LogExchanges`](super::LogExchanges).
    #[must_use]
    pub fn to_record(&self) -> Option<L7Record> {
        self.record_and_fields().map(|(record, _)| record)
    }

    pub(super) fn record_and_fields(&self) -> Option<(L7Record, Besides<'a>)> {
        let mut fields = Besides::default();
        let mut record = L7Record::default();
        match self.body {
            LogBody::Dns(dns) => dns.write(&mut record.write_dns(self.kind)),
            LogBody::Kafka(kafka) => kafka.write(&mut record.write_kafka(self.kind)),
            LogBody::Http(http) => fields = http.write(&mut record.write_http(self.kind)),
            LogBody::None | LogBody::Other(_) => return None,
        }
        record.trace = fields.trace_id();
        Some((record, fields))
    }
}
