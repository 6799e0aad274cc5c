//! Two namespaces, and what is in them.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use crate::link::{self, Hop, LinkError};
use crate::netns::{Namespace, NetnsError};

/// Interface of the client.
pub const CLIENT_LINK: &str = "client0";
/// Interface of the server.
pub const SERVER_LINK: &str = "server0";
/// The client over IPv4 (TEST-NET-1, RFC 5737).
pub const CLIENT_V4: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 1);
/// The server over IPv4.
pub const SERVER_V4: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 2);
/// The client over IPv6 (RFC 3849).
pub const CLIENT_V6: Ipv6Addr = Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1);
/// The server over IPv6.
pub const SERVER_V6: Ipv6Addr = Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 2);
/// An address behind the server that its kernel drops every packet to (TEST-NET-2).
pub const BLACKHOLE: Ipv4Addr = Ipv4Addr::new(198, 51, 100, 7);
/// Where the server speaks HTTP.
pub const HTTP_PORT: u16 = 80;
/// Where the server speaks DNS.
pub const DNS_PORT: u16 = 53;
/// Where nobody listens.
pub const CLOSED_PORT: u16 = 81;
/// Name of the thread that sends.
pub const CLIENT_COMM: &str = "demo-client";
/// Name of the thread that answers.
pub const SERVER_COMM: &str = "demo-server";

/// Why there is no traffic.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TrafficError {
    /// A namespace cannot be made or entered.
    #[error(transparent)]
    Netns(#[from] NetnsError),
    /// An interface, address or route cannot be made.
    #[error(transparent)]
    Link(#[from] LinkError),
    /// A socket failed.
    #[error("{what}: {source}")]
    Socket {
        /// What was tried.
        what: &'static str,
        /// The error of the system.
        source: io::Error,
    },
}

impl TrafficError {
    /// Whether the process lacks a privilege.
    #[must_use]
    pub fn is_permission_denied(&self) -> bool {
        let source = match self {
            Self::Netns(error) => &error.source,
            Self::Link(error) => &error.source,
            Self::Socket { source, .. } => source,
        };
        source.kind() == io::ErrorKind::PermissionDenied
    }

    pub(super) fn socket(what: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Socket { what, source }
    }
}

/// Version of IP to use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(clippy::exhaustive_enums, reason = "the versions of IP")]
pub enum Ip {
    /// IPv4.
    V4,
    /// IPv6.
    V6,
}

impl Ip {
    /// The server's address.
    #[must_use]
    pub fn server(self) -> IpAddr {
        match self {
            Self::V4 => SERVER_V4.into(),
            Self::V6 => SERVER_V6.into(),
        }
    }

    /// The client's address.
    #[must_use]
    pub fn client(self) -> IpAddr {
        match self {
            Self::V4 => CLIENT_V4.into(),
            Self::V6 => CLIENT_V6.into(),
        }
    }
}

/// One thing the client did, as its socket reports it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Exchange {
    /// The client's end; port 0 for ICMP.
    pub source: SocketAddr,
    /// The other end; port 0 for ICMP.
    pub destination: SocketAddr,
    /// Payload bytes sent, above TCP, UDP or the ICMP echo header.
    pub sent: u64,
    /// Payload bytes received.
    pub received: u64,
}

/// Two namespaces joined by a pair of virtual Ethernet interfaces. Removed on drop.
#[derive(Debug)]
#[non_exhaustive]
pub struct Pair {
    /// Where connections begin.
    pub client: Namespace,
    /// Where they end.
    pub server: Namespace,
}

impl Pair {
    /// Makes both namespaces, their link, addresses and routes.
    ///
    /// # Errors
    /// Where the process lacks the privileges or the kernel refuses.
    pub fn create() -> Result<Self, TrafficError> {
        let pair = Self {
            client: Namespace::create()?,
            server: Namespace::create()?,
        };
        for space in [&pair.client, &pair.server] {
            // No link-local addresses and no search for routers: the only packets are those
            // that are sent, and the resolution of their addresses.
            space.set_sysctl("net/ipv6/conf/default/addr_gen_mode", "1")?;
            space.set_sysctl("net/ipv6/conf/default/router_solicitations", "0")?;
            // ICMP datagram sockets for everybody, icmp(7); for IPv6 too.
            space.set_sysctl("net/ipv4/ping_group_range", "0 2147483647")?;
        }
        pair.client
            .run(|| link::create_veth(CLIENT_LINK, SERVER_LINK, &pair.server))??;
        pair.server.run(|| {
            link::add_address(SERVER_LINK, SERVER_V4.into(), 24)?;
            link::add_address(SERVER_LINK, SERVER_V6.into(), 64)?;
            link::set_up(SERVER_LINK)?;
            link::add_route(Ipv4Addr::new(198, 51, 100, 0).into(), 24, Hop::Blackhole)
        })??;
        pair.client.run(|| {
            link::add_address(CLIENT_LINK, CLIENT_V4.into(), 24)?;
            link::add_address(CLIENT_LINK, CLIENT_V6.into(), 64)?;
            link::set_up(CLIENT_LINK)?;
            link::add_route(
                Ipv4Addr::new(198, 51, 100, 0).into(),
                24,
                Hop::Via(SERVER_V4.into()),
            )
        })??;
        for (space, name) in [(&pair.client, CLIENT_LINK), (&pair.server, SERVER_LINK)] {
            space.run(|| link::wait_until_running(name))??;
        }
        Ok(pair)
    }
}
