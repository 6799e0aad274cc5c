//! Protocols that an embedder adds.

use std::boxed::Box;
use std::sync::Arc;

use super::parse_context::ParseContext;
use super::roles::{Detection, FirstBytes, Pairing, Parsed, Role, TransportKind};
use flow_core::flow::Flow;

/// A protocol that an embedder adds with [`TrackerBuilder::protocol`](super::TrackerBuilder::protocol).
///
/// The tracker asks each of them, in the order in which they were added and before its own,
/// whether a connection speaks it. For a connection that does, it puts the bytes of each side in
/// order and hands them to a [`ProtocolParser`], which reports messages; the tracker pairs them,
/// measures latencies, keeps to its [`Limits`](super::Limits) and counts what is lost.
///
/// This is the protocol of Redis (RESP), as far as commands without binary data need it:
///
/// ```
/// use flow_core::flow::{Flow, Ip, Protocol as Transport, TcpFlags};
/// use flow_l7::track::{
///     Detection, FirstBytes, Pairing, ParseContext, Parsed, Protocol, ProtocolParser, Role,
///     Segment, Tracker, TransportKind,
/// };
///
/// struct Redis;
///
/// impl Protocol for Redis {
///     fn name(&self) -> &str {
///         "redis"
///     }
///
///     fn transport(&self) -> TransportKind {
///         TransportKind::Stream
///     }
///
///     fn pairing(&self) -> Pairing {
///         Pairing::Order
///     }
///
///     fn detect(&self, first: &FirstBytes<'_>) -> Detection {
///         match first.bytes {
///             [b'*', b'1'..=b'9', ..] if first.receiver_port == 6379 => Detection::Client,
///             _ => Detection::No,
///         }
///     }
///
///     fn parser(&self) -> Box<dyn ProtocolParser> {
///         Box::new(RedisParser)
///     }
/// }
///
/// struct RedisParser;
///
/// /// A line without its end, and what follows it.
/// fn line(data: &[u8]) -> Option<(&str, &[u8])> {
///     let end = data.windows(2).position(|bytes| bytes == b"\r\n")?;
///     Some((std::str::from_utf8(&data[..end]).unwrap_or("?"), &data[end + 2..]))
/// }
///
/// impl ProtocolParser for RedisParser {
///     fn begins(&self, sender: Role, data: &[u8]) -> bool {
///         match sender {
///             Role::Client => data.starts_with(b"*"),
///             Role::Server => matches!(data.first(), Some(b'+' | b'-' | b':' | b'$')),
///         }
///     }
///
///     fn parse(&mut self, sender: Role, data: &[u8], context: &mut ParseContext<'_>) -> Parsed {
///         let Some((head, mut rest)) = line(data) else { return Parsed::More };
///         if sender == Role::Server {
///             // `$5` is followed by five bytes and the end of a line.
///             let length = head.strip_prefix('$').and_then(|text| text.parse::<usize>().ok());
///             let status = if head.starts_with('-') { head } else { "OK" };
///             context.response(0, |message| {
///                 message.status(status);
///             });
///             return Parsed::Used(head.len() + 2 + length.map_or(0, |length| length + 2));
///         }
///         let Some(Ok(count)) = head.strip_prefix('*').map(str::parse::<usize>) else {
///             return Parsed::Malformed;
///         };
///         let mut words = Vec::new();
///         for _ in 0..count {
///             let Some((_, after)) = line(rest) else { return Parsed::More };
///             let Some((word, after)) = line(after) else { return Parsed::More };
///             words.push(word);
///             rest = after;
///         }
///         context.request(0, |message| {
///             message.operation(words[0]);
///             // Keys may be shown, values may be secrets.
///             if let Some(key) = words.get(1) {
///                 message.attribute("key", key);
///             }
///         });
///         Parsed::Used(data.len() - rest.len())
///     }
/// }
///
/// let mut tracker = Tracker::builder().protocol(Redis).build();
/// let mut there = Flow { protocol: Transport::TCP, time: 1_000, ..Flow::default() };
/// (there.source.ip, there.source.port) = (Ip::v4([10, 0, 0, 1]), 40_000);
/// (there.destination.ip, there.destination.port) = (Ip::v4([10, 0, 0, 2]), 6379);
/// let mut back = there;
/// std::mem::swap(&mut back.source, &mut back.destination);
/// back.time = 3_000;
/// let mut seen = Vec::new();
/// for (flow, payload) in [(&there, &b"*2\r\n$3\r\nGET\r\n$1\r\na\r\n"[..]), (&back, b"$2\r\nhi\r\n")] {
///     tracker.track(flow, &Segment::stream(payload, 7, TcpFlags::ACK), &mut |_flow, record| {
///         seen.push(record.summary().to_string());
///     });
/// }
/// assert_eq!(seen, ["redis GET", "redis OK 2µs (GET)"]);
/// ```
pub trait Protocol: Send + Sync {
    /// Returns the name that its records have.
    fn name(&self) -> &str;

    /// Returns what it is carried by.
    fn transport(&self) -> TransportKind;

    /// Returns how a response finds its request.
    fn pairing(&self) -> Pairing;

    /// Returns whether a connection speaks it, by the first bytes that one side sent.
    fn detect(&self, first: &FirstBytes<'_>) -> Detection;

    /// Returns a parser for one connection.
    fn parser(&self) -> Box<dyn ProtocolParser>;
}

/// Parses the messages of one connection. See [`Protocol`].
pub trait ProtocolParser: Send + Sync {
    /// Parses one message at the beginning of `data` and reports it to `context`.
    ///
    /// Over a stream, `data` begins where the last message ended. Over datagrams it is one
    /// datagram, or what a message left of it.
    ///
    /// A message that is not whole, [`Parsed::More`], is to be reported when it is given again.
    fn parse(&mut self, sender: Role, data: &[u8], context: &mut ParseContext<'_>) -> Parsed;

    /// Returns whether a message of `sender` begins with `data`. It is asked at the beginning of
    /// each segment after bytes were lost, until it is true.
    fn begins(&self, sender: Role, data: &[u8]) -> bool;

    /// Forgets what it knows of the stream of `sender`: bytes were lost.
    fn lost(&mut self, sender: Role) {
        let _ = sender;
    }

    /// Returns the bytes that it holds on the heap, for the tracker's limit of memory.
    fn heap_len(&self) -> usize {
        0
    }
}

/// Which of these protocols the sender of a packet speaks, and whether it is the client; `Err`
/// says whether more bytes could tell.
pub(super) fn find<'p>(
    protocols: &'p [Arc<dyn Protocol>],
    transport: TransportKind,
    flow: &Flow,
    bytes: &[u8],
) -> Result<(&'p Arc<dyn Protocol>, bool), bool> {
    let mut is_more_needed = false;
    let first = FirstBytes {
        bytes,
        sender_port: flow.source.port,
        receiver_port: flow.destination.port,
    };
    for protocol in protocols {
        if protocol.transport() != transport {
            continue;
        }
        match protocol.detect(&first) {
            Detection::No => {}
            Detection::More => is_more_needed = true,
            Detection::Client => return Ok((protocol, true)),
            Detection::Server => return Ok((protocol, false)),
        }
    }
    Err(is_more_needed)
}
