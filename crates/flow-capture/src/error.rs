//! What can be wrong with a capture.

use std::io;
use std::path::PathBuf;

/// Why a capture cannot be read, or not further. Offsets count bytes from its beginning; the
/// packets before the offset have been handed out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CaptureError {
    /// The file cannot be opened.
    #[error("{}: {source}", .path.display())]
    Open {
        /// Its path.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Reading failed.
    #[error("at byte {offset}: {source}")]
    Read {
        /// Where.
        offset: u64,
        /// What the system said.
        source: io::Error,
    },
    /// It is something else.
    #[error("neither pcap nor pcapng: begins with {}{}", .magic.escape_ascii(), guess(.magic))]
    NotACapture {
        /// Its first bytes, four at most.
        magic: Vec<u8>,
    },
    /// It ends within a header or packet.
    #[error("cut short at byte {offset}: {what} needs {needed} bytes, {got} are there")]
    Truncated {
        /// Where the header, record or block begins.
        offset: u64,
        /// What is cut.
        what: &'static str,
        /// Least number of bytes it needs, as far as they tell.
        needed: u64,
        /// Bytes that are there.
        got: u64,
    },
    /// A header, record or block contradicts the format.
    #[error("damaged at byte {offset}: {reason}")]
    Damaged {
        /// Where the header, record or block begins.
        offset: u64,
        /// What was expected and found.
        reason: String,
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
