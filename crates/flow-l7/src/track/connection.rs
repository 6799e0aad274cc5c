//! One connection, over TCP or UDP.

use std::boxed::Box;
use std::sync::Arc;

use super::added::Messages;
use super::context::Context;
use super::conversation::{Conversation, SideReader};
use super::dns::Queries;
use super::protocol::Protocol;
#[cfg(feature = "quic")]
use super::quic::Quic;
use super::reassembler::Reassembler;
use super::stream_parser::StreamParser;
use super::table::Class;
use flow_core::flow::{Flow, Side, TcpFlags};

/// A TCP connection.
pub(super) struct Tcp {
    pub(super) streams: [Reassembler; 2],
    pub(super) conversation: Conversation,
    /// Sequence number of the first SYN, and who sent it.
    began: Option<(Side, u32)>,
    /// Flow of the last packet, while something of it would be reported at the end.
    last: Option<Box<Flow>>,
}

impl Tcp {
    /// A connection that begins with a segment of this sender, sequence number and flags.
    pub(super) fn new(
        side: Side,
        sequence: u32,
        flags: TcpFlags,
        protocols: &Arc<[Arc<dyn Protocol>]>,
    ) -> Self {
        let is_begun = flags.contains(TcpFlags::SYN);
        let is_client = is_begun && !flags.contains(TcpFlags::ACK);
        Self {
            streams: Default::default(),
            conversation: Conversation::new([!is_begun; 2], Arc::clone(protocols)),
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

    /// Whether something waits for bytes that are missing.
    #[inline]
    pub(super) fn is_waiting(&self) -> bool {
        self.streams.iter().any(Reassembler::is_waiting)
    }

    /// Flow of the last packet, where something waits or is to be reported at the end.
    pub(super) fn last(&self) -> Option<Box<Flow>> {
        self.last.clone()
    }

    /// Keeps the flow of the last packet, if it will be needed.
    pub(super) fn keep(&mut self, flow: &Flow) {
        if self.conversation.is_unfinished() || self.is_waiting() {
            **self.last.get_or_insert_default() = *flow;
        } else {
            self.last = None;
        }
    }

    /// Waits no longer for bytes that are missing since before `then`.
    pub(super) fn expire(&mut self, then: u64, context: &mut Context<'_>) {
        for side in [Side::Low, Side::High] {
            let mut reader = SideReader {
                conversation: &mut self.conversation,
                side,
                context,
            };
            self.streams[side.index()].expire(then, &mut reader);
        }
    }

    /// Both sides send nothing more. What waits is read, that of the client first.
    pub(super) fn end(&mut self, context: &mut Context<'_>) {
        let first = self.conversation.client().unwrap_or(Side::Low);
        for side in [first, first.other()] {
            let mut reader = SideReader {
                conversation: &mut self.conversation,
                side,
                context,
            };
            self.streams[side.index()].finish(&mut reader);
        }
    }
}

/// How a connection ended.
#[derive(Clone, Copy)]
pub(super) struct Ended {
    class: Class,
    /// Who sent the RST that ended it.
    reset_by: Option<Side>,
}

/// A connection.
pub(super) enum Connection {
    Dns(Queries),
    #[cfg(feature = "quic")]
    Quic(Box<Quic>),
    Tcp(Box<Tcp>),
    /// A protocol of the embedder's, over UDP.
    Messages(Box<Messages>),
    /// It ended; what is sent again is left out.
    Over(Ended),
}

impl Connection {
    pub(super) const fn class(&self) -> Class {
        match self {
            Self::Dns(_) | Self::Messages(_) => Class::Datagrams,
            #[cfg(feature = "quic")]
            Self::Quic(_) => Class::Datagrams,
            Self::Tcp(_) => Class::Stream,
            Self::Over(ended) => ended.class,
        }
    }

    pub(super) fn heap_len(&self) -> usize {
        match self {
            Self::Dns(queries) => queries.heap_len(),
            #[cfg(feature = "quic")]
            Self::Quic(quic) => quic.heap_len(),
            Self::Tcp(tcp) => {
                let streams: usize = tcp.streams.iter().map(Reassembler::heap_len).sum();
                let last = tcp.last.as_ref().map_or(0, |_| Flow::SIZE);
                size_of::<Tcp>() + streams + tcp.conversation.heap_len() + last
            }
            Self::Messages(messages) => messages.heap_len(),
            Self::Over(_) => 0,
        }
    }

    /// Requests that wait.
    pub(super) fn pending(&self) -> usize {
        match self {
            Self::Dns(queries) => queries.pending(),
            #[cfg(feature = "quic")]
            Self::Quic(quic) => quic.pending(),
            Self::Tcp(tcp) => tcp.conversation.pending(),
            Self::Messages(messages) => messages.pending(),
            Self::Over(_) => 0,
        }
    }

    /// What is left of it once it ended, by a RST of this side or otherwise.
    pub(super) const fn ended(&self, reset_by: Option<Side>) -> Self {
        Self::Over(Ended {
            class: self.class(),
            reset_by,
        })
    }

    /// Whether a RST of this side ended it: if it sends more, another sent that RST, or it was refused.
    pub(super) fn is_reset_by(&self, side: Side) -> bool {
        matches!(self, Self::Over(ended) if ended.reset_by == Some(side))
    }

    /// Whether it is kept only to know what is sent again.
    pub(super) fn is_over(&self) -> bool {
        match self {
            Self::Dns(queries) => queries.pending() == 0,
            #[cfg(feature = "quic")]
            Self::Quic(quic) => quic.is_over(),
            Self::Tcp(_) | Self::Messages(_) => false,
            Self::Over(_) => true,
        }
    }

    /// Whether something waits for bytes that are missing.
    #[inline]
    pub(super) fn is_waiting(&self) -> bool {
        matches!(self, Self::Tcp(tcp) if tcp.is_waiting())
    }

    /// Whether a SYN belongs to it.
    pub(super) fn is_same(&self, side: Side, sequence: u32) -> bool {
        matches!(self, Self::Tcp(tcp) if tcp.is_same(side, sequence))
    }

    /// The flow of the last packet, where something is to be reported at the end.
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
            Self::Tcp(tcp) => tcp.conversation.clear(),
            Self::Messages(messages) => messages.clear(),
            Self::Over(_) => 0,
        }
    }
}
