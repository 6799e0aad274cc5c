use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};

use super::*;

/// Gives one byte at a time, as the slowest pipe would.
struct Drip(Cursor<Vec<u8>>);

impl Read for Drip {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let end = buffer.len().min(1);
        self.0.read(&mut buffer[..end])
    }
}

type Owned = (u64, u32, u32, Vec<u8>);

fn read_all(bytes: &[u8]) -> (Vec<Owned>, Option<CaptureError>) {
    let mut packets = Vec::new();
    let mut reader = match Reader::new(Box::new(Cursor::new(bytes.to_vec()))) {
        Ok(reader) => reader,
        Err(error) => return (packets, Some(error)),
    };
    loop {
        match reader.next() {
            Ok(Some(p)) => packets.push((p.time_ns, p.link_type, p.wire_len, p.data.to_vec())),
            Ok(None) => return (packets, None),
            Err(error) => return (packets, Some(error)),
        }
    }
}

fn sample() -> Vec<u8> {
    let mut writer = Writer::new(Vec::new(), LINK_ETHERNET).expect("header");
    writer
        .write(1_700_000_000_123_456_789, b"first")
        .expect("write");
    writer.write(1_700_000_001_000_000_000, b"").expect("write");
    writer
        .write(1_700_000_002_000_000_001, &[7; 100_000])
        .expect("write");
    writer.finish().expect("finish")
}

#[test]
fn what_is_written_is_read() {
    let (packets, error) = read_all(&sample());
    assert!(error.is_none(), "{error:?}");
    assert_eq!(packets.len(), 3);
    assert_eq!(
        packets[0],
        (1_700_000_000_123_456_789, 1, 5, b"first".to_vec())
    );
    assert_eq!(packets[1].3, b"");
    assert_eq!(packets[2].3, [7; 100_000]);
}

#[test]
fn a_slow_stream_gives_the_same() {
    let mut reader = Reader::new(Box::new(Drip(Cursor::new(sample())))).expect("open");
    let mut lengths = Vec::new();
    while let Some(packet) = reader.next().expect("read") {
        lengths.push(packet.data.len());
    }
    assert_eq!(lengths, [5, 0, 100_000]);
    assert_eq!(reader.packets(), 3);
    assert_eq!(reader.offset(), sample().len() as u64);
}

#[test]
fn a_pipe_is_waited_for_and_goes_on_where_it_stopped() {
    use std::io::Write as _;
    use std::time::Duration;

    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("pipe");
    nix::unistd::mkfifo(&path, nix::sys::stat::Mode::S_IRWXU).expect("mkfifo");
    let writer = std::thread::spawn({
        let path = path.clone();
        move || std::fs::OpenOptions::new().write(true).open(path)
    });
    let mut reader = Reader::open(&path).expect("open");
    let mut writer = writer.join().expect("thread").expect("open");
    let bytes = sample();
    let mut lengths = Vec::new();
    // In pieces that end within the file header, a record header and a record.
    for piece in [&bytes[..10], &bytes[10..30], &bytes[30..70], &bytes[70..]] {
        assert_eq!(reader.poll(Duration::ZERO).expect("poll"), Step::NotReady);
        let mut rest = piece.to_vec();
        while !rest.is_empty() {
            // A pipe holds at least 4,096 bytes.
            let part: Vec<u8> = rest.drain(..rest.len().min(4_096)).collect();
            writer.write_all(&part).expect("write");
            while let Step::Packet(packet) = reader.poll(Duration::ZERO).expect("poll") {
                lengths.push(packet.data.len());
            }
        }
    }
    drop(writer);
    assert_eq!(reader.poll(Duration::ZERO).expect("poll"), Step::End);
    assert_eq!(lengths, [5, 0, 100_000]);
    assert_eq!(reader.size(), None);
}

#[test]
fn every_prefix_gives_what_is_whole_and_says_where_it_ends() {
    let whole = sample();
    let small = &whole[..24 + 16 + 5 + 16 + 16 + 40];
    for length in 0..small.len() {
        let (packets, error) = read_all(&small[..length]);
        match length {
            0..24 => assert!(packets.is_empty() && error.is_some(), "{length}"),
            24 => assert!(packets.is_empty() && error.is_none()),
            45 => assert!(packets.len() == 1 && error.is_none()),
            61 => assert!(packets.len() == 2 && error.is_none()),
            _ => {
                let begins = [24, 45, 61]
                    .into_iter()
                    .rfind(|at| *at < length)
                    .expect("one");
                let Some(CaptureError::Truncated {
                    offset,
                    got,
                    needed,
                    ..
                }) = error
                else {
                    panic!("{length}: {error:?}");
                };
                assert_eq!(offset, begins as u64);
                assert_eq!(got, (length - begins) as u64);
                assert!(needed > got);
            }
        }
    }
}

#[test]
fn an_absurd_length_is_named_not_allocated() {
    let mut bytes = sample();
    bytes[32..36].copy_from_slice(&u32::MAX.to_le_bytes());
    let (packets, error) = read_all(&bytes);
    assert!(packets.is_empty());
    let text = error.expect("an error").to_string();
    assert!(
        text.contains("damaged at byte 24") && text.contains("4294967295"),
        "{text}"
    );
}

#[test]
fn what_is_no_capture_is_reported_as_none() {
    for (bytes, hint) in [
        (&b""[..], "empty"),
        (b"\x1f\x8b\x08\0zzz", "gzip"),
        (b"GET / ", "GET "),
    ] {
        let (_, error) = read_all(bytes);
        let text = error.expect("an error").to_string();
        assert!(text.contains(hint), "{text}");
    }
}

fn block(kind: u32, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len() + 12).expect("short").to_le_bytes();
    [&kind.to_le_bytes(), &length, body, &length].concat()
}

#[test]
fn pcapng_sections_interfaces_and_both_packet_blocks() {
    let words = |words: &[u32]| {
        words
            .iter()
            .flat_map(|w| w.to_le_bytes())
            .collect::<Vec<_>>()
    };
    let section = block(0x0a0d_0d0a, &words(&[0x1a2b_3c4d, 1, u32::MAX, u32::MAX]));
    // Link type 101 (raw IP), no snap length, if_tsresol (option 9) of 2^-10 s.
    let interface = block(1, &words(&[101, 0, 0x0001_0009, 0x8a, 0]));
    let packet = |id| {
        let mut body = words(&[id, 0, 1536, 5, 60]);
        body.extend(b"hello\0\0\0");
        block(6, &body)
    };
    let simple = block(3, &[&words(&[3])[..], b"abc\0"].concat());
    let unknown = block(0x7777, b"left out");
    let file = [&section[..], &interface, &unknown, &packet(0), &simple].concat();
    let (packets, error) = read_all(&file);
    assert!(error.is_none(), "{error:?}");
    assert_eq!(packets[0], (1_500_000_000, 101, 60, b"hello".to_vec()));
    assert_eq!(packets[1], (0, 101, 3, b"abc".to_vec()));
    assert_eq!(packets.len(), 2);

    // A new section forgets the interfaces of the one before.
    let (packets, error) = read_all(&[&file[..], &section, &packet(0)].concat());
    assert_eq!(packets.len(), 2);
    let text = error.expect("an error").to_string();
    assert!(text.contains("interface 0, of 0"), "{text}");
}

#[test]
fn every_flipped_byte_ends_well() {
    let words = |words: &[u32]| {
        words
            .iter()
            .flat_map(|w| w.to_le_bytes())
            .collect::<Vec<_>>()
    };
    let section = block(0x0a0d_0d0a, &words(&[0x1a2b_3c4d, 1, u32::MAX, u32::MAX]));
    let interface = block(1, &words(&[1, 0, 0x0001_0009, 9, 0]));
    let mut body = words(&[0, 0, 1, 4, 4]);
    body.extend(b"data");
    let pcapng = [section, interface, block(6, &body), block(6, &body)].concat();
    let pcap = sample()[..100].to_vec();
    for file in [pcap, pcapng] {
        let whole = read_all(&file).0.len();
        for index in 0..file.len() {
            for flip in [0x01, 0x80, 0xff] {
                let mut damaged = file.clone();
                damaged[index] ^= flip;
                let (packets, _) = read_all(&damaged);
                assert!(packets.len() <= whole.max(4), "byte {index}");
            }
        }
    }
}

fn corpus() -> Option<PathBuf> {
    let path = std::env::var_os("FLOW_CORPUS").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus"),
        PathBuf::from,
    );
    path.is_dir().then_some(path)
}

/// Every capture of the corpus is read to its end, or to damage that is in the file.
#[test]
fn the_corpus_is_read() {
    let Some(corpus) = corpus() else {
        eprintln!("SKIPPED the_corpus_is_read: no corpus; set FLOW_CORPUS to its folder");
        return;
    };
    let (mut files, mut packets, mut damaged) = (0, 0, Vec::new());
    for folder in ["ndpi", "tcpdump"] {
        for entry in std::fs::read_dir(corpus.join(folder)).expect("folder") {
            let path = entry.expect("entry").path();
            let extension = path.extension().and_then(|e| e.to_str());
            if !matches!(extension, Some("pcap" | "pcapng" | "cap")) {
                continue;
            }
            files += 1;
            match Reader::open(&path) {
                Ok(mut reader) => loop {
                    match reader.next() {
                        Ok(Some(_)) => packets += 1,
                        Ok(None) => break,
                        Err(error) => {
                            damaged.push(format!("{}: {error}", path.display()));
                            break;
                        }
                    }
                },
                Err(error) => damaged.push(format!("{}: {error}", path.display())),
            }
        }
    }
    println!(
        "{files} files, {packets} packets, {} damaged:\n{}",
        damaged.len(),
        damaged.join("\n")
    );
    assert!(files > 100 && packets > 10_000);
    assert!(damaged.len() * 20 < files, "{}", damaged.join("\n"));
}

/// Keeps the times that it is told.
struct Times(Vec<u64>);

impl flow_core::pipeline::Sink for Times {
    fn flow(&mut self, _: &mut flow_core::flow::Flow, _: &flow_core::pipeline::Attached<'_>) {}

    fn packet(&mut self, _: &flow_core::flow::Flow, _: &flow_core::wire::Packet<'_>) {}

    fn tick(&mut self, now: u64) {
        self.0.push(now);
    }

    fn lost(&mut self, _: flow_core::pipeline::Lost) {}

    fn undecodable(&mut self, _: &dyn std::error::Error) {}
}

/// Stages give up what is quiet by the clock of the capture, whatever becomes of its packets.
#[test]
fn the_clock_of_a_capture_is_reported_in_every_mode() {
    use flow_core::pipeline::{Progress, Source};

    const SECOND: u64 = 1_000_000_000;
    let mut writer = Writer::new(Vec::new(), LINK_RAW).expect("header");
    let packet = [
        0x45, 0, 0, 30, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, //
        0x10, 0x92, 0, 53, 0, 10, 0, 0, b'h', b'i',
    ];
    let times = [
        10 * SECOND,
        10 * SECOND + 7,
        12 * SECOND,
        13 * SECOND - 1,
        90 * SECOND,
    ];
    for time in times {
        writer.write(time, &packet).expect("write");
    }
    let bytes = writer.finish().expect("finish");
    for mode in [
        CaptureMode::Aggregated { interval: None },
        CaptureMode::Packets,
        CaptureMode::Sampled(std::num::NonZeroU16::MIN),
    ] {
        let reader = Reader::new(Box::new(Cursor::new(bytes.clone()))).expect("open");
        let mut source = CaptureSource::new("test", reader, mode);
        let mut told = Times(Vec::new());
        let timeout = std::time::Duration::ZERO;
        while source.poll(timeout, &mut told).expect("reads") == Progress::Open {}
        assert_eq!(told.0, [10 * SECOND, 12 * SECOND, 90 * SECOND], "{mode:?}");
    }
}
