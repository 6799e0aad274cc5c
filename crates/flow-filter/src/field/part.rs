//! Where the value of a field stands.

use core::mem::offset_of;

use flow_core::flow::{Endpoint, Flow};

/// Which end of a flow a field is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum End {
    Source,
    Destination,
}

impl End {
    pub(crate) const BOTH: [Self; 2] = [Self::Source, Self::Destination];

    /// Where the end begins in a flow.
    pub(crate) const fn offset(self) -> usize {
        match self {
            Self::Source => offset_of!(Flow, source),
            Self::Destination => offset_of!(Flow, destination),
        }
    }

    pub(crate) const fn of(self, flow: &Flow) -> &Endpoint {
        match self {
            Self::Source => &flow.source,
            Self::Destination => &flow.destination,
        }
    }
}

/// A number at a fixed place of a flow, in the byte order of the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Slot {
    /// Bytes from the beginning of the flow, or of the end where a field is of an end.
    pub(crate) offset: usize,
    /// Bytes: 1, 2, 4 or 8.
    pub(crate) width: usize,
    /// What it is multiplied with to be in the field's unit.
    pub(crate) scale: u64,
}

/// Where the value of a field stands.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Part {
    /// A number at a fixed place, and the function that reads it.
    Slot(Slot, fn(&Flow, &Endpoint) -> u64),
    /// Sixteen bytes at a fixed place.
    Wide(usize, fn(&Flow, &Endpoint) -> u128),
    /// Somewhere else in the flow.
    Flow(FlowPart),
    Names(NamePart),
    Record(RecordPart),
    Extra(ExtraPart),
    Node(NodePart),
}

/// Parts of a flow that are no number at a fixed place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FlowPart {
    Packets,
    Bytes,
    Duration,
    Retransmits,
    Vni,
    Mac,
    Interface,
    Process,
    Pid,
    Uid,
}

/// Parts of an endpoint's names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NamePart {
    Pod,
    Namespace,
    Cluster,
    Label,
    Workload,
    Service,
    Fqdn,
    Id,
}

/// Parts of a layer 7 record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RecordPart {
    Kind,
    Latency,
    Trace,
    DnsQuery,
    DnsIp,
    DnsTtl,
    DnsCname,
    DnsRcode,
    DnsQtype,
    DnsRrtype,
    DnsId,
    HttpCode,
    HttpMethod,
    HttpUrl,
    HttpHost,
    HttpPath,
    HttpProtocol,
    HttpHeader,
    HttpStream,
    GrpcStatus,
    KafkaErrorCode,
    KafkaApiVersion,
    KafkaApiKey,
    KafkaCorrelationId,
    KafkaTopic,
    KafkaClientId,
    TlsVersion,
    TlsCipher,
    TlsSni,
    TlsAlpn,
    TlsJa4,
    TlsQuic,
    MessageProtocol,
    MessageOperation,
    MessageStatus,
    MessageAttribute,
}

/// Parts of the rare attributes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ExtraPart {
    Uuid,
    SourceXlated,
    ProxyPort,
    AuthType,
    PolicyMatchType,
    IpTraceId,
    SctpChunk,
    Policy,
    AllowedBy,
    DeniedBy,
    PolicyLog,
    File,
    Line,
}

/// Parts of the names of the node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NodePart {
    Name,
    Label,
}
