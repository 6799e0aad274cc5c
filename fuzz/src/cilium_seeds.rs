//! Seeds of Cilium's events: records built from the tables of their layouts, and what Go sends.

use crate::seed::Seed;

fn put(record: &mut [u8], at: usize, bytes: &[u8]) {
    record[at..at + bytes.len()].copy_from_slice(bytes);
}

/// A message of this kind, sub-type, version and length, and the packet behind it.
fn message([kind, sub_type, version]: [u8; 3], length: usize, packet: &[u8]) -> Vec<u8> {
    let mut record = vec![0; length];
    put(&mut record, 0, &[kind, sub_type]);
    put(&mut record, 2, &7_u16.to_ne_bytes());
    put(&mut record, 8, &(packet.len() as u32).to_ne_bytes());
    put(&mut record, 12, &(packet.len() as u16).to_ne_bytes());
    record[14] = version;
    if length > 20 {
        put(&mut record, 16, &4711_u32.to_ne_bytes());
    }
    record.extend(packet);
    record
}

fn events(packet: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let mut drop = message([1, 133, 3], 48, packet);
    put(&mut drop, 28, &[99, 0, 103, 0]);
    let mut trace = message([4, 3, 1], 48, packet);
    put(&mut trace, 32, &[10, 0, 0, 3]);
    let mut policy = message([5, 0, 0], 40, packet);
    put(&mut policy, 24, &[80, 0, 6, 0x01 | 2 << 3]);
    let mut sock = vec![7, 1, 1, 0, 80, 0, 0, 0];
    sock.extend([9; 16]);
    sock.extend([10, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    let mut packed = vec![7, 2, 10, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 80, 0];
    packed.extend([9; 16]);
    packed.extend([2, 0]);
    let mut debug = vec![2, 9, 7, 0, 1, 2, 3, 4];
    debug.extend([5; 12]);
    let mut extended = message([4, 0, 2], 56, packet);
    extended[15] = 1;
    vec![
        ("drop", drop),
        ("drop_old", message([1, 181, 0], 36, packet)),
        ("trace", trace),
        ("trace_extended", extended),
        ("policy", policy),
        ("policy_old", message([5, 0, 0], 28, packet)),
        ("capture", message([3, 4, 0], 24, packet)),
        ("debug", debug),
        ("sock", sock),
        ("sock_packed", packed),
        ("newer", message([1, 133, 9], 60, packet)),
    ]
}

/// A record of the agent as Go sends it.
macro_rules! golden {
    ($name:literal) => {
        (
            $name,
            include_bytes!(concat!("../../testdata/cilium/gob/", $name)).as_slice(),
        )
    };
}

/// A number as gob writes it.
fn gob_int(number: i64) -> Vec<u8> {
    let bits = if number < 0 {
        (!number.cast_unsigned()) << 1 | 1
    } else {
        number.cast_unsigned() << 1
    };
    if bits < 128 {
        return vec![bits as u8];
    }
    let bytes = bits.to_be_bytes();
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    [&[(8 - zeros as u8).wrapping_neg()], &bytes[zeros..]].concat()
}

fn gob_message(body: &[u8]) -> Vec<u8> {
    let length = (body.len() as u32).to_be_bytes();
    [&[0xfc], &length[..], body].concat()
}

/// A record of an access log with a field whose type is a list of lists, 10,000 levels of them.
fn nested_types() -> Vec<u8> {
    let mut definitions = Vec::new();
    for id in 100..10_100 {
        let element = if id == 10_099 { 2 } else { id + 1 };
        // A slice: its description without a name, the type of its elements.
        let parts = [&gob_int(-id)[..], &[2, 2], &gob_int(element), &[0, 0]];
        definitions.extend(parts.concat());
    }
    // A struct of three fields.
    definitions.extend([&gob_int(-99)[..], &[3, 2, 3]].concat());
    for (name, id) in [("Type", 6), ("SourceEndpoint", 6), ("Deep", 100)] {
        let (length, id) = ([1, name.len() as u8], gob_int(id));
        definitions.extend([&length, name.as_bytes(), &[1], &id, &[0]].concat());
    }
    definitions.extend([0, 0]);
    let record = [&gob_int(99)[..], b"\x01\x07Request\0"].concat();
    [gob_message(&definitions), gob_message(&record)].concat()
}

/// Every seed of Cilium's events.
pub(crate) fn all() -> Vec<Seed> {
    let packet = crate::seed::tcp_packet().build();
    let mut seeds: Vec<Seed> = Vec::new();
    for (name, bytes) in events(&packet) {
        seeds.push(("cilium_event", name.to_owned(), bytes));
    }
    for (name, bytes) in [
        golden!("kinds.gob"),
        golden!("fields.gob"),
        golden!("payloads.gob"),
    ] {
        let how = [13 << 2 | 1];
        seeds.push(("cilium_gob", name.to_owned(), [&how, bytes].concat()));
    }
    let mut before: &[u8] = b"\x81";
    for (name, bytes) in [
        golden!("http-request.event"),
        golden!("http-response.event"),
        golden!("dns-answer.event"),
        golden!("kafka.event"),
        golden!("kafka-topics.event"),
        golden!("labels.event"),
        golden!("other.event"),
        golden!("notify.event"),
    ] {
        // The one before, cut at a multiple of eight bytes, and this one.
        let eighths = before.len() / 8;
        let pair = [&[eighths as u8], &before[..eighths * 8], bytes].concat();
        seeds.push(("cilium_access_log", name.to_owned(), pair));
        before = bytes;
    }
    let nested = [&[0, 129][..], &nested_types()].concat();
    seeds.push(("cilium_access_log", "nested_types".to_owned(), nested));
    seeds
}
