//! Every field of a flow.

use core::mem::offset_of;

use flow_core::flow::{Endpoint, Flow};

use super::kind::{Case, Kind};
use super::names;
use super::part::{ExtraPart, FlowPart, NamePart, NodePart, Part, RecordPart, Slot};

/// How many values a field has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// One at most.
    One,
    /// Any number.
    List,
    /// Any number, each with a key; `field["key"]` are those of a key.
    Map,
}

/// A field of a flow, before it is known of which end.
#[derive(Debug)]
pub(crate) struct Def {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) shape: Shape,
    /// Whether source and destination have one each.
    pub(crate) is_of_end: bool,
    /// Whether 0 stands for "not known", so that nothing but `!=` is true of it.
    pub(crate) is_zero_absent: bool,
    pub(crate) part: Part,
    pub(crate) doc: &'static str,
}

const U8: Kind = Kind::Number(u8::MAX as u64);
const U16: Kind = Kind::Number(u16::MAX as u64);
const U32: Kind = Kind::Number(u32::MAX as u64);
const U64: Kind = Kind::Number(u64::MAX);

const fn def(name: &'static str, kind: Kind, part: Part, doc: &'static str) -> Def {
    Def {
        name,
        kind,
        shape: Shape::One,
        is_of_end: false,
        is_zero_absent: false,
        part,
        doc,
    }
}

impl Def {
    const fn list(mut self) -> Self {
        self.shape = Shape::List;
        self
    }

    const fn map(mut self) -> Self {
        self.shape = Shape::Map;
        self
    }

    const fn of_end(mut self) -> Self {
        self.is_of_end = true;
        self
    }

    const fn zero_absent(mut self) -> Self {
        self.is_zero_absent = true;
        self
    }
}

/// Size of what a pointer to a field would point to, without a flow.
const fn width_of<T>(_: fn(&Flow) -> &T) -> usize {
    size_of::<T>()
}

/// A number of a flow: its field, how to read it, and a scale.
macro_rules! slot {
    ($($field:ident).+, |$flow:ident| $read:expr, $scale:expr) => {
        Part::Slot(
            Slot {
                offset: offset_of!(Flow, $($field).+),
                width: width_of(|flow| &flow.$($field).+),
                scale: $scale,
            },
            |$flow, _| u64::from($read) * $scale,
        )
    };
    ($($field:ident).+, |$flow:ident| $read:expr) => { slot!($($field).+, |$flow| $read, 1) };
}

/// A number of an end.
macro_rules! end_slot {
    ($field:ident) => {
        Part::Slot(
            Slot {
                offset: offset_of!(Endpoint, $field),
                width: width_of(|flow| &flow.source.$field),
                scale: 1,
            },
            |_, end| u64::from(end.$field),
        )
    };
}

const EXACT: Kind = Kind::Text(Case::Exact);
const ANY_CASE: Kind = Kind::Text(Case::Ignored);
const DOMAIN: Kind = Kind::Text(Case::Domain);

use Kind::{Bytes, Duration, Enum, Flags, Id, Ip, Mac, Name, Port, Signed, Time};

/// Fields of flows.
#[rustfmt::skip]
const FLOW: &[Def] = &[
    def("time", Time, slot!(time, |flow| flow.time), "when the newest packet was seen"),
    def("first_seen", Time, slot!(first_seen, |flow| flow.first_seen), "when the oldest packet was seen").zero_absent(),
    def("duration", Duration, Part::Flow(FlowPart::Duration), "from the oldest packet to the newest"),
    def("verdict", Enum(&names::VERDICT), slot!(verdict, |flow| flow.verdict.0), "verdict: `forwarded`, `dropped`, …"),
    def("drop_reason", Enum(&names::DROP_REASON), slot!(drop_reason, |flow| flow.drop_reason.0), "why it was dropped: `policy_denied`, `no_socket`, …"),
    def("direction", Enum(&names::DIRECTION), slot!(direction, |flow| flow.direction.0), "`ingress` or `egress`"),
    def("reply", Enum(&names::REPLY), slot!(is_reply, |flow| flow.is_reply.0), "whether the sender answers: `true`, `false` or `unknown`"),
    def("type", Enum(&names::FLOW_TYPE), slot!(flow_type, |flow| flow.flow_type.0), "layer of the observation: `l3_l4`, `l7`, `sock`"),
    def("event", Enum(&names::EVENT_TYPE), slot!(event_type, |flow| flow.event_type.0), "class of event: `drop`, `trace`, `policy-verdict`, …"),
    def("event.sub_type", U8, slot!(event_sub_type, |flow| flow.event_sub_type), "second half of Hubble's event type"),
    def("trace_point", Enum(&names::TRACE_POINT), slot!(trace_point, |flow| flow.trace_point.0), "where it was seen: `to-stack`, `from-network`, …"),
    def("trace_reason", Enum(&names::TRACE_REASON), slot!(trace_reason, |flow| flow.trace_reason.0), "state by connection tracking: `new`, `established`, …"),
    def("ip_version", Enum(&names::IP_VERSION), slot!(ip_version, |flow| flow.ip_version.0), "`v4`, `v6` or `none`"),
    def("protocol", Enum(&names::PROTOCOL), slot!(protocol, |flow| flow.protocol.0), "protocol above IP: `tcp`, `udp`, `icmp` (both versions), …"),
    def("tcp.flags", Flags(&names::TCP_FLAGS), slot!(tcp_flags, |flow| flow.tcp_flags.0), "flags of TCP: `syn`, `ack`, …"),
    def("tcp.state", Enum(&names::TCP_STATE), slot!(tcp_state, |flow| flow.tcp_state.0), "state of the socket: `established`, …"),
    def("icmp.type", U8, slot!(icmp_type, |flow| flow.icmp_type), "type of ICMP, ICMPv6, VRRP or IGMP"),
    def("icmp.code", U8, slot!(icmp_code, |flow| flow.icmp_code), "code of ICMP or ICMPv6"),
    def("flags", Flags(&names::FLOW_FLAGS), slot!(flags, |flow| flow.flags.0), "flags of the observation: `new`, `end`, `encrypted`, …"),
    def("packets", U64, Part::Flow(FlowPart::Packets), "packets of both directions"),
    def("bytes", Bytes, Part::Flow(FlowPart::Bytes), "bytes of both directions"),
    def("forward.packets", U32, slot!(traffic.forward_packets, |flow| flow.traffic.forward_packets), "packets from source to destination"),
    def("forward.bytes", Bytes, slot!(traffic.forward_bytes, |flow| flow.traffic.forward_bytes), "bytes from source to destination"),
    def("reverse.packets", U32, slot!(traffic.reverse_packets, |flow| flow.traffic.reverse_packets), "packets from destination to source"),
    def("reverse.bytes", Bytes, slot!(traffic.reverse_bytes, |flow| flow.traffic.reverse_bytes), "bytes from destination to source"),
    def("rtt", Duration, slot!(traffic.rtt_us, |flow| flow.traffic.rtt_us, 1_000), "smoothed round-trip time of TCP").zero_absent(),
    def("retransmits", U32, Part::Flow(FlowPart::Retransmits), "segments that were sent again, of both directions"),
    def("tunnel", Enum(&names::TUNNEL), slot!(tunnel.protocol, |flow| flow.tunnel.protocol.0), "encapsulation: `vxlan`, `geneve`, `gre`, `ipip`, `none`"),
    def("tunnel.vni", Kind::Number(0xff_ffff), Part::Flow(FlowPart::Vni), "network identifier of the encapsulation"),
    def("tunnel.src.ip", Ip, Part::Wide(offset_of!(Flow, tunnel.source_ip), |flow, _| u128::from_be_bytes(flow.tunnel.source_ip.0)), "outer source address"),
    def("tunnel.dst.ip", Ip, Part::Wide(offset_of!(Flow, tunnel.destination_ip), |flow, _| u128::from_be_bytes(flow.tunnel.destination_ip.0)), "outer destination address"),
    def("interface", EXACT, Part::Flow(FlowPart::Interface), "interface at which it was seen"),
    def("interface.index", U32, slot!(interface.index, |flow| flow.interface.index), "index of that interface").zero_absent(),
    def("netns", U32, slot!(interface.netns, |flow| flow.interface.netns), "inode of the network namespace").zero_absent(),
    def("vlan", U16, slot!(vlan, |flow| flow.vlan), "outermost VLAN").zero_absent(),
    def("sample_rate", U16, slot!(sample_rate, |flow| flow.sample_rate), "one packet in so many is observed").zero_absent(),
    def("cgroup", U64, slot!(cgroup_id, |flow| flow.cgroup_id), "control group of the local socket").zero_absent(),
    def("cookie", U64, slot!(socket_cookie, |flow| flow.socket_cookie), "the kernel's socket cookie").zero_absent(),
    def("l7", Enum(&names::L7_TYPE), slot!(l7_type, |flow| flow.l7_type.0), "layer 7 protocol: `dns`, `http`, `kafka`, `tls`, `other`, `none`"),
];

/// Fields of both ends.
#[rustfmt::skip]
const ENDS: &[Def] = &[
    def("ip", Ip, Part::Wide(offset_of!(Endpoint, ip), |_, end| u128::from_be_bytes(end.ip.0)), "address").of_end(),
    def("port", Port, end_slot!(port), "port of TCP, UDP or SCTP").of_end().zero_absent(),
    def("identity", U32, end_slot!(identity), "security identity; 0 is unknown").of_end(),
    def("mac", Mac, Part::Flow(FlowPart::Mac), "link address").of_end(),
    def("process", EXACT, Part::Flow(FlowPart::Process), "command of the process at this end").of_end(),
    def("pid", U32, Part::Flow(FlowPart::Pid), "process at this end").of_end(),
    def("uid", U32, Part::Flow(FlowPart::Uid), "user of the process at this end").of_end(),
    def("pod", Name, Part::Names(NamePart::Pod), "pod, `name` or `namespace/name`").of_end(),
    def("namespace", EXACT, Part::Names(NamePart::Namespace), "Kubernetes namespace").of_end(),
    def("cluster", EXACT, Part::Names(NamePart::Cluster), "name of the cluster").of_end(),
    def("label", EXACT, Part::Names(NamePart::Label), "labels, `source:key=value`; `label[\"key\"]` is a value").of_end().map(),
    def("workload", Name, Part::Names(NamePart::Workload), "workloads, `name` or `Kind/name`").of_end().list(),
    def("service", Name, Part::Names(NamePart::Service), "service, `name` or `namespace/name`").of_end(),
    def("fqdn", DOMAIN, Part::Names(NamePart::Fqdn), "DNS names that resolved to the address").of_end().list(),
    def("endpoint", U32, Part::Names(NamePart::Id), "number of the endpoint on its node").of_end(),
];

/// Fields of layer 7 records.
#[rustfmt::skip]
const RECORDS: &[Def] = &[
    def("l7.kind", Enum(&names::L7_KIND), Part::Record(RecordPart::Kind), "`request`, `response` or `sample`"),
    def("latency", Duration, Part::Record(RecordPart::Latency), "from the request to this response"),
    def("trace_id", Id, Part::Record(RecordPart::Trace), "trace of W3C Trace Context, 32 hexadecimal digits"),
    def("dns.query", DOMAIN, Part::Record(RecordPart::DnsQuery), "name that was asked for"),
    def("dns.ip", Ip, Part::Record(RecordPart::DnsIp), "addresses in the answer").list(),
    def("dns.ttl", Duration, Part::Record(RecordPart::DnsTtl), "smallest time to live of the answers"),
    def("dns.cname", DOMAIN, Part::Record(RecordPart::DnsCname), "names that the name is an alias of").list(),
    def("dns.rcode", Enum(&names::RCODE), Part::Record(RecordPart::DnsRcode), "code of a response: `noerror`, `nxdomain`, …"),
    def("dns.qtype", Enum(&names::RECORD_TYPE), Part::Record(RecordPart::DnsQtype), "types that were asked for: `a`, `aaaa`, …").list(),
    def("dns.rrtype", Enum(&names::RECORD_TYPE), Part::Record(RecordPart::DnsRrtype), "types in the answer").list(),
    def("dns.id", U16, Part::Record(RecordPart::DnsId), "message id"),
    def("http.code", U16, Part::Record(RecordPart::HttpCode), "status code of a response"),
    def("http.method", ANY_CASE, Part::Record(RecordPart::HttpMethod), "method"),
    def("http.url", EXACT, Part::Record(RecordPart::HttpUrl), "URL"),
    def("http.host", DOMAIN, Part::Record(RecordPart::HttpHost), "host of the URL, without its port"),
    def("http.path", EXACT, Part::Record(RecordPart::HttpPath), "path of the URL as it was sent, without query and fragment"),
    def("http.protocol", ANY_CASE, Part::Record(RecordPart::HttpProtocol), "`HTTP/1.1`, `HTTP/2`, …"),
    def("http.header", EXACT, Part::Record(RecordPart::HttpHeader), "values of header fields; `http.header[\"name\"]`, in any letter case").map(),
    def("http.stream", U32, Part::Record(RecordPart::HttpStream), "stream of HTTP/2"),
    def("grpc.status", U16, Part::Record(RecordPart::GrpcStatus), "status of gRPC"),
    def("kafka.error_code", Signed, Part::Record(RecordPart::KafkaErrorCode), "error code of a response"),
    def("kafka.api_version", Signed, Part::Record(RecordPart::KafkaApiVersion), "version of the request"),
    def("kafka.api_key", ANY_CASE, Part::Record(RecordPart::KafkaApiKey), "request: `produce`, `fetch`, …"),
    def("kafka.correlation_id", Signed, Part::Record(RecordPart::KafkaCorrelationId), "correlation id"),
    def("kafka.topic", EXACT, Part::Record(RecordPart::KafkaTopic), "topic"),
    def("kafka.client_id", EXACT, Part::Record(RecordPart::KafkaClientId), "name of the client"),
    def("tls.version", Enum(&names::TLS_VERSION), Part::Record(RecordPart::TlsVersion), "`1.2`, `1.3`, …"),
    def("tls.cipher", U16, Part::Record(RecordPart::TlsCipher), "cipher suite that the server chose"),
    def("tls.sni", DOMAIN, Part::Record(RecordPart::TlsSni), "server name that the client asks for"),
    def("tls.alpn", EXACT, Part::Record(RecordPart::TlsAlpn), "application protocols").list(),
    def("tls.ja4", EXACT, Part::Record(RecordPart::TlsJa4), "JA4 fingerprint"),
    def("tls.quic", Kind::Bool, Part::Record(RecordPart::TlsQuic), "whether it came over QUIC"),
    def("message.protocol", ANY_CASE, Part::Record(RecordPart::MessageProtocol), "protocol of an embedder's own"),
    def("message.operation", EXACT, Part::Record(RecordPart::MessageOperation), "operation of such a message"),
    def("message.status", EXACT, Part::Record(RecordPart::MessageStatus), "status of such a message"),
    def("message.attribute", EXACT, Part::Record(RecordPart::MessageAttribute), "attributes of such a message, by key").map(),
];

/// Rare fields, and those of the node.
#[rustfmt::skip]
const RARE: &[Def] = &[
    def("node", Name, Part::Node(NodePart::Name), "node that observed it, `name` or `cluster/name`"),
    def("node.label", EXACT, Part::Node(NodePart::Label), "labels of that node, `key=value`; `node.label[\"key\"]` is a value").map(),
    def("uuid", Id, Part::Extra(ExtraPart::Uuid), "identifier of the flow"),
    def("xlated.ip", Ip, Part::Extra(ExtraPart::SourceXlated), "sender after translation"),
    def("proxy_port", Port, Part::Extra(ExtraPart::ProxyPort), "port of the proxy"),
    def("auth_type", U8, Part::Extra(ExtraPart::AuthType), "authentication that a policy asks for, as a number"),
    def("policy.match_type", U32, Part::Extra(ExtraPart::PolicyMatchType), "how a policy matched, as a number"),
    def("policy", Name, Part::Extra(ExtraPart::Policy), "policies that allowed or denied it, `name` or `namespace/name`").list(),
    def("policy.allowed_by", Name, Part::Extra(ExtraPart::AllowedBy), "policies that allowed it").list(),
    def("policy.denied_by", Name, Part::Extra(ExtraPart::DeniedBy), "policies that denied it").list(),
    def("policy.log", EXACT, Part::Extra(ExtraPart::PolicyLog), "texts that policies log").list(),
    def("ip_trace_id", U64, Part::Extra(ExtraPart::IpTraceId), "trace id in an option of IP"),
    def("sctp.chunk", U8, Part::Extra(ExtraPart::SctpChunk), "first chunk of an SCTP packet, as a number"),
    def("file", EXACT, Part::Extra(ExtraPart::File), "file of the datapath that dropped it"),
    def("file.line", U32, Part::Extra(ExtraPart::Line), "line of that file"),
];

/// All fields.
pub(crate) fn all() -> impl Iterator<Item = &'static Def> {
    FLOW.iter().chain(ENDS).chain(RECORDS).chain(RARE)
}
