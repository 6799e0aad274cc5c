//! Fields of a flow that are read straight from its view, as its message would have them.

use std::fmt::Write;

use flow_core::flow::{Flow, FlowFlags, Ip, IpVersion, L7Type, Protocol, TcpFlags};
use flow_core::record::{DnsRecord, HttpRecord, L7Body, Text};
use flow_core::resolve::EndpointNames;
use flow_core::view::FlowView;

/// Reads a number, an enumeration, or a bool as 0 and 1.
pub(crate) type ReadNumber = fn(&FlowView<'_>) -> i128;

/// Asks about a text.
pub(crate) type AskText = fn(&FlowView<'_>, &dyn Fn(&str) -> bool) -> bool;

/// Asks about the elements of a list until one is found.
pub(crate) type AskList = AskText;

fn protocol(flow: &Flow) -> Option<Protocol> {
    (flow.ip_version != IpVersion::NONE).then_some(flow.protocol)
}

fn has(view: &FlowView<'_>, wanted: Protocol) -> bool {
    protocol(view.flow()) == Some(wanted)
}

/// Ports of one protocol: of the sender and of the receiver.
fn ports(view: &FlowView<'_>, wanted: Protocol) -> (i128, i128) {
    let flow = view.flow();
    if !has(view, wanted) {
        return (0, 0);
    }
    (
        i128::from(flow.source.port),
        i128::from(flow.destination.port),
    )
}

fn tcp_flag(view: &FlowView<'_>, flag: TcpFlags) -> i128 {
    let is_set = has(view, Protocol::TCP) && view.flow().tcp_flags.contains(flag);
    i128::from(is_set)
}

fn http<'v>(view: &'v FlowView<'_>) -> Option<HttpRecord<'v>> {
    match view.l7()?.body() {
        L7Body::Http(http) => Some(http),
        _ => None,
    }
}

fn dns<'v>(view: &'v FlowView<'_>) -> Option<DnsRecord<'v>> {
    match view.l7()?.body() {
        L7Body::Dns(dns) => Some(dns),
        _ => None,
    }
}

/// The number of a path of fields, where it is read straight.
pub(crate) fn number(path: &str) -> Option<ReadNumber> {
    Some(match path {
        "verdict" => |view| i128::from(view.flow().verdict.0),
        "Type" => |view| i128::from(view.flow().flow_type.0),
        "traffic_direction" => |view| i128::from(view.flow().direction.0),
        "trace_observation_point" => |view| i128::from(view.flow().trace_point.0),
        "trace_reason" => |view| i128::from(view.flow().trace_reason.0),
        "event_type.type" => |view| i128::from(view.flow().event_type.0),
        "event_type.sub_type" => |view| i128::from(view.flow().event_sub_type),
        "IP.ipVersion" => |view| i128::from(view.flow().ip_version.0),
        "IP.encrypted" => |view| {
            let flow = view.flow();
            let is_set = flow.flags.contains(FlowFlags::ENCRYPTED);
            i128::from(flow.ip_version != IpVersion::NONE && is_set)
        },
        "drop_reason_desc" => |view| {
            let reason = view.flow().drop_reason;
            if reason.is_cilium() {
                i128::from(reason.0)
            } else {
                0
            }
        },
        "source.identity" => |view| i128::from(view.flow().source.identity),
        "destination.identity" => |view| i128::from(view.flow().destination.identity),
        "socket_cookie" => |view| i128::from(view.flow().socket_cookie),
        "cgroup_id" => |view| i128::from(view.flow().cgroup_id),
        "interface.index" => |view| i128::from(view.flow().interface.index),
        "l4.TCP.source_port" => |view| ports(view, Protocol::TCP).0,
        "l4.TCP.destination_port" => |view| ports(view, Protocol::TCP).1,
        "l4.UDP.source_port" => |view| ports(view, Protocol::UDP).0,
        "l4.UDP.destination_port" => |view| ports(view, Protocol::UDP).1,
        "l4.SCTP.source_port" => |view| ports(view, Protocol::SCTP).0,
        "l4.SCTP.destination_port" => |view| ports(view, Protocol::SCTP).1,
        "l4.TCP.flags.SYN" => |view| tcp_flag(view, TcpFlags::SYN),
        "l4.TCP.flags.ACK" => |view| tcp_flag(view, TcpFlags::ACK),
        "l4.TCP.flags.FIN" => |view| tcp_flag(view, TcpFlags::FIN),
        "l4.TCP.flags.RST" => |view| tcp_flag(view, TcpFlags::RST),
        "l4.TCP.flags.PSH" => |view| tcp_flag(view, TcpFlags::PSH),
        "l4.TCP.flags.URG" => |view| tcp_flag(view, TcpFlags::URG),
        "l7.latency_ns" => |view| view.l7().map_or(0, |record| i128::from(record.latency_ns)),
        "l7.type" => |view| view.l7().map_or(0, |record| i128::from(record.kind.0)),
        "l7.http.code" => |view| http(view).map_or(0, |http| i128::from(http.code())),
        "l7.dns.rcode" => |view| dns(view).map_or(0, |dns| i128::from(dns.rcode())),
        _ => return None,
    })
}

/// Whether a message or a value that may be absent is there, by its path.
pub(crate) fn presence(path: &str) -> Option<ReadNumber> {
    Some(match path {
        "IP" => |view| i128::from(view.flow().ip_version != IpVersion::NONE),
        "l4.TCP" => |view| i128::from(has(view, Protocol::TCP)),
        "l4.UDP" => |view| i128::from(has(view, Protocol::UDP)),
        "l4.SCTP" => |view| i128::from(has(view, Protocol::SCTP)),
        "l4.ICMPv4" => |view| i128::from(has(view, Protocol::ICMP)),
        "l4.ICMPv6" => |view| i128::from(has(view, Protocol::ICMPV6)),
        "l7" => |view| i128::from(view.l7().is_some()),
        "l7.http" => |view| {
            let may_be = matches!(view.flow().l7_type, L7Type::HTTP);
            i128::from(may_be && http(view).is_some())
        },
        "l7.dns" => |view| {
            let may_be = matches!(view.flow().l7_type, L7Type::DNS);
            i128::from(may_be && dns(view).is_some())
        },
        _ => return None,
    })
}

fn source<'v>(view: &'v FlowView<'_>, of: fn(&EndpointNames) -> &str) -> &'v str {
    view.source().map_or("", of)
}

fn destination<'v>(view: &'v FlowView<'_>, of: fn(&EndpointNames) -> &str) -> &'v str {
    view.destination().map_or("", of)
}

fn service(names: &EndpointNames, of: fn(&EndpointNames) -> Option<&str>) -> &str {
    of(names).unwrap_or_default()
}

/// Asks about text that may hold other bytes than UTF-8.
fn ask_bytes(text: Option<Text<'_>>, ask: &dyn Fn(&str) -> bool) -> bool {
    match text {
        None => ask(""),
        Some(text) => ask(&text.to_str_lossy()),
    }
}

/// An address as text, without an allocation.
fn ask_address(view: &FlowView<'_>, address: Ip, ask: &dyn Fn(&str) -> bool) -> bool {
    if view.flow().ip_version == IpVersion::NONE {
        return ask("");
    }
    let mut text = Short {
        bytes: [0; 48],
        length: 0,
    };
    // The longest address has 45 letters.
    let _ = write!(text, "{address}");
    ask(std::str::from_utf8(&text.bytes[..text.length]).unwrap_or_default())
}

struct Short {
    bytes: [u8; 48],
    length: usize,
}

impl Write for Short {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        let end = self.length + text.len();
        let place = self.bytes.get_mut(self.length..end);
        place
            .ok_or(std::fmt::Error)?
            .copy_from_slice(text.as_bytes());
        self.length = end;
        Ok(())
    }
}

/// The text of a path of fields, where it is read straight.
pub(crate) fn text(path: &str) -> Option<AskText> {
    Some(match path {
        "source.namespace" => |view, ask| ask(source(view, |names| &names.namespace)),
        "source.pod_name" => |view, ask| ask(source(view, |names| &names.pod_name)),
        "source.cluster_name" => |view, ask| ask(source(view, |names| &names.cluster_name)),
        "destination.namespace" => |view, ask| ask(destination(view, |names| &names.namespace)),
        "destination.pod_name" => |view, ask| ask(destination(view, |names| &names.pod_name)),
        "destination.cluster_name" => {
            |view, ask| ask(destination(view, |names| &names.cluster_name))
        }
        "source_service.name" => |view, ask| ask(source(view, |names| service(names, name))),
        "source_service.namespace" => {
            |view, ask| ask(source(view, |names| service(names, namespace)))
        }
        "destination_service.name" => {
            |view, ask| ask(destination(view, |names| service(names, name)))
        }
        "destination_service.namespace" => {
            |view, ask| ask(destination(view, |names| service(names, namespace)))
        }
        "node_name" => |view, ask| ask(&view.node().name),
        "IP.source" => |view, ask| ask_address(view, view.flow().source.ip, ask),
        "IP.destination" => |view, ask| ask_address(view, view.flow().destination.ip, ask),
        "l7.http.method" => |view, ask| ask_bytes(http(view).map(HttpRecord::method), ask),
        "l7.http.url" => |view, ask| ask_bytes(http(view).map(HttpRecord::url), ask),
        "l7.http.protocol" => |view, ask| ask_bytes(http(view).map(HttpRecord::protocol), ask),
        "l7.dns.query" => |view, ask| ask_bytes(dns(view).map(DnsRecord::query), ask),
        _ => return None,
    })
}

fn name(names: &EndpointNames) -> Option<&str> {
    names.service.as_ref().map(|service| &*service.name)
}

fn namespace(names: &EndpointNames) -> Option<&str> {
    names.service.as_ref().map(|service| &*service.namespace)
}

fn any(texts: Option<&[Box<str>]>, ask: &dyn Fn(&str) -> bool) -> bool {
    texts.is_some_and(|texts| texts.iter().any(|text| ask(text)))
}

/// The list of texts of a path of fields, where it is read straight.
pub(crate) fn list(path: &str) -> Option<AskList> {
    Some(match path {
        "source.labels" => |view, ask| any(view.source().map(|names| &names.labels[..]), ask),
        "destination.labels" => {
            |view, ask| any(view.destination().map(|names| &names.labels[..]), ask)
        }
        "source_names" => |view, ask| any(view.source().map(|names| &names.dns_names[..]), ask),
        "destination_names" => {
            |view, ask| any(view.destination().map(|names| &names.dns_names[..]), ask)
        }
        "node_labels" => |view, ask| any(Some(&view.node().labels), ask),
        _ => return None,
    })
}
