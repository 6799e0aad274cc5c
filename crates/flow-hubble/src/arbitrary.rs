//! Flows with everything that can stand behind their handles, for property tests.

use std::boxed::Box;
use std::net::IpAddr;
use std::string::String;
use std::vec::Vec;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use flow_core::flow::arbitrary::flows;
use flow_core::flow::{Flow, Ip};
use flow_core::record::{L7Kind, L7Record, RecordFlags, RecordType, TraceId};
use flow_core::resolve::{
    Aggregate, Emitter, EndpointNames, Extra, MaybeShared, NodeNames, Policy, Resolve, Service,
    SourceFile, Workload,
};

/// A flow and the values of its handles.
#[derive(Clone, Debug)]
pub(super) struct Given {
    pub(super) flow: Flow,
    pub(super) node: NodeNames,
    pub(super) source: EndpointNames,
    pub(super) destination: EndpointNames,
    pub(super) l7: L7Record,
    pub(super) extra: Extra,
}

/// Handles of the two endpoints.
const SOURCE: u32 = 1;
const DESTINATION: u32 = 2;

impl Resolve for Given {
    fn node(&self) -> &NodeNames {
        &self.node
    }

    fn endpoint(&self, handle: u32) -> Option<MaybeShared<'_, EndpointNames>> {
        match handle {
            SOURCE => Some(MaybeShared::Borrowed(&self.source)),
            DESTINATION => Some(MaybeShared::Borrowed(&self.destination)),
            _ => None,
        }
    }

    fn l7(&self, handle: u32) -> Option<MaybeShared<'_, L7Record>> {
        (handle == 1).then_some(MaybeShared::Borrowed(&self.l7))
    }

    fn extra(&self, handle: u32) -> Option<MaybeShared<'_, Extra>> {
        (handle == 1).then_some(MaybeShared::Borrowed(&self.extra))
    }
}

/// Names as they are, and names that a terminal obeys or JSON must escape.
fn name() -> impl Strategy<Value = Box<str>> {
    prop_oneof![
        4 => "[a-z0-9./:=-]{0,20}",
        1 => "[\u{1b}\u{9b}\u{202e}\u{7f}\n\\\\\"\u{e9}\u{1f980}a]{0,9}",
    ]
    .prop_map(Into::into)
}

fn text() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        4 => name().prop_map(|name| name.as_bytes().to_vec()),
        1 => vec(any::<u8>(), 0..12),
    ]
}

fn names() -> impl Strategy<Value = Vec<Box<str>>> {
    vec(name(), 0..4)
}

fn endpoint() -> impl Strategy<Value = EndpointNames> {
    let workload = (name(), name()).prop_map(|(name, kind)| Workload { name, kind });
    let service = (name(), name()).prop_map(|(name, namespace)| Service { name, namespace });
    let texts = (name(), name(), name());
    let lists = (names(), vec(workload, 0..3), names());
    (any::<u32>(), texts, lists, option::of(service)).prop_map(
        |(id, (cluster_name, namespace, pod_name), (labels, workloads, dns_names), service)| {
            EndpointNames {
                id,
                cluster_name,
                namespace,
                pod_name,
                labels,
                workloads,
                service,
                dns_names,
            }
        },
    )
}

fn node() -> impl Strategy<Value = NodeNames> {
    let emitter = (name(), name()).prop_map(|(name, version)| Emitter { name, version });
    (name(), names(), option::of(emitter)).prop_map(|(name, labels, emitter)| NodeNames {
        name: String::from(name),
        labels,
        emitter,
    })
}

fn policies() -> impl Strategy<Value = Vec<Policy>> {
    let policy = (name(), name(), names(), any::<u64>(), name()).prop_map(
        |(name, namespace, labels, revision, kind)| Policy {
            name,
            namespace,
            labels,
            revision,
            kind,
        },
    );
    vec(policy, 0..3)
}

fn extra() -> impl Strategy<Value = Extra> {
    let numbers = (
        any::<[u8; 16]>(),
        any::<[u8; 6]>(),
        any::<u16>(),
        any::<u32>(),
    );
    let ids = (0_u32..3, 0_u32..3);
    let rare = (
        any::<u64>(),
        option::of((name(), any::<u32>())),
        option::of(any::<[u32; 3]>()),
        any::<[u8; 4]>(),
    );
    let lists = (policies(), policies(), policies(), policies(), names());
    (ids, numbers, rare, lists).prop_map(|(ids, numbers, rare, lists)| {
        let (uuid, [auth, chunk, vrid, priority, option, some], proxy_port, match_type) = numbers;
        let (ip_trace_id, file, aggregate, xlated) = rare;
        Extra {
            source_id: ids.0,
            destination_id: ids.1,
            uuid: if some & 1 == 0 { [0; 16] } else { uuid },
            source_xlated: if some & 2 == 0 {
                Ip::UNSPECIFIED
            } else {
                Ip::v4(xlated)
            },
            policy_match_type: match_type,
            proxy_port,
            auth_type: auth % 4,
            sctp_chunk: chunk % 8,
            vrrp_vrid: vrid,
            vrrp_priority: priority,
            igmp_group: if some & 4 == 0 {
                Ip::UNSPECIFIED
            } else {
                Ip::v4(xlated)
            },
            file: file.map(|(name, line)| SourceFile { name, line }),
            ip_trace_id: if some & 8 == 0 { 0 } else { ip_trace_id },
            ip_option_type: if some & 8 == 0 { 0 } else { option },
            egress_allowed_by: lists.0,
            ingress_allowed_by: lists.1,
            egress_denied_by: lists.2,
            ingress_denied_by: lists.3,
            policy_log: lists.4,
            summary: Box::default(),
            aggregate: aggregate.map(|[ingress, egress, unknown]| Aggregate {
                ingress,
                egress,
                unknown,
            }),
            node: None,
        }
    })
}

fn dns() -> impl Strategy<Value = L7Record> {
    let types = || vec((0_u16..300).prop_map(RecordType), 0..4);
    let lists = (
        vec(any::<IpAddr>(), 0..4),
        vec(text(), 0..3),
        types(),
        types(),
    );
    let numbers = (any::<u32>(), any::<u16>(), any::<u16>());
    (text(), text(), lists, numbers).prop_map(
        |(query, source, (ips, cnames, qtypes, rrtypes), (ttl, rcode, id))| {
            L7Record::dns(L7Kind::UNKNOWN, |dns| {
                dns.query(query).source(source).ttl(ttl).rcode(rcode).id(id);
                for ip in ips {
                    dns.ip(ip);
                }
                for name in cnames {
                    dns.cname(name);
                }
                for kind in qtypes {
                    dns.qtype(kind);
                }
                for kind in rrtypes {
                    dns.rrtype(kind);
                }
            })
        },
    )
}

fn http() -> impl Strategy<Value = L7Record> {
    let numbers = (any::<u16>(), any::<u32>(), option::of(any::<u16>()));
    let headers = vec((text(), text()), 0..4);
    (numbers, text(), text(), text(), headers).prop_map(
        |((code, stream, grpc_status), method, url, protocol, headers)| {
            L7Record::http(L7Kind::UNKNOWN, |http| {
                http.code(code)
                    .method(method)
                    .url(url)
                    .protocol(protocol)
                    .stream(stream)
                    .grpc_status(grpc_status);
                for (key, value) in headers {
                    http.header(key, value);
                }
            })
        },
    )
}

fn body() -> impl Strategy<Value = L7Record> {
    let kafka = (any::<[i16; 2]>(), any::<i32>(), text(), text(), text()).prop_map(
        |([error_code, api_version], correlation_id, api_key, topic, client_id)| {
            L7Record::kafka(L7Kind::UNKNOWN, |kafka| {
                kafka
                    .error_code(error_code)
                    .api_version(api_version)
                    .api_key(api_key)
                    .correlation_id(correlation_id)
                    .topic(topic)
                    .client_id(client_id);
            })
        },
    );
    let tls = (
        any::<[u16; 2]>(),
        text(),
        vec(text(), 0..3),
        text(),
        any::<bool>(),
    )
        .prop_map(|([version, cipher], server_name, alpn, ja4, is_quic)| {
            L7Record::tls(L7Kind::UNKNOWN, |tls| {
                tls.version(version)
                    .cipher(cipher)
                    .server_name(server_name)
                    .ja4(ja4)
                    .quic(is_quic);
                for protocol in alpn {
                    tls.alpn(protocol);
                }
            })
        });
    prop_oneof![dns(), http(), kafka, tls]
}

fn record() -> impl Strategy<Value = L7Record> {
    (
        0_u8..5,
        0_u8..64,
        any::<u64>(),
        option::of(any::<[u8; 16]>()),
        body(),
    )
        .prop_map(|(kind, flags, latency, trace, mut record)| {
            record.kind = L7Kind(kind);
            record.flags = RecordFlags(flags);
            record.latency_ns = if flags & 1 == 0 { 0 } else { latency };
            record.trace = TraceId(trace.unwrap_or_default());
            record
        })
}

/// Any flow, with any values behind its handles, or none.
pub(super) fn given() -> impl Strategy<Value = Given> {
    let ends = (endpoint(), endpoint());
    (flows(), any::<u8>(), node(), ends, record(), extra()).prop_map(
        |(mut flow, known, node, (source, destination), l7, extra)| {
            flow.source.meta = if known & 1 == 0 { 0 } else { SOURCE };
            flow.destination.meta = if known & 2 == 0 { 0 } else { DESTINATION };
            flow.l7 = u32::from(known & 4 != 0);
            flow.ext = u32::from(known & 8 != 0);
            Given {
                flow,
                node,
                source,
                destination,
                l7,
                extra,
            }
        },
    )
}
