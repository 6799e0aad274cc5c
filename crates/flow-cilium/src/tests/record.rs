//! Records by offset, and packets to put behind them.

use std::vec::Vec;

/// A record under construction: what is not set is zero.
#[derive(Clone, Debug, Default)]
pub(crate) struct Record(pub(crate) Vec<u8>);

impl Record {
    /// A message of this kind and length.
    pub(crate) fn new(kind: u8, length: usize) -> Self {
        let mut bytes = Vec::from([0; 64]);
        bytes.resize(length, 0);
        bytes[0] = kind;
        Self(bytes)
    }

    pub(crate) fn at(mut self, offset: usize, bytes: &[u8]) -> Self {
        self.0[offset..offset + bytes.len()].copy_from_slice(bytes);
        self
    }

    pub(crate) fn u8(self, offset: usize, number: u8) -> Self {
        self.at(offset, &[number])
    }

    pub(crate) fn u16(self, offset: usize, number: u16) -> Self {
        self.at(offset, &number.to_ne_bytes())
    }

    pub(crate) fn u32(self, offset: usize, number: u32) -> Self {
        self.at(offset, &number.to_ne_bytes())
    }

    pub(crate) fn u64(self, offset: usize, number: u64) -> Self {
        self.at(offset, &number.to_ne_bytes())
    }

    /// With the packet behind the message, and its length in the header.
    pub(crate) fn packet(mut self, packet: &[u8]) -> Self {
        let length = u16::try_from(packet.len()).unwrap();
        self = self.u32(8, u32::from(length)).u16(12, length);
        self.0.extend(packet);
        self
    }

    /// As the perf buffer hands it over: its size field and the record fill words of 8 bytes.
    pub(crate) fn padded(mut self) -> Self {
        let length = (self.0.len() + 4).next_multiple_of(8) - 4;
        self.0.resize(length, 0);
        self
    }
}

pub(crate) const SOURCE_MAC: [u8; 6] = [2, 0, 0, 0, 0, 1];
pub(crate) const DESTINATION_MAC: [u8; 6] = [2, 0, 0, 0, 0, 2];

/// Behind an Ethernet header.
pub(crate) fn ethernet(ethertype: u16, payload: &[u8]) -> Vec<u8> {
    let mut frame = Vec::new();
    frame.extend(DESTINATION_MAC);
    frame.extend(SOURCE_MAC);
    frame.extend(ethertype.to_be_bytes());
    frame.extend(payload);
    frame
}

/// An IPv4 packet from 10.0.0.1 to 10.0.0.2.
pub(crate) fn ipv4(protocol: u8, payload: &[u8]) -> Vec<u8> {
    let total = u16::try_from(20 + payload.len()).unwrap().to_be_bytes();
    let mut packet = Vec::from([0x45, 0, total[0], total[1], 0, 1, 0, 0, 64, protocol, 0, 0]);
    packet.extend([10, 0, 0, 1, 10, 0, 0, 2]);
    packet.extend(payload);
    packet
}

/// An IPv6 packet from fd00::1 to fd00::2.
pub(crate) fn ipv6(next: u8, payload: &[u8]) -> Vec<u8> {
    let length = u16::try_from(payload.len()).unwrap().to_be_bytes();
    let mut packet = Vec::from([0x60, 0, 0, 0, length[0], length[1], next, 64]);
    for last in [1, 2] {
        packet.extend([0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last]);
    }
    packet.extend(payload);
    packet
}

/// A TCP segment from port 40000 to 80 with SYN and ACK.
pub(crate) fn tcp(payload: &[u8]) -> Vec<u8> {
    let mut segment = Vec::from([0x9c, 0x40, 0, 80, 0, 0, 0, 1, 0, 0, 0, 2, 0x50, 0x12]);
    segment.extend([0xff, 0xff, 0, 0, 0, 0]);
    segment.extend(payload);
    segment
}

/// A UDP datagram.
pub(crate) fn udp(source: u16, destination: u16, payload: &[u8]) -> Vec<u8> {
    let length = u16::try_from(8 + payload.len()).unwrap();
    let mut datagram = Vec::new();
    for number in [source, destination, length, 0] {
        datagram.extend(number.to_be_bytes());
    }
    datagram.extend(payload);
    datagram
}

pub(crate) fn tcp4() -> Vec<u8> {
    ethernet(0x0800, &ipv4(6, &tcp(b"")))
}

/// Every field of a drop message set to a value of its own.
pub(crate) fn drop(version: u8) -> Record {
    let length = [36, 36, 40, 48][usize::from(version.min(3))];
    let record = Record::new(1, length)
        .u8(1, 133)
        .u16(2, 0x0203)
        .u32(4, 0x0405_0607)
        .u8(14, version)
        .u32(16, 0x1011_1213)
        .u32(20, 0x1415_1617)
        .u32(24, 0x1819_1a1b)
        .u16(28, 0x1c1d)
        .u8(30, 0x1e)
        .u8(31, 0xff)
        .u32(32, 0x2021_2223);
    match version {
        3 => record.u64(40, 0x2829_2a2b_2c2d_2e2f),
        _ => record,
    }
}

/// Every field of a trace message set to a value of its own.
pub(crate) fn trace(version: u8) -> Record {
    let length = [32, 48, 56][usize::from(version.min(2))];
    let record = Record::new(4, length)
        .u8(1, 11)
        .u16(2, 0x0203)
        .u32(4, 0x0405_0607)
        .u8(14, version)
        .u32(16, 0x1011_1213)
        .u32(20, 0x1415_1617)
        .u16(24, 0x1819)
        .u8(26, 1)
        .u32(28, 0x1c1d_1e1f);
    match version {
        1 => record.at(32, &[192, 0, 2, 1]),
        2 => record
            .at(32, &[192, 0, 2, 1])
            .u64(48, 0x3031_3233_3435_3637),
        _ => record,
    }
}

/// A policy message of this length: ingress, allowed, matched by identity, protocol and port.
pub(crate) fn policy(length: usize) -> Record {
    let record = Record::new(5, length)
        .u16(2, 0x0203)
        .u32(4, 0x0405_0607)
        .u32(16, 0x1011_1213)
        .u16(24, 80)
        .u8(26, 6)
        .u8(27, 0x01 | 2 << 3);
    match length {
        40 => record.u8(28, 1).u32(32, 0x2021_2223),
        32 => record.u8(28, 1),
        _ => record,
    }
}

pub(crate) fn debug() -> Record {
    Record::new(2, 20)
        .u8(1, 9)
        .u16(2, 0x0203)
        .u32(4, 0x0405_0607)
        .u32(8, 0x0809_0a0b)
        .u32(12, 0x0c0d_0e0f)
        .u32(16, 0x1011_1213)
}

pub(crate) fn capture(point: u8, argument: u32) -> Record {
    Record::new(3, 24)
        .u8(1, point)
        .u16(2, 0x0203)
        .u32(4, 0x0405_0607)
        .u32(16, argument)
        .u32(20, 0x1415_1617)
}

/// A socket message of the newer layout, to 192.0.2.80:443 over TCP.
pub(crate) fn sock(point: u8) -> Record {
    Record::new(7, 40)
        .u8(1, point)
        .u8(2, 1)
        .u16(4, 443)
        .u64(8, 0x0809_0a0b_0c0d_0e0f)
        .u64(16, 0x1011_1213_1415_1617)
        .at(24, &[192, 0, 2, 80])
}

/// The same, of the older layout.
pub(crate) fn packed_sock(point: u8) -> Record {
    Record::new(7, 38)
        .u8(1, point)
        .at(2, &[192, 0, 2, 80])
        .u16(18, 443)
        .u64(20, 0x0809_0a0b_0c0d_0e0f)
        .u64(28, 0x1011_1213_1415_1617)
        .u8(36, 1)
}
