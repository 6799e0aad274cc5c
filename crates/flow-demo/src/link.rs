//! Interfaces, addresses and routes of the calling thread's network namespace, over rtnetlink.

use std::io;
use std::net::IpAddr;
use std::os::fd::{AsFd, AsRawFd};
use std::time::{Duration, Instant};

use netlink_packet_core::{
    NLM_F_ACK, NLM_F_CREATE, NLM_F_EXCL, NLM_F_REQUEST, NetlinkMessage, NetlinkPayload,
};
use netlink_packet_route::address::{AddressAttribute, AddressFlags, AddressMessage};
use netlink_packet_route::link::{
    InfoData, InfoKind, InfoVeth, LinkAttribute, LinkFlags, LinkInfo, LinkMessage, State,
};
use netlink_packet_route::route::{
    RouteAddress, RouteAttribute, RouteHeader, RouteMessage, RouteProtocol, RouteScope, RouteType,
};
use netlink_packet_route::{AddressFamily, RouteNetlinkMessage};
use netlink_sys::protocols::NETLINK_ROUTE;
use netlink_sys::{Socket, SocketAddr};

/// What rtnetlink refused.
#[derive(Debug, thiserror::Error)]
#[error("{action}: {source}")]
#[non_exhaustive]
pub struct LinkError {
    /// What was tried.
    pub action: String,
    /// The error of the kernel.
    pub source: io::Error,
}

/// Where packets to a destination go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Hop {
    /// To the next router.
    Via(IpAddr),
    /// Nowhere, without a word to the sender.
    Blackhole,
}

/// Makes a pair of virtual Ethernet interfaces, `name` in the calling thread's namespace and
/// `peer` in the namespace that `peer_space` is a descriptor of. Both are down.
///
/// # Errors
/// Where the kernel refuses, e.g. the name is taken.
pub fn create_veth(name: &str, peer: &str, peer_space: impl AsFd) -> Result<(), LinkError> {
    let mut other = LinkMessage::default();
    other.attributes = vec![
        LinkAttribute::IfName(peer.to_owned()),
        LinkAttribute::NetNsFd(peer_space.as_fd().as_raw_fd()),
    ];
    let mut link = LinkMessage::default();
    link.attributes = vec![
        LinkAttribute::IfName(name.to_owned()),
        LinkAttribute::LinkInfo(vec![
            LinkInfo::Kind(InfoKind::Veth),
            LinkInfo::Data(InfoData::Veth(InfoVeth::Peer(other))),
        ]),
    ];
    request(
        RouteNetlinkMessage::NewLink(link),
        NLM_F_CREATE | NLM_F_EXCL,
    )
    .map_err(|source| LinkError {
        action: format!("veth pair {name}, {peer}"),
        source,
    })
}

/// Brings an interface up.
///
/// # Errors
/// Where there is no such interface or the kernel refuses.
pub fn set_up(name: &str) -> Result<(), LinkError> {
    change(name, "up", |link| {
        link.header.flags = LinkFlags::Up;
        link.header.change_mask = LinkFlags::Up;
    })
}

/// How long an interface may take until it carries packets.
const PATIENCE: Duration = Duration::from_secs(20);

/// Waits until an interface carries packets: the kernel drops what is sent from when a link is
/// brought up until it has noted that the other end is up too, a moment later.
///
/// # Errors
/// Where there is no such interface, or it does not carry packets within 20 seconds.
pub fn wait_until_running(name: &str) -> Result<(), LinkError> {
    let error = |source| LinkError {
        action: format!("wait for {name} to run"),
        source,
    };
    let begun = Instant::now();
    while state(name).map_err(error)? != State::Up {
        if begun.elapsed() > PATIENCE {
            return Err(error(io::ErrorKind::TimedOut.into()));
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    Ok(())
}

fn state(name: &str) -> io::Result<State> {
    let mut link = LinkMessage::default();
    link.attributes = vec![LinkAttribute::IfName(name.to_owned())];
    match ask(RouteNetlinkMessage::GetLink(link), 0)? {
        NetlinkPayload::InnerMessage(RouteNetlinkMessage::NewLink(link)) => {
            let state = link
                .attributes
                .iter()
                .find_map(|attribute| match attribute {
                    LinkAttribute::OperState(state) => Some(*state),
                    _ => None,
                });
            Ok(state.unwrap_or(State::Unknown))
        }
        NetlinkPayload::Error(error) => Err(error.to_io()),
        other => Err(unexpected("an interface", &other)),
    }
}

/// Removes an interface; of a veth pair both ends go.
///
/// # Errors
/// Where there is no such interface or the kernel refuses.
pub fn delete(name: &str) -> Result<(), LinkError> {
    let mut link = LinkMessage::default();
    link.attributes = vec![LinkAttribute::IfName(name.to_owned())];
    request(RouteNetlinkMessage::DelLink(link), 0).map_err(|source| LinkError {
        action: format!("delete {name}"),
        source,
    })
}

fn change(name: &str, what: &str, edit: impl FnOnce(&mut LinkMessage)) -> Result<(), LinkError> {
    let mut link = LinkMessage::default();
    link.attributes = vec![LinkAttribute::IfName(name.to_owned())];
    edit(&mut link);
    request(RouteNetlinkMessage::SetLink(link), 0).map_err(|source| LinkError {
        action: format!("set {name} {what}"),
        source,
    })
}

/// Index of an interface of the calling thread's namespace.
///
/// # Errors
/// Where there is no such interface.
pub fn index(name: &str) -> Result<u32, LinkError> {
    nix::net::if_::if_nametoindex(name).map_err(|errno| LinkError {
        action: format!("index of {name}"),
        source: errno.into(),
    })
}

/// Gives an interface an address; an IPv6 one is usable at once (no duplicate detection).
///
/// # Errors
/// Where there is no such interface or the kernel refuses.
pub fn add_address(name: &str, address: IpAddr, prefix: u8) -> Result<(), LinkError> {
    let mut message = AddressMessage::default();
    message.header.family = family(address);
    message.header.prefix_len = prefix;
    message.header.index = index(name)?;
    message.attributes = vec![
        AddressAttribute::Local(address),
        AddressAttribute::Address(address),
    ];
    if address.is_ipv6() {
        message
            .attributes
            .push(AddressAttribute::Flags(AddressFlags::Nodad));
    }
    request(
        RouteNetlinkMessage::NewAddress(message),
        NLM_F_CREATE | NLM_F_EXCL,
    )
    .map_err(|source| LinkError {
        action: format!("address {address}/{prefix} on {name}"),
        source,
    })
}

/// Adds a route to the main table.
///
/// # Errors
/// Where the kernel refuses.
pub fn add_route(destination: IpAddr, prefix: u8, hop: Hop) -> Result<(), LinkError> {
    let mut message = RouteMessage::default();
    message.header.address_family = family(destination);
    message.header.destination_prefix_length = prefix;
    message.header.table = RouteHeader::RT_TABLE_MAIN;
    message.header.protocol = RouteProtocol::Static;
    message.header.scope = RouteScope::Universe;
    message.header.kind = RouteType::Unicast;
    message.attributes = vec![RouteAttribute::Destination(RouteAddress::from(destination))];
    match hop {
        Hop::Via(router) => message
            .attributes
            .push(RouteAttribute::Gateway(router.into())),
        Hop::Blackhole => message.header.kind = RouteType::BlackHole,
    }
    request(
        RouteNetlinkMessage::NewRoute(message),
        NLM_F_CREATE | NLM_F_EXCL,
    )
    .map_err(|source| LinkError {
        action: format!("route to {destination}/{prefix}"),
        source,
    })
}

fn family(address: IpAddr) -> AddressFamily {
    match address {
        IpAddr::V4(_) => AddressFamily::Inet,
        IpAddr::V6(_) => AddressFamily::Inet6,
    }
}

/// Sends one request and waits for the kernel's acknowledgement.
fn request(message: RouteNetlinkMessage, flags: u16) -> io::Result<()> {
    match ask(message, NLM_F_ACK | flags)? {
        NetlinkPayload::Error(error) if error.code.is_some() => Err(error.to_io()),
        NetlinkPayload::Error(_) => Ok(()),
        other => Err(unexpected("an acknowledgement", &other)),
    }
}

/// Sends one request and waits for the kernel's answer.
fn ask(
    message: RouteNetlinkMessage,
    flags: u16,
) -> io::Result<NetlinkPayload<RouteNetlinkMessage>> {
    let mut packet = NetlinkMessage::from(message);
    packet.header.flags = NLM_F_REQUEST | flags;
    packet.finalize();
    let mut buffer = vec![0; packet.buffer_len()];
    packet.serialize(&mut buffer);

    let mut socket = Socket::new(NETLINK_ROUTE)?;
    socket.bind_auto()?;
    socket.connect(&SocketAddr::new(0, 0))?;
    socket.send(&buffer, 0)?;
    let (answer, _) = socket.recv_from_full()?;
    let answer = NetlinkMessage::<RouteNetlinkMessage>::deserialize(&answer)
        .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error.to_string()))?;
    Ok(answer.payload)
}

fn unexpected(expected: &str, found: &NetlinkPayload<RouteNetlinkMessage>) -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidData,
        format!("expected {expected}, found {found:?}"),
    )
}
