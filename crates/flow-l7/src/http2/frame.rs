//! Frames: RFC 9113 section 4.

use flow_core::open_enum;

/// What a client sends first: RFC 9113 section 3.4.
pub const PREFACE: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

open_enum! {
    /// Type of a frame.
    FrameKind(u8) {
        /// Part of a body.
        DATA = 0 => "DATA",
        /// Header fields.
        HEADERS = 1 => "HEADERS",
        /// Priority of a stream.
        PRIORITY = 2 => "PRIORITY",
        /// End of a stream by an error.
        RST_STREAM = 3 => "RST_STREAM",
        /// Settings.
        SETTINGS = 4 => "SETTINGS",
        /// A response that nobody asked for is announced.
        PUSH_PROMISE = 5 => "PUSH_PROMISE",
        /// Measures the round trip.
        PING = 6 => "PING",
        /// The connection ends.
        GOAWAY = 7 => "GOAWAY",
        /// More may be sent.
        WINDOW_UPDATE = 8 => "WINDOW_UPDATE",
        /// More header fields.
        CONTINUATION = 9 => "CONTINUATION",
        /// Alternative services, RFC 7838.
        ALTSVC = 10 => "ALTSVC",
        /// Origins, RFC 8336.
        ORIGIN = 12 => "ORIGIN",
        /// Priority, RFC 9218.
        PRIORITY_UPDATE = 16 => "PRIORITY_UPDATE",
    }
}

open_enum! {
    /// Why a stream or connection ended: RFC 9113 section 7.
    ErrorCode(u32) {
        /// No error.
        NO_ERROR = 0 => "NO_ERROR",
        /// The protocol was broken.
        PROTOCOL_ERROR = 1 => "PROTOCOL_ERROR",
        /// An error inside of an end.
        INTERNAL_ERROR = 2 => "INTERNAL_ERROR",
        /// More was sent than was allowed.
        FLOW_CONTROL_ERROR = 3 => "FLOW_CONTROL_ERROR",
        /// Settings were not acknowledged.
        SETTINGS_TIMEOUT = 4 => "SETTINGS_TIMEOUT",
        /// The stream was closed.
        STREAM_CLOSED = 5 => "STREAM_CLOSED",
        /// A frame of a wrong size.
        FRAME_SIZE_ERROR = 6 => "FRAME_SIZE_ERROR",
        /// The stream was not processed.
        REFUSED_STREAM = 7 => "REFUSED_STREAM",
        /// The stream is not needed any more.
        CANCEL = 8 => "CANCEL",
        /// The table of HPACK was broken.
        COMPRESSION_ERROR = 9 => "COMPRESSION_ERROR",
        /// The connection of a CONNECT request was broken.
        CONNECT_ERROR = 10 => "CONNECT_ERROR",
        /// Too much load.
        ENHANCE_YOUR_CALM = 11 => "ENHANCE_YOUR_CALM",
        /// Not secure enough.
        INADEQUATE_SECURITY = 12 => "INADEQUATE_SECURITY",
        /// HTTP/1.1 is to be used.
        HTTP_1_1_REQUIRED = 13 => "HTTP_1_1_REQUIRED",
    }
}

/// The header of a frame, 9 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FrameHeader {
    /// Length of the payload in bytes, below 2^24.
    pub length: u32,
    /// Type.
    pub kind: FrameKind,
    /// Flags.
    pub flags: u8,
    /// Stream, below 2^31; 0 is the connection.
    pub stream: u32,
}

impl FrameHeader {
    /// Length of a frame's header in bytes.
    pub const LEN: usize = 9;
    /// Flag: nothing follows in this stream.
    pub const END_STREAM: u8 = 0x01;
    /// Flag: no CONTINUATION follows.
    pub const END_HEADERS: u8 = 0x04;
    /// Flag: the payload begins with the length of its padding.
    pub const PADDED: u8 = 0x08;
    /// Flag: a priority comes first.
    pub const PRIORITY: u8 = 0x20;

    /// Reads a header. The reserved bit is left out.
    #[inline]
    #[must_use]
    pub const fn parse(bytes: &[u8; Self::LEN]) -> Self {
        let [high, middle, low, kind, flags, a, b, c, d] = *bytes;
        Self {
            length: u32::from_be_bytes([0, high, middle, low]),
            kind: FrameKind(kind),
            flags,
            stream: u32::from_be_bytes([a & 0x7f, b, c, d]),
        }
    }

    /// Whether a flag is set.
    #[must_use]
    pub const fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }

    /// Whether a peer that keeps to RFC 9113 sends such a frame: of a known type, with a length
    /// and a stream that go with it, not longer than `max_len`.
    #[must_use]
    pub const fn is_plausible(&self, max_len: u32) -> bool {
        let is_connection = self.stream == 0;
        let fits = match self.kind {
            FrameKind::DATA | FrameKind::CONTINUATION => !is_connection,
            FrameKind::HEADERS => !is_connection && self.length > 0,
            FrameKind::PUSH_PROMISE => !is_connection && self.length >= 4,
            FrameKind::PRIORITY => !is_connection && self.length == 5,
            FrameKind::RST_STREAM => !is_connection && self.length == 4,
            FrameKind::SETTINGS => is_connection && self.length.is_multiple_of(6),
            FrameKind::PING => is_connection && self.length == 8,
            FrameKind::GOAWAY => is_connection && self.length >= 8,
            FrameKind::WINDOW_UPDATE => self.length == 4,
            FrameKind::ALTSVC => self.length >= 2,
            FrameKind::ORIGIN => is_connection,
            FrameKind::PRIORITY_UPDATE => is_connection && self.length >= 4,
            _ => false,
        };
        let known_flags = match self.kind {
            FrameKind::DATA => 0x09,
            FrameKind::HEADERS => 0x2d,
            FrameKind::SETTINGS | FrameKind::PING => 0x01,
            FrameKind::PUSH_PROMISE => 0x0c,
            FrameKind::CONTINUATION => 0x04,
            _ => 0,
        };
        fits && self.flags & !known_flags == 0 && self.length <= max_len
    }
}
