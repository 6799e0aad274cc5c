//! Errors of reading a capture.

use std::io;
use std::path::PathBuf;

/// Error of opening or reading a capture. Offsets count bytes from its beginning; the packets before
/// the offset have been returned.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CaptureError {
    /// The file cannot be opened.
    #[error("{}: {source}", .path.display())]
    Open {
        /// Its path.
        path: PathBuf,
        /// Error of the operating system.
        source: io::Error,
    },
    /// Reading failed.
    #[error("at byte {offset}: {source}")]
    Read {
        /// Where.
        offset: u64,
        /// Error of the operating system.
        source: io::Error,
    },
    /// The input has another format.
    #[error("neither pcap nor pcapng: begins with {}{}", .magic.escape_ascii(), guess(.magic))]
    NotACapture {
        /// Its first bytes, four at most.
        magic: Vec<u8>,
    },
    /// The input ends within a header or packet.
    #[error("cut short at byte {offset}: {what} needs {needed} bytes, {got} are there")]
    Truncated {
        /// Where the header, record or block begins.
        offset: u64,
        /// What is cut.
        what: &'static str,
        /// Smallest number of bytes it needs.
        needed: u64,
        /// Bytes that are there.
        got: u64,
    },
    /// A header, record or block contradicts the format.
    #[error("damaged at byte {offset}: {source}")]
    Damaged {
        /// Where the header, record or block begins.
        offset: u64,
        /// What contradicts the format.
        source: Damage,
    },
}

/// What contradicts the format of a capture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Damage {
    /// A record or block is longer than any packet.
    #[error("{what} claims {claimed} bytes, at most {limit} are plausible")]
    TooLong {
        /// A record or a block.
        what: &'static str,
        /// Its length in bytes, as it states it.
        claimed: u32,
        /// The longest length that is accepted.
        limit: u32,
    },
    /// The header of a section has no byte-order magic.
    #[error("byte-order magic is {found:#010x}, 0x1a2b3c4d expected")]
    ByteOrder {
        /// Value found, read in big-endian order.
        found: u32,
    },
    /// The length of a block is impossible.
    #[error("a block claims {claimed} bytes, a multiple of 4 and at least 12 expected")]
    BlockLength {
        /// Its length in bytes, as it states it.
        claimed: usize,
    },
    /// The fields of a block do not fit its length.
    #[error("a block of type {kind:#x} and {length} bytes has fields that do not fit into it")]
    BlockFields {
        /// Type of the block.
        kind: u32,
        /// Its length in bytes.
        length: usize,
    },
    /// A packet refers to an interface that its section did not describe.
    #[error("a packet of interface {id}, of {described} described")]
    UnknownInterface {
        /// Number in the section, from 0 on.
        id: u32,
        /// Number of interfaces described before.
        described: usize,
    },
    /// A section describes more interfaces than are accepted.
    #[error("more than {limit} interfaces in one section")]
    TooManyInterfaces {
        /// Largest number of interfaces.
        limit: usize,
    },
    /// A packet is longer than the block that holds it.
    #[error("a packet claims {claimed} captured bytes, its block has {found}")]
    PacketLength {
        /// Its captured length in bytes, as it states it.
        claimed: u32,
        /// Bytes of the block that are left for it.
        found: usize,
    },
}

fn guess(magic: &[u8]) -> &'static str {
    match magic {
        [] => " (it is empty)",
        [0x1f, 0x8b, ..] => " (gzip: decompress it first)",
        [0x28, 0xb5, 0x2f, 0xfd] => " (zstd: decompress it first)",
        [0xfd, b'7', b'z', b'X'] => " (xz: decompress it first)",
        [b'B', b'Z', b'h', _] => " (bzip2: decompress it first)",
        _ => "",
    }
}
