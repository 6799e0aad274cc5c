//! Finds and reads the captures.

use std::path::{Path, PathBuf};

use flow_core::decode::Capture;
use flow_core::wire::LinkType;
use flow_lab::capture::Reader;

/// Folder of a collection of captures; `None`, said on standard error, where it is not there.
pub(crate) fn folder(collection: &str) -> Option<PathBuf> {
    let root = std::env::var_os("FLOW_CORPUS").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus"),
        PathBuf::from,
    );
    let folder = root.join(collection);
    if folder.is_dir() {
        return Some(folder);
    }
    assert!(
        std::env::var_os("FLOW_CORPUS").is_none(),
        "FLOW_CORPUS: no folder {}",
        folder.display()
    );
    eprintln!(
        "skipped: no corpus at {}; FLOW_CORPUS names another place",
        root.display()
    );
    None
}

/// Every capture in a folder, in order of name.
pub(crate) fn captures(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<_> = std::fs::read_dir(folder)
        .expect("the folder is readable")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| {
            let ending = path.extension().and_then(|ending| ending.to_str());
            matches!(ending, Some("pcap" | "pcapng" | "cap"))
        })
        .collect();
    found.sort();
    found
}

/// What reading a capture gave.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// Packets handed out.
    pub(crate) packets: u64,
    /// Packets of link types that the decoder does not know, with their numbers.
    pub(crate) unsupported: Vec<u32>,
    /// Why reading ended before the end of the file.
    pub(crate) error: Option<String>,
}

/// Hands every packet of a supported link type to `visit`.
pub(crate) fn read(path: &Path, visit: &mut dyn FnMut(&Capture<'_>)) -> Outcome {
    let mut outcome = Outcome::default();
    let mut reader = match Reader::open(path) {
        Ok(reader) => reader,
        Err(error) => {
            outcome.error = Some(error.to_string());
            return outcome;
        }
    };
    loop {
        match reader.next() {
            Ok(Some(packet)) => match LinkType::from_number(packet.link_type) {
                Some(link) => {
                    outcome.packets += 1;
                    visit(&Capture {
                        time: packet.time_ns,
                        link,
                        wire_len: packet.wire_len,
                        data: packet.data,
                    });
                }
                None => {
                    if !outcome.unsupported.contains(&packet.link_type) {
                        outcome.unsupported.push(packet.link_type);
                    }
                }
            },
            Ok(None) => return outcome,
            Err(error) => {
                outcome.error = Some(error.to_string());
                return outcome;
            }
        }
    }
}
