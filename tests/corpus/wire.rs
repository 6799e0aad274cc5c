//! No packet, no beginning of one and no damage of its bytes makes the decoder panic, and what
//! holds of every packet holds of each of them.
//!
//! With `FLOW_CORPUS_THOROUGH` set a changed byte gets every other value, which takes minutes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use flow_capture::Packet;
use flow_core::decode::Capture;
use flow_core::wire::LinkType;

use crate::captures::read;
use crate::shared::{announce, captures, file_name as name, folder};
use flow_core::wire::exercise::{check, flow_agrees, part_agrees};

/// Longest packet whose bytes are changed one by one, in bytes.
const CHANGED: usize = 256;
/// Numbers of every link type that is decoded.
const LINKS: [u32; 8] = [0, 1, 101, 108, 113, 228, 229, 276];

/// What went through the decoder.
#[derive(Default)]
struct Covered {
    /// Whether a byte gets every other value; else each of its bits is flipped, all of them, and
    /// it gets the two extremes.
    is_thorough: bool,
    packets: u64,
    /// Packets of link types that are not decoded: they went through as each that is.
    foreign: u64,
    prefixes: u64,
    changes: u64,
    /// Link types that are not decoded, and captures of them.
    unsupported: BTreeMap<u32, BTreeSet<String>>,
    errors: Vec<String>,
}

impl Covered {
    fn add(&mut self, other: Self) {
        self.packets += other.packets;
        self.foreign += other.foreign;
        self.prefixes += other.prefixes;
        self.changes += other.changes;
        for (number, names) in other.unsupported {
            self.unsupported.entry(number).or_default().extend(names);
        }
        self.errors.extend(other.errors);
    }

    /// Decodes a packet, every beginning of it and every change of one of its bytes.
    fn torture(&mut self, link: LinkType, data: &[u8], wire_len: usize) {
        let whole = check(link, data, wire_len);
        for length in 0..data.len() {
            part_agrees(&check(link, &data[..length], wire_len), &whole);
            // The same bytes as a packet of their own.
            check(link, &data[..length], length);
        }
        self.prefixes += 2 * data.len() as u64;
        if data.len() > CHANGED {
            return;
        }
        let mut changed = data.to_vec();
        for index in 0..data.len() {
            let bits = (0..8).map(|bit| 1 << bit);
            let some = bits.chain([255, data[index], !data[index]]).collect();
            let all = || (1..=255).collect();
            let masks: Vec<u8> = if self.is_thorough { all() } else { some };
            self.changes += masks.len() as u64;
            for mask in masks {
                changed[index] = data[index] ^ mask;
                check(link, &changed, wire_len);
                flow_agrees(&Capture {
                    time: 0,
                    link,
                    wire_len: wire_len as u32,
                    data: &changed,
                });
            }
            changed[index] = data[index];
        }
    }

    fn see(&mut self, packet: &Packet<'_>, name: &str) {
        let wire_len = packet.wire_len as usize;
        if let Some(link) = LinkType::from_number(packet.link_type) {
            self.packets += 1;
            return self.torture(link, packet.data, wire_len);
        }
        self.foreign += 1;
        let names = self.unsupported.entry(packet.link_type).or_default();
        if !names.contains(name) {
            names.insert(name.to_owned());
        }
        for number in LINKS {
            let link = LinkType::from_number(number).expect("a link type that is decoded");
            self.torture(link, packet.data, wire_len);
        }
    }
}

/// Runs `collection` on every core. It has to have this many packets of known link types, and
/// this many of others.
fn run(collection: &str, packets: u64, foreign: u64) {
    let Some(folder) = folder(collection) else {
        return;
    };
    let captures = captures(&folder);
    let next = AtomicUsize::new(0);
    let total = Mutex::new(Covered::default());
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                let mut covered = Covered {
                    is_thorough: std::env::var_os("FLOW_CORPUS_THOROUGH").is_some(),
                    ..Covered::default()
                };
                while let Some(path) = captures.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let name = name(path);
                    let error = read(path, &mut |packet| covered.see(packet, &name));
                    covered
                        .errors
                        .extend(error.map(|error| format!("{name}: {error}")));
                }
                total.lock().expect("no panic holds it").add(covered);
            });
        }
    });
    let total = total.into_inner().expect("no panic held it");
    announce(&format!(
        "{collection}: {} captures, {} packets, {} of other link types (as each of {} that are \
         decoded), {} beginnings, {} changed bytes",
        captures.len(),
        total.packets,
        total.foreign,
        LINKS.len(),
        total.prefixes,
        total.changes
    ));
    for (number, names) in &total.unsupported {
        println!("  link type {number} is not decoded: {names:?}");
    }
    for error in &total.errors {
        announce(&format!("{collection}: read to its damage: {error}"));
    }
    assert_eq!(
        (total.packets, total.foreign),
        (packets, foreign),
        "packets in {collection}"
    );
}

#[test]
fn every_packet_and_every_damage_of_it_of_ndpi() {
    run("ndpi", 37_026, 6);
}

#[test]
fn every_packet_and_every_damage_of_it_of_tcpdump() {
    run("tcpdump", 5_307, 581);
}
