//! TLS: the hellos of client and server.

use core::mem;
use std::vec::Vec;

use super::context::{Context, Reported};
use super::stream_parser::{Next, StreamParser};
use crate::tls::{
    ClientHello, ContentType, Handshake, HandshakeBytes, HandshakeType, Ja4Transport, Records,
    ServerHello,
};
use flow_core::flow::Side;
use flow_core::record::{L7Body, RecordFlags};

/// Room for a hello that comes in several records.
const ROOM: usize = 16 << 10;

/// One direction.
#[derive(Default)]
struct Half {
    state: State,
    /// What is there of a hello that is not whole.
    bytes: Vec<u8>,
    began: u64,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum State {
    /// A hello begins here, or goes on.
    #[default]
    Hello,
    /// A second hello is looked for at the beginning of each segment.
    Again,
    Over,
}

/// The client's hello that waits.
struct PendingHello {
    time: u64,
    name: Vec<u8>,
    is_redacted: bool,
}

/// A connection that speaks TLS, up to the hello of the server.
pub(super) struct Tls {
    client: Side,
    halves: [Half; 2],
    hellos: Hellos,
}

impl Tls {
    pub(super) fn new(client: Side) -> Self {
        Self {
            client,
            halves: Default::default(),
            hellos: Hellos::new(false),
        }
    }

    /// Reads a hello. Gives how many bytes are done with; all where nothing more is to be had.
    fn hello(
        &mut self,
        side: Side,
        text: &[u8],
        is_last: bool,
        context: &mut Context<'_>,
    ) -> Outcome {
        // Room is needed only where the first record does not hold all of it.
        let is_whole = HandshakeBytes::join(text, &mut [])
            .is_ok_and(|joined| joined.messages().next().is_some_and(|it| it.is_whole()));
        let mut room = Vec::new();
        if !is_whole {
            room.resize(text.len().min(ROOM), 0);
        }
        let joined = match HandshakeBytes::join(text, &mut room) {
            Ok(joined) => joined,
            Err(_) => return after_others(text),
        };
        let Some(message) = joined.messages().next() else {
            return Outcome::Part;
        };
        if !message.is_whole() && !is_last {
            return Outcome::Part;
        }
        let began = self.halves[side.index()].began;
        let is_client = side == self.client;
        match self
            .hellos
            .take((side, is_client), &message, began, context)
        {
            Took::Hello => Outcome::Over,
            Took::Retry => {
                self.halves[side.other().index()] = Half {
                    state: State::Again,
                    ..Half::default()
                };
                Outcome::Used(length_of(text, message.length + 4))
            }
            Took::Other => Outcome::Over,
        }
    }
}

/// What reading came to.
enum Outcome {
    /// This many bytes are done with.
    Used(usize),
    Part,
    /// Nothing more is to be had.
    Over,
}

/// Text that has no handshake record yet: whole records of other kinds are done with.
fn after_others(text: &[u8]) -> Outcome {
    let mut records = Records::new(text);
    let mut at = 0;
    loop {
        match records.next() {
            None => return Outcome::Used(at),
            Some(Ok(record)) if record.kind == ContentType::HANDSHAKE => return Outcome::Part,
            Some(Ok(record)) if record.is_whole() => at = records.offset(),
            Some(Ok(_)) if at > 0 => return Outcome::Used(at),
            Some(Ok(_)) => return Outcome::Part,
            Some(Err(error)) if error.is_truncated() && at > 0 => return Outcome::Used(at),
            Some(Err(error)) if error.is_truncated() => return Outcome::Part,
            Some(Err(_)) => return Outcome::Over,
        }
    }
}

/// Length of the records that hold this many bytes of a handshake.
fn length_of(text: &[u8], mut handshake: usize) -> usize {
    let mut records = Records::new(text);
    while let Some(Ok(record)) = records.next() {
        if record.kind == ContentType::HANDSHAKE {
            handshake = handshake.saturating_sub(record.fragment.len());
            if handshake == 0 {
                return records.offset();
            }
        }
    }
    text.len()
}

impl StreamParser for Tls {
    fn bytes(&mut self, side: Side, data: &[u8], time: u64, context: &mut Context<'_>) -> Next {
        let limit = context.limits().head;
        let half = &mut self.halves[side.index()];
        if half.state == State::Over {
            return Next::Same;
        }
        if half.bytes.is_empty() {
            half.began = time;
            if half.state == State::Again && !matches!(data.first(), Some(20..=22)) {
                return Next::Same;
            }
        }
        half.state = State::Hello;
        let mut held = mem::take(&mut half.bytes);
        let mut text = data;
        if !held.is_empty() {
            let room = limit.saturating_sub(held.len()).min(data.len());
            held.extend_from_slice(&data[..room]);
            text = &held;
        }
        loop {
            match self.hello(side, text, false, context) {
                Outcome::Used(length) => {
                    text = text.get(length.max(1)..).unwrap_or_default();
                    if text.is_empty() {
                        return Next::Same;
                    }
                }
                Outcome::Part if text.len() < limit => {
                    self.halves[side.index()].bytes = text.to_vec();
                    return Next::Same;
                }
                Outcome::Part => {
                    self.hello(side, text, true, context);
                    break;
                }
                Outcome::Over => break,
            }
        }
        self.halves[side.index()].state = State::Over;
        Next::Same
    }

    fn hole(&mut self, side: Side, _: Option<u32>, context: &mut Context<'_>) {
        if self.halves[side.index()].state == State::Hello {
            context.stats.gaps += 1;
        }
        self.end(side, context);
    }

    fn can_skip(&self, side: Side, _: u32) -> bool {
        self.halves[side.index()].state == State::Over
    }

    fn end(&mut self, side: Side, context: &mut Context<'_>) {
        let half = &mut self.halves[side.index()];
        let text = mem::take(&mut half.bytes);
        half.state = State::Over;
        if !text.is_empty() && !matches!(self.hello(side, &text, true, context), Outcome::Over) {
            context.stats.truncated += 1;
        }
    }

    /// Records, not the answer of another protocol that said yes to TLS.
    fn can_begin(&self, data: &[u8]) -> bool {
        matches!(data.first(), Some(20..=24))
    }

    fn client(&self) -> Option<Side> {
        Some(self.client)
    }

    fn pending(&self) -> usize {
        self.hellos.pending()
    }

    fn is_unfinished(&self) -> bool {
        self.halves.iter().any(|half| !half.bytes.is_empty())
    }

    fn heap_len(&self) -> usize {
        let bytes: usize = self.halves.iter().map(|half| half.bytes.capacity()).sum();
        size_of::<Self>() + bytes + self.hellos.heap_len()
    }

    fn clear(&mut self) -> u64 {
        self.hellos.clear()
    }
}

/// Pairs the hellos, over TCP or QUIC.
pub(super) struct Hellos {
    is_quic: bool,
    pending: Option<PendingHello>,
}

/// What a handshake message was.
pub(super) enum Took {
    Hello,
    /// A server's that asks for another one.
    Retry,
    Other,
}

impl Hellos {
    pub(super) const fn new(is_quic: bool) -> Self {
        Self {
            is_quic,
            pending: None,
        }
    }

    pub(super) fn pending(&self) -> usize {
        usize::from(self.pending.is_some())
    }

    pub(super) fn heap_len(&self) -> usize {
        self.pending
            .as_ref()
            .map_or(0, |requested| requested.name.capacity())
    }

    pub(super) fn clear(&mut self) -> u64 {
        u64::from(self.pending.take().is_some())
    }

    /// Takes the first message of a side, and reports it if it is a hello.
    pub(super) fn take(
        &mut self,
        (side, is_client): (Side, bool),
        message: &Handshake<'_>,
        began: u64,
        context: &mut Context<'_>,
    ) -> Took {
        let mut reported = Reported {
            sender: side,
            began,
            requested: None,
        };
        let cut = match message.is_whole() {
            true => RecordFlags::NONE,
            false => RecordFlags::TRUNCATED,
        };
        if is_client {
            let (HandshakeType::CLIENT_HELLO, Ok(hello)) = (
                message.kind,
                ClientHello::parse(message.body, message.length),
            ) else {
                return Took::Other;
            };
            let transport = match self.is_quic {
                true => Ja4Transport::Quic,
                false => Ja4Transport::Tcp,
            };
            let now = context.now();
            let recorder = &mut *context.recorder;
            recorder.client_hello(&hello, transport);
            let name = match recorder.record.body() {
                L7Body::Tls(tls) => tls.server_name().as_bytes(),
                _ => &[],
            };
            let requested = PendingHello {
                time: now,
                name: recorder.buffers.text(&[name]),
                is_redacted: recorder.record.flags.contains(RecordFlags::REDACTED),
            };
            recorder.record.flags |= cut;
            context.report(reported);
            if self.pending.replace(requested).is_some() {
                context.stats.unanswered += 1;
            }
            return Took::Hello;
        }
        let (HandshakeType::SERVER_HELLO, Ok(hello)) = (
            message.kind,
            ServerHello::parse(message.body, message.length),
        ) else {
            return Took::Other;
        };
        let recorder = &mut *context.recorder;
        recorder.server_hello(&hello, self.is_quic);
        recorder.record.flags |= cut;
        match self.pending.take() {
            Some(requested) => {
                context.stats.paired += 1;
                reported.requested = Some(requested.time);
                if let Some(mut tls) = recorder.record.tls_mut() {
                    tls.server_name(&requested.name);
                }
                if requested.is_redacted {
                    recorder.record.flags |= RecordFlags::REDACTED;
                }
                recorder.buffers.keep_text(requested.name);
            }
            None => {
                context.stats.unmatched += 1;
                recorder.record.flags |= RecordFlags::UNMATCHED;
            }
        }
        context.report(reported);
        match hello.is_retry() {
            true => Took::Retry,
            false => Took::Hello,
        }
    }
}
