//! A record in a few words.

use core::fmt;

use super::{
    DnsRecord, HttpRecord, KafkaRecord, L7Body, L7Kind, L7Record, MessageRecord, RecordFlags, Text,
    TlsRecord,
};

/// Displays a record as Hubble's one-line form does: `HTTP/1.1 GET http://host/path`, or
/// `HTTP/1.1 200 12ms (GET http://host/path)`. Everything untrusted is escaped.
#[derive(Clone, Copy, Debug)]
pub struct L7Summary<'a>(&'a L7Record);

impl L7Record {
    /// Returns what it says in a few words, as the one-line form of a flow shows it.
    #[must_use]
    pub const fn summary(&self) -> L7Summary<'_> {
        L7Summary(self)
    }
}

impl fmt::Display for L7Summary<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let record = self.0;
        match record.body() {
            L7Body::Empty => Ok(()),
            L7Body::Dns(dns) => dns_summary(f, record, dns),
            L7Body::Http(http) => http_summary(f, record, http),
            L7Body::Kafka(kafka) => kafka_summary(f, record, kafka),
            L7Body::Tls(tls) => tls_summary(f, record, tls),
            L7Body::Message(message) => message_summary(f, record, message),
        }
    }
}

/// A latency in the largest unit that leaves a whole part.
struct Latency(u64);

impl fmt::Display for Latency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0..1_000 => write!(f, "{}ns", self.0),
            1_000..1_000_000 => write!(f, "{}µs", self.0 / 1_000),
            1_000_000..1_000_000_000 => write!(f, "{}ms", self.0 / 1_000_000),
            _ => write!(
                f,
                "{}.{:03}s",
                self.0 / 1_000_000_000,
                self.0 / 1_000_000 % 1_000
            ),
        }
    }
}

fn latency(f: &mut fmt::Formatter<'_>, record: &L7Record) -> fmt::Result {
    if record.latency_ns > 0 {
        write!(f, " {}", Latency(record.latency_ns))?;
    }
    Ok(())
}

fn list<T: fmt::Display>(
    f: &mut fmt::Formatter<'_>,
    values: impl Iterator<Item = T>,
) -> fmt::Result {
    for (index, value) in values.enumerate() {
        let comma = if index == 0 { "" } else { "," };
        write!(f, "{comma}{value}")?;
    }
    Ok(())
}

fn dns_summary(f: &mut fmt::Formatter<'_>, record: &L7Record, dns: DnsRecord<'_>) -> fmt::Result {
    let operation = OpCode(dns.opcode());
    if record.kind != L7Kind::RESPONSE {
        write!(f, "DNS {operation} ")?;
        questions(f, dns)?;
        return match record.flags.contains(RecordFlags::UNANSWERED) {
            true => f.write_str(" unanswered"),
            false => Ok(()),
        };
    }
    f.write_str("DNS ")?;
    if dns.opcode() != 0 {
        write!(f, "{operation} ")?;
    }
    f.write_str("Answer ")?;
    if dns.rcode() != 0 {
        write!(f, "RCode: {}", RCode(dns.rcode()))?;
    } else {
        f.write_str("\"")?;
        list(f, dns.ips())?;
        if dns.ips().next().is_some() && dns.data().next().is_some() {
            f.write_str(",")?;
        }
        list(f, dns.data())?;
        write!(f, "\" TTL: {}", dns.ttl())?;
        if dns.cnames().next().is_some() {
            f.write_str(" CNAMEs: \"")?;
            list(f, dns.cnames())?;
            f.write_str("\"")?;
        }
    }
    if dns.is_cut_by_sender() {
        f.write_str(" TC")?;
    }
    if record.flags.contains(RecordFlags::CONFLICTING) {
        f.write_str(" conflicting")?;
    }
    latency(f, record)?;
    f.write_str(" (")?;
    questions(f, dns)?;
    f.write_str(")")
}

/// The first name with all types, or each name with its own.
fn questions(f: &mut fmt::Formatter<'_>, dns: DnsRecord<'_>) -> fmt::Result {
    write!(f, "{} ", dns.query())?;
    if dns.more_queries().next().is_none() {
        return list(f, dns.qtypes());
    }
    let mut types = dns.qtypes();
    if let Some(first) = types.next() {
        write!(f, "{first}")?;
    }
    for name in dns.more_queries() {
        write!(f, ", {name}")?;
        if let Some(kind) = types.next() {
            write!(f, " {kind}")?;
        }
    }
    Ok(())
}

/// The IANA registry "DNS OpCodes", in words.
struct OpCode(u8);

impl fmt::Display for OpCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            0 => "Query",
            1 => "Inverse Query",
            2 => "Status",
            4 => "Notify",
            5 => "Update",
            6 => "Stateful Operation",
            other => return write!(f, "Opcode {other}"),
        })
    }
}

/// The IANA registry "DNS RCODEs", in words.
struct RCode(u16);

impl fmt::Display for RCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            0 => "No Error",
            1 => "Format Error",
            2 => "Server Failure",
            3 => "Non-Existent Domain",
            4 => "Not Implemented",
            5 => "Query Refused",
            6 => "Name Exists when it should not",
            7 => "RR Set Exists when it should not",
            8 => "RR Set that should exist does not",
            9 => "Not Authorized",
            10 => "Name not contained in zone",
            16 => "Bad OPT Version",
            other => return write!(f, "{other}"),
        })
    }
}

fn http_summary(
    f: &mut fmt::Formatter<'_>,
    record: &L7Record,
    http: HttpRecord<'_>,
) -> fmt::Result {
    write!(f, "{} ", http.protocol())?;
    if record.kind != L7Kind::RESPONSE {
        return write!(f, "{} {}", http.method(), http.url());
    }
    write!(f, "{}", http.code())?;
    if let Some(status) = http.grpc_status() {
        write!(f, " grpc-status {status}")?;
    }
    latency(f, record)?;
    if !http.method().is_empty() {
        write!(f, " ({} {})", http.method(), http.url())?;
    }
    Ok(())
}

fn kafka_summary(
    f: &mut fmt::Formatter<'_>,
    record: &L7Record,
    kafka: KafkaRecord<'_>,
) -> fmt::Result {
    let kind = if record.kind == L7Kind::RESPONSE {
        "response"
    } else {
        "request"
    };
    let id = kafka.correlation_id();
    write!(f, "Kafka {kind} {} correlation id {id}", kafka.api_key())?;
    if !kafka.topic().is_empty() {
        write!(f, " topic '{}'", kafka.topic())?;
    }
    if record.kind == L7Kind::RESPONSE {
        write!(f, " return code: {}", kafka.error_code())?;
        latency(f, record)?;
    }
    Ok(())
}

fn tls_summary(f: &mut fmt::Formatter<'_>, record: &L7Record, tls: TlsRecord<'_>) -> fmt::Result {
    let transport = if tls.is_quic() { "QUIC " } else { "" };
    match tls.version_name() {
        Some(name) => write!(f, "{transport}{name}")?,
        None => write!(f, "{transport}TLS {:#06x}", tls.version())?,
    }
    if record.kind == L7Kind::RESPONSE {
        write!(f, " ServerHello cipher {:#06x}", tls.cipher())?;
    } else {
        f.write_str(" ClientHello")?;
    }
    let mut named = |name: &str, value: Text<'_>| {
        if value.is_empty() {
            Ok(())
        } else {
            write!(f, " {name} {value}")
        }
    };
    named("SNI", tls.server_name())?;
    named("JA4", tls.ja4())?;
    if tls.alpn().next().is_some() {
        f.write_str(" ALPN ")?;
        list(f, tls.alpn())?;
    }
    latency(f, record)
}

fn message_summary(
    f: &mut fmt::Formatter<'_>,
    record: &L7Record,
    message: MessageRecord<'_>,
) -> fmt::Result {
    let (protocol, operation) = (message.protocol(), message.operation());
    if record.kind != L7Kind::RESPONSE {
        return write!(f, "{protocol} {operation}");
    }
    write!(f, "{protocol} {}", message.status())?;
    latency(f, record)?;
    if !operation.is_empty() {
        write!(f, " ({operation})")?;
    }
    Ok(())
}
