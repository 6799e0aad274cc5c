//! Writes `testdata/demo.pcap`, the capture that `agent observe --demo` falls back to.

use std::error::Error;
use std::fs;
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/demo.pcap");
    let bytes = flow_lab::demo_capture::write(Vec::new())?;
    fs::write(&path, &bytes)?;
    println!("{}: {} bytes", path.display(), bytes.len());
    Ok(())
}
