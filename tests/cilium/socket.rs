//! The monitor socket, with a server that speaks as an agent does.

use std::io::{ErrorKind, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::thread;
use std::time::{Duration, Instant};

use flow_cilium::{CiliumDecoder, CiliumSource, MonitorRecord, MonitorSocket};
use flow_core::flow::{IpVersion, TracePoint, Verdict};
use flow_core::pipeline::{LostAt, Pipeline, PipelineError, Since, SourceError};
use flow_core::ring::Next;

use super::golden;

const WAIT: Duration = Duration::from_secs(20);

/// What a source yielded, owned.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Seen {
    Cilium(Vec<u8>, u32),
    Lost(LostAt, u64),
}

fn poll(
    source: &mut MonitorSocket,
    wait: Duration,
    seen: &mut Vec<Seen>,
) -> Result<(), SourceError> {
    source.poll_records(wait, &mut |record| {
        seen.push(match record {
            MonitorRecord::Event { data, cpu } => Seen::Cilium(data.to_vec(), cpu),
            MonitorRecord::Lost(lost) => Seen::Lost(lost.at, lost.count),
            other => panic!("{other:?}"),
        });
    })
}

/// Polls until the source ends, which it does with an error.
fn drain(source: &mut MonitorSocket) -> (Vec<Seen>, String) {
    let mut seen = Vec::new();
    let begun = Instant::now();
    loop {
        assert!(begun.elapsed() < WAIT, "the source does not end: {seen:?}");
        if let Err(error) = poll(source, WAIT, &mut seen) {
            return (seen, format!("{error}: {}", error.cause));
        }
    }
}

/// A pair of connected sockets: the server's, and a source.
fn pair() -> (UnixStream, MonitorSocket) {
    let (server, client) = UnixStream::pair().unwrap();
    (server, MonitorSocket::new("test".to_owned(), client))
}

#[test]
fn a_server_that_speaks_what_go_sends() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("monitor1_2.sock");
    let listener = UnixListener::bind(&path).unwrap();
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        // Pieces of sizes that have nothing to do with messages.
        for piece in golden("payloads.gob").chunks(97) {
            stream.write_all(piece).unwrap();
        }
    });
    let mut source = MonitorSocket::connect(&path).unwrap();
    let (seen, error) = drain(&mut source);
    server.join().unwrap();
    let large: Vec<u8> = (0..1_000_u32).map(|index| (index * 7) as u8).collect();
    assert_eq!(seen.len(), 8);
    assert_eq!(seen[0], Seen::Cilium(vec![1, 133, 7, 0], 3));
    assert_eq!(seen[1], Seen::Lost(LostAt::Monitor, 1 << 40));
    assert_eq!(seen[2], Seen::Cilium(large, 127));
    assert_eq!(
        seen[3],
        Seen::Lost(LostAt::Decode, 1),
        "a payload of no kind"
    );
    assert!(matches!(&seen[4], Seen::Cilium(data, 0) if data[0] == 130));
    assert_eq!(seen[5], Seen::Cilium(vec![], 0));
    assert_eq!(seen[6], Seen::Lost(LostAt::Monitor, 5));
    assert_eq!(seen[7], Seen::Cilium(vec![4], 200));
    assert_eq!(source.records(), 5);
    let expected = format!(
        "source cilium monitor {}: reading: the agent closed it after 5 records",
        path.display()
    );
    assert_eq!(error, expected);
    // It stays closed.
    assert!(poll(&mut source, WAIT, &mut Vec::new()).is_err());
}

/// The definition of `struct { Data []byte; CPU int; Lost uint; Type int }` as type 65.
fn definition() -> Vec<u8> {
    let mut body = vec![0xff, 0x81, 0x03];
    body.extend([1, 1, 7]);
    body.extend(b"Payload");
    body.extend([1, 0xff, 0x82, 0, 1, 4]);
    for (name, id) in [("Data", 5), ("CPU", 2), ("Lost", 3), ("Type", 2)] {
        body.extend([1, name.len() as u8]);
        body.extend(name.as_bytes());
        body.extend([1, id * 2, 0]);
    }
    body.extend([0, 0]);
    message(&body)
}

fn number(number: u64) -> Vec<u8> {
    if number < 128 {
        return vec![number as u8];
    }
    let bytes = number.to_be_bytes();
    let first = bytes.iter().position(|byte| *byte != 0).unwrap();
    let mut written = vec![(8 - first as u8).wrapping_neg()];
    written.extend(&bytes[first..]);
    written
}

fn message(body: &[u8]) -> Vec<u8> {
    let mut bytes = number(body.len() as u64);
    bytes.extend(body);
    bytes
}

/// A sample, byte by byte.
fn sample(data: &[u8], cpu: u64) -> Vec<u8> {
    let mut body = vec![0xff, 0x82];
    let mut skipped = 1;
    if !data.is_empty() {
        body.push(1);
        body.extend(number(data.len() as u64));
        body.extend(data);
        skipped = 0;
    }
    if cpu > 0 {
        body.push(skipped + 1);
        body.extend(number(cpu * 2));
        skipped = 0;
    } else {
        skipped += 1;
    }
    body.push(skipped + 2);
    body.extend([18, 0]);
    message(&body)
}

/// A trace message of version 0 with a UDP packet.
fn trace() -> Vec<u8> {
    let mut record = vec![0; 32];
    record[0] = 4;
    record[1] = 5;
    record[2..4].copy_from_slice(&7_u16.to_ne_bytes());
    record[8..12].copy_from_slice(&44_u32.to_ne_bytes());
    record[12..14].copy_from_slice(&44_u16.to_ne_bytes());
    record.extend([2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x08, 0x00]);
    record.extend([0x45, 0, 0, 30, 0, 0, 0, 0, 64, 17, 0, 0]);
    record.extend([10, 0, 0, 1, 10, 0, 0, 2]);
    record.extend([0, 53, 0x10, 0x92, 0, 10, 0, 0, b'h', b'i']);
    record
}

/// From the socket to the flow.
#[test]
fn records_become_flows() {
    let (mut server, mut source) = pair();
    server.write_all(&definition()).unwrap();
    for cpu in 0..3 {
        server.write_all(&sample(&trace(), cpu)).unwrap();
    }
    drop(server);
    let mut decoder = CiliumDecoder::new(());
    let mut cpus = Vec::new();
    let ended = loop {
        let polled = source.poll_records(WAIT, &mut |record| {
            let MonitorRecord::Event { data, cpu } = record else {
                panic!("{record:?}")
            };
            let (flow, extra) = decoder.decode_full(data, cpu, 1).unwrap();
            assert_eq!((flow.ip_version, flow.source.port), (IpVersion::V4, 53));
            assert_eq!(flow.trace_point, TracePoint::FROM_ENDPOINT);
            assert_eq!(flow.verdict, Verdict::FORWARDED);
            cpus.push(extra.cpu);
        });
        if let Err(error) = polled {
            break error;
        }
    };
    assert_eq!(
        ended.cause.to_string(),
        "the agent closed it after 3 records"
    );
    assert_eq!((cpus, decoder.stats().flows), (vec![0, 1, 2], 3));
}

/// From the socket through a pipeline, to its end with an error.
#[test]
fn a_monitor_is_a_source() {
    let (mut server, socket) = pair();
    server.write_all(&definition()).unwrap();
    for cpu in 0..3 {
        server.write_all(&sample(&trace(), cpu)).unwrap();
    }
    drop(server);
    let pipeline = Pipeline::builder()
        .source(CiliumSource::new(socket, ()))
        .history(4)
        .start()
        .unwrap();
    let handle = pipeline.handle();
    let mut subscription = pipeline.subscribe(Since::Oldest);
    let error = pipeline.join().unwrap_err();
    let PipelineError::Source(error) = error else {
        panic!("{error:?}")
    };
    assert_eq!(
        error.cause.to_string(),
        "the agent closed it after 3 records"
    );
    assert_eq!(handle.stats().published, 3);
    for _ in 0..3 {
        let Ok(Next::Record(flow)) = subscription.wait_next() else {
            panic!("three flows")
        };
        let view = subscription.view(&flow);
        assert_eq!((flow.source.port, flow.verdict), (53, Verdict::FORWARDED));
        assert!(view.extra().is_some(), "the endpoint's number");
    }
}

#[test]
fn nothing_is_there_for_a_while() {
    let (mut server, mut source) = pair();
    let mut seen = Vec::new();
    for wait in [Duration::ZERO, Duration::from_millis(10), Duration::ZERO] {
        poll(&mut source, wait, &mut seen).unwrap();
        assert_eq!(seen.len(), 0);
    }
    server.write_all(&definition()).unwrap();
    // Half of a message is none.
    let bytes = sample(b"whole", 1);
    server.write_all(&bytes[..5]).unwrap();
    poll(&mut source, WAIT, &mut seen).unwrap();
    assert_eq!(seen, []);
    server.write_all(&bytes[5..]).unwrap();
    poll(&mut source, WAIT, &mut seen).unwrap();
    assert_eq!(seen, [Seen::Cilium(b"whole".to_vec(), 1)]);
}

/// More than is read at once.
#[test]
fn a_burst_is_handed_over_as_a_whole() {
    let (mut server, mut source) = pair();
    let count = 20_000_u64;
    let sender = thread::spawn(move || {
        let mut bytes = definition();
        for cpu in 0..count {
            bytes.extend(sample(&[9; 40], cpu % 200));
        }
        server.write_all(&bytes).unwrap();
    });
    let (seen, error) = drain(&mut source);
    sender.join().unwrap();
    assert!(
        error.ends_with("the agent closed it after 20000 records"),
        "{error}"
    );
    assert_eq!(seen.len() as u64, count);
    for (index, seen) in seen.into_iter().enumerate() {
        assert_eq!(seen, Seen::Cilium(vec![9; 40], index as u32 % 200));
    }
}

#[test]
fn the_agent_goes_away_in_the_middle_of_a_message() {
    let (mut server, mut source) = pair();
    server.write_all(&definition()).unwrap();
    server.write_all(&sample(b"x", 0)).unwrap();
    server.write_all(&sample(b"cut off", 0)[..6]).unwrap();
    drop(server);
    let (seen, error) = drain(&mut source);
    assert_eq!(seen, [Seen::Cilium(b"x".to_vec(), 0)]);
    let expected =
        "source test: reading: the agent closed it after 1 records, 6 bytes into the next message";
    assert_eq!(error, expected);
}

#[test]
fn messages_that_cannot_be_read_are_counted() {
    let (mut server, mut source) = pair();
    let mut bytes = definition();
    bytes.extend(sample(b"one", 0));
    // A type that was not defined, a value that is cut off in itself, one that is too long.
    bytes.extend(message(&[0xff, 0x90, 1, 1, 0]));
    bytes.extend(message(&[0xff, 0x82, 1, 100, 1]));
    bytes.extend(message(&vec![7; 3 << 20]));
    bytes.extend(sample(b"two", 0));
    let sender = thread::spawn(move || server.write_all(&bytes).unwrap());
    let (seen, error) = drain(&mut source);
    sender.join().unwrap();
    let lost = Seen::Lost(LostAt::Decode, 1);
    let one = Seen::Cilium(b"one".to_vec(), 0);
    let two = Seen::Cilium(b"two".to_vec(), 0);
    assert_eq!(seen, [one, lost.clone(), lost.clone(), lost, two]);
    assert!(error.contains("2 records"), "{error}");
}

#[test]
fn a_stream_that_is_none_ends_the_source() {
    let (mut server, mut source) = pair();
    server.write_all(&[0x80, 1, 2, 3]).unwrap();
    let (seen, error) = drain(&mut source);
    assert_eq!(seen, [Seen::Lost(LostAt::Decode, 1)]);
    assert!(
        error.contains("a message length expected, found byte 0x80"),
        "{error}"
    );
}

#[test]
fn nobody_listens() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("nobody.sock");
    let error = MonitorSocket::connect(&path).unwrap_err();
    assert!(
        error.to_string().ends_with("nobody.sock: connecting"),
        "{error}"
    );
    let cause = error.cause.downcast_ref::<std::io::Error>();
    assert_eq!(cause.map(std::io::Error::kind), Some(ErrorKind::NotFound));
    assert_eq!(MonitorSocket::PATH, "/var/run/cilium/monitor1_2.sock");
}
