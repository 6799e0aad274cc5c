//! Hubble's messages, read as Hubble reads them.

use flow_core::flow::{DropReason, Ip, TcpFlags};
use flow_core::names::NameHandle;
use flow_core::record::TraceId;
use flow_core::view::FlowView;
use flow_hubble::flow as pb;
use flow_hubble::flow::layer4::Protocol;
use flow_hubble::flow::layer7::Record;

use crate::subject::{Dns, EachText, End, Http, Kafka, Layer4, Layer7, Names, Subject, Way};

/// A message that is a flow.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Message<'a>(pub(crate) &'a pb::Flow);

struct MessageNames<'a> {
    endpoint: Option<&'a pb::Endpoint>,
    dns_names: &'a [String],
}

impl Names for MessageNames<'_> {
    fn namespace(&self) -> &str {
        self.endpoint.map_or("", |endpoint| &endpoint.namespace)
    }

    fn pod_name(&self) -> &str {
        self.endpoint.map_or("", |endpoint| &endpoint.pod_name)
    }

    fn workload(&self) -> Option<(&str, &str)> {
        let first = self.endpoint?.workloads.first()?;
        Some((&first.name, &first.kind))
    }

    fn each_label(&self, read: &mut EachText<'_>) {
        let labels = self.endpoint.map_or(&[][..], |endpoint| &endpoint.labels);
        let _ = labels.iter().all(|label| read(label));
    }

    fn each_dns_name(&self, read: &mut EachText<'_>) {
        let _ = self.dns_names.iter().all(|name| read(name));
    }
}

impl<'a> Message<'a> {
    fn record(self) -> Option<&'a Record> {
        self.0.l7.as_ref()?.record.as_ref()
    }
}

impl Subject for Message<'_> {
    fn with_view<T>(&self, _read: impl FnOnce(&FlowView<'_>) -> T) -> Option<T> {
        None
    }

    fn time(&self) -> u64 {
        let time = self.0.time.as_ref();
        let nanoseconds = time.and_then(|time| {
            let seconds = u64::try_from(time.seconds).ok()?;
            let nanos = u64::try_from(time.nanos).ok()?;
            seconds.checked_mul(1_000_000_000)?.checked_add(nanos)
        });
        nanoseconds.unwrap_or(0)
    }

    fn event_type(&self) -> Option<(i32, i32)> {
        let event = self.0.event_type.as_ref()?;
        Some((event.r#type, event.sub_type))
    }

    fn verdict(&self) -> i32 {
        self.0.verdict
    }

    fn drop_reason(&self) -> Result<DropReason, i32> {
        let number = self.0.drop_reason_desc;
        match u8::try_from(number) {
            Ok(number) => Ok(DropReason(u16::from(number))),
            Err(_) => Err(number),
        }
    }

    fn way(&self) -> Way {
        match self.0.traffic_direction {
            1 => Way::Ingress,
            2 => Way::Egress,
            _ => Way::Unknown,
        }
    }

    fn is_reply(&self) -> Option<bool> {
        self.0.is_reply
    }

    fn ip_version(&self) -> Option<i32> {
        self.0.ip.as_ref().map(|ip| ip.ip_version)
    }

    fn layer4(&self) -> Option<Layer4> {
        Some(match self.0.l4.as_ref()?.protocol.as_ref()? {
            Protocol::Tcp(tcp) => Layer4::Tcp {
                port: tcp.destination_port,
                flags: tcp.flags.as_ref().map(TcpFlags::from),
            },
            Protocol::Udp(udp) => Layer4::Udp {
                port: udp.destination_port,
            },
            Protocol::Sctp(sctp) => Layer4::Sctp {
                port: sctp.destination_port,
                chunk: sctp.chunk_type,
            },
            // Hubble cuts both to 8 bits.
            Protocol::IcmPv4(icmp) => Layer4::Icmpv4 {
                kind: icmp.r#type as u8,
                code: icmp.code as u8,
            },
            Protocol::IcmPv6(icmp) => Layer4::Icmpv6 {
                kind: icmp.r#type as u8,
                code: icmp.code as u8,
            },
            Protocol::Vrrp(_) => Layer4::Vrrp,
            Protocol::Igmp(_) => Layer4::Igmp,
        })
    }

    fn policy_match(&self) -> u32 {
        self.0.policy_match_type
    }

    fn source_identity(&self) -> u32 {
        self.0.source.as_ref().map_or(0, |source| source.identity)
    }

    fn handle(&self, _end: End) -> Option<NameHandle> {
        None
    }

    fn with_names(&self, end: End, read: &mut dyn FnMut(Option<&dyn Names>)) {
        let (endpoint, dns_names) = match end {
            End::Source => (&self.0.source, &self.0.source_names),
            End::Destination => (&self.0.destination, &self.0.destination_names),
        };
        read(Some(&MessageNames {
            endpoint: endpoint.as_ref(),
            dns_names,
        }));
    }

    fn address(&self, _end: End) -> Option<Ip> {
        None
    }

    fn write_address(&self, end: End, to: &mut String) {
        if let Some(ip) = &self.0.ip {
            to.push_str(match end {
                End::Source => &ip.source,
                End::Destination => &ip.destination,
            });
        }
    }

    fn layer7(&self) -> Option<Layer7> {
        self.0.l7.as_ref()?;
        Some(match self.record() {
            Some(Record::Dns(_)) => Layer7::Dns,
            Some(Record::Http(_)) => Layer7::Http,
            Some(Record::Kafka(_)) => Layer7::Kafka,
            None => Layer7::Other,
        })
    }

    fn l7_kind(&self) -> i32 {
        self.0.l7.as_ref().map_or(0, |l7| l7.r#type)
    }

    fn latency_ns(&self) -> u64 {
        self.0.l7.as_ref().map_or(0, |l7| l7.latency_ns)
    }

    fn trace(&self) -> TraceId {
        let context = self.0.trace_context.as_ref();
        let parent = context.and_then(|context| context.parent.as_ref());
        let text = parent.map_or("", |parent| &*parent.trace_id);
        let is_valid = text.len() == 32 && text.bytes().all(|digit| digit.is_ascii_hexdigit());
        let number = u128::from_str_radix(text, 16).ok().filter(|_| is_valid);
        number.map_or(TraceId::default(), |number| TraceId(number.to_be_bytes()))
    }

    fn dns(&self) -> Option<Dns<'_>> {
        match self.record()? {
            Record::Dns(dns) => Some(Dns {
                // A number without a name, whatever it is.
                rcode: u16::try_from(dns.rcode).unwrap_or(u16::MAX),
                query: dns.query.as_bytes(),
                ips: dns.ips.len(),
            }),
            _ => None,
        }
    }

    fn write_qtypes(&self, to: &mut String) {
        if let Some(Record::Dns(dns)) = self.record() {
            for (index, kind) in dns.qtypes.iter().enumerate() {
                if index > 0 {
                    to.push(',');
                }
                to.push_str(kind);
            }
        }
    }

    fn each_rrtype(&self, read: &mut EachText<'_>) {
        if let Some(Record::Dns(dns)) = self.record() {
            let _ = dns.rrtypes.iter().all(|kind| read(kind));
        }
    }

    fn http(&self) -> Option<Http<'_>> {
        match self.record()? {
            Record::Http(http) => Some(Http {
                code: http.code,
                method: http.method.as_bytes(),
                protocol: http.protocol.as_bytes(),
            }),
            _ => None,
        }
    }

    fn kafka(&self) -> Option<Kafka<'_>> {
        match self.record()? {
            Record::Kafka(kafka) => Some(Kafka {
                error_code: kafka.error_code,
                api_key: kafka.api_key.as_bytes(),
                topic: kafka.topic.as_bytes(),
            }),
            _ => None,
        }
    }
}
