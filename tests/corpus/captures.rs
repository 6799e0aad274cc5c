//! Reads a capture packet by packet, to where it breaks.

use std::path::Path;

use flow_capture::{Packet, Reader};

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
