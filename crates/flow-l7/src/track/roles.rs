//! What an embedder's protocol and the tracker exchange.

/// The first bytes that one side of a connection sent.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct FirstBytes<'a> {
    /// The bytes; of a datagram as many as were captured.
    pub bytes: &'a [u8],
    /// Port that they were sent from.
    pub sender_port: u16,
    /// Port that they were sent to.
    pub receiver_port: u16,
}

/// Lengths and ports only: the bytes may be secret.
impl core::fmt::Debug for FirstBytes<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("FirstBytes")
            .field("length", &self.bytes.len())
            .field("sender_port", &self.sender_port)
            .field("receiver_port", &self.receiver_port)
            .finish()
    }
}

/// Whether a connection speaks a protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Detection {
    /// It does not.
    No,
    /// More bytes of the same side are needed to tell.
    More,
    /// It does, and the sender of the bytes is the client.
    Client,
    /// It does, and the sender of the bytes is the server.
    Server,
}

/// What a protocol is carried by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TransportKind {
    /// TCP.
    Stream,
    /// UDP.
    Datagram,
}

/// How a response finds its request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Pairing {
    /// Responses come in the order of their requests. Identifiers mean nothing.
    Order,
    /// A response has the identifier of its request.
    Id,
}

/// One side of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "a client or a server")]
pub enum Role {
    /// The side that sends requests.
    Client,
    /// The side that sends responses.
    Server,
}

/// What parsing came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Parsed {
    /// The message has this many bytes, at least one. They may be more than there are: the rest
    /// is skipped when it comes, and need not be seen.
    Used(usize),
    /// The message is not whole, or not as far as it is needed. It is given again with more of
    /// it, up to [`Limits::head`](super::Limits::head) bytes.
    More,
    /// It is no message of the protocol. What follows is skipped until a message
    /// [begins](super::ProtocolParser::begins).
    Malformed,
}
