//! The part of a filter that the kernel programs of a live observation test.

use std::fmt;
use std::net::IpAddr;

use flow_core::flow::Protocol;
use flow_ebpf::{Network, PacketFilter};
use flow_filter::FlowExpr;

/// Most ports that are pushed down.
const PORTS: usize = 4_096;
/// Most networks that are pushed down.
const NETWORKS: usize = 512;

/// Sets that a packet, or one of its ends, has to be in; `None` where anything may pass.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Pushed {
    protocols: Option<Vec<u8>>,
    ports: Option<Vec<u16>>,
    networks: Option<Vec<(IpAddr, u8)>>,
    /// Nothing is pushed down, for names are learned from other packets.
    reads_names: bool,
}

impl Pushed {
    /// What of a filter is pushed down.
    pub(crate) fn of(expr: &FlowExpr) -> Self {
        let filter = expr.compile();
        if filter.reads_names() {
            return Self {
                reads_names: true,
                ..Self::default()
            };
        }
        let part = filter.kernel_part();
        Self {
            protocols: part.protocols(),
            ports: part.ports(PORTS),
            networks: part.networks(NETWORKS),
            reads_names: false,
        }
    }

    /// The filter of packets.
    pub(crate) fn filter(&self) -> PacketFilter {
        let mut filter = PacketFilter::new();
        for protocol in self.protocols.iter().flatten() {
            filter = filter.allow_protocol(Protocol(*protocol));
        }
        for port in self.ports.iter().flatten() {
            filter = filter.allow_port(*port);
        }
        let networks = self.networks.iter().flatten();
        for network in networks.filter_map(|(address, prefix)| Network::new(*address, *prefix)) {
            filter = filter.allow_network(network);
        }
        filter
    }
}

impl fmt::Display for Pushed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.reads_names {
            return f.write_str("all packets are observed, for the filter reads names");
        }
        let mut parts = Vec::new();
        if let Some(protocols) = &self.protocols {
            parts.push(listed("protocol", protocols.iter().map(u8::to_string)));
        }
        if let Some(ports) = &self.ports {
            parts.push(listed("port", ports.iter().map(u16::to_string)));
        }
        if let Some(networks) = &self.networks {
            let texts = networks.iter().map(|(ip, bits)| format!("{ip}/{bits}"));
            parts.push(listed("network", texts));
        }
        match parts.is_empty() {
            true => f.write_str("all packets are observed"),
            false => write!(f, "only packets of {}", parts.join(" and ")),
        }
    }
}

/// A few of a list.
fn listed(what: &str, texts: impl ExactSizeIterator<Item = String>) -> String {
    const SHOWN: usize = 8;
    let count = texts.len();
    let shown: Vec<String> = texts.take(SHOWN).collect();
    let more = match count.checked_sub(SHOWN) {
        None | Some(0) => String::new(),
        Some(rest) => format!(" or {rest} more"),
    };
    format!("{what} {}{more}", shown.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pushed(text: &str) -> Pushed {
        Pushed::of(&FlowExpr::parse(text).expect("a filter"))
    }

    #[test]
    fn what_packets_show_is_pushed_down() {
        let pushed_down = pushed("udp && port == 53 && dst.ip in 10.0.0.0/8 && bytes > 9");
        assert_eq!(
            pushed_down.to_string(),
            "only packets of protocol 17 and port 53 and network 10.0.0.0/8"
        );
        let filter = PacketFilter::new()
            .allow_protocol(Protocol::UDP)
            .allow_port(53)
            .allow_network("10.0.0.0/8".parse().expect("a network"));
        assert_eq!(pushed_down.filter(), filter);
    }

    #[test]
    fn the_rest_is_not() {
        for text in ["bytes > 9", "port != 53", "tcp || dns", "src.port > 100"] {
            assert!(pushed(text).filter().is_empty(), "{text}");
        }
        // The names behind an address come with answers of the DNS, which do not pass.
        let names = pushed("tcp port 443 && dst.fqdn == \"*.example.org\"");
        assert!(names.filter().is_empty() && names.to_string().contains("names"));
    }
}
