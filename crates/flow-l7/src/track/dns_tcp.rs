//! DNS over TCP: each message has its length before it.

use super::context::Context;
use super::dns::{self, Queries};
use super::framed::Framed;
use super::frames::{Frame, Prefix};
use crate::L7Protocol;
use flow_core::flow::Side;

pub(super) struct Length;

impl Prefix for Length {
    const LEN: usize = 2;

    fn length(bytes: &[u8]) -> Option<u32> {
        let length = u16::from_be_bytes(*bytes.first_chunk()?);
        // The header of a message.
        (length >= 12).then_some(u32::from(length))
    }
}

/// A connection that speaks DNS.
#[derive(Default)]
pub(super) struct DnsTcp {
    queries: Queries,
}

impl Framed for DnsTcp {
    type Prefix = Length;

    fn most(head: usize) -> usize {
        head
    }

    fn begins(&self, _: Side, data: &[u8], is_within: bool, context: &Context<'_>) -> bool {
        context.begins(L7Protocol::Dns, data, is_within)
    }

    fn message(&mut self, side: Side, frame: &Frame<'_>, _: bool, context: &mut Context<'_>) {
        let message = (&*frame.data, frame.length as usize);
        dns::message(&mut self.queries, side, message, frame.began, context);
    }

    fn client(&self) -> Option<Side> {
        None
    }

    fn pending(&self) -> usize {
        self.queries.pending()
    }

    fn heap_len(&self) -> usize {
        self.queries.heap_len()
    }

    fn clear(&mut self) -> u64 {
        self.queries.clear()
    }
}
