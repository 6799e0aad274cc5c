//! Writes pcap files with nanosecond times.

use std::io::{self, Write};

/// The snap length that the file header states: packets are captured whole up to it.
const SNAP_LEN: u32 = 262_144;

/// Writes one pcap file.
#[derive(Debug)]
pub struct Writer<W> {
    output: W,
}

impl<W: Write> Writer<W> {
    /// Writes the file header.
    ///
    /// # Errors
    /// Where `output` fails.
    pub fn new(mut output: W, link_type: u32) -> io::Result<Self> {
        // Magic of nanosecond times, version 2.4, two reserved words, snap length, link type.
        for word in [0xa1b2_3c4d, 0x0004_0002, 0, 0, SNAP_LEN, link_type] {
            output.write_all(&u32::to_le_bytes(word))?;
        }
        Ok(Self { output })
    }

    /// Writes one packet, captured whole.
    ///
    /// # Errors
    /// Where `output` fails, the packet is longer than 262,144 bytes or its time beyond the
    /// year 2106.
    pub fn write(&mut self, time_ns: u64, data: &[u8]) -> io::Result<()> {
        let invalid = |reason: &str| io::Error::new(io::ErrorKind::InvalidInput, reason);
        let seconds = u32::try_from(time_ns / 1_000_000_000)
            .map_err(|_| invalid("time does not fit into 32 bits of seconds"))?;
        let nanoseconds = u32::try_from(time_ns % 1_000_000_000).unwrap_or(0);
        let length = u32::try_from(data.len())
            .ok()
            .filter(|length| *length <= SNAP_LEN)
            .ok_or_else(|| invalid("packet is longer than the snap length"))?;
        for word in [seconds, nanoseconds, length, length] {
            self.output.write_all(&word.to_le_bytes())?;
        }
        self.output.write_all(data)
    }

    /// Flushes and returns the output.
    ///
    /// # Errors
    /// Where `output` fails.
    pub fn finish(mut self) -> io::Result<W> {
        self.output.flush()?;
        Ok(self.output)
    }
}
