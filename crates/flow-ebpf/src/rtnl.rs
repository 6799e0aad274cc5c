//! Interfaces of one network namespace, as rtnetlink(7) tells of them.

use std::io;
use std::os::fd::{AsFd, BorrowedFd};

use netlink_packet_core::{NLM_F_ACK, NLM_F_DUMP, NLM_F_REQUEST, NetlinkMessage, NetlinkPayload};
use netlink_packet_route::RouteNetlinkMessage;
use netlink_packet_route::link::{LinkAttribute, LinkFlags, LinkMessage};
use netlink_sys::protocols::NETLINK_ROUTE;
use netlink_sys::{Socket, SocketAddr};

/// `RTNLGRP_LINK` of `include/uapi/linux/rtnetlink.h`.
const GROUP_LINK: u32 = 1;
const ENOBUFS: i32 = 105;

/// An interface as it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Link {
    pub(crate) index: u32,
    pub(crate) name: String,
    pub(crate) is_up: bool,
    /// `ARPHRD_*` of `include/uapi/linux/if_arp.h`.
    pub(crate) kind: u16,
}

/// What happened to the interfaces of a namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum LinkEvent {
    /// It exists: told for each at first, and after each change.
    Is(Link),
    /// The interface of this index is gone.
    Gone(u32),
    /// Every interface that exists has been told of since the last [`LinkMonitor::list`].
    Listed,
    /// The kernel had to leave out messages: list again.
    Overrun,
}

/// Follows the interfaces of the namespace in which it was made.
#[derive(Debug)]
pub(crate) struct LinkMonitor {
    socket: Socket,
    buffer: Vec<u8>,
}

impl LinkMonitor {
    /// Begins to listen and asks for every interface there is.
    pub(crate) fn new() -> io::Result<Self> {
        let mut socket = Socket::new(NETLINK_ROUTE)?;
        socket.bind_auto()?;
        socket.add_membership(GROUP_LINK)?;
        socket.set_non_blocking(true)?;
        let monitor = Self {
            socket,
            buffer: Vec::with_capacity(64 * 1024),
        };
        monitor.list()?;
        Ok(monitor)
    }

    /// Asks for every interface there is.
    pub(crate) fn list(&self) -> io::Result<()> {
        let message = RouteNetlinkMessage::GetLink(LinkMessage::default());
        send(&self.socket, message, NLM_F_DUMP)
    }

    /// Hands over what has happened; does not wait.
    pub(crate) fn read(&mut self, sink: &mut dyn FnMut(LinkEvent)) -> io::Result<()> {
        loop {
            self.buffer.clear();
            match self.socket.recv_from(&mut self.buffer, 0) {
                Ok(_) => parse(&self.buffer, sink),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.raw_os_error() == Some(ENOBUFS) => sink(LinkEvent::Overrun),
                Err(error) => return Err(error),
            }
        }
    }
}

impl AsFd for LinkMonitor {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

fn parse(bytes: &[u8], sink: &mut dyn FnMut(LinkEvent)) {
    for message in messages(bytes) {
        match message.payload {
            NetlinkPayload::InnerMessage(RouteNetlinkMessage::NewLink(link)) => {
                if let Some(link) = describe(&link) {
                    sink(LinkEvent::Is(link));
                }
            }
            NetlinkPayload::InnerMessage(RouteNetlinkMessage::DelLink(link)) => {
                sink(LinkEvent::Gone(link.header.index));
            }
            NetlinkPayload::Done(_) => sink(LinkEvent::Listed),
            // Another listing was under way: the kernel takes one at a time.
            NetlinkPayload::Error(_) => sink(LinkEvent::Overrun),
            _ => {}
        }
    }
}

/// The messages of one datagram, up to the first that cannot be read.
fn messages(bytes: &[u8]) -> impl Iterator<Item = NetlinkMessage<RouteNetlinkMessage>> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let message = NetlinkMessage::<RouteNetlinkMessage>::deserialize(rest).ok()?;
        let length = usize::try_from(message.header.length).ok()?;
        // Messages begin at multiples of four bytes (netlink(7), NLMSG_ALIGN).
        rest = rest.get(length.next_multiple_of(4)..).unwrap_or(&[]);
        (length > 0).then_some(message)
    })
}

fn describe(link: &LinkMessage) -> Option<Link> {
    let name = link
        .attributes
        .iter()
        .find_map(|attribute| match attribute {
            LinkAttribute::IfName(name) => Some(name.clone()),
            _ => None,
        })?;
    Some(Link {
        index: link.header.index,
        name,
        is_up: link.header.flags.contains(LinkFlags::Up),
        kind: link.header.link_layer_type.into(),
    })
}

fn send(socket: &Socket, message: RouteNetlinkMessage, flags: u16) -> io::Result<()> {
    let mut packet = NetlinkMessage::from(message);
    packet.header.flags = NLM_F_REQUEST | flags;
    packet.header.sequence_number = 1;
    packet.finalize();
    let mut bytes = vec![0; packet.buffer_len()];
    packet.serialize(&mut bytes);
    socket.send_to(&bytes, &SocketAddr::new(0, 0), 0)?;
    Ok(())
}

/// Asks the kernel in the calling thread's namespace and collects its answers.
///
/// `flags` is [`NLM_F_DUMP`] for a list, [`NLM_F_ACK`] and others for a change.
pub(crate) fn request(
    message: RouteNetlinkMessage,
    flags: u16,
) -> io::Result<Vec<RouteNetlinkMessage>> {
    let mut socket = Socket::new(NETLINK_ROUTE)?;
    socket.bind_auto()?;
    let flags = if flags & NLM_F_DUMP == NLM_F_DUMP {
        flags
    } else {
        flags | NLM_F_ACK
    };
    send(&socket, message, flags)?;
    let mut answers = Vec::new();
    loop {
        let (bytes, _) = socket.recv_from_full()?;
        for message in messages(&bytes) {
            match message.payload {
                NetlinkPayload::InnerMessage(answer) => answers.push(answer),
                NetlinkPayload::Done(_) => return Ok(answers),
                NetlinkPayload::Error(error) if error.code.is_none() => return Ok(answers),
                NetlinkPayload::Error(error) => return Err(error.to_io()),
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    #[test]
    fn the_loopback_interface_is_listed() {
        let mut monitor = LinkMonitor::new().expect("a netlink socket needs no privileges");
        let (mut links, mut listed) = (Vec::new(), false);
        let deadline = Instant::now() + Duration::from_secs(5);
        while !listed && Instant::now() < deadline {
            monitor
                .read(&mut |event| match event {
                    LinkEvent::Is(link) => links.push(link),
                    LinkEvent::Listed => listed = true,
                    other => panic!("unexpected: {other:?}"),
                })
                .expect("read");
            std::thread::sleep(Duration::from_millis(1));
        }
        assert!(listed);
        let loopback = links.iter().find(|link| link.index == 1).expect("index 1");
        // ARPHRD_LOOPBACK
        assert_eq!((loopback.name.as_str(), loopback.kind), ("lo", 772));
    }

    #[test]
    fn damaged_messages_end_the_reading() {
        let mut seen = 0;
        for length in 0..64 {
            parse(&vec![0xff; length], &mut |_| seen += 1);
            parse(&vec![0; length], &mut |_| seen += 1);
        }
        assert_eq!(seen, 0);
    }
}
