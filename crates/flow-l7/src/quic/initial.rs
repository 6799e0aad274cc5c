//! The handshake in the Initial packets of one side.

use super::crypto::CryptoStream;
use super::frames::{Frame, frame};
use super::header::{LongHeader, PacketKind};
use super::keys::{InitialKeys, Side};
use crate::cursor::Cursor;
use crate::error::{L7Error, L7Layer, L7Problem};
use crate::flags::L7Flags;
use crate::tls::Handshakes;

/// Longest Initial packet that is decrypted, in bytes; datagrams are not larger on the way.
const MAX_PACKET: usize = 2048;
/// Initial packets that are decrypted of one datagram.
const MAX_PACKETS: usize = 8;

/// Decrypts the Initial packets of one side and puts the handshake in them together.
///
/// ```
/// use flow_l7::quic::Initials;
/// use flow_l7::tls::{ClientHello, HandshakeType};
///
/// fn server_name(datagram: &[u8]) -> Option<Vec<u8>> {
///     let mut room = [0; 4096];
///     let mut initials = Initials::client(&mut room);
///     initials.take(datagram).ok()?;
///     let message = initials.messages().next()?;
///     let hello = ClientHello::parse(message.body, message.length).ok()?;
///     hello.server_name().map(<[u8]>::to_vec)
/// }
/// assert_eq!(server_name(b"no packet"), None);
/// ```
#[derive(Debug)]
pub struct Initials<'r> {
    stream: CryptoStream<'r>,
    keys: Option<InitialKeys>,
    side: Side,
    flags: L7Flags,
}

impl<'r> Initials<'r> {
    /// Those of a client, whose packets tell their own keys. The handshake is put together in
    /// `room`; a ClientHello has up to about 2,000 bytes.
    #[must_use]
    pub fn client(room: &'r mut [u8]) -> Self {
        Self {
            stream: CryptoStream::new(room),
            keys: None,
            side: Side::Client,
            flags: L7Flags::NONE,
        }
    }

    /// Those of a server, with [keys](InitialKeys) of the client's first packet.
    #[must_use]
    pub fn server(room: &'r mut [u8], keys: InitialKeys) -> Self {
        Self {
            keys: Some(keys),
            side: Side::Server,
            ..Self::client(room)
        }
    }

    /// Takes a datagram. Packets in it that are no Initial ones are stepped over.
    ///
    /// # Errors
    /// Where there is no Initial packet in it that can be decrypted: because it was cut off, is
    /// of another version, or is damaged.
    pub fn take(&mut self, datagram: &[u8]) -> Result<(), L7Error> {
        let mut rest = datagram;
        let (mut is_any, mut failed) = (false, None);
        for _ in 0..MAX_PACKETS {
            let header = match LongHeader::parse(rest) {
                Ok(header) => header,
                // Padding, a packet with a short header, or the end.
                Err(error) => {
                    failed = failed.or(Some(error));
                    break;
                }
            };
            if header.kind == PacketKind::Initial {
                match self.packet(rest, &header) {
                    Ok(()) => is_any = true,
                    Err(error) => failed = failed.or(Some(error)),
                }
            }
            let end = header.payload_at.saturating_add(header.length);
            rest = rest.get(end..).unwrap_or_default();
        }
        match failed {
            Some(error) if !is_any => Err(error),
            _ => Ok(()),
        }
    }

    fn packet(&mut self, packet: &[u8], header: &LongHeader<'_>) -> Result<(), L7Error> {
        let end = header.payload_at.saturating_add(header.length);
        if end > packet.len() {
            return Err(error(packet, L7Problem::Truncated));
        }
        if end > MAX_PACKET {
            return Err(error(packet, L7Problem::Limit));
        }
        let bad = || error(packet, L7Problem::Value);
        let (mut room, mut again) = ([0; MAX_PACKET], [0; MAX_PACKET]);
        let known = self.keys.as_ref();
        let text = match known.and_then(|keys| keys.open(packet, header, &mut room)) {
            Some(text) => text,
            None if self.side == Side::Server => return Err(bad()),
            None => {
                // The first packet of a client; or its first after a Retry, which has new keys.
                let id = header.destination_id;
                let keys = InitialKeys::new(header.version, id, Side::Client).ok_or_else(bad)?;
                let text = keys.open(packet, header, &mut again).ok_or_else(bad)?;
                self.keys = Some(keys);
                text
            }
        };
        let mut cursor = Cursor::new(text, 0);
        while !cursor.rest().is_empty() {
            match frame(&mut cursor) {
                Some(Frame::Crypto { offset, data }) => self.stream.add(offset, data),
                Some(Frame::Other) => {}
                None => {
                    self.flags |= L7Flags::MALFORMED;
                    break;
                }
            }
        }
        Ok(())
    }

    /// The handshake messages, as far as they came without a gap.
    #[must_use]
    pub fn messages(&self) -> Handshakes<'_> {
        Handshakes::new(self.stream.bytes())
    }

    /// Whether there was a frame that an Initial packet may not hold, or more than the room
    /// takes.
    #[must_use]
    pub fn flags(&self) -> L7Flags {
        if self.stream.is_over_limit() {
            self.flags | L7Flags::LIMIT
        } else {
            self.flags
        }
    }
}

#[cold]
fn error(packet: &[u8], problem: L7Problem) -> L7Error {
    let (needed, got) = match problem {
        L7Problem::Limit => (MAX_PACKET, packet.len()),
        _ => (packet.len() + 1, packet.len()),
    };
    L7Error::new(L7Layer::Quic, 0, problem, needed, got)
}
