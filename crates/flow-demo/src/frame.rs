//! Ethernet frames built byte by byte, with right lengths and checksums.

use std::net::IpAddr;

/// TCP flag bits, RFC 9293 section 3.1.
pub mod flag {
    /// No more data from the sender.
    pub const FIN: u8 = 0x01;
    /// Synchronise sequence numbers.
    pub const SYN: u8 = 0x02;
    /// Reset the connection.
    pub const RST: u8 = 0x04;
    /// Push function.
    pub const PSH: u8 = 0x08;
    /// The acknowledgement field is significant.
    pub const ACK: u8 = 0x10;
}

/// One end of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs, reason = "two addresses")]
pub struct Host {
    /// Link address.
    pub mac: [u8; 6],
    /// Network address.
    pub ip: IpAddr,
}

/// From one host to another of the same IP version, in a VLAN or in none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs, reason = "two ends")]
pub struct Path {
    /// Sender.
    pub source: Host,
    /// Receiver.
    pub destination: Host,
    /// VLAN id of an 802.1Q tag.
    pub vlan: Option<u16>,
}

/// A TCP segment but for its ports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs, reason = "the fields of a header")]
pub struct Segment<'a> {
    /// Bits of [`flag`].
    pub flags: u8,
    /// Sequence number.
    pub sequence: u32,
    /// Acknowledgement number.
    pub acknowledgement: u32,
    /// Data.
    pub payload: &'a [u8],
}

impl Path {
    /// The way back.
    #[must_use]
    pub fn reversed(self) -> Self {
        Self {
            source: self.destination,
            destination: self.source,
            vlan: self.vlan,
        }
    }

    /// A TCP segment between ports `(source, destination)`; a SYN has an MSS option.
    #[must_use]
    pub fn tcp(&self, ports: (u16, u16), segment: Segment<'_>) -> Vec<u8> {
        // Kind 2, length 4, 1,460 bytes: RFC 9293 section 3.2.
        let options: &[u8] = if segment.flags & flag::SYN == 0 {
            &[]
        } else {
            &[2, 4, 0x05, 0xb4]
        };
        let words = u8::try_from(5 + options.len() / 4).unwrap_or(15);
        let mut bytes = Vec::with_capacity(24 + segment.payload.len());
        bytes.extend(ports.0.to_be_bytes());
        bytes.extend(ports.1.to_be_bytes());
        bytes.extend(segment.sequence.to_be_bytes());
        bytes.extend(segment.acknowledgement.to_be_bytes());
        bytes.extend([words << 4, segment.flags]);
        bytes.extend(0xfaf0_u16.to_be_bytes());
        bytes.extend([0; 4]);
        bytes.extend(options);
        bytes.extend(segment.payload);
        self.seal(&mut bytes, 6, 16);
        self.packet(6, &bytes)
    }

    /// A UDP datagram between ports `(source, destination)`.
    #[must_use]
    pub fn udp(&self, ports: (u16, u16), payload: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(8 + payload.len());
        bytes.extend(ports.0.to_be_bytes());
        bytes.extend(ports.1.to_be_bytes());
        bytes.extend(length(8 + payload.len()).to_be_bytes());
        bytes.extend([0; 2]);
        bytes.extend(payload);
        self.seal(&mut bytes, 17, 6);
        self.packet(17, &bytes)
    }

    /// An ICMP or ICMPv6 echo request or its reply.
    #[must_use]
    pub fn echo(&self, reply: bool, id: u16, sequence: u16, payload: &[u8]) -> Vec<u8> {
        let (protocol, kind) = match (self.source.ip, reply) {
            (IpAddr::V4(_), false) => (1, 8),
            (IpAddr::V4(_), true) => (1, 0),
            (IpAddr::V6(_), false) => (58, 128),
            (IpAddr::V6(_), true) => (58, 129),
        };
        let rest = [id.to_be_bytes(), sequence.to_be_bytes()].concat();
        self.icmp(protocol, kind, 0, &[&rest, payload].concat())
    }

    /// "Port unreachable", quoting the packet in `frame`, which came the other way untagged.
    #[must_use]
    pub fn port_unreachable(&self, frame: &[u8]) -> Vec<u8> {
        let (protocol, kind, code) = if self.source.ip.is_ipv4() {
            (1, 3, 3)
        } else {
            (58, 1, 4)
        };
        let quoted = frame.get(14..).unwrap_or_default();
        self.icmp(protocol, kind, code, &[&[0; 4], quoted].concat())
    }

    fn icmp(&self, protocol: u8, kind: u8, code: u8, rest: &[u8]) -> Vec<u8> {
        let mut bytes = [&[kind, code, 0, 0], rest].concat();
        self.seal(&mut bytes, protocol, 2);
        self.packet(protocol, &bytes)
    }

    /// Writes the checksum of a transport header at `at`.
    fn seal(&self, bytes: &mut [u8], protocol: u8, at: usize) {
        // ICMP for IPv4 has no pseudo header; all others do.
        let pseudo = match (self.source.ip, self.destination.ip) {
            _ if protocol == 1 => Vec::new(),
            (IpAddr::V4(source), IpAddr::V4(destination)) => {
                [source.octets(), destination.octets()].concat()
            }
            (IpAddr::V6(source), IpAddr::V6(destination)) => {
                [source.octets(), destination.octets()].concat()
            }
            _ => panic!("a path joins hosts of one IP version"),
        };
        let tail = if pseudo.is_empty() {
            Vec::new()
        } else {
            [&[0, protocol], &length(bytes.len()).to_be_bytes()[..]].concat()
        };
        let sum = checksum(&[&pseudo, &tail, bytes]);
        bytes[at..at + 2].copy_from_slice(&sum.to_be_bytes());
    }

    /// Puts IP and Ethernet headers before a transport header.
    fn packet(&self, protocol: u8, transport: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(58 + transport.len());
        bytes.extend(self.destination.mac);
        bytes.extend(self.source.mac);
        if let Some(id) = self.vlan {
            bytes.extend([0x81, 0x00]);
            bytes.extend(id.to_be_bytes());
        }
        match (self.source.ip, self.destination.ip) {
            (IpAddr::V4(source), IpAddr::V4(destination)) => {
                bytes.extend([0x08, 0x00]);
                let mut header = [0; 20];
                header[0] = 0x45;
                header[2..4].copy_from_slice(&length(20 + transport.len()).to_be_bytes());
                header[6] = 0x40; // do not fragment
                header[8] = 64;
                header[9] = protocol;
                header[12..16].copy_from_slice(&source.octets());
                header[16..].copy_from_slice(&destination.octets());
                let sum = checksum(&[&header]);
                header[10..12].copy_from_slice(&sum.to_be_bytes());
                bytes.extend(header);
            }
            (IpAddr::V6(source), IpAddr::V6(destination)) => {
                bytes.extend([0x86, 0xdd, 0x60, 0, 0, 0]);
                bytes.extend(length(transport.len()).to_be_bytes());
                bytes.extend([protocol, 64]);
                bytes.extend(source.octets());
                bytes.extend(destination.octets());
            }
            _ => panic!("a path joins hosts of one IP version"),
        }
        bytes.extend(transport);
        bytes
    }
}

fn length(length: usize) -> u16 {
    u16::try_from(length).expect("a packet of at most 65,535 bytes")
}

/// The Internet checksum (RFC 1071) of parts of which all but the last have even length.
fn checksum(parts: &[&[u8]]) -> u16 {
    let mut sum = 0_u64;
    for part in parts {
        for pair in part.chunks(2) {
            sum += u64::from(u16::from_be_bytes([
                pair[0],
                pair.get(1).copied().unwrap_or(0),
            ]));
        }
    }
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !(sum as u16)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(v6: bool) -> Path {
        let ip = |text: &str| text.parse().expect("address");
        let (a, b) = if v6 {
            ("2001:db8::1", "2001:db8::2")
        } else {
            ("192.0.2.1", "192.0.2.2")
        };
        Path {
            source: Host {
                mac: [2, 0, 0, 0, 0, 1],
                ip: ip(a),
            },
            destination: Host {
                mac: [2, 0, 0, 0, 0, 2],
                ip: ip(b),
            },
            vlan: None,
        }
    }

    #[test]
    fn checksums_verify_to_zero() {
        // A sum over data that holds its own right checksum is zero (RFC 1071 section 1).
        let frame = path(false).udp((1000, 53), b"odd");
        assert_eq!(frame.len(), 14 + 20 + 8 + 3);
        assert_eq!(checksum(&[&frame[14..34]]), 0);
        let pseudo = [&frame[26..34], &[0, 17, 0, 11]].concat();
        assert_eq!(checksum(&[&pseudo, &frame[34..]]), 0);

        let frame = path(true).tcp(
            (1, 2),
            Segment {
                flags: flag::SYN,
                ..Segment::default()
            },
        );
        let pseudo = [&frame[22..54], &[0, 6, 0, 24]].concat();
        assert_eq!(checksum(&[&pseudo, &frame[54..]]), 0);

        let frame = path(false).echo(false, 7, 1, b"ping");
        assert_eq!(checksum(&[&frame[34..]]), 0);
    }

    #[test]
    fn a_vlan_tag_stands_between() {
        let frame = Path {
            vlan: Some(42),
            ..path(true)
        }
        .echo(true, 1, 2, b"");
        assert_eq!(frame[12..18], [0x81, 0, 0, 42, 0x86, 0xdd]);
        assert_eq!(frame[18 + 40], 129);
    }
}
