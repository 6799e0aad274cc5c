//! Finds and reads the captures.

use std::path::{Path, PathBuf};

use flow_lab::capture::{Packet, Reader};

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
        "NOT TESTED: no captures in {}; FLOW_CORPUS names the folder that holds `ndpi` and `tcpdump`",
        folder.display()
    ));
    None
}

/// Prints a line that is seen in any case: the test harness hides what passing tests print with
/// `println`, but not this.
pub(crate) fn announce(line: &str) {
    use std::io::Write;
    // Where standard error is closed there is nobody to tell.
    let _ = writeln!(std::io::stderr().lock(), "corpus: {line}");
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
pub(crate) fn name(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

/// Hands every packet to `visit`; gives why reading ended, if not at the end.
pub(crate) fn read(path: &Path, visit: &mut dyn FnMut(&Packet<'_>)) -> Option<String> {
    let mut reader = match Reader::open(path) {
        Ok(reader) => reader,
        Err(error) => return Some(error.to_string()),
    };
    loop {
        match reader.next() {
            Ok(Some(packet)) => visit(&packet),
            Ok(None) => return None,
            Err(error) => return Some(error.to_string()),
        }
    }
}
