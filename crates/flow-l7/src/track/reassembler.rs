//! One direction of a TCP connection, put in order.

use std::boxed::Box;
use std::vec::Vec;

use super::stats::TrackerStats;

/// Segments that are kept because what comes before them is missing.
const MAX_LATER: usize = 64;
/// A distance of sequence numbers that is no reordering: another connection, or one that went on
/// for long without being seen.
const FAR: i32 = 1 << 28;

/// Takes what a stream says, in order.
pub(super) trait Reader {
    /// The next bytes. `time` is that of the packet that held them.
    fn bytes(&mut self, data: &[u8], time: u64);

    /// This many bytes were not seen. `None`: it is not known how many.
    fn hole(&mut self, length: Option<u32>);

    /// Whether the next bytes are of no interest, so that they are not waited for.
    fn can_skip(&self, length: u32) -> bool;

    /// Nothing more comes.
    fn end(&mut self);

    fn stats(&mut self) -> &mut TrackerStats;
}

/// A segment.
#[derive(Clone, Copy)]
pub(super) struct Part<'a> {
    pub(super) sequence: u32,
    pub(super) payload: &'a [u8],
    /// Not less than the length of the payload.
    pub(super) wire_len: u32,
    /// Whether nothing follows it.
    pub(super) is_last: bool,
    pub(super) time: u64,
}

/// A segment that came before what it follows.
struct Later {
    sequence: u32,
    wire_len: u32,
    time: u64,
    payload: Box<[u8]>,
}

/// One direction of a connection.
#[derive(Default)]
pub(super) struct Stream {
    /// Sequence number of the next byte, once there was a segment.
    next: Option<u32>,
    /// Where FIN stands.
    last: Option<u32>,
    is_over: bool,
    /// In order of their sequence numbers.
    later: Vec<Later>,
    later_bytes: usize,
}

/// How far `to` is behind `from`.
const fn distance(from: u32, to: u32) -> i32 {
    to.wrapping_sub(from).cast_signed()
}

impl Stream {
    /// Begins with the byte after a SYN.
    pub(super) fn begin(sequence: u32) -> Self {
        Self {
            next: Some(sequence),
            ..Self::default()
        }
    }

    /// Sequence number of the next byte.
    pub(super) const fn next(&self) -> Option<u32> {
        self.next
    }

    /// Whether all was seen up to FIN.
    pub(super) const fn is_over(&self) -> bool {
        self.is_over
    }

    pub(super) fn heap_len(&self) -> usize {
        self.later.capacity() * size_of::<Later>() + self.later_bytes
    }

    /// Takes a segment and hands on what is in order now.
    pub(super) fn accept(&mut self, part: &Part<'_>, window: usize, reader: &mut dyn Reader) {
        if self.is_over {
            reader.stats().repeated_bytes += u64::from(part.wire_len);
            return;
        }
        let next = *self.next.get_or_insert(part.sequence);
        let ahead = distance(next, part.sequence);
        if !(-FAR..=FAR).contains(&ahead) {
            self.restart(part.sequence, reader);
        }
        if part.is_last {
            self.last = Some(part.sequence.wrapping_add(part.wire_len));
        }
        self.place(part, window, reader);
        if let (Some(last), Some(next)) = (self.last, self.next)
            && distance(last, next) >= 0
        {
            self.is_over = true;
            (self.later, self.later_bytes) = (Vec::new(), 0);
            reader.end();
        }
    }

    /// Nothing of what was known about the order holds any more.
    fn restart(&mut self, sequence: u32, reader: &mut dyn Reader) {
        (self.later, self.later_bytes) = (Vec::new(), 0);
        self.last = None;
        self.next = Some(sequence);
        reader.hole(None);
    }

    fn place(&mut self, part: &Part<'_>, window: usize, reader: &mut dyn Reader) {
        let mut is_early = false;
        loop {
            let next = self.next.unwrap_or(part.sequence);
            let ahead = distance(next, part.sequence);
            if ahead <= 0 {
                self.deliver(part, reader);
                return self.drain(reader);
            }
            let first = self
                .later
                .first()
                .map(|later| distance(next, later.sequence));
            let missing = first.map_or(ahead, |first| first.min(ahead)).unsigned_abs();
            if reader.can_skip(missing) {
                self.pass(missing, reader);
                self.drain(reader);
                continue;
            }
            if !is_early {
                is_early = true;
                reader.stats().early += 1;
            }
            if self.keep(part, window, reader) {
                return;
            }
            // There is no room to wait any longer for what is missing.
            self.pass(missing, reader);
            self.drain(reader);
        }
    }

    /// Goes on over bytes that were not seen.
    fn pass(&mut self, length: u32, reader: &mut dyn Reader) {
        reader.stats().unseen_bytes += u64::from(length);
        reader.hole(Some(length));
        self.next = self.next.map(|next| next.wrapping_add(length));
    }

    /// Keeps a segment until what comes before it is there. `false` where there is no room.
    fn keep(&mut self, part: &Part<'_>, window: usize, reader: &mut dyn Reader) -> bool {
        let at = self
            .later
            .partition_point(|later| distance(later.sequence, part.sequence) > 0);
        let is_there = self.later[at..].iter().any(|later| {
            later.sequence == part.sequence
                && later.wire_len >= part.wire_len
                && later.payload.len() >= part.payload.len()
        });
        if is_there {
            reader.stats().repeated_bytes += u64::from(part.wire_len);
            return true;
        }
        if part.wire_len == 0 {
            return true;
        }
        let bytes = self.later_bytes + part.payload.len();
        if bytes > window || self.later.len() >= MAX_LATER {
            return false;
        }
        self.later_bytes = bytes;
        let later = Later {
            sequence: part.sequence,
            wire_len: part.wire_len,
            time: part.time,
            payload: part.payload.into(),
        };
        self.later.insert(at, later);
        true
    }

    /// Hands on a segment that begins at or before the next byte.
    fn deliver(&mut self, part: &Part<'_>, reader: &mut dyn Reader) {
        let next = self.next.unwrap_or(part.sequence);
        let old = next.wrapping_sub(part.sequence);
        if old >= part.wire_len {
            reader.stats().repeated_bytes += u64::from(part.wire_len);
            return;
        }
        reader.stats().repeated_bytes += u64::from(old);
        let payload = part.payload.get(old as usize..).unwrap_or_default();
        let length = part.wire_len - old;
        let seen = u32::try_from(payload.len()).unwrap_or(length).min(length);
        self.next = Some(next.wrapping_add(seen));
        if seen > 0 {
            reader.bytes(payload, part.time);
        }
        if seen < length {
            self.pass(length - seen, reader);
        }
    }

    /// Hands on what was kept and is next now.
    fn drain(&mut self, reader: &mut dyn Reader) {
        while let (Some(first), Some(next)) = (self.later.first(), self.next) {
            let ahead = distance(next, first.sequence);
            if ahead > 0 {
                let missing = ahead.unsigned_abs();
                if !reader.can_skip(missing) {
                    return;
                }
                self.pass(missing, reader);
            }
            let later = self.later.remove(0);
            self.later_bytes -= later.payload.len();
            let part = Part {
                sequence: later.sequence,
                payload: &later.payload,
                wire_len: later.wire_len,
                is_last: false,
                time: later.time,
            };
            self.deliver(&part, reader);
        }
    }
}
