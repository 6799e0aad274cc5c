//! One connection, over TCP or UDP.

use std::boxed::Box;

use super::desk::Desk;
use super::dns::Queries;
use super::key::Side;
#[cfg(feature = "quic")]
use super::quic::Quic;
use super::stream::Stream;
use super::table::Class;
use super::talk::Talk;
use flow_core::flow::{Flow, TcpFlags};

/// A TCP connection.
pub(super) struct Tcp {
    pub(super) streams: [Stream; 2],
    pub(super) talk: Talk,
    /// Sequence number of the first SYN, and who sent it.
    began: Option<(Side, u32)>,
    /// Flow of the last packet, while something of it would be told at the end.
    last: Option<Box<Flow>>,
}

impl Tcp {
    /// A connection that begins with a segment of this sender, sequence number and flags.
    pub(super) fn new(side: Side, sequence: u32, flags: TcpFlags) -> Self {
        let is_begun = flags.contains(TcpFlags::SYN);
        let is_client = is_begun && !flags.contains(TcpFlags::ACK);
        Self {
            streams: Default::default(),
            talk: Talk::new([!is_begun; 2]),
            began: is_client.then_some((side, sequence)),
            last: None,
        }
    }

    /// Whether a SYN belongs to it.
    fn is_same(&self, side: Side, sequence: u32) -> bool {
        match self.began {
            Some(began) => began == (side, sequence),
            None => self.streams[side.index()].next().is_none(),
        }
    }

    /// Keeps the flow of the last packet, if it will be needed.
    pub(super) fn keep(&mut self, flow: &Flow) {
        if self.talk.is_unfinished() {
            **self.last.get_or_insert_default() = *flow;
        } else {
            self.last = None;
        }
    }

    /// Both sides say nothing more.
    pub(super) fn end(&mut self, desk: &mut Desk<'_>) {
        for side in [Side::Low, Side::High] {
            self.talk.end(side, desk);
        }
    }
}

/// A connection.
pub(super) enum Connection {
    Dns(Queries),
    #[cfg(feature = "quic")]
    Quic(Box<Quic>),
    Tcp(Box<Tcp>),
    /// It ended; what is sent again is left out. Of what class it was.
    Over(Class),
}

impl Connection {
    pub(super) const fn class(&self) -> Class {
        match self {
            Self::Dns(_) => Class::Datagrams,
            #[cfg(feature = "quic")]
            Self::Quic(_) => Class::Datagrams,
            Self::Tcp(_) => Class::Stream,
            Self::Over(class) => *class,
        }
    }

    pub(super) fn heap_len(&self) -> usize {
        match self {
            Self::Dns(queries) => queries.heap_len(),
            #[cfg(feature = "quic")]
            Self::Quic(quic) => quic.heap_len(),
            Self::Tcp(tcp) => {
                let streams: usize = tcp.streams.iter().map(Stream::heap_len).sum();
                let last = tcp.last.as_ref().map_or(0, |_| Flow::SIZE);
                size_of::<Tcp>() + streams + tcp.talk.heap_len() + last
            }
            Self::Over(_) => 0,
        }
    }

    /// Requests that wait.
    pub(super) fn waiting(&self) -> usize {
        match self {
            Self::Dns(queries) => queries.waiting(),
            #[cfg(feature = "quic")]
            Self::Quic(quic) => quic.waiting(),
            Self::Tcp(tcp) => tcp.talk.waiting(),
            Self::Over(_) => 0,
        }
    }

    /// Whether it is kept only to know what is sent again.
    pub(super) const fn is_over(&self) -> bool {
        match self {
            Self::Dns(queries) => queries.waiting() == 0,
            #[cfg(feature = "quic")]
            Self::Quic(_) => false,
            Self::Tcp(_) => false,
            Self::Over(_) => true,
        }
    }

    /// Whether a SYN belongs to it.
    pub(super) fn is_same(&self, side: Side, sequence: u32) -> bool {
        matches!(self, Self::Tcp(tcp) if tcp.is_same(side, sequence))
    }

    /// The flow of the last packet, where something is to be told at the end.
    pub(super) fn last(&mut self) -> Option<Box<Flow>> {
        match self {
            Self::Tcp(tcp) => tcp.last.take(),
            _ => None,
        }
    }

    /// Gives up what waits; gives how many there were.
    pub(super) fn clear(&mut self) -> u64 {
        match self {
            Self::Dns(queries) => queries.clear(),
            #[cfg(feature = "quic")]
            Self::Quic(quic) => quic.clear(),
            Self::Tcp(tcp) => tcp.talk.clear(),
            Self::Over(_) => 0,
        }
    }
}
