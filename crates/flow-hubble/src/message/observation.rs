//! What Hubble's flow message has no field for.

use std::string::{String, ToString};

use super::l7::lossy;
use super::time::{duration, timestamp};
use crate::encode::{bits, has_layer4, has_number};
use crate::flow::ext::v1 as ext;
use flow_core::flow::{Counters, DropReason, Flow, IpVersion, Process, TcpState, TunnelProtocol};
use flow_core::record::{L7Body, L7Record};
use flow_core::resolve::{Resolve, Unresolved};

pub(super) fn observation(flow: &Flow, l7: Option<&L7Record>) -> ext::Observation {
    let is_seen = flow.first_seen != 0;
    let reason = flow.drop_reason;
    let has_message = flow.ip_version != IpVersion::NONE && has_layer4(flow.protocol);
    let mut message = ext::Observation {
        first_seen: is_seen.then(|| timestamp(flow.first_seen)),
        last_seen: is_seen.then(|| timestamp(flow.last_seen())),
        forward: counters(flow.traffic.forward()),
        reverse: counters(flow.traffic.reverse()),
        tcp: tcp(flow),
        process: (flow.process != Process::default()).then(|| ext::Process {
            pid: flow.process.pid,
            uid: flow.process.uid,
            comm: String::from_utf8_lossy(flow.process.comm.as_bytes()).into_owned(),
        }),
        netns: flow.interface.netns,
        vlan: u32::from(flow.vlan),
        sample_rate: if flow.sample_rate > 1 {
            u32::from(flow.sample_rate)
        } else {
            0
        },
        flags: bits(flow.flags.0).collect(),
        drop_reason: match reason.name() {
            _ if reason == DropReason::NONE || reason.is_cilium() => String::new(),
            Some(name) => name.to_string(),
            None => reason.0.to_string(),
        },
        tunnel_protocol: match flow.tunnel.protocol {
            TunnelProtocol::NONE => 0,
            protocol if has_number(protocol) => 0,
            protocol => i32::from(protocol.0),
        },
        ..ext::Observation::default()
    };
    if !has_message {
        message.ip_protocol = u32::from(flow.protocol.0);
        message.source_port = u32::from(flow.source.port);
        message.destination_port = u32::from(flow.destination.port);
    }
    match l7 {
        Some(record) => with_record(message, record),
        None => message,
    }
}

fn counters(counters: Counters) -> Option<ext::Counters> {
    (counters != Counters::default()).then(|| ext::Counters {
        packets: u64::from(counters.packets),
        bytes: counters.bytes,
    })
}

fn tcp(flow: &Flow) -> Option<ext::Tcp> {
    let traffic = &flow.traffic;
    let message = ext::Tcp {
        state: if flow.tcp_state == TcpState::UNKNOWN {
            0
        } else {
            i32::from(flow.tcp_state.0)
        },
        rtt: (traffic.rtt_us != 0).then(|| duration(u64::from(traffic.rtt_us) * 1_000)),
        forward_retransmits: u32::from(traffic.forward_retransmits),
        reverse_retransmits: u32::from(traffic.reverse_retransmits),
    };
    (message != ext::Tcp::default()).then_some(message)
}

fn with_record(message: ext::Observation, record: &L7Record) -> ext::Observation {
    let mut detail = ext::L7Detail {
        flags: bits(record.flags.0).collect(),
        ..ext::L7Detail::default()
    };
    let mut dns_latency = None;
    let mut tls = None;
    match record.body() {
        L7Body::Dns(dns) => {
            detail.dns_id = u32::from(dns.id());
            dns_latency = (record.latency_ns != 0).then(|| duration(record.latency_ns));
        }
        L7Body::Http(http) => {
            detail.http2_stream = http.stream();
            detail.grpc_status = http.grpc_status().map(u32::from);
        }
        L7Body::Kafka(kafka) => detail.kafka_client_id = lossy(kafka.client_id()),
        L7Body::Tls(hello) => {
            tls = Some(ext::Tls {
                server_name: lossy(hello.server_name()),
                alpn: hello.alpn().map(lossy).collect(),
                version: u32::from(hello.version()),
                cipher: u32::from(hello.cipher()),
                ja4: lossy(hello.ja4()),
                quic: hello.is_quic(),
            });
        }
        _ => {}
    }
    ext::Observation {
        dns_latency,
        tls,
        l7: (detail != ext::L7Detail::default()).then_some(detail),
        ..message
    }
}

impl ext::Observation {
    /// Creates the observation of a flow and of its layer 7 record: what Hubble's message has no
    /// field for.
    #[must_use]
    pub fn of(flow: &Flow, names: &dyn Resolve) -> Self {
        let record = (flow.l7 != 0).then(|| names.l7(flow.l7)).flatten();
        observation(flow, record.as_deref())
    }
}

impl From<&Flow> for ext::Observation {
    fn from(flow: &Flow) -> Self {
        Self::of(flow, &Unresolved)
    }
}
