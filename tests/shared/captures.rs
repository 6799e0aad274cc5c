//! Finds the captures and hands out their packets.

use std::io::Write;
use std::path::{Path, PathBuf};

use flow_capture::Reader;
use flow_core::decode::Capture;
use flow_core::wire::{LinkType, Packet};

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
    announce(&format!(
        "NOT TESTED, for there are no captures: {}; FLOW_CORPUS names another place",
        folder.display()
    ));
    None
}

/// Prints a line that the test harness does not hide.
pub(crate) fn announce(line: &str) {
    // Where standard error is closed there is nobody to tell.
    let _ = writeln!(
        std::io::stderr().lock(),
        "{}: {line}",
        env!("CARGO_CRATE_NAME")
    );
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

/// Name of a capture without its folder.
pub(crate) fn file_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

/// Hands out every frame of a capture as far as it is readable.
pub(crate) fn frames(path: &Path, visit: &mut dyn FnMut(&Capture<'_>)) {
    let Ok(mut reader) = Reader::open(path) else {
        return;
    };
    while let Ok(Some(captured)) = reader.next() {
        let Some(link) = LinkType::from_number(captured.link_type) else {
            continue;
        };
        visit(&Capture {
            time: captured.time_ns,
            link,
            wire_len: captured.wire_len,
            data: captured.data,
        });
    }
}

/// Hands out every packet of a capture as far as it is readable, those in tunnels too.
pub(crate) fn packets(path: &Path, visit: &mut dyn FnMut(&Packet<'_>)) {
    frames(path, &mut |frame| {
        let wire_len = usize::try_from(frame.wire_len).expect("32 bits");
        let mut packet = Some(Packet::parse(frame.link, frame.data, wire_len));
        while let Some(outer) = packet {
            visit(&outer);
            packet = outer.inner().map(|(_, inner)| inner);
        }
    });
}
