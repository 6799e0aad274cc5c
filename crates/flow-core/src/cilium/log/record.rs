//! A record of an access log.

use super::endpoint::number;
use super::{LogDns, LogEndpoint, LogHttp, LogKafka, LogService, Pairs, Texts, time};
use crate::cilium::gob::Value;
use crate::flow::{Direction, IpVersion, Protocol, Verdict};
use crate::record::L7Kind;

/// A record of an access log, borrowed. What is not told has the value of `Default`.
#[derive(Clone, Copy, Debug, Default)]
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
    /// What the proxy was told to add.
    pub metadata: Texts<'a>,
    /// Protocol above IP.
    pub transport: Protocol,
    /// The service it went through.
    pub service: Option<LogService<'a>>,
    /// Why it was refused, if it was: a number of the proxy's own.
    pub drop_reason: Option<u16>,
    /// What it said.
    pub body: LogBody<'a>,
}

/// What a message said, by protocol.
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

/// A message of a protocol that a proxy tells of in words of its own.
#[derive(Clone, Copy, Debug, Default)]
pub struct LogOther<'a> {
    /// Name of the protocol.
    pub protocol: &'a [u8],
    /// What was said, by name.
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
        // Zero, which is left out, stands for IPv4.
        let mut record = Self {
            ip_version: IpVersion::V4,
            ..Self::default()
        };
        for (name, field) in value.fields() {
            record.take(name, field);
        }
        Some(record)
    }

    fn take(&mut self, name: &[u8], field: Value<'a>) {
        let text = field.as_bytes().unwrap_or_default();
        match name {
            b"Type" => {
                self.kind = match text {
                    b"Request" => L7Kind::REQUEST,
                    b"Response" => L7Kind::RESPONSE,
                    b"Sample" => L7Kind::SAMPLE,
                    _ => L7Kind::UNKNOWN,
                }
            }
            b"Timestamp" => self.time = time::parse(text),
            b"NodeAddressInfo" => {
                for (name, address) in field.fields() {
                    let text = address.as_bytes().unwrap_or_default();
                    match name {
                        b"IPv4" => self.node_ipv4 = text,
                        b"IPv6" => self.node_ipv6 = text,
                        _ => {}
                    }
                }
            }
            b"ObservationPoint" => {
                self.direction = match text {
                    b"Ingress" => Direction::INGRESS,
                    b"Egress" => Direction::EGRESS,
                    _ => Direction::UNKNOWN,
                }
            }
            b"SourceEndpoint" => self.source = LogEndpoint::read(&field),
            b"DestinationEndpoint" => self.destination = LogEndpoint::read(&field),
            b"IPVersion" => {
                self.ip_version = match field.as_u64() {
                    Some(0) => IpVersion::V4,
                    Some(1) => IpVersion::V6,
                    _ => IpVersion::NONE,
                }
            }
            b"Verdict" => {
                self.verdict = match text {
                    b"Forwarded" => Verdict::FORWARDED,
                    b"Denied" => Verdict::DROPPED,
                    b"Error" => Verdict::ERROR,
                    b"Redirected" => Verdict::REDIRECTED,
                    _ => Verdict::UNKNOWN,
                }
            }
            b"Info" => self.info = text,
            b"Metadata" => self.metadata = Texts(Some(field)),
            b"TransportProtocol" => self.transport = Protocol(number(&field)),
            b"ServiceInfo" => self.service = Some(LogService::read(&field)),
            b"DropReason" => self.drop_reason = Some(number(&field)),
            b"HTTP" => self.body = LogBody::Http(LogHttp::read(&field)),
            b"Kafka" => self.body = LogBody::Kafka(LogKafka::read(&field)),
            b"DNS" => self.body = LogBody::Dns(LogDns::read(&field)),
            b"L7" => {
                let mut other = LogOther::default();
                for (name, field) in field.fields() {
                    match name {
                        b"Proto" => other.protocol = field.as_bytes().unwrap_or_default(),
                        b"Fields" => other.fields = Pairs(Some(field)),
                        _ => {}
                    }
                }
                self.body = LogBody::Other(other);
            }
            _ => {}
        }
    }
}
