//! Messages, read as Hubble reads them.

use flow_core::flow::TcpFlags;
use flow_hubble::flow as pb;
use flow_hubble::flow::layer4::Protocol as Layer4;
use flow_hubble::flow::layer7::Record;

use super::cel_filter::CelFilter;
use super::names::{NameTest, Names};
use super::side::{Address, Side};
use super::subject::{Http, Subject, protocol};
use super::value::{Addresses, Texts};
use crate::{NodePattern, Selector};

/// A message that is a flow.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Message<'a>(pub(crate) &'a pb::Flow);

/// Names of an end of a message.
struct MessageNames<'a> {
    endpoint: Option<&'a pb::Endpoint>,
    dns_names: &'a [String],
    service: Option<&'a pb::Service>,
}

impl Names for MessageNames<'_> {
    fn namespace(&self) -> &str {
        self.endpoint.map_or("", |endpoint| &endpoint.namespace)
    }

    fn pod_name(&self) -> &str {
        self.endpoint.map_or("", |endpoint| &endpoint.pod_name)
    }

    fn cluster_name(&self) -> &str {
        self.endpoint.map_or("", |endpoint| &endpoint.cluster_name)
    }

    fn service(&self) -> (&str, &str) {
        match self.service {
            Some(service) => (&service.namespace, &service.name),
            None => ("", ""),
        }
    }

    fn labels(&self) -> impl Iterator<Item = &str> + Clone {
        let labels = self.endpoint.map_or(&[][..], |endpoint| &endpoint.labels);
        labels.iter().map(String::as_str)
    }

    fn dns_names(&self) -> impl Iterator<Item = &str> {
        self.dns_names.iter().map(String::as_str)
    }

    fn workloads(&self) -> impl Iterator<Item = (&str, &str)> {
        let workloads = self
            .endpoint
            .map_or(&[][..], |endpoint| &endpoint.workloads);
        workloads
            .iter()
            .map(|workload| (workload.name.as_str(), workload.kind.as_str()))
    }
}

impl<'a> Message<'a> {
    const fn endpoint(self, side: Side) -> Option<&'a pb::Endpoint> {
        match side {
            Side::Source => self.0.source.as_ref(),
            Side::Destination => self.0.destination.as_ref(),
        }
    }

    fn names(self, side: Side) -> MessageNames<'a> {
        let (dns_names, service) = match side {
            Side::Source => (&self.0.source_names, &self.0.source_service),
            Side::Destination => (&self.0.destination_names, &self.0.destination_service),
        };
        MessageNames {
            endpoint: self.endpoint(side),
            dns_names,
            service: service.as_ref(),
        }
    }

    fn layer4(self) -> Option<&'a Layer4> {
        self.0.l4.as_ref()?.protocol.as_ref()
    }

    fn record(self) -> Option<&'a Record> {
        self.0.l7.as_ref()?.record.as_ref()
    }

    fn http_record(self) -> Option<&'a pb::Http> {
        match self.record() {
            Some(Record::Http(http)) => Some(http),
            _ => None,
        }
    }
}

impl Subject for Message<'_> {
    fn is_flow(&self) -> bool {
        true
    }

    fn event_type(&self) -> Option<(i32, i32)> {
        let event = self.0.event_type.as_ref()?;
        Some((event.r#type, event.sub_type))
    }

    fn is_loss(&self) -> bool {
        false
    }

    fn verdict(&self) -> i32 {
        self.0.verdict
    }

    fn drop_reason(&self) -> i32 {
        self.0.drop_reason_desc
    }

    fn direction(&self) -> i32 {
        self.0.traffic_direction
    }

    fn ip_version(&self) -> i32 {
        self.0.ip.as_ref().map_or(0, |ip| ip.ip_version)
    }

    fn is_reply(&self) -> Option<bool> {
        self.0.is_reply
    }

    fn is_encrypted(&self) -> bool {
        self.0.ip.as_ref().is_some_and(|ip| ip.encrypted)
    }

    fn tcp_flags(&self) -> Option<u16> {
        match self.layer4() {
            Some(Layer4::Tcp(tcp)) => tcp.flags.as_ref().map(|flags| TcpFlags::from(flags).0),
            _ => None,
        }
    }

    fn protocols(&self) -> u16 {
        let layer4 = match self.layer4() {
            Some(Layer4::Tcp(_)) => protocol::TCP,
            Some(Layer4::Udp(_)) => protocol::UDP,
            Some(Layer4::IcmPv4(_)) => protocol::ICMPV4,
            Some(Layer4::IcmPv6(_)) => protocol::ICMPV6,
            Some(Layer4::Sctp(_)) => protocol::SCTP,
            Some(Layer4::Vrrp(_)) => protocol::VRRP,
            Some(Layer4::Igmp(_)) => protocol::IGMP,
            None => 0,
        };
        let layer7 = match self.record() {
            Some(Record::Dns(_)) => protocol::DNS,
            Some(Record::Http(_)) => protocol::HTTP,
            Some(Record::Kafka(_)) => protocol::KAFKA,
            None => 0,
        };
        layer4 | layer7
    }

    fn port(&self, side: Side) -> Option<u16> {
        let (source, destination) = match self.layer4()? {
            Layer4::Tcp(tcp) => (tcp.source_port, tcp.destination_port),
            Layer4::Udp(udp) => (udp.source_port, udp.destination_port),
            Layer4::Sctp(sctp) => (sctp.source_port, sctp.destination_port),
            _ => return None,
        };
        // Hubble cuts it to 16 bits.
        Some(match side {
            Side::Source => source as u16,
            Side::Destination => destination as u16,
        })
    }

    fn identity(&self, side: Side) -> Option<u32> {
        self.endpoint(side).map(|endpoint| endpoint.identity)
    }

    fn is_address_in(&self, address: Address, addresses: &Addresses) -> bool {
        self.0.ip.as_ref().is_some_and(|ip| {
            addresses.has_text(match address {
                Address::Of(Side::Source) => &ip.source,
                Address::Of(Side::Destination) => &ip.destination,
                Address::SourceXlated => &ip.source_xlated,
            })
        })
    }

    fn pass_names(&self, side: Side, _index: usize, test: &NameTest) -> bool {
        test.matches(&self.names(side))
    }

    fn is_node(&self, patterns: &[NodePattern]) -> bool {
        let name = &self.0.node_name;
        patterns.iter().any(|pattern| pattern.matches(name))
    }

    fn is_node_selected(&self, selectors: &[Selector]) -> bool {
        let labels = self.0.node_labels.iter().map(String::as_str);
        selectors
            .iter()
            .any(|selector| selector.matches(labels.clone()))
    }

    fn has_uuid(&self, uuids: &Texts<[u8; 16]>) -> bool {
        uuids.has_text(&self.0.uuid)
    }

    fn has_trace_id(&self, ids: &Texts<[u8; 16]>) -> bool {
        let context = self.0.trace_context.as_ref();
        let parent = context.and_then(|context| context.parent.as_ref());
        ids.has_text(parent.map_or("", |parent| &parent.trace_id))
    }

    fn ip_trace_id(&self) -> u64 {
        self.0.ip_trace_id.as_ref().map_or(0, |id| id.trace_id)
    }

    fn interface(&self) -> Option<(u32, &[u8])> {
        let interface = self.0.interface.as_ref()?;
        Some((interface.index, interface.name.as_bytes()))
    }

    fn http(&self) -> Option<Http<'_>> {
        self.http_record().map(|http| Http {
            code: http.code,
            method: http.method.as_bytes(),
            url: http.url.as_bytes(),
        })
    }

    fn has_header(&self, wanted: &[(Box<str>, Box<str>)]) -> bool {
        self.http_record().is_some_and(|http| {
            http.headers.iter().any(|header| {
                wanted
                    .iter()
                    .any(|(key, value)| **key == *header.key && **value == *header.value)
            })
        })
    }

    fn dns_query(&self) -> Option<&[u8]> {
        match self.record() {
            Some(Record::Dns(dns)) => Some(dns.query.as_bytes()),
            _ => None,
        }
    }

    fn pass_cel(&self, filter: &CelFilter) -> bool {
        filter.matches_message(self.0)
    }
}
