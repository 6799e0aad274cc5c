//! A record of an access log.

use super::name::FieldName;
use super::{LogDns, LogEndpoint, LogHttp, LogKafka, LogService, Pairs, Texts, time};
use crate::gob::{Item, Named, ReadFields, Take, Value};
use flow_core::flow::{Direction, IpVersion, Protocol, Verdict};
use flow_core::record::L7Kind;

/// A record of an access log, borrowed. What the log does not have is `Default`.
#[derive(Clone, Copy, Debug, Default)]
#[allow(
    clippy::exhaustive_structs,
    reason = "callers change a record and use the rest of it"
)]
pub struct LogRecord<'a> {
    /// Request, response or sample.
    pub kind: L7Kind,
    /// When a request began or a response ended: nanoseconds since the Unix epoch.
    pub time: Option<u64>,
    /// IPv4 address of the node as text.
    pub node_ipv4: &'a [u8],
    /// IPv6 address of the node as text.
    pub node_ipv6: &'a [u8],
    /// Direction at the proxied endpoint.
    pub direction: Direction,
    /// Sender of the message.
    pub source: LogEndpoint<'a>,
    /// Receiver of the message.
    pub destination: LogEndpoint<'a>,
    /// IP version.
    pub ip_version: IpVersion,
    /// What became of it.
    pub verdict: Verdict,
    /// The rule that matched, or the error that was met.
    pub info: &'a [u8],
    /// Metadata that the proxy is configured to add.
    pub metadata: Texts<'a>,
    /// Protocol above IP.
    pub transport: Protocol,
    /// The service it went through.
    pub service: Option<LogService<'a>>,
    /// Why it was refused, if it was: a number of the proxy's own.
    pub drop_reason: Option<u16>,
    /// The layer 7 message.
    pub body: LogBody<'a>,
}

/// The layer 7 message, by protocol.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub enum LogBody<'a> {
    /// Nothing that is known.
    #[default]
    None,
    /// An HTTP request or response.
    Http(LogHttp<'a>),
    /// A Kafka request or response.
    Kafka(LogKafka<'a>),
    /// A DNS query or answer.
    Dns(LogDns<'a>),
    /// A message of another protocol.
    Other(LogOther<'a>),
}

/// A message of a protocol for which the proxy has its own fields.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct LogOther<'a> {
    /// Name of the protocol.
    pub protocol: &'a [u8],
    /// Fields by name.
    pub fields: Pairs<'a>,
}

impl<'a> LogRecord<'a> {
    /// Reads a record by the names of its fields; `None` where the value has not those of one.
    #[must_use]
    pub fn read(value: &Value<'a>) -> Option<Self> {
        // The agent sends a struct that has the record as its only field.
        let inner = value.field("LogRecord");
        let value = inner.as_ref().unwrap_or(value);
        if !value.declares("Type") || !value.declares("SourceEndpoint") {
            return None;
        }
        let mut record = Self::new();
        let name = FieldName::of;
        Named {
            value: *value,
            name,
        }
        .read(&mut record)?;
        Some(record)
    }

    /// A record without any field.
    pub(crate) fn new() -> Self {
        Self {
            // Zero, which is left out, stands for IPv4.
            ip_version: IpVersion::V4,
            ..Self::default()
        }
    }
}

impl<'a> Take<'a, FieldName> for LogRecord<'a> {
    fn enters(name: FieldName) -> bool {
        matches!(
            name,
            FieldName::NodeAddressInfo
                | FieldName::SourceEndpoint
                | FieldName::DestinationEndpoint
                | FieldName::ServiceInfo
                | FieldName::Http
                | FieldName::Kafka
                | FieldName::Dns
                | FieldName::L7
        )
    }

    #[inline]
    fn take(&mut self, name: FieldName, item: Item<'a>) {
        match name {
            FieldName::Type => {
                self.kind = match item.text() {
                    b"Request" => L7Kind::REQUEST,
                    b"Response" => L7Kind::RESPONSE,
                    b"Sample" => L7Kind::SAMPLE,
                    _ => L7Kind::UNKNOWN,
                }
            }
            FieldName::Timestamp => self.time = time::parse(item.text()),
            FieldName::ObservationPoint => {
                self.direction = match item.text() {
                    b"Ingress" => Direction::INGRESS,
                    b"Egress" => Direction::EGRESS,
                    _ => Direction::UNKNOWN,
                }
            }
            FieldName::IpVersion => {
                self.ip_version = match item {
                    Item::Uint(0) | Item::Int(0) => IpVersion::V4,
                    Item::Uint(1) | Item::Int(1) => IpVersion::V6,
                    _ => IpVersion::NONE,
                }
            }
            FieldName::Verdict => {
                self.verdict = match item.text() {
                    b"Forwarded" => Verdict::FORWARDED,
                    b"Denied" => Verdict::DROPPED,
                    b"Error" => Verdict::ERROR,
                    b"Redirected" => Verdict::REDIRECTED,
                    _ => Verdict::UNKNOWN,
                }
            }
            FieldName::Info => self.info = item.text(),
            FieldName::Metadata => self.metadata = Texts(item.other()),
            FieldName::TransportProtocol => self.transport = Protocol(item.number()),
            FieldName::DropReason => self.drop_reason = Some(item.number()),
            _ => {}
        }
    }

    #[inline]
    fn enter<F: ReadFields<'a, FieldName>>(
        &mut self,
        name: FieldName,
        fields: F,
    ) -> Option<F::Read> {
        match name {
            FieldName::NodeAddressInfo => fields.read(&mut NodeAddress(self)),
            FieldName::SourceEndpoint => fields.read(&mut self.source),
            FieldName::DestinationEndpoint => fields.read(&mut self.destination),
            FieldName::ServiceInfo => fields.read(self.service.insert(LogService::default())),
            FieldName::Http => {
                self.body = LogBody::Http(LogHttp::default());
                match &mut self.body {
                    LogBody::Http(http) => fields.read(http),
                    _ => None,
                }
            }
            FieldName::Kafka => {
                self.body = LogBody::Kafka(LogKafka::default());
                match &mut self.body {
                    LogBody::Kafka(kafka) => fields.read(kafka),
                    _ => None,
                }
            }
            FieldName::Dns => {
                self.body = LogBody::Dns(LogDns::default());
                match &mut self.body {
                    LogBody::Dns(dns) => fields.read(dns),
                    _ => None,
                }
            }
            FieldName::L7 => {
                self.body = LogBody::Other(LogOther::default());
                match &mut self.body {
                    LogBody::Other(other) => fields.read(other),
                    _ => None,
                }
            }
            _ => None,
        }
    }
}

/// The addresses of a record's node.
struct NodeAddress<'r, 'a>(&'r mut LogRecord<'a>);

impl<'a> Take<'a, FieldName> for NodeAddress<'_, 'a> {
    fn take(&mut self, name: FieldName, item: Item<'a>) {
        match name {
            FieldName::Ipv4 => self.0.node_ipv4 = item.text(),
            FieldName::Ipv6 => self.0.node_ipv6 = item.text(),
            _ => {}
        }
    }
}

impl<'a> Take<'a, FieldName> for LogOther<'a> {
    fn take(&mut self, name: FieldName, item: Item<'a>) {
        match name {
            FieldName::Proto => self.protocol = item.text(),
            FieldName::Fields => self.fields = Pairs(item.other()),
            _ => {}
        }
    }
}
