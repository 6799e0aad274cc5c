//! From a record to a flow without a single allocation.

use std::hint::black_box;
use std::path::Path;

use allocation_counter::measure;
use flow_cilium::gob::GobStream;
use flow_cilium::{AgentDecoder, AgentEvent, CiliumDecoder, MonitorPayload};

fn golden(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/cilium/gob");
    std::fs::read(folder.join(name)).unwrap()
}

/// A message of every kind and version, with a packet behind it, and what is cut off.
fn records() -> Vec<Vec<u8>> {
    let mut packet = vec![2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x08, 0x00];
    packet.extend([
        0x45, 0, 0, 40, 0, 0, 0, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2,
    ]);
    packet.extend([
        0x9c, 0x40, 0, 80, 0, 0, 0, 1, 0, 0, 0, 2, 0x50, 0x12, 0xff, 0xff, 0, 0, 0, 0,
    ]);
    let mut records = Vec::new();
    for kind in [1, 2, 3, 4, 5, 7, 77, 129, 130] {
        for version in 0..5 {
            for length in [20, 24, 28, 32, 36, 38, 40, 48, 56] {
                for flags in [0, 1, 2, 4, 8] {
                    let mut record = vec![0; length];
                    record[0] = kind;
                    record[12..14].copy_from_slice(&(packet.len() as u16).to_ne_bytes());
                    record[14] = version;
                    for at in [27, 36] {
                        if let Some(byte) = record.get_mut(at) {
                            *byte = flags;
                        }
                    }
                    record.extend(&packet);
                    records.push(record);
                }
            }
        }
    }
    records.extend((0..60).map(|length| vec![4; length]));
    records
}

#[test]
fn messages_of_the_datapath() {
    let control = measure(|| drop(black_box(vec![1_u8; 9])));
    assert_eq!(control.count_total, 1, "the counter counts");
    let records = records();
    let mut decoder = CiliumDecoder::new(());
    let used = measure(|| {
        for record in &records {
            let _ = black_box(decoder.decode_full(record, 1, 2));
        }
    });
    let stats = decoder.stats();
    let counted = stats.flows + stats.no_flow + stats.empty;
    assert_eq!(counted, records.len() as u64);
    assert!(stats.flows > 1000 && stats.truncated > 0 && stats.unknown_versions > 0);
    assert_eq!(used.count_total, 0, "{used:?}");
}

/// Once the types are known.
#[test]
fn records_of_the_access_log() {
    let events: Vec<_> = ["http-request.event", "dns-answer.event", "kafka.event"]
        .into_iter()
        .map(golden)
        .collect();
    let mut decoder = AgentDecoder::default();
    assert!(decoder.decode(&events[0]).is_ok());
    let mut decode = || {
        for event in &events {
            let Ok(AgentEvent::AccessLog(record)) = decoder.decode(event) else {
                panic!("a record of the access log");
            };
            black_box(record.to_flow(1));
        }
    };
    decode();
    let used = measure(decode);
    assert_eq!(used.count_total, 0, "{used:?}");
}

/// Once the buffer has grown to the size of a chunk.
#[test]
fn payloads_of_the_monitor_socket() {
    let bytes = golden("payloads.gob");
    let mut stream = GobStream::default();
    let mut read = |bytes: &[u8]| {
        let mut count = 0;
        stream.push(bytes);
        while let Some(value) = stream.next_value().unwrap() {
            assert!(MonitorPayload::read(&value).is_some());
            count += 1;
        }
        count
    };
    assert_eq!(read(&bytes), 7);
    // Behind the definition, which comes but once.
    let definition = usize::from(bytes[0]) + 1;
    assert_eq!(read(&bytes[definition..]), 7);
    let used = measure(|| {
        for _ in 0..100 {
            assert_eq!(read(&bytes[definition..]), 7);
        }
    });
    assert_eq!(used.count_total, 0, "{used:?}");
}
