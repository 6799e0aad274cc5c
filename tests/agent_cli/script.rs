//! Captures made by a test: who says what when, in frames with right lengths and checksums.

use std::net::IpAddr;
use std::path::{Path as FilePath, PathBuf};

use flow_capture::{LINK_ETHERNET, Writer};
use flow_lab::frame::{Host, Path, Segment, flag};
use flow_lab::traffic::{CLIENT_V4, SERVER_V4};

/// 2026-01-01 12:00:00 UTC.
const BEGIN_NS: u64 = 1_767_268_800_000_000_000;
pub(crate) const MICROSECOND: u64 = 1_000;
pub(crate) const MILLISECOND: u64 = 1_000_000;

/// A capture in the making. Times are nanoseconds since the packet before.
pub(crate) struct Script {
    writer: Writer<Vec<u8>>,
    time: u64,
    path: Path,
}

/// A TCP connection of a [`Script`].
pub(crate) struct Connection {
    ports: (u16, u16),
    /// Next sequence numbers of client and server.
    next: [u32; 2],
}

/// Who sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    Client,
    Server,
}

impl Script {
    pub(crate) fn new() -> Self {
        let host = |last, ip: IpAddr| Host {
            mac: [0x02, 0, 0, 0, 0, last],
            ip,
        };
        Self {
            writer: Writer::new(Vec::new(), LINK_ETHERNET).expect("a file header"),
            time: BEGIN_NS,
            path: Path {
                source: host(1, CLIENT_V4.into()),
                destination: host(2, SERVER_V4.into()),
                vlan: None,
            },
        }
    }

    fn send(&mut self, after: u64, frame: &[u8]) {
        self.time += after;
        self.writer.write(self.time, frame).expect("a packet");
    }

    /// A datagram between these ports of client and server.
    pub(crate) fn datagram(&mut self, after: u64, by: By, ports: (u16, u16), payload: &[u8]) {
        let frame = match by {
            By::Client => self.path.udp(ports, payload),
            By::Server => self.path.reversed().udp((ports.1, ports.0), payload),
        };
        self.send(after, &frame);
    }

    /// A connection with its three first segments.
    pub(crate) fn connect(&mut self, ports: (u16, u16)) -> Connection {
        let mut connection = Connection {
            ports,
            next: [1_000, 9_000],
        };
        let (syn, ack) = (flag::SYN, flag::ACK);
        self.segment(MILLISECOND, By::Client, &mut connection, syn, b"");
        self.segment(
            100 * MICROSECOND,
            By::Server,
            &mut connection,
            syn | ack,
            b"",
        );
        self.segment(50 * MICROSECOND, By::Client, &mut connection, ack, b"");
        connection
    }

    /// Data of a connection in one segment.
    pub(crate) fn say(&mut self, after: u64, by: By, connection: &mut Connection, data: &[u8]) {
        self.segment(after, by, connection, flag::PSH | flag::ACK, data);
    }

    /// The end of a connection.
    pub(crate) fn close(&mut self, mut connection: Connection) {
        let (fin, ack) = (flag::FIN, flag::ACK);
        self.segment(MILLISECOND, By::Client, &mut connection, fin | ack, b"");
        self.segment(
            50 * MICROSECOND,
            By::Server,
            &mut connection,
            fin | ack,
            b"",
        );
        self.segment(50 * MICROSECOND, By::Client, &mut connection, ack, b"");
    }

    fn segment(&mut self, after: u64, by: By, to: &mut Connection, flags: u8, payload: &[u8]) {
        let (path, ports, own, other) = match by {
            By::Client => (self.path, to.ports, 0, 1),
            By::Server => (self.path.reversed(), (to.ports.1, to.ports.0), 1, 0),
        };
        let segment = Segment {
            flags,
            sequence: to.next[own],
            acknowledgement: to.next[other],
            payload,
        };
        let length = u32::try_from(payload.len()).expect("a small payload");
        let counted = u32::from(flags & (flag::SYN | flag::FIN) != 0);
        to.next[own] = to.next[own].wrapping_add(length + counted);
        self.send(after, &path.tcp(ports, segment));
    }

    /// The capture's bytes.
    pub(crate) fn finish(self) -> Vec<u8> {
        self.writer.finish().expect("the whole capture")
    }

    /// Writes the capture into a folder.
    pub(crate) fn write(self, folder: &FilePath) -> PathBuf {
        let path = folder.join("made.pcap");
        std::fs::write(&path, self.finish()).expect("written");
        path
    }
}

/// A DNS name, its labels as they are.
fn name(labels: &[&[u8]]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for label in labels {
        bytes.push(u8::try_from(label.len()).expect("a label"));
        bytes.extend(*label);
    }
    bytes.push(0);
    bytes
}

/// A query for the address of a name.
pub(crate) fn dns_query(id: u16, labels: &[&[u8]]) -> Vec<u8> {
    let mut bytes = id.to_be_bytes().to_vec();
    bytes.extend([1, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
    bytes.extend(name(labels));
    bytes.extend([0, 1, 0, 1]);
    bytes
}

/// Its answer: the name is another one's, which has the address 192.0.2.9.
pub(crate) fn dns_answer(id: u16, labels: &[&[u8]], alias: &[&[u8]]) -> Vec<u8> {
    let mut bytes = dns_query(id, labels);
    bytes[2..8].copy_from_slice(&[0x81, 0x80, 0, 1, 0, 2]);
    let alias = name(alias);
    // The name of the question, CNAME, IN, 60 s.
    bytes.extend([0xc0, 12, 0, 5, 0, 1, 0, 0, 0, 60]);
    bytes.extend(u16::try_from(alias.len()).expect("a name").to_be_bytes());
    bytes.extend(&alias);
    bytes.extend(alias);
    bytes.extend([0, 1, 0, 1, 0, 0, 0, 30, 0, 4, 192, 0, 2, 9]);
    bytes
}

fn with_length16(bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).expect("a short list");
    [&length.to_be_bytes()[..], bytes].concat()
}

fn extension(kind: u16, data: &[u8]) -> Vec<u8> {
    [&kind.to_be_bytes()[..], &with_length16(data)].concat()
}

/// A TLS record with one message of a handshake.
fn handshake(kind: u8, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).expect("a short message");
    let message = [&[kind][..], &length.to_be_bytes()[1..], body].concat();
    [&[22, 3, 1][..], &with_length16(&message)].concat()
}

/// A ClientHello of TLS 1.3 for this server, which offers HTTP/2.
pub(crate) fn client_hello(server: &[u8]) -> Vec<u8> {
    let entry = [&[0][..], &with_length16(server)].concat();
    let extensions = [
        extension(0, &with_length16(&entry)),
        extension(16, &with_length16(b"\x02h2")),
        extension(43, &[2, 3, 4]),
    ];
    let body = [
        &[3, 3][..],
        &[7; 32],
        &[0],
        &with_length16(&[0x13, 0x01]),
        &[1, 0],
        &with_length16(&extensions.concat()),
    ];
    handshake(1, &body.concat())
}

/// A ServerHello of TLS 1.3.
pub(crate) fn server_hello() -> Vec<u8> {
    let body = [
        &[3, 3][..],
        &[8; 32],
        &[0],
        &[0x13, 0x01],
        &[0],
        &with_length16(&extension(43, &[3, 4])),
    ];
    handshake(2, &body.concat())
}

fn with_length32(bytes: &[u8]) -> Vec<u8> {
    let length = u32::try_from(bytes.len()).expect("a short message");
    [&length.to_be_bytes()[..], bytes].concat()
}

/// A request of Kafka for the metadata (API 3, version 1) of a topic.
pub(crate) fn kafka_request(id: u8, client: &str, topic: &str) -> Vec<u8> {
    let parts = [
        &[0, 3, 0, 1, 0, 0, 0, id][..],
        &with_length16(client.as_bytes()),
        &[0, 0, 0, 1],
        &with_length16(topic.as_bytes()),
    ];
    with_length32(&parts.concat())
}

/// Its response: no brokers, and no partitions of the topic.
pub(crate) fn kafka_response(id: u8, topic: &str) -> Vec<u8> {
    let parts = [
        &[0, 0, 0, id][..],
        &[0; 4],
        &[0, 0, 0, 1],
        &[0, 0, 0, 1],
        &[0, 0],
        &with_length16(topic.as_bytes()),
        &[0],
        &[0; 4],
    ];
    with_length32(&parts.concat())
}

/// A frame of HTTP/2 (RFC 9113 section 4.1) that holds all of its message.
pub(crate) fn http2_frame(kind: u8, flags: u8, stream: u8, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("a short frame");
    let head = [&length.to_be_bytes()[1..], &[kind, flags, 0, 0, 0, stream]];
    [&head.concat(), payload].concat()
}

/// Header fields of HTTP/2, each a literal without a code (RFC 7541 section 6.2.2).
pub(crate) fn http2_fields(fields: &[(&str, &str)]) -> Vec<u8> {
    let text = |text: &str| {
        let length = u8::try_from(text.len()).expect("less than 127 bytes");
        [&[length], text.as_bytes()].concat()
    };
    let field = |(name, value): &(&str, &str)| [vec![0], text(name), text(value)].concat();
    fields.iter().flat_map(field).collect()
}
