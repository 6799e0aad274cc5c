mod odd;

use std::boxed::Box;
use std::cell::RefCell;
use std::format;
use std::vec::Vec;

use proptest::prelude::*;
use prost_types::{Any, Timestamp};

use crate::arbitrary::{Given, given};
use crate::flow as pb;
use crate::{Export, ExtensionForm};
use flow_core::flow::{
    DropReason, Endpoint, Flow, Ip, IpVersion, L7Type, Name16, Protocol, Reply, TcpFlags, Tunnel,
    TunnelProtocol,
};
use flow_core::record::{Header, L7Body, L7Record, Text};
use flow_core::resolve::{EndpointNames, Extra, Store};

/// Keeps everything; a handle is a place plus one.
#[derive(Debug, Default)]
struct Kept {
    endpoints: RefCell<Vec<EndpointNames>>,
    records: RefCell<Vec<L7Record>>,
    extras: RefCell<Vec<Extra>>,
}

/// Appends a value; returns its place plus one.
fn append<T>(values: &RefCell<Vec<T>>, value: T) -> u32 {
    let mut values = values.borrow_mut();
    values.push(value);
    values.len() as u32
}

impl Store for Kept {
    fn store_endpoint(&self, names: EndpointNames) -> u32 {
        append(&self.endpoints, names)
    }

    fn store_l7(&self, record: &mut L7Record) -> u32 {
        append(&self.records, std::mem::take(record))
    }

    fn store_extra(&self, extra: Extra) -> u32 {
        append(&self.extras, extra)
    }
}

/// What a message keeps of a name.
fn sent(name: Name16) -> Name16 {
    let text = String::from_utf8_lossy(name.as_bytes());
    let text = if text.len() > 16 {
        text.replace('\u{fffd}', "?")
    } else {
        text.into()
    };
    Name16::new(text.as_bytes())
}

/// What a message keeps of a flow, without its handles.
fn expected(flow: &Flow) -> Flow {
    let mut flow = *flow;
    let has_ip = flow.ip_version != IpVersion::NONE;
    let ports = |protocol| matches!(protocol, Protocol::TCP | Protocol::UDP | Protocol::SCTP);
    let control = |protocol| {
        let pings = [Protocol::ICMP, Protocol::ICMPV6];
        pings.contains(&protocol) || [Protocol::VRRP, Protocol::IGMP].contains(&protocol)
    };
    let is_control = has_ip && control(flow.protocol);
    for end in [&mut flow.source, &mut flow.destination] {
        *end = Endpoint {
            ip: if has_ip { end.ip } else { Ip::UNSPECIFIED },
            port: if is_control { 0 } else { end.port },
            meta: 0,
            ..*end
        };
    }
    let is_tcp = has_ip && flow.protocol == Protocol::TCP;
    flow.tcp_flags = TcpFlags(if is_tcp { flow.tcp_flags.0 & 0x1ff } else { 0 });
    if !is_control || ports(flow.protocol) {
        (flow.icmp_type, flow.icmp_code) = (0, 0);
    }
    if !matches!(flow.protocol, Protocol::ICMP | Protocol::ICMPV6) {
        flow.icmp_code = 0;
    }
    if flow.tunnel.protocol == TunnelProtocol::NONE {
        flow.tunnel = Tunnel::default();
    }
    if flow.is_reply.0 > 2 {
        flow.is_reply = Reply::UNKNOWN;
    }
    if flow.sample_rate == 1 {
        flow.sample_rate = 0;
    }
    flow.process.comm = sent(flow.process.comm);
    flow.interface.name = sent(flow.interface.name);
    flow.l7_type = L7Type::NONE;
    (flow.l7, flow.ext) = (0, 0);
    flow
}

fn sent_text(text: Text<'_>) -> String {
    text.to_str_lossy().into_owned()
}

/// What a message keeps of a record.
fn expected_record(record: &L7Record) -> L7Record {
    let mut expected = match record.body() {
        L7Body::Dns(dns) => L7Record::dns(record.kind, |to| {
            to.query(sent_text(dns.query()))
                .source(sent_text(dns.source()))
                .ttl(dns.ttl())
                .rcode(dns.rcode())
                .id(dns.id());
            for name in dns.cnames() {
                to.cname(sent_text(name));
            }
            for ip in dns.ips() {
                to.ip(ip);
            }
            for kind in dns.qtypes() {
                to.qtype(kind);
            }
            for kind in dns.rrtypes() {
                to.rrtype(kind);
            }
        }),
        L7Body::Http(http) => L7Record::http(record.kind, |to| {
            to.code(http.code())
                .method(sent_text(http.method()))
                .url(sent_text(http.url()))
                .protocol(sent_text(http.protocol()))
                .stream(http.stream())
                .grpc_status(http.grpc_status());
            for Header { key, value } in http.headers() {
                to.header(sent_text(key), sent_text(value));
            }
        }),
        L7Body::Kafka(kafka) => L7Record::kafka(record.kind, |to| {
            to.error_code(kafka.error_code())
                .api_version(kafka.api_version())
                .api_key(sent_text(kafka.api_key()))
                .correlation_id(kafka.correlation_id())
                .topic(sent_text(kafka.topic()))
                .client_id(sent_text(kafka.client_id()));
        }),
        L7Body::Tls(tls) => L7Record::tls(record.kind, |to| {
            to.version(tls.version())
                .cipher(tls.cipher())
                .server_name(sent_text(tls.server_name()))
                .ja4(sent_text(tls.ja4()))
                .quic(tls.is_quic());
            for protocol in tls.alpn() {
                to.alpn(sent_text(protocol));
            }
        }),
        other => panic!("no strategy makes {other:?}"),
    };
    expected.flags = record.flags;
    expected.latency_ns = record.latency_ns;
    expected.trace = record.trace;
    expected
}

/// What a message keeps of the rare attributes of a flow.
fn expected_extra(given: &Given) -> Extra {
    let (flow, extra) = (&given.flow, given.extra.clone());
    let is = |protocol| flow.ip_version != IpVersion::NONE && flow.protocol == protocol;
    let vrrp = is(Protocol::VRRP);
    Extra {
        // They come with the names.
        source_id: 0,
        destination_id: 0,
        sctp_chunk: if is(Protocol::SCTP) {
            extra.sctp_chunk
        } else {
            0
        },
        vrrp_vrid: if vrrp { extra.vrrp_vrid } else { 0 },
        vrrp_priority: if vrrp { extra.vrrp_priority } else { 0 },
        igmp_group: if is(Protocol::IGMP) {
            extra.igmp_group
        } else {
            Ip::UNSPECIFIED
        },
        source_xlated: if flow.ip_version == IpVersion::NONE {
            Ip::UNSPECIFIED
        } else {
            extra.source_xlated
        },
        ..extra
    }
}

proptest! {
    /// There and back again, nothing is missing but what is said to be.
    #[test]
    fn a_flow_comes_back(given in given()) {
        for form in [ExtensionForm::Struct, ExtensionForm::Message] {
            let export = Export::new(&given.flow).resolve(&given).extension(form);
            let kept = Kept::default();
            let mut flow = export.message().to_flow(&kept).unwrap();

            let sent = |names: &EndpointNames, meta, id| {
                let mut names = if meta == 0 { EndpointNames::default() } else { names.clone() };
                if names.id == 0 && given.flow.ext != 0 {
                    names.id = id;
                }
                names
            };
            let ends = [
                sent(&given.source, given.flow.source.meta, given.extra.source_id),
                sent(&given.destination, given.flow.destination.meta, given.extra.destination_id),
            ];
            let has_names = ends.each_ref().map(|names| *names != EndpointNames::default());
            let endpoints: Vec<_> = ends
                .into_iter()
                .filter(|names| *names != EndpointNames::default())
                .collect();
            prop_assert_eq!(&*kept.endpoints.borrow(), &endpoints);
            let records: Vec<_> = (given.flow.l7 != 0)
                .then(|| expected_record(&given.l7))
                .into_iter()
                .collect();
            prop_assert_eq!(&*kept.records.borrow(), &records);
            let extras: Vec<_> = (given.flow.ext != 0)
                .then(|| expected_extra(&given))
                .into_iter()
                .filter(|extra| *extra != Extra::default())
                .collect();
            // What is lost of a text that was no UTF-8 makes another summary, and that is kept.
            let mut kept_extras = kept.extras.into_inner();
            kept_extras.iter_mut().for_each(|extra| extra.summary = Box::default());
            kept_extras.retain(|extra| *extra != Extra::default());
            prop_assert_eq!(kept_extras, extras);
            let l7_type = records.first().map_or(L7Type::NONE, L7Record::protocol);
            prop_assert_eq!(flow.l7_type, l7_type);

            // Handles are given in order.
            let metas = match has_names {
                [true, true] => (1, 2),
                [source, destination] => (u32::from(source), u32::from(destination)),
            };
            prop_assert_eq!((flow.source.meta, flow.destination.meta), metas);
            flow.source.meta = 0;
            flow.destination.meta = 0;
            flow.l7_type = L7Type::NONE;
            (flow.l7, flow.ext) = (0, 0);
            prop_assert_eq!(flow, expected(&given.flow));
        }
    }
}

#[test]
fn what_does_not_fit_is_named() {
    type Case = (fn(&mut pb::Flow), &'static str);
    let cases: &[Case] = &[
        (
            |flow| flow.verdict = 256,
            "field verdict: expected a number from 0 to 255, found 256",
        ),
        (
            |flow| flow.r#type = -1,
            "field Type: expected a number from 0 to 255, found -1",
        ),
        (
            |flow| {
                flow.time = Some(Timestamp {
                    seconds: -1,
                    nanos: 5,
                });
            },
            "field time: expected a time from 1970 to 2554, found -1 s and 5 ns",
        ),
        (
            |flow| {
                flow.ip = Some(pb::Ip {
                    source: "10.0.0".into(),
                    ..pb::Ip::default()
                });
            },
            "field IP.source: expected an IP address, found \"10.0.0\"",
        ),
        (
            |flow| {
                flow.ethernet = Some(pb::Ethernet {
                    source: "02:00:00:00:00:001".into(),
                    ..pb::Ethernet::default()
                });
            },
            "field ethernet.source: expected a link address, found \"02:00:00:00:00:001\"",
        ),
        (
            |flow| {
                flow.l4 = Some(pb::Layer4 {
                    protocol: Some(pb::layer4::Protocol::Udp(pb::Udp {
                        source_port: 65_536,
                        destination_port: 0,
                    })),
                });
            },
            "field l4.source_port: expected a number from 0 to 65535, found 65536",
        ),
        (
            |flow| flow.uuid = "not-a-uuid".into(),
            "field uuid: expected a UUID, found \"not-a-uuid\"",
        ),
        (
            |flow| {
                flow.interface = Some(pb::NetworkInterface {
                    index: 1,
                    name: "a-name-of-17-byte".into(),
                });
            },
            "field interface.name: expected at most 16 bytes, found \"a-name-of-17-byte\"",
        ),
        (
            |flow| {
                flow.tunnel = Some(pb::Tunnel {
                    vni: 1 << 24,
                    ..pb::Tunnel::default()
                });
            },
            "field tunnel.vni: expected a number of 24 bits, found 16777216",
        ),
    ];
    for (change, expected) in cases {
        let mut message = pb::Flow::default();
        change(&mut message);
        let error = Flow::try_from(&message).unwrap_err();
        assert_eq!(format!("{error}"), *expected);
    }
}

/// A client may ask for some of the fields only.
#[test]
fn what_a_field_mask_left_is_read() {
    let tcp = pb::Tcp {
        source_port: 6443,
        destination_port: 53_020,
        flags: Some(pb::TcpFlags {
            syn: true,
            ..pb::TcpFlags::default()
        }),
    };
    let message = pb::Flow {
        l4: Some(pb::Layer4 {
            protocol: Some(pb::layer4::Protocol::Tcp(tcp)),
        }),
        ..pb::Flow::default()
    };
    let flow = Flow::try_from(&message).unwrap();
    assert_eq!(
        (flow.protocol, flow.ip_version),
        (Protocol::TCP, IpVersion::NONE)
    );
    assert_eq!((flow.source.port, flow.destination.port), (6443, 53_020));
    assert_eq!(flow.tcp_flags, TcpFlags::SYN);

    for (source, destination, version) in [
        ("10.0.0.1", "", IpVersion::V4),
        ("", "fd00::1", IpVersion::V6),
        ("", "", IpVersion::NONE),
    ] {
        let ip = pb::Ip {
            source: source.into(),
            destination: destination.into(),
            ..pb::Ip::default()
        };
        let message = pb::Flow {
            ip: Some(ip),
            ..pb::Flow::default()
        };
        assert_eq!(Flow::try_from(&message).unwrap().ip_version, version);
    }
}

#[test]
fn old_versions_fill_only_what_is_deprecated_now() {
    #[allow(deprecated)]
    let message = pb::Flow {
        reply: true,
        drop_reason: 133,
        ..pb::Flow::default()
    };
    let flow = Flow::try_from(&message).unwrap();
    assert_eq!(flow.is_reply, Reply::YES);
    assert_eq!(flow.drop_reason, DropReason::from_cilium(133));
}

#[test]
fn extensions_of_others_are_no_error_but_damaged_ones_are() {
    let message = |type_url: &str, value: &[u8]| pb::Flow {
        extensions: Some(Any {
            type_url: type_url.into(),
            value: value.into(),
        }),
        ..pb::Flow::default()
    };
    let foreign = message("type.example.org/some.Message", b"anything");
    assert_eq!(
        Flow::try_from(&foreign),
        Flow::try_from(&pb::Flow::default())
    );
    // {"vlan": "not a number"} of somebody else.
    let entry = b"\x0a\x0e\x0a\x04vlan\x12\x06\x1a\x04text";
    let foreign = message("type.googleapis.com/google.protobuf.Struct", entry);
    assert_eq!(
        Flow::try_from(&foreign),
        Flow::try_from(&pb::Flow::default())
    );

    for name in ["flow.ext.v1.Observation", "google.protobuf.Struct"] {
        let damaged = message(&format!("type.googleapis.com/{name}"), b"\x0a\x7f");
        let error = format!("{}", Flow::try_from(&damaged).unwrap_err());
        assert!(
            error.starts_with("field extensions: expected a valid message") && error.contains(name),
            "{error}"
        );
    }
}
