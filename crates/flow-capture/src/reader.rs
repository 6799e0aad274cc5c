//! Reads packets from a pcap or pcapng stream.

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::AsFd;
use std::path::Path;
use std::time::Duration;

use flow_core::decode::Capture;
use flow_core::flow::Flow;
use flow_core::wire::LinkType;
use pcap_parser::{PcapHeader, parse_pcap_header};

use super::buffer::{Buffer, Found, fill, need, plausible};
use super::error::CaptureError;
use super::input::Input;
use super::interface::CaptureInterface;
use super::pcapng::Section;

/// One captured packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Packet<'a> {
    /// When it was captured: nanoseconds since the Unix epoch.
    pub time_ns: u64,
    /// Link type of the tcpdump.org registry: what `data` begins with.
    pub link_type: u32,
    /// Its length on the wire in bytes; `data` may be shorter.
    pub wire_len: u32,
    /// The interface on which it was captured, where the format has it (pcapng does).
    pub interface: Option<&'a CaptureInterface>,
    /// The captured bytes.
    pub data: &'a [u8],
}

impl<'a> Packet<'a> {
    /// Returns the packet as [`flow_of`](flow_core::decode::flow_of) takes it; `None` for a link
    /// type that is not supported.
    #[must_use]
    pub fn capture(&self) -> Option<Capture<'a>> {
        Some(Capture {
            time: self.time_ns,
            link: LinkType::from_number(self.link_type)?,
            wire_len: self.wire_len,
            data: self.data,
        })
    }

    /// Sets the interface of a flow that was made of this packet, unless the flow has one: a Linux
    /// cooked header is more exact.
    pub fn set_interface(&self, flow: &mut Flow) {
        if let Some(interface) = self.interface
            && flow.interface.index == 0
        {
            flow.interface = interface.to_flow();
        }
    }
}

/// Result of [`Reader::poll`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(
    clippy::exhaustive_enums,
    reason = "the reader has a packet, has none yet, or is at its end"
)]
pub enum Step<'a> {
    /// The next packet.
    Packet(Packet<'a>),
    /// None came in time: try again.
    NotReady,
    /// There are no more.
    End,
}

enum Format {
    /// Nothing was read yet.
    Unread,
    Pcap(PcapHeader),
    Pcapng(Section),
}

/// Reads packets one after another, in memory that does not grow with the capture.
pub struct Reader {
    buffer: Buffer,
    format: Format,
    /// Bytes of the packet returned last, consumed by the next call.
    pending: usize,
    packets: u64,
    size: Option<u64>,
}

impl Reader {
    /// Opens a file, or standard input for `-`.
    ///
    /// # Errors
    /// Where it cannot be opened or is no capture. The first bytes of a pipe are read with its
    /// first packet.
    pub fn open(path: &Path) -> Result<Self, CaptureError> {
        let fail = |source| CaptureError::Open {
            path: path.to_owned(),
            source,
        };
        let file = if path == Path::new("-") {
            // A second handle, without the buffer that the standard library's has.
            io::stdin()
                .as_fd()
                .try_clone_to_owned()
                .map(File::from)
                .map_err(fail)?
        } else {
            File::open(path).map_err(fail)?
        };
        let metadata = file.metadata().map_err(fail)?;
        if metadata.is_file() {
            let mut reader = Self::new(Box::new(file))?;
            reader.size = Some(metadata.len());
            Ok(reader)
        } else {
            Ok(Self::of(Input::Slow(file)))
        }
    }

    /// Reads from a stream.
    ///
    /// # Errors
    /// Where it cannot be read or is no capture.
    pub fn new(input: Box<dyn Read + Send>) -> Result<Self, CaptureError> {
        let mut reader = Self::of(Input::Ready(input));
        reader.format = begin(&mut reader.buffer)?;
        Ok(reader)
    }

    fn of(input: Input) -> Self {
        Self {
            buffer: Buffer::new(input),
            format: Format::Unread,
            pending: 0,
            packets: 0,
            size: None,
        }
    }

    /// Returns the next packet, or `None` at the end. Waits for it.
    ///
    /// # Errors
    /// Where the capture is damaged or cut short. What was returned before is right; nothing
    /// comes after.
    #[allow(
        clippy::should_implement_trait,
        reason = "a packet borrows from the reader"
    )]
    pub fn next(&mut self) -> Result<Option<Packet<'_>>, CaptureError> {
        match self.step(None)? {
            Step::Packet(packet) => Ok(Some(packet)),
            Step::NotReady | Step::End => Ok(None),
        }
    }

    /// Returns the next packet if it comes within `patience`. A signal ends the waiting.
    ///
    /// # Errors
    /// As [`next`](Self::next).
    pub fn poll(&mut self, patience: Duration) -> Result<Step<'_>, CaptureError> {
        self.step(Some(patience))
    }

    fn step(&mut self, patience: Option<Duration>) -> Result<Step<'_>, CaptureError> {
        self.buffer.set_patience(patience);
        self.buffer.consume(self.pending);
        self.pending = 0;
        let found = match self.find() {
            Ok(Some(found)) => found,
            Ok(None) => return Ok(Step::End),
            Err(CaptureError::Read { source, .. })
                if source.kind() == io::ErrorKind::WouldBlock && patience.is_some() =>
            {
                return Ok(Step::NotReady);
            }
            Err(error) => return Err(error),
        };
        self.pending = found.length;
        self.packets += 1;
        let data = &self.buffer.data()[found.data];
        let interface = match (&self.format, found.interface) {
            (Format::Pcapng(section), Some(place)) => section.interface(place),
            _ => None,
        };
        Ok(Step::Packet(Packet {
            time_ns: found.time_ns,
            link_type: found.link_type,
            // Some writers leave the original length out.
            wire_len: found
                .wire_len
                .max(u32::try_from(data.len()).unwrap_or(u32::MAX)),
            interface,
            data,
        }))
    }

    fn find(&mut self) -> Result<Option<Found>, CaptureError> {
        loop {
            match &mut self.format {
                Format::Unread => self.format = begin(&mut self.buffer)?,
                Format::Pcap(header) => return next_record(&mut self.buffer, header),
                Format::Pcapng(section) => return section.next_packet(&mut self.buffer),
            }
        }
    }

    /// Returns the number of packets returned so far.
    #[must_use]
    pub fn packets(&self) -> u64 {
        self.packets
    }

    /// Returns the number of bytes read, without those of the last packet.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.buffer.offset()
    }

    /// Returns whether packets may have to be waited for, as those of a pipe.
    #[must_use]
    pub fn is_live(&self) -> bool {
        self.buffer.is_slow()
    }

    /// Returns the size of the file in bytes; `None` for a pipe or another stream.
    #[must_use]
    pub fn size(&self) -> Option<u64> {
        self.size
    }
}

/// Finds the format by the first bytes, and reads the file header of pcap.
fn begin(buffer: &mut Buffer) -> Result<Format, CaptureError> {
    fill(buffer, 4)?;
    let magic: Vec<u8> = buffer.data().iter().copied().take(4).collect();
    match magic[..] {
        [0x0a, 0x0d, 0x0d, 0x0a] => Ok(Format::Pcapng(Section::default())),
        [0xd4, 0xc3, 0xb2, 0xa1]
        | [0xa1, 0xb2, 0xc3, 0xd4]
        | [0x4d, 0x3c, 0xb2, 0xa1]
        | [0xa1, 0xb2, 0x3c, 0x4d]
        | [0x34, 0xcd, 0xb2, 0xa1] => {
            need(buffer, 24, "the file header")?;
            match parse_pcap_header(buffer.data()) {
                Ok((_, header)) => {
                    buffer.consume(header.size());
                    Ok(Format::Pcap(header))
                }
                Err(_) => Err(CaptureError::NotACapture { magic }),
            }
        }
        _ => Err(CaptureError::NotACapture { magic }),
    }
}

fn next_record(buffer: &mut Buffer, header: &PcapHeader) -> Result<Option<Found>, CaptureError> {
    if !fill(buffer, 1)? {
        return Ok(None);
    }
    // The modified format of old Linux distributions has eight bytes more.
    let head = if header.is_modified_format() { 24 } else { 16 };
    need(buffer, head, "a record header")?;
    let field = |index: usize| {
        let bytes = &buffer.data()[index * 4..][..4];
        let bytes = [bytes[0], bytes[1], bytes[2], bytes[3]];
        if header.is_bigendian() {
            u32::from_be_bytes(bytes)
        } else {
            u32::from_le_bytes(bytes)
        }
    };
    let (seconds, fraction, captured, wire_len) = (field(0), field(1), field(2), field(3));
    let captured = plausible(captured, buffer.offset(), "a record")?;
    need(buffer, head + captured, "a record")?;
    let unit = if header.is_nanosecond_precision() {
        1
    } else {
        1_000
    };
    Ok(Some(Found {
        time_ns: u64::from(seconds) * 1_000_000_000 + u64::from(fraction) * unit,
        // The upper bits describe a frame check sequence (section 4.1).
        link_type: header.network.0.cast_unsigned() & 0xffff,
        interface: None,
        wire_len,
        data: head..head + captured,
        length: head + captured,
    }))
}
