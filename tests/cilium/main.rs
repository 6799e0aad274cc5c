//! The reader of Cilium's events against what Go sends, and against a socket.

mod exchanges;
mod golden;
mod kinds;
mod log;
mod oracle;
mod socket;

/// A file of `testdata/cilium/gob`.
fn golden(name: &str) -> Vec<u8> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("testdata/cilium/gob")
        .join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
