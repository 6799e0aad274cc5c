//! Parsers of the protocols over TCP.

use std::boxed::Box;

use super::context::Context;
use flow_core::flow::Side;

/// What follows the data that was given.
pub(super) enum Next {
    /// More of the same.
    Same,
    /// Nothing that is followed.
    Over,
    /// After this many bytes another protocol, which has to be found.
    Choose(usize),
    /// After this many bytes another protocol.
    Turn(usize, Box<dyn StreamParser>),
}

/// Parses what the two sides of a connection send in one protocol.
pub(super) trait StreamParser: Send + Sync {
    /// Takes the next bytes of a side. `time` is that of the packet that held them.
    fn bytes(&mut self, side: Side, data: &[u8], time: u64, context: &mut Context<'_>) -> Next;

    /// This many bytes of a side were not seen. `None`: it is not known how many.
    fn hole(&mut self, side: Side, length: Option<u32>, context: &mut Context<'_>);

    /// Whether the next bytes of a side are of no interest, so that they are not waited for.
    fn can_skip(&self, side: Side, length: u32) -> bool;

    /// Nothing more comes from a side.
    fn end(&mut self, side: Side, context: &mut Context<'_>);

    /// Whether what a side sent before the protocol was found can be a part of it.
    fn can_begin(&self, data: &[u8]) -> bool {
        let _ = data;
        true
    }

    /// Which side is the client, where that is known.
    fn client(&self) -> Option<Side>;

    /// Requests that wait for their response.
    fn pending(&self) -> usize;

    /// Whether something would be reported if the connection ended here.
    fn is_unfinished(&self) -> bool;

    /// Bytes that it takes, itself included.
    fn heap_len(&self) -> usize;

    /// Gives up what waits; gives how many there were.
    fn clear(&mut self) -> u64;
}
