//! The events that are decoded.

use std::path::Path;

/// Ethernet, IPv4 and TCP from 10.0.0.1:40000 to 10.0.0.2:80, with SYN, as the first 66 bytes.
fn packet() -> Vec<u8> {
    let mut packet = vec![2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x08, 0x00];
    packet.extend([
        0x45, 0, 0, 52, 0, 1, 0x40, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2,
    ]);
    packet.extend([
        0x9c, 0x40, 0, 80, 0, 0, 0, 1, 0, 0, 0, 0, 0x80, 0x02, 0xff, 0xff, 0, 0, 0, 0,
    ]);
    packet.extend([2, 4, 5, 0xb4, 1, 1, 4, 2, 1, 3, 3, 7]);
    packet
}

fn put(record: &mut [u8], at: usize, bytes: &[u8]) {
    record[at..at + bytes.len()].copy_from_slice(bytes);
}

/// A message with what all have in common, and the packet behind it.
fn message(kind: u8, sub_type: u8, version: u8, length: usize) -> Vec<u8> {
    let packet = packet();
    let mut record = vec![0; length];
    put(&mut record, 0, &[kind, sub_type]);
    put(&mut record, 2, &7_u16.to_ne_bytes());
    put(&mut record, 4, &0x1234_5678_u32.to_ne_bytes());
    put(&mut record, 8, &(packet.len() as u32).to_ne_bytes());
    put(&mut record, 12, &(packet.len() as u16).to_ne_bytes());
    record[14] = version;
    put(&mut record, 16, &4711_u32.to_ne_bytes());
    put(&mut record, 20, &815_u32.to_ne_bytes());
    record.extend(packet);
    record
}

/// Name and bytes of each event.
pub(crate) fn all() -> Vec<(&'static str, Vec<u8>)> {
    let mut trace = message(4, 3, 2, 56);
    put(&mut trace, 28, &5_u32.to_ne_bytes());
    let mut drop = message(1, 133, 3, 48);
    put(&mut drop, 28, &99_u16.to_ne_bytes());
    put(&mut drop, 32, &5_u32.to_ne_bytes());
    let mut policy = message(5, 0, 0, 40);
    put(&mut policy, 20, &0_u32.to_ne_bytes());
    put(&mut policy, 24, &80_u16.to_ne_bytes());
    put(&mut policy, 26, &[6, 0x01 | 2 << 3]);
    vec![("trace", trace), ("drop", drop), ("policy verdict", policy)]
}

/// Records of the access log, as Go sends them.
pub(crate) fn agent() -> Vec<(&'static str, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/cilium/gob");
    ["http-request", "dns-answer"]
        .into_iter()
        .map(|name| {
            let path = folder.join(format!("{name}.event"));
            (name, std::fs::read(path).expect("a golden file"))
        })
        .collect()
}
