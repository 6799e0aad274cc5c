//! The seeds: small valid inputs of every kind, made by our own code.

use std::io;
use std::path::{Path, PathBuf};

use flow_core::event::{CaptureKind, EventFlags, EventKind, RawEvent, Trigger};

use crate::seed::{Seed, tcp, v4};
use flow_capture::Writer;
use flow_core::wire::exercise::{Body, Ends, Frame, Net, Outside};

/// Where the seeds of a target are.
pub fn folder(target: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("seeds")
        .join(target)
}

/// Names and bytes of a target's committed seeds, in order.
///
/// # Errors
/// Where they cannot be read.
pub fn committed(target: &str) -> io::Result<Vec<(String, Vec<u8>)>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder(target))? {
        let path = entry?.path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        found.push((name, std::fs::read(&path)?));
    }
    found.sort();
    Ok(found)
}

/// Every seed.
pub fn all() -> Vec<Seed> {
    let mut seeds = crate::l7_seeds::all();
    seeds.extend(crate::cilium_seeds::all());
    seeds.extend(crate::proto_seeds::all());
    seeds.extend(crate::exchange::seeds());
    seeds.extend(crate::filter_targets::seeds());
    let ethernet = |tags: &[u16]| Outside::Ethernet {
        tags: tags.to_vec(),
        labels: 0,
        is_pppoe: false,
    };
    for (name, net, body) in packets() {
        let frame = |outside| Frame {
            outside,
            net: net.clone(),
            body: body.clone(),
            padding: 0,
        };
        let mut add = |target, outside| {
            seeds.push((target, name.to_owned(), frame(outside).build()));
        };
        add("wire_ethernet", ethernet(&[]));
        add("wire_raw_ip", Outside::RawIp);
        // Behind another link header the packets are the same: some will do.
        if ["tcp", "udp6", "vxlan"].contains(&name) {
            add("wire_linux_sll", Outside::Cooked1);
            add(
                "wire_linux_sll2",
                Outside::Cooked2 {
                    tag: (name == "tcp").then_some(7),
                },
            );
            add(
                "wire_null",
                Outside::Null {
                    is_little: name == "tcp",
                },
            );
            add("wire_loop", Outside::Loop);
        }
    }
    let (_, net, body) = packets().swap_remove(0);
    let tags = Frame {
        outside: ethernet(&[5, 6]),
        net,
        body,
        padding: 0,
    };
    let labels = Outside::Ethernet {
        tags: vec![],
        labels: 2,
        is_pppoe: false,
    };
    let session = Outside::Ethernet {
        tags: vec![],
        labels: 0,
        is_pppoe: true,
    };
    let labels = Frame {
        outside: labels,
        ..tags.clone()
    };
    let session = Frame {
        outside: session,
        ..tags.clone()
    };
    let arp = [
        2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 6, 0, 1, 8, 0, 6, 4, 0, 1, 2, 0, 0, 0, 0, 1, 10, 0,
        0, 1, 0, 0, 0, 0, 0, 0, 10, 0, 0, 2,
    ];
    for (name, bytes) in [
        ("tags", tags.build()),
        ("mpls", labels.build()),
        ("pppoe", session.build()),
        ("arp", arp.to_vec()),
    ] {
        seeds.push(("wire_ethernet", name.to_owned(), bytes));
    }
    seeds.push(("flow_decode", "conversation".to_owned(), conversation()));
    for (name, bytes) in records() {
        seeds.push(("event_record", name.to_owned(), bytes));
    }
    for (name, bytes) in captures() {
        seeds.push(("capture_reader", name.to_owned(), bytes));
    }
    seeds
}

fn v6(extensions: &[u8]) -> Net {
    let address = |last| [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last];
    let ends = Ends::V6 {
        source: address(1),
        destination: address(2),
        extensions: extensions.to_vec(),
    };
    Net {
        ends,
        fragment: None,
    }
}

fn udp() -> Body {
    Body::Udp {
        ports: (1000, 53),
        payload: b"hi".to_vec(),
    }
}

fn packets() -> Vec<(&'static str, Net, Body)> {
    let with_options = Net {
        ends: Ends::V4 {
            source: [10, 0, 0, 1],
            destination: [10, 0, 0, 2],
            options: 2,
            has_authentication: true,
        },
        fragment: None,
    };
    let frame = |outside, net, body| {
        Box::new(Frame {
            outside,
            net,
            body,
            padding: 0,
        })
    };
    let ethernet = || Outside::Ethernet {
        tags: vec![],
        labels: 0,
        is_pppoe: false,
    };
    let echo = || Body::Echo {
        is_reply: false,
        id: 7,
        sequence: 1,
        payload: vec![1, 2],
    };
    let quoted = |net| Body::Unreachable {
        net: Box::new(net),
        body: Box::new(udp()),
        kept: 28,
    };
    let inside = |net, body| Body::Ip {
        net: Box::new(net),
        body: Box::new(body),
    };
    vec![
        ("tcp", v4(), tcp(0x002, b"")),
        ("tcp6", v6(&[]), tcp(0x1ff, b"GET /")),
        ("udp", v4(), udp()),
        ("udp6", v6(&[]), udp()),
        (
            "udp_lite",
            v4(),
            Body::UdpLite {
                ports: (1, 2),
                payload: b"hi".to_vec(),
            },
        ),
        ("options", with_options, udp()),
        ("extensions", v6(&[0, 60, 43, 51, 135, 139, 140]), udp()),
        (
            "fragment",
            Net {
                fragment: Some((0, true)),
                ..v4()
            },
            udp(),
        ),
        (
            "fragment6",
            Net {
                fragment: Some((3, false)),
                ..v6(&[])
            },
            udp(),
        ),
        (
            "sctp",
            v4(),
            Body::Sctp {
                ports: (1000, 2905),
                chunks: vec![(1, vec![0; 5]), (11, vec![])],
            },
        ),
        ("echo", v4(), echo()),
        ("echo6", v6(&[]), echo()),
        ("quoted", v4(), quoted(v4())),
        ("quoted6", v6(&[]), quoted(v6(&[]))),
        (
            "igmp",
            v4(),
            Body::Igmp {
                kind: 0x16,
                group: [224, 0, 0, 5],
            },
        ),
        (
            "vrrp",
            v4(),
            Body::Vrrp {
                version: 3,
                router: 7,
            },
        ),
        (
            "esp",
            v4(),
            Body::Other {
                protocol: 50,
                payload: vec![1; 8],
            },
        ),
        ("4in4", v4(), inside(v4(), inside(v6(&[]), udp()))),
        ("6in6", v6(&[]), inside(v6(&[60]), udp())),
        (
            "gre",
            v4(),
            Body::Gre {
                checksum: true,
                key: Some(9),
                sequence: Some(1),
                inner: frame(Outside::RawIp, v6(&[]), udp()),
            },
        ),
        (
            "vxlan",
            v4(),
            Body::Vxlan {
                port: 4789,
                vni: 7,
                inner: frame(ethernet(), v4(), tcp(0x10, b"")),
            },
        ),
        (
            "geneve",
            v6(&[]),
            Body::Geneve {
                vni: 7,
                options: 2,
                inner: frame(ethernet(), v4(), udp()),
            },
        ),
    ]
}

/// A TCP connection, and the other packets.
fn conversation() -> Vec<u8> {
    let mut bytes = Vec::new();
    let ends = |flags| (v4(), tcp(flags, b""));
    let handshake = [0x002, 0x010, 0x018, 0x011, 0x002].map(ends);
    let others = packets().into_iter().map(|(_, net, body)| (net, body));
    for (net, body) in handshake.into_iter().chain(others) {
        let outside = Outside::Ethernet {
            tags: vec![],
            labels: 0,
            is_pppoe: false,
        };
        let frame = Frame {
            outside,
            net,
            body,
            padding: 0,
        }
        .build();
        // What is longer would be cut at 255 bytes.
        bytes.push(frame.len().min(255) as u8);
        bytes.extend(frame.iter().take(255));
    }
    bytes
}

fn records() -> Vec<(&'static str, Vec<u8>)> {
    let record = RawEvent {
        kind: EventKind::FLOW,
        version: RawEvent::VERSION,
        header_len: RawEvent::SIZE as u16,
        time_ns: 5_000,
        first_ns: 4_000,
        saddr: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, 1],
        daddr: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, 2],
        sport: 1000,
        dport: 80,
        proto: 6,
        ip_version: 4,
        direction: 2,
        verdict: 1,
        tcp_flags: 0x12,
        ifindex: 3,
        comm: *b"evil\x1b[2J\n\0\0\0\0\0\0\0",
        pid: 7,
        forward_bytes: 60,
        forward_packets: 1,
        trigger: Trigger::NEW,
        ..RawEvent::default()
    };
    let drop = RawEvent {
        kind: EventKind::DROP,
        drop_reason: 3,
        verdict: 2,
        ..record
    };
    let state = RawEvent {
        kind: EventKind::TCP_STATE,
        tcp_state: 7,
        ..record
    };
    let retransmit = RawEvent {
        kind: EventKind::TCP_RETRANSMIT,
        retransmits: 70_000,
        ..record
    };
    let newer = RawEvent {
        version: 9,
        kind: EventKind(77),
        flags: EventFlags::OWNER_IS_SOURCE,
        ..record
    };
    let packet = RawEvent {
        kind: EventKind::PACKET,
        capture_kind: CaptureKind::NETWORK,
        payload_len: 4,
        ..record
    };
    let bytes = |record: &RawEvent, more: &[u8]| [record.as_ref(), more].concat();
    vec![
        ("flow", bytes(&record, &[])),
        ("packet", bytes(&packet, b"GET ")),
        ("drop", bytes(&drop, &[])),
        ("state", bytes(&state, &[])),
        ("retransmit", bytes(&retransmit, &[])),
        ("newer", bytes(&newer, &[0; 8])),
    ]
}

fn captures() -> Vec<(&'static str, Vec<u8>)> {
    let frame = [2; 60];
    let mut pcap = Vec::new();
    let written = Writer::new(&mut pcap, 1).and_then(|mut writer| {
        writer.write(1_500_000_000, &frame)?;
        writer.write(2_500_000_000, &frame[..17])?;
        writer.finish().map(|_| ())
    });
    written.expect("memory takes everything");
    // draft-ietf-opsawg-pcapng: section header, interface description, enhanced and simple packet.
    let block = |kind: u32, body: &[u8], is_big: bool| {
        let word = |value: u32| {
            if is_big {
                value.to_be_bytes()
            } else {
                value.to_le_bytes()
            }
        };
        let length = word(12 + body.len() as u32);
        [&word(kind), &length, body, &length].concat()
    };
    let words = |values: &[u32], is_big: bool| -> Vec<u8> {
        let bytes = |value: &u32| {
            if is_big {
                value.to_be_bytes()
            } else {
                value.to_le_bytes()
            }
        };
        values.iter().flat_map(bytes).collect()
    };
    let pcapng = |is_big: bool| {
        // Version 1.0: two numbers of 16 bits.
        let version = if is_big { 0x0001_0000 } else { 0x0000_0001 };
        let section = words(&[0x1a2b_3c4d, version, 0xffff_ffff, 0xffff_ffff], is_big);
        // Link type Ethernet: 16 bits, and 16 that are reserved; snap length.
        let interface = words(&[if is_big { 0x0001_0000 } else { 1 }, 64], is_big);
        let enhanced = [words(&[0, 0, 5, 12, 60], is_big), frame[..12].to_vec()].concat();
        let simple = [words(&[8], is_big), frame[..8].to_vec()].concat();
        [
            block(0x0a0d_0d0a, &section, is_big),
            block(1, &interface, is_big),
            block(6, &enhanced, is_big),
            block(3, &simple, is_big),
        ]
        .concat()
    };
    vec![
        ("pcap", pcap),
        ("pcapng", pcapng(false)),
        ("pcapng_big", pcapng(true)),
    ]
}
