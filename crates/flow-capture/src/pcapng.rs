//! Blocks of pcapng, and the state of a section: its interfaces and how they count time.

use pcap_parser::nom::Err as Nom;
use pcap_parser::pcapng::{Block, parse_block_be, parse_block_le};
use pcap_parser::traits::PcapNGPacketBlock;
use pcap_parser::{InterfaceDescriptionBlock, PcapError};

use super::buffer::{Buffer, Found, fill, need, plausible};
use super::error::CaptureError;

/// What an interface description says of the packets that refer to it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Interface {
    pub(super) link_type: u32,
    pub(super) snap_len: u32,
    resolution: u8,
    offset_s: i64,
}

impl Interface {
    pub(super) fn new(block: &InterfaceDescriptionBlock<'_>) -> Self {
        Self {
            link_type: block.linktype.0.cast_unsigned(),
            snap_len: block.snaplen,
            resolution: block.if_tsresol,
            offset_s: block.if_tsoffset,
        }
    }

    /// Nanoseconds since the Unix epoch of a timestamp. `if_tsresol` is a power of ten, or of
    /// two where its highest bit is set (section 4.2, option 9).
    pub(super) fn time_ns(&self, high: u32, low: u32) -> u64 {
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

/// Consumes blocks up to the next packet.
pub(super) fn next_block(
    buffer: &mut Buffer,
    big_endian: &mut bool,
    interfaces: &mut Vec<Interface>,
) -> Result<Option<Found>, CaptureError> {
    loop {
        if !fill(buffer, 1)? {
            return Ok(None);
        }
        need(buffer, 12, "a block header")?;
        let offset = buffer.offset();
        let data = buffer.data();
        let word = |index: usize, big: bool| {
            let bytes = [
                data[index],
                data[index + 1],
                data[index + 2],
                data[index + 3],
            ];
            if big {
                u32::from_be_bytes(bytes)
            } else {
                u32::from_le_bytes(bytes)
            }
        };
        if data[..4] == [0x0a, 0x0d, 0x0d, 0x0a] {
            *big_endian = match word(8, true) {
                0x1a2b_3c4d => true,
                0x4d3c_2b1a => false,
                other => {
                    let reason = format!("byte-order magic is {other:#010x}, not 0x1a2b3c4d");
                    return Err(CaptureError::Damaged { offset, reason });
                }
            };
        }
        let length = plausible(word(4, *big_endian), offset, "a block")?;
        if length < 12 || length % 4 != 0 {
            let reason = format!("a block claims {length} bytes, not a multiple of 4 from 12 on");
            return Err(CaptureError::Damaged { offset, reason });
        }
        need(buffer, length, "a block")?;
        match read_block(&buffer.data()[..length], *big_endian, interfaces) {
            Ok(Some(found)) => return Ok(Some(found)),
            Ok(None) => buffer.consume(length),
            Err(reason) => return Err(CaptureError::Damaged { offset, reason }),
        }
    }
}

/// Reads one whole block; `Some` where it is a packet.
fn read_block(
    bytes: &[u8],
    big_endian: bool,
    interfaces: &mut Vec<Interface>,
) -> Result<Option<Found>, String> {
    let parsed = if big_endian {
        parse_block_be(bytes)
    } else {
        parse_block_le(bytes)
    };
    let block = match parsed {
        Ok((_, block)) => block,
        Err(error) => return Err(explain(&error)),
    };
    let of = |id: u32| {
        interfaces.get(id as usize).ok_or_else(|| {
            format!(
                "a packet of interface {id}, of {} described",
                interfaces.len()
            )
        })
    };
    // Packet data begins after the fixed fields of its block (sections 4.3 and 4.4).
    let found = |interface: &Interface, time_ns, wire_len, start: usize, data: &[u8]| Found {
        time_ns,
        link_type: interface.link_type,
        wire_len,
        data: start..start + data.len(),
        length: bytes.len(),
    };
    match block {
        Block::SectionHeader(_) => interfaces.clear(),
        Block::InterfaceDescription(description) => interfaces.push(Interface::new(&description)),
        Block::EnhancedPacket(packet) => {
            let data = packet.packet_data();
            if data.len() < packet.caplen as usize {
                return Err(format!(
                    "a packet claims {} captured bytes, its block has {}",
                    packet.caplen,
                    data.len()
                ));
            }
            let interface = of(packet.if_id)?;
            let time = interface.time_ns(packet.ts_high, packet.ts_low);
            return Ok(Some(found(interface, time, packet.origlen, 28, data)));
        }
        Block::SimplePacket(packet) => {
            let interface = of(0)?;
            // It has no captured length: the original one, cut at the snap length.
            let mut length = packet.data.len().min(packet.origlen as usize);
            if interface.snap_len != 0 {
                length = length.min(interface.snap_len as usize);
            }
            return Ok(Some(found(
                interface,
                0,
                packet.origlen,
                12,
                &packet.data[..length],
            )));
        }
        _ => {}
    }
    Ok(None)
}

fn explain(error: &Nom<PcapError<&[u8]>>) -> String {
    match error {
        Nom::Incomplete(_) => "a block is shorter than its fields".to_owned(),
        Nom::Error(PcapError::NomError(_, kind)) | Nom::Failure(PcapError::NomError(_, kind)) => {
            format!("a block's fields contradict its length ({kind:?})")
        }
        Nom::Error(other) | Nom::Failure(other) => format!("a block's fields: {other}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interface(resolution: u8, offset_s: i64) -> Interface {
        Interface {
            link_type: 1,
            snap_len: 0,
            resolution,
            offset_s,
        }
    }

    #[test]
    fn resolutions_are_powers_of_ten_or_two() {
        assert_eq!(interface(6, 0).time_ns(0, 1_500_000), 1_500_000_000);
        assert_eq!(interface(9, 0).time_ns(1, 0), 1 << 32);
        assert_eq!(interface(0x80 | 10, 0).time_ns(0, 1536), 1_500_000_000);
        assert_eq!(interface(0, 5).time_ns(0, 2), 7_000_000_000);
        assert_eq!(interface(0, -5).time_ns(0, 2), 0, "before 1970 is clamped");
        assert_eq!(interface(127, 0).time_ns(u32::MAX, u32::MAX), 0);
    }
}
