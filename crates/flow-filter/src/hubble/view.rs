//! Flows, read through their views.

use flow_core::flow::{EventType, FlowFlags, Ip, IpVersion, L7Type, Protocol, Reply};
use flow_core::record::{HttpRecord, L7Body};
use flow_core::resolve::EndpointNames;
use flow_core::view::FlowView;

use super::cel_filter::CelFilter;
use super::memory::Memory;
use super::names::NameTest;
use super::side::{Address, Side};
use super::subject::{Http, Subject, protocol};
use super::value::{Addresses, Texts};
use crate::{NodePattern, Selector};

/// A flow and what is remembered of the names of its ends.
pub(crate) struct Seen<'s, 'a> {
    pub(crate) view: &'s FlowView<'a>,
    pub(crate) memory: &'s Memory,
}

impl<'s> Seen<'s, '_> {
    fn names(&self, side: Side) -> Option<&'s EndpointNames> {
        match side {
            Side::Source => self.view.source(),
            Side::Destination => self.view.destination(),
        }
    }

    /// Its protocol above IP, as its message has it: none where there is no IP header.
    #[inline]
    fn protocol(&self) -> Option<Protocol> {
        let flow = self.view.flow();
        (flow.ip_version != IpVersion::NONE).then_some(flow.protocol)
    }

    fn http_record(&self) -> Option<HttpRecord<'s>> {
        match self.view.l7()?.body() {
            L7Body::Http(http) => Some(http),
            _ => None,
        }
    }
}

impl Subject for Seen<'_, '_> {
    #[inline]
    fn is_flow(&self) -> bool {
        true
    }

    #[inline]
    fn event_type(&self) -> Option<(i32, i32)> {
        let flow = self.view.flow();
        let class = (i32::from(flow.event_type.0), i32::from(flow.event_sub_type));
        (class != (0, 0)).then_some(class)
    }

    #[inline]
    fn is_loss(&self) -> bool {
        false
    }

    #[inline]
    fn verdict(&self) -> i32 {
        i32::from(self.view.flow().verdict.0)
    }

    #[inline]
    fn drop_reason(&self) -> i32 {
        let reason = self.view.flow().drop_reason;
        if reason.is_cilium() {
            i32::from(reason.0)
        } else {
            0
        }
    }

    #[inline]
    fn direction(&self) -> i32 {
        i32::from(self.view.flow().direction.0)
    }

    #[inline]
    fn ip_version(&self) -> i32 {
        i32::from(self.view.flow().ip_version.0)
    }

    #[inline]
    fn is_reply(&self) -> Option<bool> {
        match self.view.flow().is_reply {
            Reply::YES => Some(true),
            Reply::NO => Some(false),
            _ => None,
        }
    }

    #[inline]
    fn is_encrypted(&self) -> bool {
        let flow = self.view.flow();
        flow.ip_version != IpVersion::NONE && flow.flags.contains(FlowFlags::ENCRYPTED)
    }

    #[inline]
    fn tcp_flags(&self) -> Option<u16> {
        let flags = self.view.flow().tcp_flags;
        let has_flags = flags.names().next().is_some();
        (self.protocol() == Some(Protocol::TCP) && has_flags).then_some(flags.0)
    }

    #[inline]
    fn protocols(&self) -> u16 {
        let flow = self.view.flow();
        let layer4 = match self.protocol() {
            Some(Protocol::TCP) => protocol::TCP,
            Some(Protocol::UDP) => protocol::UDP,
            Some(Protocol::ICMP) => protocol::ICMPV4,
            Some(Protocol::ICMPV6) => protocol::ICMPV6,
            Some(Protocol::SCTP) => protocol::SCTP,
            Some(Protocol::VRRP) => protocol::VRRP,
            Some(Protocol::IGMP) => protocol::IGMP,
            _ => 0,
        };
        let layer7 = match flow.l7_type {
            L7Type::DNS => protocol::DNS,
            L7Type::HTTP => protocol::HTTP,
            L7Type::KAFKA => protocol::KAFKA,
            _ => 0,
        };
        layer4 | layer7
    }

    #[inline]
    fn port(&self, side: Side) -> Option<u16> {
        let flow = self.view.flow();
        let port = match side {
            Side::Source => flow.source.port,
            Side::Destination => flow.destination.port,
        };
        let has_ports = matches!(
            self.protocol(),
            Some(Protocol::TCP | Protocol::UDP | Protocol::SCTP)
        );
        has_ports.then_some(port)
    }

    #[inline]
    fn identity(&self, side: Side) -> Option<u32> {
        let flow = self.view.flow();
        Some(match side {
            Side::Source => flow.source.identity,
            Side::Destination => flow.destination.identity,
        })
    }

    #[inline]
    fn is_address_in(&self, address: Address, addresses: &Addresses) -> bool {
        let flow = self.view.flow();
        if flow.ip_version == IpVersion::NONE {
            return false;
        }
        let address = match address {
            Address::Of(Side::Source) => flow.source.ip,
            Address::Of(Side::Destination) => flow.destination.ip,
            Address::SourceXlated => {
                let xlated = self.view.extra().map(|extra| extra.source_xlated);
                let Some(xlated) = xlated.filter(|xlated| *xlated != Ip::UNSPECIFIED) else {
                    return false;
                };
                xlated
            }
        };
        addresses.has_value(address)
    }

    #[inline]
    fn pass_names(&self, side: Side, index: usize, test: &NameTest) -> bool {
        let handle = match side {
            Side::Source => self.view.source_handle(),
            Side::Destination => self.view.destination_handle(),
        };
        match handle {
            Some(handle) => self.memory.pass(handle, index, || self.names(side)),
            None => match self.names(side) {
                Some(names) => test.matches(names),
                None => self.memory.pass_absent(index),
            },
        }
    }

    fn is_node(&self, patterns: &[NodePattern]) -> bool {
        let name = &self.view.node().name;
        patterns.iter().any(|pattern| pattern.matches(name))
    }

    fn is_node_selected(&self, selectors: &[Selector]) -> bool {
        let labels = self.view.node().labels.iter().map(|label| &**label);
        selectors
            .iter()
            .any(|selector| selector.matches(labels.clone()))
    }

    fn has_uuid(&self, uuids: &Texts<[u8; 16]>) -> bool {
        let uuid = self.view.extra().map(|extra| extra.uuid);
        uuids.has_value(&uuid.unwrap_or_default())
    }

    fn has_trace_id(&self, ids: &Texts<[u8; 16]>) -> bool {
        let id = self.view.l7().map(|record| record.trace.0);
        ids.has_value(&id.unwrap_or_default())
    }

    fn ip_trace_id(&self) -> u64 {
        self.view.extra().map_or(0, |extra| extra.ip_trace_id)
    }

    fn interface(&self) -> Option<(u32, &[u8])> {
        let interface = &self.view.flow().interface;
        let is_known = interface.index != 0 || !interface.name.is_empty();
        is_known.then(|| (interface.index, interface.name.as_bytes()))
    }

    #[inline]
    fn http(&self) -> Option<Http<'_>> {
        if self.view.flow().l7_type != L7Type::HTTP {
            return None;
        }
        self.http_record().map(|http| Http {
            code: u32::from(http.code()),
            method: http.method().as_bytes(),
            url: http.url().as_bytes(),
        })
    }

    fn has_header(&self, wanted: &[(Box<str>, Box<str>)]) -> bool {
        self.http_record().is_some_and(|http| {
            http.headers().any(|header| {
                wanted.iter().any(|(key, value)| {
                    header.key.as_bytes() == key.as_bytes()
                        && header.value.as_bytes() == value.as_bytes()
                })
            })
        })
    }

    fn dns_query(&self) -> Option<&[u8]> {
        if self.view.flow().l7_type != L7Type::DNS {
            return None;
        }
        match self.view.l7()?.body() {
            L7Body::Dns(dns) => Some(dns.query().as_bytes()),
            _ => None,
        }
    }

    fn pass_cel(&self, filter: &CelFilter) -> bool {
        filter.matches_view(self.view)
    }
}

/// A flow's class of event is that of its first half and its second: both 0 are none.
const _: () = assert!(EventType::UNKNOWN.0 == 0);
