//! From `flow.FlowFilter` to conditions.

use flow_core::flow::TcpFlags;
use flow_hubble::flow as pb;

use super::build_http::{self, Fault};
use super::cel_filter::CelFilter;
use super::condition::{Condition, EventClass};
use super::error::FilterFault;
use super::names::{NameTest, NamespacedName};
use super::side::{Address, Side};
use super::subject::protocol;
use super::value::{self, Addresses, Numbers, Ports, Texts};
use crate::{NamePattern, NodePattern, Selector};

/// Conditions of a filter and those of them on names, over all filters.
pub(crate) struct Builder {
    pub(crate) names: Vec<NameTest>,
}

impl Builder {
    /// Returns the conditions of a filter, the cheap ones first. The first fault in Hubble's order is
    /// the error.
    pub(crate) fn conditions(&mut self, filter: &pb::FlowFilter) -> Result<Vec<Condition>, Fault> {
        let mut conditions = Vec::new();
        let mut push = |is_there: bool, condition: &dyn Fn() -> Condition| {
            if is_there {
                conditions.push(condition());
            }
        };
        push(!filter.uuid.is_empty(), &|| {
            let groups = [8, 4, 4, 4, 12];
            Condition::Uuid(Texts::new(&filter.uuid, |text| {
                value::hexadecimal(text, &groups)
            }))
        });
        push(!filter.event_type.is_empty(), &|| {
            Condition::EventType(filter.event_type.iter().map(event_class).collect())
        });
        push(!filter.verdict.is_empty(), &|| {
            Condition::Verdict(Numbers::new(&filter.verdict))
        });
        push(!filter.drop_reason_desc.is_empty(), &|| {
            Condition::DropReason(Numbers::new(&filter.drop_reason_desc))
        });
        push(!filter.reply.is_empty(), &|| {
            Condition::Reply(filter.reply.clone())
        });
        push(!filter.encrypted.is_empty(), &|| {
            Condition::Encrypted(filter.encrypted.clone())
        });
        for (side, identities) in [
            (Side::Source, &filter.source_identity),
            (Side::Destination, &filter.destination_identity),
        ] {
            push(!identities.is_empty(), &|| {
                Condition::Identity(side, identities.clone())
            });
        }
        push(!filter.tcp_flags.is_empty(), &|| {
            Condition::TcpFlags(
                filter
                    .tcp_flags
                    .iter()
                    .map(|flags| TcpFlags::from(flags).0)
                    .collect(),
            )
        });
        push(!filter.ip_version.is_empty(), &|| {
            Condition::IpVersion(Numbers::new(&filter.ip_version))
        });
        push(!filter.trace_id.is_empty(), &|| {
            Condition::TraceId(Texts::new(&filter.trace_id, |text| {
                value::hexadecimal(text, &[32])
            }))
        });
        push(!filter.ip_trace_id.is_empty(), &|| {
            Condition::IpTraceId(filter.ip_trace_id.clone())
        });
        push(!filter.traffic_direction.is_empty(), &|| {
            Condition::Direction(Numbers::new(&filter.traffic_direction))
        });
        push(!filter.interface.is_empty(), &|| {
            let interface = |one: &pb::NetworkInterface| (one.index, one.name.as_str().into());
            Condition::Interface(filter.interface.iter().map(interface).collect())
        });
        // From here on values may be faulty.
        self.checked(filter, &mut conditions)?;
        conditions.sort_by_key(Condition::cost);
        Ok(conditions)
    }

    fn checked(
        &mut self,
        filter: &pb::FlowFilter,
        conditions: &mut Vec<Condition>,
    ) -> Result<(), Fault> {
        if !filter.protocol.is_empty() {
            conditions.push(Condition::Protocol(protocols(&filter.protocol)?));
        }
        for (field, address, texts) in [
            ("source_ip", Address::Of(Side::Source), &filter.source_ip),
            (
                "source_ip_xlated",
                Address::SourceXlated,
                &filter.source_ip_xlated,
            ),
            (
                "destination_ip",
                Address::Of(Side::Destination),
                &filter.destination_ip,
            ),
        ] {
            if !texts.is_empty() {
                let addresses = addresses(texts).map_err(|fault| (field, fault))?;
                conditions.push(Condition::Address(address, addresses));
            }
        }
        self.name_conditions(filter, conditions)?;
        for (field, words, side, texts) in [
            (
                "source_port",
                "source port",
                Side::Source,
                &filter.source_port,
            ),
            (
                "destination_port",
                "destination port",
                Side::Destination,
                &filter.destination_port,
            ),
        ] {
            if !texts.is_empty() {
                let ports = texts.iter().map(|text| port(words, text));
                let ports: Result<Vec<u16>, FilterFault> = ports.collect();
                let ports = Ports::new(ports.map_err(|fault| (field, fault))?);
                conditions.push(Condition::Port(side, ports));
            }
        }
        build_http::conditions(filter, conditions)?;
        if !filter.node_name.is_empty() {
            let patterns = filter.node_name.iter().map(|text| NodePattern::parse(text));
            let patterns: Result<Vec<NodePattern>, _> = patterns.collect();
            let patterns = patterns.map_err(|error| ("node_name", FilterFault::Pattern(error)))?;
            conditions.push(Condition::Node(patterns));
        }
        for (field, side, names) in [
            (
                "source_cluster_name",
                Side::Source,
                &filter.source_cluster_name,
            ),
            (
                "destination_cluster_name",
                Side::Destination,
                &filter.destination_cluster_name,
            ),
        ] {
            if names.is_empty() {
                continue;
            }
            if names.iter().any(String::is_empty) {
                return Err((field, FilterFault::EmptyName { field: "" }));
            }
            let names = names.iter().map(|name| name.as_str().into()).collect();
            conditions.push(self.on_names(side, NameTest::Cluster(names)));
        }
        let expressions = filter.experimental.as_ref();
        let expressions = expressions.map_or(&[][..], |experimental| &experimental.cel_expression);
        if !expressions.is_empty() {
            let cel = CelFilter::new(expressions)
                .map_err(|error| ("experimental.cel_expression", FilterFault::Cel(error)))?;
            conditions.push(Condition::Cel(cel));
        }
        Ok(())
    }

    fn name_conditions(
        &mut self,
        filter: &pb::FlowFilter,
        conditions: &mut Vec<Condition>,
    ) -> Result<(), Fault> {
        use Side::{Destination, Source};
        for (field, side, texts) in [
            ("source_pod", Source, &filter.source_pod),
            ("destination_pod", Destination, &filter.destination_pod),
        ] {
            if !texts.is_empty() {
                let names = namespaced("", texts).map_err(|fault| (field, fault))?;
                conditions.push(self.on_names(side, NameTest::Pod(names)));
            }
        }
        for (side, workloads) in [
            (Source, &filter.source_workload),
            (Destination, &filter.destination_workload),
        ] {
            if !workloads.is_empty() {
                let workload =
                    |one: &pb::Workload| (one.name.as_str().into(), one.kind.as_str().into());
                let workloads = workloads.iter().map(workload).collect();
                conditions.push(self.on_names(side, NameTest::Workload(workloads)));
            }
        }
        for (field, words, side, texts) in [
            (
                "source_service",
                "source service",
                Source,
                &filter.source_service,
            ),
            (
                "destination_service",
                "destination service",
                Destination,
                &filter.destination_service,
            ),
        ] {
            if !texts.is_empty() {
                let names = namespaced(words, texts).map_err(|fault| (field, fault))?;
                conditions.push(self.on_names(side, NameTest::Service(names)));
            }
        }
        for (field, side, texts) in [
            ("source_fqdn", Source, &filter.source_fqdn),
            ("destination_fqdn", Destination, &filter.destination_fqdn),
        ] {
            if !texts.is_empty() {
                let patterns = texts.iter().map(|text| NamePattern::parse(text));
                let patterns: Result<Vec<NamePattern>, _> = patterns.collect();
                let patterns = patterns.map_err(|error| (field, FilterFault::Pattern(error)))?;
                conditions.push(self.on_names(side, NameTest::Dns(patterns)));
            }
        }
        build_http::dns(filter, conditions)?;
        for (field, words, side, texts) in [
            ("source_label", "source label", Source, &filter.source_label),
            (
                "destination_label",
                "destination label",
                Destination,
                &filter.destination_label,
            ),
        ] {
            if !texts.is_empty() {
                let selectors = selectors(words, texts).map_err(|fault| (field, fault))?;
                conditions.push(self.on_names(side, NameTest::Label(selectors)));
            }
        }
        if !filter.node_labels.is_empty() {
            let selectors = selectors("node label", &filter.node_labels);
            let selectors = selectors.map_err(|fault| ("node_labels", fault))?;
            conditions.push(Condition::NodeLabel(selectors));
        }
        Ok(())
    }

    /// A condition on names; equal ones share their number.
    fn on_names(&mut self, side: Side, test: NameTest) -> Condition {
        let known = self.names.iter().position(|one| *one == test);
        let index = known.unwrap_or_else(|| {
            self.names.push(test.clone());
            self.names.len() - 1
        });
        Condition::Names(side, index, test)
    }
}

fn event_class(filter: &pb::EventTypeFilter) -> EventClass {
    EventClass {
        kind: filter.r#type,
        sub_kind: filter.match_sub_type.then_some(filter.sub_type),
    }
}

fn protocols(texts: &[String]) -> Result<u16, Fault> {
    texts.iter().try_fold(0, |bits, text| {
        let known = match text.to_lowercase().as_str() {
            "icmp" => protocol::ICMPV4 | protocol::ICMPV6,
            "icmpv4" => protocol::ICMPV4,
            "icmpv6" => protocol::ICMPV6,
            "tcp" => protocol::TCP,
            "udp" => protocol::UDP,
            "sctp" => protocol::SCTP,
            "vrrp" => protocol::VRRP,
            "igmp" => protocol::IGMP,
            "dns" => protocol::DNS,
            "http" => protocol::HTTP,
            "kafka" => protocol::KAFKA,
            _ => return Err(("protocol", FilterFault::Protocol(text.clone()))),
        };
        Ok(bits | known)
    })
}

fn addresses(texts: &[String]) -> Result<Addresses, FilterFault> {
    let mut addresses = Addresses::default();
    for text in texts {
        if text.contains('/') {
            let prefix = value::prefix(text).map_err(|reason| FilterFault::Prefix {
                text: text.clone(),
                reason,
            })?;
            addresses.add_prefix(prefix);
        } else {
            let address = value::address(text).map_err(|reason| FilterFault::Address {
                text: text.clone(),
                reason,
            })?;
            addresses.add_address(text, address);
        }
    }
    Ok(addresses)
}

fn port(field: &'static str, text: &str) -> Result<u16, FilterFault> {
    let is_number = !text.is_empty() && text.bytes().all(|digit| digit.is_ascii_digit());
    let port = text.parse().ok().filter(|_| is_number);
    port.ok_or_else(|| FilterFault::Port {
        field,
        text: text.into(),
    })
}

fn namespaced(field: &'static str, texts: &[String]) -> Result<Vec<NamespacedName>, FilterFault> {
    let names = texts.iter().map(|text| NamespacedName::parse(text));
    let names: Option<Vec<NamespacedName>> = names.collect();
    names.ok_or(FilterFault::EmptyName { field })
}

fn selectors(field: &'static str, texts: &[String]) -> Result<Vec<Selector>, FilterFault> {
    let selectors = texts.iter().map(|text| Selector::parse(text));
    let selectors: Result<Vec<Selector>, _> = selectors.collect();
    selectors.map_err(|error| FilterFault::Selector { field, error })
}
