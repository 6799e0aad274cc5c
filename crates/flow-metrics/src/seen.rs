//! Flows of a pipeline, read through their views.

use std::fmt::Write;

use flow_core::flow::{Direction, DropReason, Ip, IpVersion, L7Type, Protocol, Reply, TcpFlags};
use flow_core::names::NameHandle;
use flow_core::record::{L7Body, TraceId};
use flow_core::resolve::EndpointNames;
use flow_core::view::FlowView;

use crate::subject::{Dns, EachText, End, Http, Kafka, Layer4, Layer7, Names, Subject, Way};

/// A flow and its names.
pub(crate) struct Seen<'s, 'a>(pub(crate) &'s FlowView<'a>);

impl Names for EndpointNames {
    fn namespace(&self) -> &str {
        &self.namespace
    }

    fn pod_name(&self) -> &str {
        &self.pod_name
    }

    fn workload(&self) -> Option<(&str, &str)> {
        let first = self.workloads.first()?;
        Some((&first.name, &first.kind))
    }

    fn each_label(&self, read: &mut EachText<'_>) {
        let _ = self.labels.iter().all(|label| read(label));
    }

    fn each_dns_name(&self, read: &mut EachText<'_>) {
        let _ = self.dns_names.iter().all(|name| read(name));
    }
}

impl Seen<'_, '_> {
    fn body(&self) -> Option<L7Body<'_>> {
        Some(self.0.l7()?.body())
    }
}

impl Subject for Seen<'_, '_> {
    fn with_view<T>(&self, read: impl FnOnce(&FlowView<'_>) -> T) -> Option<T> {
        Some(read(self.0))
    }

    #[inline]
    fn time(&self) -> u64 {
        self.0.flow().time
    }

    #[inline]
    fn event_type(&self) -> Option<(i32, i32)> {
        let flow = self.0.flow();
        let class = (i32::from(flow.event_type.0), i32::from(flow.event_sub_type));
        (class != (0, 0)).then_some(class)
    }

    #[inline]
    fn verdict(&self) -> i32 {
        i32::from(self.0.flow().verdict.0)
    }

    #[inline]
    fn drop_reason(&self) -> Result<DropReason, i32> {
        Ok(self.0.flow().drop_reason)
    }

    #[inline]
    fn way(&self) -> Way {
        match self.0.flow().direction {
            Direction::INGRESS => Way::Ingress,
            Direction::EGRESS => Way::Egress,
            _ => Way::Unknown,
        }
    }

    #[inline]
    fn is_reply(&self) -> Option<bool> {
        match self.0.flow().is_reply {
            Reply::YES => Some(true),
            Reply::NO => Some(false),
            _ => None,
        }
    }

    #[inline]
    fn ip_version(&self) -> Option<i32> {
        let version = self.0.flow().ip_version;
        (version != IpVersion::NONE).then_some(i32::from(version.0))
    }

    #[inline]
    fn layer4(&self) -> Option<Layer4> {
        let flow = self.0.flow();
        let port = u32::from(flow.destination.port);
        let (kind, code) = (flow.icmp_type, flow.icmp_code);
        Some(match flow.protocol {
            Protocol::TCP => Layer4::Tcp {
                port,
                flags: (flow.tcp_flags != TcpFlags::NONE).then_some(flow.tcp_flags),
            },
            Protocol::UDP => Layer4::Udp { port },
            Protocol::SCTP => Layer4::Sctp {
                port,
                chunk: i32::from(self.0.extra().map_or(0, |extra| extra.sctp_chunk)),
            },
            Protocol::ICMP => Layer4::Icmpv4 { kind, code },
            Protocol::ICMPV6 => Layer4::Icmpv6 { kind, code },
            Protocol::VRRP => Layer4::Vrrp,
            Protocol::IGMP => Layer4::Igmp,
            _ => return None,
        })
    }

    fn policy_match(&self) -> u32 {
        self.0.extra().map_or(0, |extra| extra.policy_match_type)
    }

    #[inline]
    fn source_identity(&self) -> u32 {
        self.0.flow().source.identity
    }

    #[inline]
    fn handle(&self, end: End) -> Option<NameHandle> {
        match end {
            End::Source => self.0.source_handle(),
            End::Destination => self.0.destination_handle(),
        }
    }

    fn with_names(&self, end: End, read: &mut dyn FnMut(Option<&dyn Names>)) {
        let names = match end {
            End::Source => self.0.source(),
            End::Destination => self.0.destination(),
        };
        match names {
            Some(names) => read(Some(names)),
            None => read(None),
        }
    }

    #[inline]
    fn address(&self, end: End) -> Option<Ip> {
        let flow = self.0.flow();
        Some(match (flow.ip_version, end) {
            (IpVersion::NONE, _) => Ip::UNSPECIFIED,
            (_, End::Source) => flow.source.ip,
            (_, End::Destination) => flow.destination.ip,
        })
    }

    fn write_address(&self, end: End, to: &mut String) {
        match self.address(end) {
            Some(ip) if ip != Ip::UNSPECIFIED => {
                // Writing to a string cannot fail.
                let _ = write!(to, "{ip}");
            }
            _ => {}
        }
    }

    #[inline]
    fn layer7(&self) -> Option<Layer7> {
        let flow = self.0.flow();
        Some(match flow.l7_type {
            L7Type::NONE => return None,
            L7Type::DNS => Layer7::Dns,
            L7Type::HTTP => Layer7::Http,
            L7Type::KAFKA => Layer7::Kafka,
            _ => Layer7::Other,
        })
    }

    fn l7_kind(&self) -> i32 {
        self.0.l7().map_or(0, |record| i32::from(record.kind.0))
    }

    fn latency_ns(&self) -> u64 {
        self.0.l7().map_or(0, |record| record.latency_ns)
    }

    fn trace(&self) -> TraceId {
        self.0
            .l7()
            .map_or(TraceId::default(), |record| record.trace)
    }

    fn dns(&self) -> Option<Dns<'_>> {
        match self.body()? {
            L7Body::Dns(dns) => Some(Dns {
                rcode: dns.rcode(),
                query: dns.query().as_bytes(),
                ips: dns.ips().count(),
            }),
            _ => None,
        }
    }

    fn write_qtypes(&self, to: &mut String) {
        if let Some(L7Body::Dns(dns)) = self.body() {
            for (index, kind) in dns.qtypes().enumerate() {
                let comma = if index == 0 { "" } else { "," };
                let _ = write!(to, "{comma}{kind}");
            }
        }
    }

    fn each_rrtype(&self, read: &mut EachText<'_>) {
        if let Some(L7Body::Dns(dns)) = self.body() {
            let _ = dns.rrtypes().all(|kind| match kind.name() {
                Some(name) => read(name),
                None => read(&kind.to_string()),
            });
        }
    }

    fn http(&self) -> Option<Http<'_>> {
        match self.body()? {
            L7Body::Http(http) => Some(Http {
                code: u32::from(http.code()),
                method: http.method().as_bytes(),
                protocol: http.protocol().as_bytes(),
            }),
            _ => None,
        }
    }

    fn kafka(&self) -> Option<Kafka<'_>> {
        match self.body()? {
            L7Body::Kafka(kafka) => Some(Kafka {
                error_code: i32::from(kafka.error_code()),
                api_key: kafka.api_key().as_bytes(),
                topic: kafka.topic().as_bytes(),
            }),
            _ => None,
        }
    }
}
