//! A protocol of one's own: the text protocol of memcached, paired and shown like those that flow
//! brings. Reads a capture, or traffic that it makes itself:
//!
//! `cargo run --example protocol [-- CAPTURE]`

use std::error::Error;
use std::io::Cursor;
use std::path::PathBuf;

use flow_capture::{CaptureMode, CaptureSource, LINK_RAW, Reader, Writer};
use flow_core::pipeline::{Pipeline, Since};
use flow_core::ring::Next;
use flow_l7::track::{
    Detection, FirstBytes, Pairing, ParseContext, Parsed, Protocol, ProtocolParser, Role, Tracker,
    TrackerStage, TransportKind,
};

/// What the tracker needs to know before a connection speaks it.
struct Memcached;

impl Protocol for Memcached {
    fn name(&self) -> &str {
        "memcached"
    }

    fn transport(&self) -> TransportKind {
        TransportKind::Stream
    }

    // Responses have no identifier: each answers the oldest request that has none.
    fn pairing(&self) -> Pairing {
        Pairing::Order
    }

    fn detect(&self, first: &FirstBytes<'_>) -> Detection {
        match first.receiver_port == 11_211 && is_command(first.bytes) {
            true => Detection::Client,
            false => Detection::No,
        }
    }

    fn parser(&self) -> Box<dyn ProtocolParser> {
        Box::new(MemcachedParser)
    }
}

fn is_command(data: &[u8]) -> bool {
    let commands = [&b"get "[..], b"gets ", b"set ", b"add ", b"delete "];
    commands.iter().any(|command| data.starts_with(command))
}

/// The state of one connection; this protocol needs none.
struct MemcachedParser;

/// A line, its length with its end.
fn line(data: &[u8]) -> Option<(String, usize)> {
    let end = data.windows(2).position(|bytes| bytes == b"\r\n")?;
    Some((String::from_utf8_lossy(&data[..end]).into_owned(), end + 2))
}

/// The length of a data block with its end, which stands in this word of the line before it.
fn block(line: &str, word: usize) -> usize {
    let bytes = line.split(' ').nth(word).and_then(|text| text.parse().ok());
    bytes.map_or(0, |bytes: usize| bytes.saturating_add(2))
}

impl ProtocolParser for MemcachedParser {
    // Where packets were lost, the tracker looks for the next message.
    fn begins(&self, sender: Role, data: &[u8]) -> bool {
        match sender {
            Role::Client => is_command(data),
            Role::Server => [&b"VALUE "[..], b"END\r\n", b"STORED\r\n", b"DELETED\r\n"]
                .iter()
                .any(|start| data.starts_with(start)),
        }
    }

    fn parse(&mut self, sender: Role, data: &[u8], context: &mut ParseContext<'_>) -> Parsed {
        let Some((head, length)) = line(data) else {
            return Parsed::More;
        };
        if sender == Role::Client {
            let mut words = head.split(' ');
            context.request(0, |message| {
                message.operation(words.next().unwrap_or_default());
                // Keys may be shown, values may be secrets.
                if let Some(key) = words.next() {
                    message.attribute("key", key);
                }
            });
            let has_block = head.starts_with("set ") || head.starts_with("add ");
            // The tracker skips what is still to come.
            return Parsed::Used(length + if has_block { block(&head, 4) } else { 0 });
        }
        let status = if head.starts_with("VALUE ") {
            "HIT"
        } else {
            &*head
        };
        context.response(0, |message| {
            message.status(match status {
                "END" => "MISS",
                other => other,
            });
        });
        // A hit is followed by its data block and a line `END`.
        let rest = match head.starts_with("VALUE ") {
            true => block(&head, 3).saturating_add(5),
            false => 0,
        };
        Parsed::Used(length.saturating_add(rest))
    }
}

/// A TCP segment over IPv4 between a client and a memcached.
fn segment(is_request: bool, sequence: u32, payload: &[u8]) -> Vec<u8> {
    let (client, server) = ([192, 0, 2, 1], [192, 0, 2, 2]);
    let (from, to) = if is_request {
        (client, server)
    } else {
        (server, client)
    };
    let (from_port, to_port) = if is_request {
        (40_000_u16, 11_211)
    } else {
        (11_211, 40_000_u16)
    };
    let length = 40 + payload.len() as u16;
    let mut packet = vec![0x45, 0];
    packet.extend(length.to_be_bytes());
    packet.extend([0, 0, 0, 0, 64, 6, 0, 0]);
    packet.extend(from);
    packet.extend(to);
    packet.extend(from_port.to_be_bytes());
    packet.extend(to_port.to_be_bytes());
    packet.extend(sequence.to_be_bytes());
    packet.extend([0, 0, 0, 0, 0x50, 0x18, 0x20, 0, 0, 0, 0, 0]);
    packet.extend(payload);
    packet
}

/// A capture of a few commands.
fn sample() -> Result<Reader, Box<dyn Error>> {
    let mut file = Vec::new();
    let mut writer = Writer::new(&mut file, LINK_RAW)?;
    let mut sequences = [1, 1];
    for (number, (is_request, payload)) in [
        (true, &b"set basket:7 0 60 9\r\ntwo pears\r\n"[..]),
        (false, b"STORED\r\n"),
        (true, b"get basket:7\r\nget basket:8\r\n"),
        (false, b"VALUE basket:7 0 9\r\ntwo pears\r\nEND\r\n"),
        (false, b"END\r\n"),
    ]
    .into_iter()
    .enumerate()
    {
        let sequence = &mut sequences[usize::from(is_request)];
        let time = 1_700_000_000_000_000_000 + number as u64 * 250_000;
        writer.write(time, &segment(is_request, *sequence, payload))?;
        *sequence += payload.len() as u32;
    }
    Ok(Reader::new(Box::new(Cursor::new(file)))?)
}

fn main() -> Result<(), Box<dyn Error>> {
    let reader = match std::env::args_os().nth(1).map(PathBuf::from) {
        Some(path) => Reader::open(&path)?,
        None => sample()?,
    };
    let mode = CaptureMode::Aggregated { interval: None };
    let pipeline = Pipeline::builder()
        .source(CaptureSource::new("capture", reader, mode))
        .stage(|| TrackerStage::from(Tracker::builder().protocol(Memcached).build()))
        .start()?;
    pipeline
        .subscribe(Since::Oldest)
        .for_each(|next| match next {
            Next::Record(view) if view.l7().is_some() => println!("{}", view.line()),
            Next::Record(_) => {}
            Next::Lost(count) => eprintln!("{count} flows overwritten before they were shown"),
        });
    pipeline.join()?;
    Ok(())
}
