//! `flow.ext.v1.Observation`.

use super::layers::{has_layer4, has_number};
use super::names::name_of;
use super::sink::{Field, Sink, Walk, field};
use crate::flow::ext::v1 as ext;
use flow_core::flow::{Counters, DropReason, Flow, IpVersion, Process, TcpState, TunnelProtocol};
use flow_core::record::{L7Body, L7Record, Text, TlsRecord};

/// What Hubble's flow message has no field for.
pub(crate) struct ObservationFields<'a> {
    pub(crate) flow: &'a Flow,
    pub(crate) l7: Option<&'a L7Record>,
}

impl Walk for ObservationFields<'_> {
    const NAME: &'static str = "flow.ext.v1.Observation";

    fn walk<S: Sink>(&self, sink: &mut S) {
        let flow = self.flow;
        if flow.first_seen != 0 {
            sink.time(field!(1, "first_seen"), flow.first_seen);
            sink.time(field!(2, "last_seen"), flow.last_seen());
        }
        counters(sink, field!(3, "forward"), flow.traffic.forward());
        counters(sink, field!(4, "reverse"), flow.traffic.reverse());
        tcp(sink, flow);
        if flow.process != Process::default() {
            sink.message(field!(6, "process"), |sink| {
                sink.uint(field!(1, "pid"), flow.process.pid);
                sink.uint(field!(2, "uid"), flow.process.uid);
                sink.lossy(field!(3, "comm"), flow.process.comm.as_bytes());
            });
        }
        sink.uint(field!(7, "netns"), flow.interface.netns);
        sink.uint(field!(8, "vlan"), u32::from(flow.vlan));
        if flow.sample_rate > 1 {
            sink.uint(field!(9, "sample_rate"), u32::from(flow.sample_rate));
        }
        sink.choices(
            field!(10, "flags"),
            bits(flow.flags.0),
            name_of!(ext::observation::Flag),
        );
        if flow.drop_reason != DropReason::NONE && !flow.drop_reason.is_cilium() {
            match flow.drop_reason.name() {
                Some(name) => sink.text(field!(11, "drop_reason"), name),
                None => sink.shown(field!(11, "drop_reason"), &flow.drop_reason.0),
            }
        }
        protocol(sink, flow);
        if flow.tunnel.protocol != TunnelProtocol::NONE && !has_number(flow.tunnel.protocol) {
            sink.choice(
                field!(15, "tunnel_protocol"),
                i32::from(flow.tunnel.protocol.0),
                name_of!(ext::observation::TunnelProtocol),
            );
        }
        if let Some(record) = self.l7 {
            layer7(sink, record);
        }
    }
}

fn counters<S: Sink>(sink: &mut S, field: Field, counters: Counters) {
    if counters != Counters::default() {
        sink.message(field, |sink| {
            sink.long(field!(1, "packets"), u64::from(counters.packets));
            sink.long(field!(2, "bytes"), counters.bytes);
        });
    }
}

fn tcp<S: Sink>(sink: &mut S, flow: &Flow) {
    let traffic = &flow.traffic;
    let again = (traffic.forward_retransmits, traffic.reverse_retransmits);
    if flow.tcp_state == TcpState::UNKNOWN && traffic.rtt_us == 0 && again == (0, 0) {
        return;
    }
    sink.message(field!(5, "tcp"), |sink| {
        sink.choice(
            field!(1, "state"),
            i32::from(flow.tcp_state.0),
            name_of!(ext::tcp::State),
        );
        if traffic.rtt_us != 0 {
            sink.duration(field!(2, "rtt"), u64::from(traffic.rtt_us) * 1_000);
        }
        sink.uint(field!(3, "forward_retransmits"), u32::from(again.0));
        sink.uint(field!(4, "reverse_retransmits"), u32::from(again.1));
    });
}

/// What `flow.Layer4` has no message for.
fn protocol<S: Sink>(sink: &mut S, flow: &Flow) {
    if flow.ip_version == IpVersion::NONE || !has_layer4(flow.protocol) {
        sink.uint(field!(12, "ip_protocol"), u32::from(flow.protocol.0));
        sink.uint(field!(13, "source_port"), u32::from(flow.source.port));
        sink.uint(
            field!(14, "destination_port"),
            u32::from(flow.destination.port),
        );
    }
}

/// The numbers of the bits that are set, from 1 on.
pub(crate) fn bits(set: impl Into<u32>) -> impl Iterator<Item = i32> + Clone {
    let set = set.into();
    (0..32)
        .filter(move |bit| set >> bit & 1 == 1)
        .map(|bit| bit + 1)
}

fn layer7<S: Sink>(sink: &mut S, record: &L7Record) {
    match record.body() {
        L7Body::Dns(_) if record.latency_ns != 0 => {
            sink.duration(field!(16, "dns_latency"), record.latency_ns);
        }
        L7Body::Tls(tls) => sink.message(field!(17, "tls"), |sink| hello(sink, tls)),
        _ => {}
    }
    let detail = Detail::of(record);
    if detail != Detail::default() {
        sink.message(field!(18, "l7"), |sink| detail.walk(sink));
    }
}

fn hello<S: Sink>(sink: &mut S, tls: TlsRecord<'_>) {
    sink.lossy(field!(1, "server_name"), tls.server_name().as_bytes());
    sink.lossy_list(field!(2, "alpn"), tls.alpn().map(Text::as_bytes));
    sink.uint(field!(3, "version"), u32::from(tls.version()));
    sink.uint(field!(4, "cipher"), u32::from(tls.cipher()));
    sink.lossy(field!(5, "ja4"), tls.ja4().as_bytes());
    sink.flag(field!(6, "quic"), tls.is_quic());
}

/// What `flow.Layer7` has no field for.
#[derive(Default, PartialEq)]
struct Detail<'a> {
    flags: u8,
    dns_id: u16,
    stream: u32,
    grpc_status: Option<u16>,
    client_id: &'a [u8],
}

impl<'a> Detail<'a> {
    fn of(record: &'a L7Record) -> Self {
        let mut detail = Self {
            flags: record.flags.0,
            ..Self::default()
        };
        match record.body() {
            L7Body::Dns(dns) => detail.dns_id = dns.id(),
            L7Body::Http(http) => {
                detail.stream = http.stream();
                detail.grpc_status = http.grpc_status();
            }
            L7Body::Kafka(kafka) => detail.client_id = kafka.client_id().as_bytes(),
            _ => {}
        }
        detail
    }

    fn walk<S: Sink>(&self, sink: &mut S) {
        sink.choices(
            field!(1, "flags"),
            bits(self.flags),
            name_of!(ext::l7_detail::Flag),
        );
        sink.uint(field!(2, "dns_id"), u32::from(self.dns_id));
        sink.uint(field!(3, "http2_stream"), self.stream);
        if let Some(status) = self.grpc_status {
            sink.some_uint(field!(4, "grpc_status"), u32::from(status));
        }
        sink.lossy(field!(5, "kafka_client_id"), self.client_id);
    }
}
