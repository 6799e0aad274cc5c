//! The one-line form of a flow.

use core::fmt::{self, Write};

use super::icmp;
use super::time::UtcTime;
use super::{
    Direction, DropReason, Endpoint, EventType, Flow, FlowFlags, FlowType, IpVersion, Name16,
    Protocol, Reply, TracePoint, reserved_identity,
};
use crate::text::Escaped;

/// Displays a flow on one line, as `hubble observe -o compact` does:
/// `time [node]: source (identity) -> destination (identity) type VERDICT (summary)`.
///
/// The side that began the connection stands on the left: `->` for what it sent, `<-` for an
/// answer, `<>` where it is not known which side began. An identity is a number, `(ID:1234)`, or
/// the name of a [reserved one](reserved_identity); `(unknown)` where there is none.
///
/// With the alternate form (`{:#}`), or after [`with_extras`](Self::with_extras), what Hubble has
/// no place for follows in brackets: counts both ways, round-trip time, retransmissions,
/// interface, process, VLAN, tunnel. Unknown identities are left out then.
///
/// Whatever a packet, a process or a host chose itself is [escaped](crate::text::Escaped).
#[derive(Clone, Copy, Debug)]
pub struct Compact<'a> {
    flow: &'a Flow,
    node: Option<&'a str>,
    extras: bool,
    texts: LineTexts<'a>,
}

/// Texts in the place of those that a flow has without what its handles stand for. They are
/// displayed as they are, so they have to be [escaped](crate::text::Escaped) already.
#[derive(Clone, Copy, Default)]
#[allow(
    clippy::exhaustive_structs,
    reason = "plain data that callers build field by field"
)]
pub struct LineTexts<'a> {
    /// The sender, in the place of its address; its port and identity follow.
    pub source: Option<&'a dyn fmt::Display>,
    /// The receiver, in the same way.
    pub destination: Option<&'a dyn fmt::Display>,
    /// What kind of observation it is: see [`Flow::kind`].
    pub kind: Option<&'a dyn fmt::Display>,
    /// What was seen: see [`Flow::summary`].
    pub summary: Option<&'a dyn fmt::Display>,
    /// The network namespace, among the extras, which do not have it otherwise.
    pub netns: Option<&'a dyn fmt::Display>,
}

/// Which texts there are.
impl fmt::Debug for LineTexts<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LineTexts")
            .field("source", &self.source.is_some())
            .field("destination", &self.destination.is_some())
            .field("kind", &self.kind.is_some())
            .field("summary", &self.summary.is_some())
            .field("netns", &self.netns.is_some())
            .finish()
    }
}

impl<'a> Compact<'a> {
    /// With the name of the node, after the time.
    #[must_use]
    pub const fn with_node(mut self, node: &'a str) -> Self {
        self.node = Some(node);
        self
    }

    /// With these texts in the place of its own.
    #[must_use]
    pub const fn with_texts(mut self, texts: LineTexts<'a>) -> Self {
        self.texts = texts;
        self
    }

    /// With the network namespace of the observation, by this name, among the extras. It is displayed as it is, so it
    /// has to be [escaped](crate::text::Escaped) already.
    #[must_use]
    pub const fn with_netns(mut self, name: &'a dyn fmt::Display) -> Self {
        self.texts.netns = Some(name);
        self
    }

    /// With counts, interface, process and more.
    #[must_use]
    pub const fn with_extras(mut self) -> Self {
        self.extras = true;
        self
    }
}

impl Flow {
    /// The one-line form, with choices.
    #[must_use]
    pub const fn compact(&self) -> Compact<'_> {
        Compact {
            flow: self,
            node: None,
            extras: false,
            texts: LineTexts {
                source: None,
                destination: None,
                kind: None,
                summary: None,
                netns: None,
            },
        }
    }

    /// What kind of observation it is in a few texts, as in Hubble's one-line form: the drop
    /// reason, the point of observation, or the class of event.
    #[must_use]
    pub const fn kind(&self) -> Kind<'_> {
        Kind(self)
    }

    /// The packet in a few texts, as in Hubble's one-line form: `TCP Flags: SYN, ACK`.
    #[must_use]
    pub const fn summary(&self) -> Summary<'_> {
        Summary(self)
    }
}

/// The same as [`Flow::compact`]; `{:#}` adds the extras.
impl fmt::Display for Flow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.compact().fmt(f)
    }
}

impl fmt::Display for Compact<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let flow = self.flow;
        write!(f, "{}", UtcTime(flow.time))?;
        if let Some(node) = self.node {
            write!(f, " [{}]", Escaped::text(node))?;
        }
        let source = (&flow.source, self.texts.source);
        let destination = (&flow.destination, self.texts.destination);
        let (left, arrow, right) = match flow.is_reply {
            Reply::YES => (destination, "<-", source),
            Reply::NO => (source, "->", destination),
            _ => (source, "<>", destination),
        };
        f.write_str(": ")?;
        self.side(left, f)?;
        write!(f, " {arrow} ")?;
        self.side(right, f)?;
        match self.texts.kind {
            Some(kind) => write!(f, " {kind}")?,
            None => write!(f, " {}", flow.kind())?,
        }
        write!(f, " {} ", flow.verdict)?;
        match self.texts.summary {
            Some(summary) => write!(f, "({summary})")?,
            None => write!(f, "({})", flow.summary())?,
        }
        if self.extras || f.alternate() {
            extras(flow, self.texts.netns, f)
        } else {
            Ok(())
        }
    }
}

impl Compact<'_> {
    fn side(
        &self,
        (endpoint, name): (&Endpoint, Option<&dyn fmt::Display>),
        f: &mut fmt::Formatter<'_>,
    ) -> fmt::Result {
        match name {
            Some(name) => write!(f, "{}", endpoint.named(name))?,
            None => write!(f, "{endpoint}")?,
        }
        if endpoint.identity == 0 && !self.extras && !f.alternate() {
            f.write_str(" (unknown)")?;
        }
        Ok(())
    }
}

/// `address:port`, an IPv6 address in brackets where there is a port, the link address where
/// there is no IP; then the identity, where it is known: ` (ID:1234)` or ` (world)`.
impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let address = self.ip.to_std();
        if self.ip.is_unspecified() && !self.mac.is_zero() {
            write!(f, "{}", self.mac)?;
        } else if self.port == 0 {
            write!(f, "{address}")?;
        } else {
            write!(f, "{}", core::net::SocketAddr::new(address, self.port))?;
        }
        identity(self.identity, f)
    }
}

fn identity(identity: u32, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match (identity, reserved_identity(identity)) {
        (0, _) => Ok(()),
        (_, Some(name)) => write!(f, " ({name})"),
        (number, None) => write!(f, " (ID:{number})"),
    }
}

impl Endpoint {
    /// Displays the endpoint with a name in the place of its address: `name:port (ID:1234)`. The
    /// name is displayed as it is.
    #[must_use]
    pub const fn named<'a>(&'a self, name: &'a dyn fmt::Display) -> Named<'a> {
        Named {
            endpoint: self,
            name,
        }
    }
}

/// Displays an endpoint with its name: see [`Endpoint::named`].
#[derive(Clone, Copy)]
pub struct Named<'a> {
    endpoint: &'a Endpoint,
    name: &'a dyn fmt::Display,
}

impl fmt::Display for Named<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.name)?;
        if self.endpoint.port != 0 {
            write!(f, ":{}", self.endpoint.port)?;
        }
        identity(self.endpoint.identity, f)
    }
}

impl fmt::Debug for Named<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Named({self})")
    }
}

/// Displays what kind of observation a flow is: see [`Flow::kind`].
#[derive(Clone, Copy, Debug)]
pub struct Kind<'a>(&'a Flow);

impl fmt::Display for Kind<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let flow = self.0;
        match flow.event_type {
            EventType::DROP if flow.drop_reason != DropReason::NONE => {
                match flow.drop_reason.phrase() {
                    Some(phrase) => write!(f, "{}", Escaped::text(phrase)),
                    None => write!(f, "{}", flow.drop_reason.0),
                }
            }
            EventType::TRACE if flow.trace_point != TracePoint::UNKNOWN => {
                write!(f, "{}", flow.trace_point)
            }
            other => write!(f, "{other}"),
        }
    }
}

/// Displays the packet of a flow in a few texts: see [`Flow::summary`].
#[derive(Clone, Copy, Debug)]
pub struct Summary<'a>(&'a Flow);

impl fmt::Display for Summary<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let flow = self.0;
        if flow.event_type == EventType::TCP_STATE {
            return write!(f, "TCP {}", flow.tcp_state);
        }
        match flow.protocol {
            _ if flow.ip_version == IpVersion::NONE => {
                let is_ethernet = !(flow.source.mac.is_zero() && flow.destination.mac.is_zero());
                f.write_str(if is_ethernet { "Ethernet" } else { "no IP" })
            }
            Protocol::HOPOPT if flow.flow_type == FlowType::SOCK => f.write_str("Unknown"),
            // Not known: no packet has hop-by-hop options in this place.
            Protocol::HOPOPT => write!(f, "{}", flow.ip_version),
            Protocol::TCP if flow.tcp_flags.is_empty() => f.write_str("TCP"),
            Protocol::TCP => write!(f, "TCP Flags: {}", flow.tcp_flags),
            Protocol::ICMP | Protocol::ICMPV6 => {
                write!(f, "{} ", flow.protocol)?;
                icmp::write_name(f, flow.protocol, flow.icmp_type, flow.icmp_code)
            }
            Protocol::IGMP => match icmp::igmp(flow.icmp_type) {
                Some(name) => write!(f, "IGMP {name}"),
                None => f.write_str("IGMP"),
            },
            Protocol::VRRP if flow.icmp_type == 1 => f.write_str("VRRP VRRPv2 Advertisement"),
            other => match other.name() {
                Some(name) => f.write_str(name),
                None => write!(f, "IP protocol {}", other.0),
            },
        }
    }
}

/// Writes ` [a, b]` for the parts that are there, and nothing where none is.
struct List<'a, 'f> {
    f: &'a mut fmt::Formatter<'f>,
    any: bool,
}

impl List<'_, '_> {
    fn part(&mut self, text: fmt::Arguments<'_>) -> fmt::Result {
        let separator = if self.any { ", " } else { " [" };
        self.any = true;
        self.f.write_str(separator)?;
        self.f.write_fmt(text)
    }

    fn end(self) -> fmt::Result {
        if self.any {
            self.f.write_char(']')
        } else {
            Ok(())
        }
    }
}

fn extras(
    flow: &Flow,
    netns: Option<&dyn fmt::Display>,
    f: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    let mut list = List { f, any: false };
    let traffic = &flow.traffic;
    let (ahead, back) = (traffic.forward(), traffic.reverse());
    if (ahead.packets, back.packets) != (0, 0) {
        list.part(format_args!(
            "{}/{} packets, {}/{} B",
            ahead.packets, back.packets, ahead.bytes, back.bytes
        ))?;
    }
    if traffic.rtt_us != 0 {
        list.part(format_args!("rtt {} us", traffic.rtt_us))?;
    }
    let again = (traffic.forward_retransmits, traffic.reverse_retransmits);
    if again != (0, 0) {
        list.part(format_args!("retransmits {}/{}", again.0, again.1))?;
    }
    let interface = &flow.interface;
    let way = match flow.direction {
        Direction::INGRESS => " in",
        Direction::EGRESS => " out",
        _ => "",
    };
    if !interface.name.is_empty() {
        list.part(format_args!("{}{way}", interface.name))?;
    } else if interface.index != 0 {
        list.part(format_args!("interface {}{way}", interface.index))?;
    } else if !way.is_empty() {
        list.part(format_args!("{}", way.trim_start()))?;
    }
    if let Some(name) = netns {
        list.part(format_args!("netns {name}"))?;
    }
    if flow.vlan != 0 {
        list.part(format_args!("vlan {}", flow.vlan))?;
    }
    if flow.process.pid != 0 {
        list.part(format_args!("{}/{}", flow.process.comm, flow.process.pid))?;
    }
    let tunnel = &flow.tunnel;
    if tunnel.protocol.0 != 0 {
        list.part(format_args!(
            "{} {} in {} -> {}",
            tunnel.protocol,
            tunnel.vni(),
            tunnel.source_ip,
            tunnel.destination_ip
        ))?;
    }
    // What is special, without what the line shows already.
    let shown = FlowFlags::AGGREGATED | FlowFlags::PROCESS_IS_SOURCE;
    for name in FlowFlags(flow.flags.0 & !shown.0).names() {
        list.part(format_args!("{name}"))?;
    }
    list.end()
}

/// The name, escaped.
impl fmt::Display for Name16 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&Escaped(self.as_bytes()), f)
    }
}

#[cfg(test)]
mod tests;
