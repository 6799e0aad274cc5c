//! Clients and servers of each protocol.

use std::format;
use std::string::String;
use std::vec::Vec;

use super::wire::{Random, Script};

/// The number in a text: the digits behind its last `n`.
pub(super) fn number_of(text: &str) -> Option<u32> {
    let digits = text.rsplit_once('n')?.1;
    let end = digits.find(|letter: char| !letter.is_ascii_digit());
    digits[..end.unwrap_or(digits.len())].parse().ok()
}

/// Bytes that look like nothing, or like zeros, or like text.
fn body(random: &mut Random, most: u64) -> Vec<u8> {
    body_of(random, most, 3)
}

/// The same; of two kinds none looks like text.
fn body_of(random: &mut Random, most: u64, kinds: u64) -> Vec<u8> {
    let length = match random.below(4) {
        0 => 0,
        1 => random.below(64),
        2 => random.below(1500),
        _ => random.below(most),
    };
    let kind = random.below(kinds);
    (0..length)
        .map(|at| match kind {
            0 => random.next() as u8,
            1 => u8::from(at % 7 == 3) * random.below(9) as u8,
            _ => b"GET /n1 HTTP/1.1\r\n\r\nHTTP/1.1 200 OK\r\n"[at as usize % 37],
        })
        .collect()
}

/// A status that differs from pair to pair, and has a body.
fn status(number: u32) -> u32 {
    [200, 201, 203, 404, 500, 502, 403, 401, 409, 410, 503][number as usize % 11]
}

fn request(random: &mut Random, number: u32, kinds: u64) -> (Vec<u8>, bool) {
    let host = "Host: h.example\r\n";
    match random.below(8) {
        0 => (
            format!("HEAD /n{number} HTTP/1.1\r\n{host}\r\n").into_bytes(),
            true,
        ),
        1 | 2 => {
            let body = body_of(random, 4_000, kinds);
            let length = body.len();
            let head =
                format!("POST /n{number} HTTP/1.1\r\n{host}Content-Length: {length}\r\n\r\n");
            ([head.as_bytes(), &body].concat(), false)
        }
        _ => (
            format!("GET /n{number} HTTP/1.1\r\n{host}\r\n").into_bytes(),
            false,
        ),
    }
}

fn response(random: &mut Random, number: u32, is_head: bool, kinds: u64) -> Vec<u8> {
    let body = body_of(random, 9_000, kinds);
    let (length, status) = (body.len(), status(number));
    if !is_head && random.is_one_of(5) {
        let mut text =
            format!("HTTP/1.1 {status} X\r\nTransfer-Encoding: chunked\r\n\r\n").into_bytes();
        for part in body.chunks(700) {
            text.extend(format!("{:x}\r\n", part.len()).into_bytes());
            text.extend(part);
            text.extend(b"\r\n");
        }
        text.extend(b"0\r\n\r\n");
        return text;
    }
    let head = format!("HTTP/1.1 {status} X\r\nContent-Length: {length}\r\n\r\n");
    match is_head {
        true => head.into_bytes(),
        false => [head.as_bytes(), &body].concat(),
    }
}

/// One request after the other.
pub(super) fn http1(seed: u64, pairs: u32) -> Script {
    let mut random = Random::new(seed);
    let mut script = Script::new(80, &mut random, status);
    for number in 0..pairs {
        let (text, is_head) = request(&mut random, number, 3);
        script.message(number, true, &text);
        script.flush(true);
        if random.is_one_of(2) {
            script.acknowledge(false);
        }
        let text = response(&mut random, number, is_head, 3);
        script.message(number, false, &text);
        script.flush(false);
        if random.is_one_of(2) {
            script.acknowledge(true);
        }
    }
    script.close()
}

/// Up to four requests at once. What is in no body is a head: where segments that were not seen
/// ended cannot be told, a body that holds heads is taken for them.
pub(super) fn pipelined(seed: u64, pairs: u32) -> Script {
    let mut random = Random::new(seed);
    let mut script = Script::new(80, &mut random, status);
    let (mut number, mut open) = (0, Vec::new());
    while number < pairs || !open.is_empty() {
        while number < pairs && open.len() < 1 + random.below(4) as usize {
            let (text, is_head) = request(&mut random, number, 2);
            script.message(number, true, &text);
            if random.is_one_of(2) {
                script.flush(true);
            }
            open.push((number, is_head));
            number += 1;
        }
        script.flush(true);
        for (number, is_head) in open.drain(..random.below(open.len() as u64 + 1) as usize) {
            let text = response(&mut random, number, is_head, 2);
            script.message(number, false, &text);
            if random.is_one_of(2) {
                script.flush(false);
            }
        }
        script.flush(false);
    }
    script.close()
}

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = (payload.len() as u32).to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

fn text(text: &str) -> Vec<u8> {
    [&[text.len() as u8][..], text.as_bytes()].concat()
}

/// The number in the path of a request.
pub(super) fn path_of(number: u32) -> u32 {
    number - u32::from(number % 3 == 2)
}

/// Up to six streams at once. A path becomes an entry, and is taken from it later.
pub(super) fn http2(seed: u64, pairs: u32) -> Script {
    let mut random = Random::new(seed);
    let mut script = Script::new(50_051, &mut random, |number| number);
    script.requested = path_of;
    let settings = frame(4, 0, 0, &[]);
    script.write(true, &[&crate::http2::PREFACE[..], &settings].concat());
    script.write(false, &settings);
    let (mut number, mut open) = (0, Vec::new());
    while number < pairs || !open.is_empty() {
        while number < pairs && open.len() < 1 + random.below(6) as usize {
            // Every third path is the entry that the request before it made.
            let path = match path_of(number) == number {
                true => [vec![0x44], text(&format!("/n{number}"))].concat(),
                false => vec![0xbe],
            };
            let block = [vec![0x82, 0x86], path].concat();
            script.message(number, true, &frame(1, 5, 2 * number + 1, &block));
            if random.is_one_of(2) {
                script.flush(true);
            }
            open.push(number);
            number += 1;
        }
        script.flush(true);
        while !open.is_empty() && !random.is_one_of(3) {
            let number = open.remove(random.below(open.len() as u64) as usize);
            let stream = 2 * number + 1;
            let body = body(&mut random, 20_000);
            let is_empty = body.is_empty();
            let block = match random.below(3) {
                0 => vec![0x88],
                // A status that becomes an entry, and is taken from it in the next message.
                1 => [vec![0x48], text("299")].concat(),
                _ => vec![0x8d],
            };
            let mut message = frame(1, 4 | u8::from(is_empty), stream, &block);
            let mut parts = body.chunks(8_000).peekable();
            while let Some(part) = parts.next() {
                let is_last = parts.peek().is_none();
                message.extend(frame(0, u8::from(is_last), stream, part));
            }
            script.message(number, false, &message);
            if random.is_one_of(2) {
                script.flush(false);
            }
        }
        script.flush(false);
        if random.is_one_of(4) {
            script.write(true, &frame(8, 0, 0, &[0, 0, 9, 9]));
        }
    }
    script.close()
}

fn string(text: &str) -> Vec<u8> {
    [&(text.len() as u16).to_be_bytes()[..], text.as_bytes()].concat()
}

fn sized(parts: &[&[u8]]) -> Vec<u8> {
    let message = parts.concat();
    [&(message.len() as u32).to_be_bytes()[..], &message].concat()
}

/// Up to five requests at once, answered in their order.
pub(super) fn kafka(seed: u64, pairs: u32) -> Script {
    let mut random = Random::new(seed);
    let mut script = Script::new(9092, &mut random, |number| number);
    let (mut number, mut open) = (0, Vec::new());
    while number < pairs || !open.is_empty() {
        while number < pairs && open.len() < 1 + random.below(5) as usize {
            let records = body(&mut random, 6_000);
            let head = [0, 0, 0, 2];
            let id = number.to_be_bytes();
            let topic = string(&format!("n{number}"));
            let text = sized(&[
                &head,
                &id,
                &string("rdkafka"),
                &[0xff, 0xff, 0, 0, 5, 220, 0, 0, 0, 1],
                &topic,
                &[0, 0, 0, 1, 0, 0, 0, 0],
                &(records.len() as u32).to_be_bytes(),
                &records,
            ]);
            script.message(number, true, &text);
            if random.is_one_of(2) {
                script.flush(true);
            }
            open.push(number);
            number += 1;
        }
        script.flush(true);
        for number in open.drain(..random.below(open.len() as u64 + 1) as usize) {
            let rest = body(&mut random, 6_000);
            let topic = string(&format!("n{number}"));
            let text = sized(&[
                &number.to_be_bytes(),
                &[0, 0, 0, 1],
                &topic,
                &[0, 0, 0, 1, 0, 0, 0, 0, 0, 0],
                &[0; 16],
                &rest,
            ]);
            script.message(number, false, &text);
            if random.is_one_of(2) {
                script.flush(false);
            }
        }
        script.flush(false);
    }
    script.close()
}

fn dns_message(number: u32, is_response: bool) -> Vec<u8> {
    let bit = if is_response { 0x81 } else { 0x01 };
    let id = (number as u16).to_be_bytes();
    let mut bytes = vec![
        id[0],
        id[1],
        bit,
        0,
        0,
        1,
        0,
        u8::from(is_response),
        0,
        0,
        0,
        0,
    ];
    let name: String = format!("n{number}");
    bytes.push(name.len() as u8);
    bytes.extend_from_slice(name.as_bytes());
    bytes.extend_from_slice(&[0, 0, 1, 0, 1]);
    if is_response {
        let answer = [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 9, 0, 4, 192, 0];
        bytes.extend_from_slice(&answer);
        bytes.extend_from_slice(&id);
    }
    [&(bytes.len() as u16).to_be_bytes()[..], &bytes].concat()
}

/// Up to five queries at once, answered in any order.
pub(super) fn dns(seed: u64, pairs: u32) -> Script {
    let mut random = Random::new(seed);
    let mut script = Script::new(53, &mut random, |number| number);
    let (mut number, mut open) = (0, Vec::new());
    while number < pairs || !open.is_empty() {
        while number < pairs && open.len() < 1 + random.below(5) as usize {
            script.message(number, true, &dns_message(number, false));
            if random.is_one_of(2) {
                script.flush(true);
            }
            open.push(number);
            number += 1;
        }
        script.flush(true);
        while !open.is_empty() && !random.is_one_of(4) {
            let number = open.remove(random.below(open.len() as u64) as usize);
            script.message(number, false, &dns_message(number, true));
            if random.is_one_of(2) {
                script.flush(false);
            }
        }
        script.flush(false);
    }
    script.close()
}
