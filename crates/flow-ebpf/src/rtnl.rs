//! Interfaces of one network namespace, as rtnetlink(7) reports them.

use std::collections::HashMap;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};

use netlink_packet_core::{
    NLM_F_ACK, NLM_F_DUMP, NLM_F_MULTIPART, NLM_F_REQUEST, NetlinkMessage, NetlinkPayload,
};
use netlink_packet_route::RouteNetlinkMessage;
use netlink_packet_route::link::{LinkAttribute, LinkFlags, LinkMessage};
use netlink_sys::protocols::NETLINK_ROUTE;
use netlink_sys::{Socket, SocketAddr};

/// `RTNLGRP_LINK` of `include/uapi/linux/rtnetlink.h`.
const GROUP_LINK: u32 = 1;
const ENOBUFS: i32 = 105;
/// `NLM_F_DUMP_INTR` of `include/uapi/linux/netlink.h`: something changed while the list was made.
const DUMP_INTR: u16 = 0x10;

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
    /// It exists: reported for each at first, and after each change.
    Is(Link),
    /// The interface of this index is gone.
    Gone(u32),
    /// Every interface that exists has been reported.
    Listed,
}

/// Follows the interfaces of the namespace in which it was made.
///
/// The kernel reports changes as they happen, and leaves out what a full socket has no room for. Then everything is
/// asked for again. Each request for a list has a number of its own, which its answers bear. So the end of one list is
/// never taken for that of another, and an interface is gone only where a whole list has left it out.
#[derive(Debug)]
pub(crate) struct LinkMonitor {
    socket: Socket,
    buffer: Vec<u8>,
    lists: Lists,
}

impl LinkMonitor {
    /// Begins to listen and asks for every interface there is.
    pub(crate) fn new() -> io::Result<Self> {
        let mut socket = Socket::new(NETLINK_ROUTE)?;
        socket.bind_auto()?;
        socket.add_membership(GROUP_LINK)?;
        socket.set_non_blocking(true)?;
        let mut monitor = Self {
            socket,
            buffer: Vec::with_capacity(64 * 1024),
            lists: Lists::default(),
        };
        monitor.list()?;
        Ok(monitor)
    }

    /// Asks for every interface there is.
    fn list(&mut self) -> io::Result<()> {
        let message = RouteNetlinkMessage::GetLink(LinkMessage::default());
        send(&self.socket, message, NLM_F_DUMP, self.lists.begin())
    }

    /// Hands over what has happened; does not wait. To be called at least now and then, for a list that the kernel
    /// refused is asked for again at the next call.
    pub(crate) fn read(&mut self, sink: &mut dyn FnMut(LinkEvent)) -> io::Result<()> {
        if self.lists.wanted == Wanted::Later {
            self.list()?;
        }
        loop {
            self.buffer.clear();
            match self.socket.recv_from(&mut self.buffer, 0) {
                Ok(_) => self.lists.take(&self.buffer, sink),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.raw_os_error() == Some(ENOBUFS) => {
                    self.lists.wanted = Wanted::Now;
                }
                Err(error) => return Err(error),
            }
        }
        // Nothing older than the request is left to be read, and no list is under way.
        if self.lists.wanted == Wanted::Now {
            self.list()?;
        }
        Ok(())
    }
}

impl AsFd for LinkMonitor {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

/// Whether to ask for a list.
#[derive(Clone, Copy, Default, Debug, PartialEq, Eq)]
enum Wanted {
    #[default]
    No,
    /// As soon as everything that is there has been read.
    Now,
    /// At the next call, for the kernel would refuse it now.
    Later,
}

/// What the kernel has reported, list by list.
#[derive(Debug, Default)]
struct Lists {
    /// Number of the newest request.
    newest: u32,
    wanted: Wanted,
    /// Number of the newest request when an interface was last reported, by its index.
    told: HashMap<u32, u32>,
}

impl Lists {
    /// Returns the number of a new request.
    fn begin(&mut self) -> u32 {
        self.wanted = Wanted::No;
        // What the kernel reports by itself has number 0.
        self.newest = self.newest.checked_add(1).unwrap_or(1);
        self.newest
    }

    fn take(&mut self, bytes: &[u8], sink: &mut dyn FnMut(LinkEvent)) {
        for message in messages(bytes) {
            let header = message.header;
            let listed = header.flags & NLM_F_MULTIPART != 0;
            if listed && header.sequence_number != self.newest {
                continue;
            }
            if header.flags & DUMP_INTR != 0 {
                self.wanted = Wanted::Now;
            }
            match message.payload {
                NetlinkPayload::InnerMessage(RouteNetlinkMessage::NewLink(link)) => {
                    if let Some(link) = describe(&link) {
                        self.told.insert(link.index, self.newest);
                        sink(LinkEvent::Is(link));
                    }
                }
                NetlinkPayload::InnerMessage(RouteNetlinkMessage::DelLink(link)) => {
                    self.told.remove(&link.header.index);
                    sink(LinkEvent::Gone(link.header.index));
                }
                NetlinkPayload::Done(_) if self.wanted == Wanted::No => self.end(sink),
                // Refused, as where another list is under way.
                NetlinkPayload::Error(_) if header.sequence_number == self.newest => {
                    self.wanted = Wanted::Later;
                }
                _ => {}
            }
        }
    }

    /// The newest list has been reported whole.
    fn end(&mut self, sink: &mut dyn FnMut(LinkEvent)) {
        let newest = self.newest;
        let gone = self.told.extract_if(|_, told| *told != newest);
        gone.for_each(|(index, _)| sink(LinkEvent::Gone(index)));
        sink(LinkEvent::Listed);
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

fn send(socket: &Socket, message: RouteNetlinkMessage, flags: u16, number: u32) -> io::Result<()> {
    let mut packet = NetlinkMessage::from(message);
    packet.header.flags = NLM_F_REQUEST | flags;
    packet.header.sequence_number = number;
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
    send(&socket, message, flags, 1)?;
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

    use netlink_packet_core::{DoneMessage, ErrorMessage, NetlinkHeader};

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

    /// A datagram with one message, as part of the list of this number, or by itself where it is 0.
    fn datagram(payload: NetlinkPayload<RouteNetlinkMessage>, number: u32) -> Vec<u8> {
        let mut header = NetlinkHeader::default();
        header.sequence_number = number;
        header.flags = if number == 0 { 0 } else { NLM_F_MULTIPART };
        let mut message = NetlinkMessage::new(header, payload);
        message.finalize();
        // `finalize` knows of no flags, but of types.
        message.header.flags = header.flags;
        let mut bytes = vec![0; message.buffer_len()];
        message.serialize(&mut bytes);
        bytes
    }

    fn link(index: u32, number: u32) -> Vec<u8> {
        let mut message = LinkMessage::default();
        message.header.index = index;
        let name = LinkAttribute::IfName(format!("eth{index}"));
        message.attributes.push(name);
        datagram(RouteNetlinkMessage::NewLink(message).into(), number)
    }

    fn done(number: u32) -> Vec<u8> {
        datagram(NetlinkPayload::Done(DoneMessage::default()), number)
    }

    /// What is reported of each index, and -1 for the end of a list.
    fn take(lists: &mut Lists, datagrams: &[Vec<u8>]) -> Vec<String> {
        let mut told = Vec::new();
        for bytes in datagrams {
            lists.take(bytes, &mut |event| {
                told.push(match event {
                    LinkEvent::Is(link) => format!("is {}", link.index),
                    LinkEvent::Gone(index) => format!("gone {index}"),
                    LinkEvent::Listed => "listed".to_owned(),
                });
            });
        }
        told
    }

    #[test]
    fn the_end_of_an_older_list_ends_no_newer_one() {
        let mut lists = Lists::default();
        let first = lists.begin();
        let told = take(&mut lists, &[link(2, first), link(3, first), done(first)]);
        assert_eq!(told, ["is 2", "is 3", "listed"]);
        let second = lists.begin();
        // Messages were lost: everything is asked for once more while the second list comes.
        take(&mut lists, &[link(2, second)]);
        let third = lists.begin();
        let told = take(&mut lists, &[link(3, second), done(second)]);
        assert!(told.is_empty(), "{told:?}");
        // Changes are reported in between.
        let told = take(&mut lists, &[link(4, 0), link(2, third), done(third)]);
        assert_eq!(told, ["is 4", "is 2", "gone 3", "listed"]);
    }

    #[test]
    fn a_list_that_was_disturbed_or_refused_is_asked_for_again() {
        let mut lists = Lists::default();
        let first = lists.begin();
        take(&mut lists, &[link(2, first), done(first)]);
        let second = lists.begin();
        let mut disturbed = done(second);
        let flags = NLM_F_MULTIPART | DUMP_INTR;
        disturbed[6..8].copy_from_slice(&flags.to_ne_bytes());
        assert!(take(&mut lists, &[disturbed]).is_empty(), "nothing is gone");
        assert_eq!(lists.wanted, Wanted::Now);
        let third = lists.begin();
        let refused = datagram(NetlinkPayload::Error(ErrorMessage::default()), third);
        let mut refused = refused;
        refused[6..8].copy_from_slice(&0_u16.to_ne_bytes());
        assert!(take(&mut lists, &[refused]).is_empty());
        assert_eq!(lists.wanted, Wanted::Later);
        let fourth = lists.begin();
        assert_eq!(take(&mut lists, &[done(fourth)]), ["gone 2", "listed"]);
    }

    #[test]
    fn damaged_messages_end_the_reading() {
        let mut lists = Lists::default();
        for length in 0..64 {
            let told = take(&mut lists, &[vec![0xff; length], vec![0; length]]);
            assert!(told.is_empty(), "{told:?}");
        }
    }
}
