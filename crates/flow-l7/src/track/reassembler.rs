//! Puts the segments of one direction of a TCP connection in order.

use std::boxed::Box;
use std::vec::Vec;

use super::stats::TrackerStats;

/// Segments that are kept because what comes before them is missing.
const MAX_OUT_OF_ORDER: usize = 64;
/// A distance of sequence numbers that is no reordering: another connection, or one that went on
/// for long without being seen.
const FAR: i32 = 1 << 28;

/// Takes the bytes of a stream in order.
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
pub(super) struct Arrived<'a> {
    pub(super) sequence: u32,
    pub(super) payload: &'a [u8],
    /// Not less than the length of the payload.
    pub(super) wire_len: u32,
    /// Whether nothing follows it.
    pub(super) is_last: bool,
    pub(super) time: u64,
}

/// A segment that came before what it follows.
struct OutOfOrder {
    sequence: u32,
    wire_len: u32,
    time: u64,
    payload: Box<[u8]>,
}

/// One direction of a connection.
#[derive(Default)]
pub(super) struct Reassembler {
    /// Sequence number of the next byte, once there was a segment.
    next: Option<u32>,
    /// Where FIN stands.
    last: Option<u32>,
    is_over: bool,
    /// In order of their sequence numbers.
    out_of_order: Vec<OutOfOrder>,
    out_of_order_bytes: usize,
}

/// How far `to` is behind `from`.
const fn distance(from: u32, to: u32) -> i32 {
    to.wrapping_sub(from).cast_signed()
}

impl Reassembler {
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
        self.out_of_order.capacity() * size_of::<OutOfOrder>() + self.out_of_order_bytes
    }

    /// Takes a segment and hands on what is in order now.
    pub(super) fn accept(&mut self, part: &Arrived<'_>, window: usize, reader: &mut dyn Reader) {
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
            (self.out_of_order, self.out_of_order_bytes) = (Vec::new(), 0);
            reader.end();
        }
    }

    /// Nothing of what was known about the order holds any more.
    fn restart(&mut self, sequence: u32, reader: &mut dyn Reader) {
        (self.out_of_order, self.out_of_order_bytes) = (Vec::new(), 0);
        self.last = None;
        self.next = Some(sequence);
        reader.hole(None);
    }

    fn place(&mut self, part: &Arrived<'_>, window: usize, reader: &mut dyn Reader) {
        let mut is_early = false;
        loop {
            let next = self.next.unwrap_or(part.sequence);
            let ahead = distance(next, part.sequence);
            if ahead <= 0 {
                self.deliver(part, reader);
                return self.drain(reader);
            }
            let first = self
                .out_of_order
                .first()
                .map(|out_of_order| distance(next, out_of_order.sequence));
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
    fn keep(&mut self, part: &Arrived<'_>, window: usize, reader: &mut dyn Reader) -> bool {
        let at = self
            .out_of_order
            .partition_point(|out_of_order| distance(out_of_order.sequence, part.sequence) > 0);
        let is_there = self.out_of_order[at..].iter().any(|out_of_order| {
            out_of_order.sequence == part.sequence
                && out_of_order.wire_len >= part.wire_len
                && out_of_order.payload.len() >= part.payload.len()
        });
        if is_there {
            reader.stats().repeated_bytes += u64::from(part.wire_len);
            return true;
        }
        if part.wire_len == 0 {
            return true;
        }
        let bytes = self.out_of_order_bytes + part.payload.len();
        if bytes > window || self.out_of_order.len() >= MAX_OUT_OF_ORDER {
            return false;
        }
        self.out_of_order_bytes = bytes;
        let out_of_order = OutOfOrder {
            sequence: part.sequence,
            wire_len: part.wire_len,
            time: part.time,
            payload: part.payload.into(),
        };
        self.out_of_order.insert(at, out_of_order);
        true
    }

    /// Hands on a segment that begins at or before the next byte.
    fn deliver(&mut self, part: &Arrived<'_>, reader: &mut dyn Reader) {
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
        while let (Some(first), Some(next)) = (self.out_of_order.first(), self.next) {
            let ahead = distance(next, first.sequence);
            if ahead > 0 {
                let missing = ahead.unsigned_abs();
                if !reader.can_skip(missing) {
                    return;
                }
                self.pass(missing, reader);
            }
            let out_of_order = self.out_of_order.remove(0);
            self.out_of_order_bytes -= out_of_order.payload.len();
            let part = Arrived {
                sequence: out_of_order.sequence,
                payload: &out_of_order.payload,
                wire_len: out_of_order.wire_len,
                is_last: false,
                time: out_of_order.time,
            };
            self.deliver(&part, reader);
        }
    }
}
