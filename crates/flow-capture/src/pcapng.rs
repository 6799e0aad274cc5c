//! Blocks of pcapng, and the state of a section: its interfaces and how they count time.

use pcap_parser::pcapng::{Block, parse_block_be, parse_block_le};
use pcap_parser::traits::PcapNGPacketBlock;
use pcap_parser::{InterfaceDescriptionBlock, OptionCode};

use super::buffer::{Buffer, Found, fill, need, plausible};
use super::error::{CaptureError, Damage};
use super::interface::{CaptureInterface, Numbers};

/// Type of the packet block of the first versions of the format (appendix A).
const OBSOLETE_PACKET: u32 = 2;
/// Interfaces of one section.
const MOST_INTERFACES: usize = 65_536;

/// How an interface counts time.
#[derive(Clone, Copy, Debug)]
struct Clock {
    resolution: u8,
    offset_s: i64,
}

impl Clock {
    /// Nanoseconds since the Unix epoch of a timestamp. `if_tsresol` is a power of ten, or of
    /// two where its highest bit is set (section 4.2, option 9).
    fn time_ns(self, high: u32, low: u32) -> u64 {
        let ticks = u128::from(high) << 32 | u128::from(low);
        let exponent = u32::from(self.resolution & 0x7f);
        let base: u128 = if self.resolution & 0x80 == 0 { 10 } else { 2 };
        // A resolution too fine for 128 bits makes every 64-bit time less than a nanosecond.
        let nanoseconds = base
            .checked_pow(exponent)
            .and_then(|per_second| Some(ticks.checked_mul(1_000_000_000)? / per_second))
            .unwrap_or(0);
        let offset = i128::from(self.offset_s) * 1_000_000_000;
        let time = i128::try_from(nanoseconds)
            .unwrap_or(i128::MAX)
            .saturating_add(offset);
        u64::try_from(time.max(0)).unwrap_or(u64::MAX)
    }
}

/// A section of a pcapng stream.
#[derive(Debug, Default)]
pub(super) struct Section {
    big_endian: bool,
    interfaces: Vec<(CaptureInterface, Clock)>,
    /// Outlives the section.
    numbers: Numbers,
}

impl Section {
    /// The interface that was described at this place.
    pub(super) fn interface(&self, place: usize) -> Option<&CaptureInterface> {
        self.interfaces.get(place).map(|(interface, _)| interface)
    }

    /// Consumes blocks up to the next packet.
    pub(super) fn next_packet(
        &mut self,
        buffer: &mut Buffer,
    ) -> Result<Option<Found>, CaptureError> {
        loop {
            if !fill(buffer, 1)? {
                return Ok(None);
            }
            need(buffer, 12, "a block header")?;
            let offset = buffer.offset();
            let damaged = |source| CaptureError::Damaged { offset, source };
            let data = buffer.data();
            if data[..4] == [0x0a, 0x0d, 0x0d, 0x0a] {
                self.big_endian = match word(data, 8, true) {
                    0x1a2b_3c4d => true,
                    0x4d3c_2b1a => false,
                    found => return Err(damaged(Damage::ByteOrder { found })),
                };
            }
            let length = plausible(word(data, 4, self.big_endian), offset, "a block")?;
            if length < 12 || length % 4 != 0 {
                return Err(damaged(Damage::BlockLength { claimed: length }));
            }
            need(buffer, length, "a block")?;
            match self.read_block(&buffer.data()[..length]) {
                Ok(Some(found)) => return Ok(Some(found)),
                Ok(None) => buffer.consume(length),
                Err(source) => return Err(damaged(source)),
            }
        }
    }

    /// Reads one whole block; `Some` where it is a packet.
    fn read_block(&mut self, bytes: &[u8]) -> Result<Option<Found>, Damage> {
        let parsed = if self.big_endian {
            parse_block_be(bytes)
        } else {
            parse_block_le(bytes)
        };
        let Ok((_, block)) = parsed else {
            return Err(Damage::BlockFields {
                kind: word(bytes, 0, self.big_endian),
                length: bytes.len(),
            });
        };
        match block {
            Block::SectionHeader(_) => self.interfaces.clear(),
            Block::InterfaceDescription(description) => self.describe(&description)?,
            Block::EnhancedPacket(packet) => {
                let data = packet.packet_data();
                if data.len() < packet.caplen as usize {
                    return Err(Damage::PacketLength {
                        claimed: packet.caplen,
                        found: data.len(),
                    });
                }
                let time = Some((packet.ts_high, packet.ts_low));
                let range = 28..28 + data.len();
                return self.packet(packet.if_id, time, packet.origlen, range, bytes.len());
            }
            Block::SimplePacket(packet) => {
                // It has no captured length: the original one, cut at the snap length.
                let mut length = packet.data.len().min(packet.origlen as usize);
                if let Some(interface) = self.interface(0)
                    && interface.snap_len != 0
                {
                    length = length.min(interface.snap_len as usize);
                }
                return self.packet(0, None, packet.origlen, 12..12 + length, bytes.len());
            }
            Block::Unknown(block) if block.block_type == OBSOLETE_PACKET => {
                return self.obsolete_packet(bytes);
            }
            _ => {}
        }
        Ok(None)
    }

    fn describe(&mut self, block: &InterfaceDescriptionBlock<'_>) -> Result<(), Damage> {
        let place = self.interfaces.len();
        if place == MOST_INTERFACES {
            let limit = MOST_INTERFACES;
            return Err(Damage::TooManyInterfaces { limit });
        }
        let name = block
            .options
            .iter()
            .find(|option| option.code == OptionCode::IfName)
            .and_then(|option| option.as_bytes().ok())
            .unwrap_or_default();
        let link_type = block.linktype.0.cast_unsigned();
        let interface = CaptureInterface {
            index: self.numbers.assign(place, name, link_type),
            name: name.into(),
            link_type,
            snap_len: block.snaplen,
        };
        let clock = Clock {
            resolution: block.if_tsresol,
            offset_s: block.if_tsoffset,
        };
        self.interfaces.push((interface, clock));
        Ok(())
    }

    /// A packet block as versions before 1.0 wrote it: a number of 16 bits for the interface, one
    /// of 16 for packets that were dropped, then the fields of an enhanced packet.
    fn obsolete_packet(&self, bytes: &[u8]) -> Result<Option<Found>, Damage> {
        const DATA: usize = 28;
        let field = |at| word(bytes, at, self.big_endian);
        // With the length that ends the block.
        let Some(room) = bytes.len().checked_sub(DATA + 4) else {
            return Err(Damage::BlockFields {
                kind: OBSOLETE_PACKET,
                length: bytes.len(),
            });
        };
        let id = if self.big_endian {
            field(8) >> 16
        } else {
            field(8) & 0xffff
        };
        let claimed = field(20);
        let length = claimed as usize;
        if length > room {
            return Err(Damage::PacketLength {
                claimed,
                found: room,
            });
        }
        let time = Some((field(12), field(16)));
        self.packet(id, time, field(24), DATA..DATA + length, bytes.len())
    }

    /// A packet whose bytes are at `data` in a block of `length` bytes.
    fn packet(
        &self,
        id: u32,
        time: Option<(u32, u32)>,
        wire_len: u32,
        data: std::ops::Range<usize>,
        length: usize,
    ) -> Result<Option<Found>, Damage> {
        let place = id as usize;
        let Some((interface, clock)) = self.interfaces.get(place) else {
            let described = self.interfaces.len();
            return Err(Damage::UnknownInterface { id, described });
        };
        Ok(Some(Found {
            time_ns: time.map_or(0, |(high, low)| clock.time_ns(high, low)),
            link_type: interface.link_type,
            interface: Some(place),
            wire_len,
            data,
            length,
        }))
    }
}

/// The word at a place that is there.
fn word(bytes: &[u8], at: usize, big_endian: bool) -> u32 {
    let bytes = [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]];
    if big_endian {
        u32::from_be_bytes(bytes)
    } else {
        u32::from_le_bytes(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock(resolution: u8, offset_s: i64) -> Clock {
        Clock {
            resolution,
            offset_s,
        }
    }

    #[test]
    fn resolutions_are_powers_of_ten_or_two() {
        assert_eq!(clock(6, 0).time_ns(0, 1_500_000), 1_500_000_000);
        assert_eq!(clock(9, 0).time_ns(1, 0), 1 << 32);
        assert_eq!(clock(0x80 | 10, 0).time_ns(0, 1536), 1_500_000_000);
        assert_eq!(clock(0, 5).time_ns(0, 2), 7_000_000_000);
        assert_eq!(clock(0, -5).time_ns(0, 2), 0, "before 1970 is clamped");
        assert_eq!(clock(127, 0).time_ns(u32::MAX, u32::MAX), 0);
    }
}
