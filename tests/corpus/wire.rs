//! No packet, no beginning of one and no flip of its bits makes the decoder panic.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use flow_core::wire::{LinkType, Packet};

use crate::captures::{captures, folder, read};

/// Longest packet whose bits are flipped one by one, in bytes.
const FLIPPED: usize = 256;

/// Uses every accessor of a packet and of those inside; the sum keeps the work alive.
fn touch(packet: &Packet<'_>) -> usize {
    let mut sum = packet.bytes().len() + packet.payload().len() + packet.payload_len();
    sum += usize::from(packet.source_port()) + usize::from(packet.destination_port());
    sum += usize::from(packet.tcp_flags()) + usize::from(packet.ethertype());
    sum += packet
        .vlans()
        .map(|tag| usize::from(tag.id()))
        .sum::<usize>();
    sum += usize::from(packet.vlan().is_some()) + usize::from(packet.source_mac().is_some());
    sum += packet
        .source_octets()
        .map_or(0, |octets| usize::from(octets[15]));
    sum += packet
        .destination_octets()
        .map_or(0, |octets| usize::from(octets[15]));
    assert_eq!(packet.source().is_some(), packet.ip_version() != 0);
    if let Some(ethernet) = packet.ethernet() {
        sum += usize::from(ethernet.source()[0]) + usize::from(ethernet.destination()[0]);
    }
    if let Some(arp) = packet.arp() {
        sum += usize::from(arp.operation()) + usize::from(arp.ipv4().is_some());
    }
    if let Some(ipv4) = packet.ipv4() {
        sum += ipv4.options().count() + usize::from(ipv4.fragment_offset());
        assert!(ipv4.header_len() >= 20);
    }
    if let Some(ipv6) = packet.ipv6() {
        sum += ipv6.flow_label() as usize + usize::from(ipv6.traffic_class());
    }
    if let Some(tcp) = packet.tcp() {
        assert!(tcp.header_len() >= 20);
        sum += tcp.options().count() + tcp.sequence() as usize;
    }
    sum += packet.udp().map_or(0, |udp| usize::from(udp.length()));
    sum += packet.sctp().map_or(0, |sctp| sctp.chunks().count());
    sum += packet.icmp().map_or(0, |icmp| {
        icmp.body().len() + usize::from(icmp.echo().is_some())
    });
    sum += packet.igmp().map_or(0, |igmp| usize::from(igmp.kind()));
    sum += packet
        .vrrp()
        .map_or(0, |vrrp| usize::from(vrrp.router_id()));
    sum += packet
        .gre()
        .map_or(0, |gre| gre.header_len() + usize::from(gre.key().is_some()));
    if let Some(error) = packet.error() {
        sum += error.to_string().len();
    }
    sum += usize::from(packet.is_at_depth_limit());
    if let Some((_, inner)) = packet.inner() {
        sum += touch(&inner);
    }
    if let Some(quoted) = packet.quoted() {
        sum += touch(&quoted);
    }
    sum
}

fn torture(link: LinkType, bytes: &[u8], wire_len: usize) -> usize {
    let mut sum = touch(&Packet::parse(link, bytes, wire_len));
    for length in 0..bytes.len() {
        sum += touch(&Packet::parse(link, &bytes[..length], wire_len));
        // The same as a packet that is this long.
        sum += touch(&Packet::parse(link, &bytes[..length], length));
    }
    if bytes.len() <= FLIPPED {
        let mut flipped = bytes.to_vec();
        for index in 0..bytes.len() {
            for mask in [1, 2, 4, 8, 16, 32, 64, 128, 255] {
                flipped[index] = bytes[index] ^ mask;
                sum += touch(&Packet::parse(link, &flipped, wire_len));
            }
            for value in [0, 255] {
                flipped[index] = value;
                sum += touch(&Packet::parse(link, &flipped, wire_len));
            }
            flipped[index] = bytes[index];
        }
    }
    sum
}

/// Runs `collection` on every core; returns the packets seen and the unsupported link types.
fn run(collection: &str, expected: u64) {
    let Some(folder) = folder(collection) else {
        return;
    };
    let captures = captures(&folder);
    let next = AtomicUsize::new(0);
    let total = Mutex::new((0_u64, BTreeMap::<u32, Vec<String>>::new(), Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some(path) = captures.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let mut sum = 0_usize;
                    let outcome = read(path, &mut |capture| {
                        let wire_len = capture.wire_len as usize;
                        sum = sum.wrapping_add(torture(capture.link, capture.data, wire_len));
                    });
                    std::hint::black_box(sum);
                    let name = path
                        .file_name()
                        .unwrap_or_default()
                        .to_string_lossy()
                        .into_owned();
                    let mut total = total.lock().expect("no panic holds it");
                    total.0 += outcome.packets;
                    for number in outcome.unsupported {
                        total.1.entry(number).or_default().push(name.clone());
                    }
                    if let Some(error) = outcome.error {
                        total.2.push(format!("{name}: {error}"));
                    }
                }
            });
        }
    });
    let (packets, unsupported, errors) = total.into_inner().expect("no panic held it");
    println!(
        "{collection}: {} captures, {packets} packets",
        captures.len()
    );
    for (number, names) in unsupported {
        println!("  link type {number} is not supported: {}", names.join(" "));
    }
    for error in errors {
        println!("  read to its damage: {error}");
    }
    assert_eq!(
        packets, expected,
        "packets of supported link types in {collection}"
    );
}

#[test]
fn every_packet_and_every_damage_of_it_of_ndpi() {
    run("ndpi", 37_026);
}

#[test]
fn every_packet_and_every_damage_of_it_of_tcpdump() {
    run("tcpdump", 5_307);
}
