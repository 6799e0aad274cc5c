//! Payloads of the monitor socket.

use flow_cilium::gob::GobStream;
use flow_cilium::{AgentDecoder, AgentEvent, AgentNotifyKind, MonitorPayload, PayloadKind};

use super::golden;

/// A payload with its bytes owned.
#[derive(Debug, PartialEq, Eq)]
struct Payload {
    data: Vec<u8>,
    cpu: u32,
    lost: u64,
    kind: u8,
}

fn payload(data: &[u8], cpu: u32, lost: u64, kind: u8) -> Payload {
    Payload {
        data: data.to_vec(),
        cpu,
        lost,
        kind,
    }
}

fn read(bytes: &[u8], chunk: usize) -> Vec<Option<Payload>> {
    let mut stream = GobStream::default();
    let mut payloads = Vec::new();
    for chunk in bytes.chunks(chunk) {
        stream.push(chunk);
        while let Some(value) = stream.next_value().expect("a stream that Go wrote") {
            payloads.push(MonitorPayload::read(&value).map(|payload| Payload {
                data: payload.data.to_vec(),
                cpu: payload.cpu,
                lost: payload.lost,
                kind: payload.kind.0,
            }));
        }
    }
    assert_eq!(stream.pending(), 0);
    payloads
}

#[test]
fn payloads_in_chunks_of_any_size() {
    let bytes = golden("payloads.gob");
    let large: Vec<u8> = (0..1_000_u32).map(|index| (index * 7) as u8).collect();
    for chunk in [1, 2, 3, 7, 64, 1000, bytes.len()] {
        let mut payloads = read(&bytes, chunk).into_iter().map(|read| read.unwrap());
        let mut next = || payloads.next().unwrap();
        assert_eq!(next(), payload(&[1, 133, 7, 0], 3, 0, 9));
        assert_eq!(next(), payload(&[], 1, 1 << 40, 2));
        assert_eq!(next(), payload(&large, 127, 0, 9));
        assert_eq!(next(), payload(&[], 0, 0, 0));
        let agent = next();
        assert_eq!((agent.kind, agent.data[0]), (9, 130));
        assert_eq!(next(), payload(&[], 0, 0, 9));
        assert_eq!(next(), payload(&[4], 200, 5, 9));
        assert_eq!(payloads.next(), None);

        let mut decoder = AgentDecoder::default();
        let AgentEvent::Notify(notify) = decoder.decode(&agent.data).unwrap() else {
            panic!("a notification");
        };
        assert_eq!(notify.kind, AgentNotifyKind::STARTED);
        assert_eq!(notify.text, br#"{"time":"now"}"#);
    }
}

/// Fields are found by name, whatever else is there.
#[test]
fn payloads_of_another_type() {
    let payloads = read(&golden("fields.gob"), 5);
    assert_eq!(
        payloads,
        [
            Some(payload(b"by name", 6, 4, PayloadKind::SAMPLE.0)),
            None,
            Some(payload(b"again", 0, 0, PayloadKind::SAMPLE.0)),
        ]
    );
}

/// Every byte of the streams changed, one at a time: a value or an error, never a panic, and no
/// end of the work.
#[test]
fn a_byte_that_is_wrong() {
    for name in ["payloads.gob", "fields.gob", "kinds.gob"] {
        let whole = golden(name);
        for at in 0..whole.len() {
            for change in [0x01, 0x80, 0xff] {
                let mut bytes = whole.clone();
                bytes[at] ^= change;
                let mut stream = GobStream::default();
                stream.push(&bytes);
                let mut messages = 0;
                loop {
                    messages += 1;
                    assert!(messages <= bytes.len(), "{name} {at} {change:#x}");
                    match stream.next_value() {
                        Ok(Some(value)) => drop(MonitorPayload::read(&value)),
                        Ok(None) => break,
                        Err(error) if error.is_fatal() => break,
                        Err(_) => {}
                    }
                }
            }
        }
    }
}
