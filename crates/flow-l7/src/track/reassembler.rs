//! Puts the segments of one direction of a TCP connection in order.
//!
//! Bytes that are missing are waited for as long as they may still come. They are lost to the
//! observer once the other side acknowledges them, once they are missing for too long
//! ([`Limits::wait`](super::Limits::wait)), once there is no room for what follows them, or when the connection
//! ends. What follows is then read on its own, at the time at which it was sent.

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
    /// The next bytes.
    fn bytes(&mut self, piece: &Piece<'_>);

    /// This many bytes were not seen. `None`: it is not known how many. `now` is when the last
    /// byte before them was in order.
    fn hole(&mut self, length: Option<u32>, now: u64);

    /// Whether the next bytes are of no interest, so that they are not waited for.
    fn can_skip(&self, length: u32) -> bool;

    /// Nothing more comes.
    fn end(&mut self, now: u64);

    fn stats(&mut self) -> &mut TrackerStats;
}

/// Bytes of a stream, in order.
#[derive(Clone, Copy)]
pub(super) struct Piece<'a> {
    pub(super) data: &'a [u8],
    /// Sequence number of the first of them.
    pub(super) sequence: u32,
    /// What their sender acknowledged of the other direction when it sent them.
    pub(super) acknowledged: Option<u32>,
    /// When the packet that held them came.
    pub(super) came: u64,
    /// When everything before them was there too, or was not waited for any longer.
    pub(super) now: u64,
}

/// A segment.
#[derive(Clone, Copy)]
pub(super) struct Arrived<'a> {
    pub(super) sequence: u32,
    pub(super) acknowledged: Option<u32>,
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
    acknowledged: Option<u32>,
    wire_len: u32,
    time: u64,
    payload: Box<[u8]>,
}

/// One direction of a connection.
#[derive(Default)]
pub(super) struct Reassembler {
    /// Sequence number of the next byte, once there was a segment.
    next: Option<u32>,
    /// Up to where the other side has received the stream.
    acknowledged: Option<u32>,
    /// Where FIN stands, and when it came.
    last: Option<(u32, u64)>,
    is_over: bool,
    /// When the bytes before the next one were in order.
    ready: u64,
    /// In order of their sequence numbers.
    out_of_order: Vec<OutOfOrder>,
    out_of_order_bytes: usize,
}

/// How far `to` is behind `from`.
pub(super) const fn distance(from: u32, to: u32) -> i32 {
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

    /// Whether all was seen up to FIN, or is known to be lost.
    pub(super) const fn is_over(&self) -> bool {
        self.is_over
    }

    /// Whether something that was seen waits for bytes that are missing.
    #[inline]
    pub(super) fn is_waiting(&self) -> bool {
        !self.out_of_order.is_empty() || (self.last.is_some() && !self.is_over)
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
            self.last = Some((part.sequence.wrapping_add(part.wire_len), part.time));
        }
        self.place(part, window, reader);
        self.close(reader);
    }

    /// Takes what the other side has acknowledged: what is missing before that does not come any
    /// more.
    #[inline]
    pub(super) fn acknowledge(&mut self, sequence: u32, reader: &mut dyn Reader) {
        if self
            .acknowledged
            .is_none_or(|known| distance(known, sequence) > 0)
        {
            self.acknowledged = Some(sequence);
            if self.is_waiting() {
                self.drain(reader);
                self.close(reader);
            }
        }
    }

    /// Goes on behind what is missing since before `then`.
    pub(super) fn expire(&mut self, then: u64, reader: &mut dyn Reader) {
        while self.waits_since().is_some_and(|since| since < then) {
            self.pass_first(reader);
        }
    }

    /// Nothing more comes: hands on all that waits.
    pub(super) fn finish(&mut self, reader: &mut dyn Reader) {
        while self.is_waiting() {
            self.pass_first(reader);
        }
        if !self.is_over {
            self.is_over = true;
            reader.end(self.ready);
        }
    }

    /// Since when something waits.
    fn waits_since(&self) -> Option<u64> {
        let queued = self.out_of_order.iter().map(|segment| segment.time).min();
        match self.last {
            Some((_, time)) if !self.is_over => Some(queued.map_or(time, |first| first.min(time))),
            _ => queued,
        }
    }

    /// Goes on behind the first bytes that are missing.
    fn pass_first(&mut self, reader: &mut dyn Reader) {
        let first = self.out_of_order.first().map(|first| first.sequence);
        let Some((to, next)) = first.or(self.last.map(|last| last.0)).zip(self.next) else {
            return;
        };
        let missing = distance(next, to);
        if missing > 0 {
            self.pass(missing.unsigned_abs(), reader);
        }
        self.drain(reader);
        self.close(reader);
    }

    /// Ends where all is there up to FIN.
    fn close(&mut self, reader: &mut dyn Reader) {
        let (Some((last, _)), Some(next)) = (self.last, self.next) else {
            return;
        };
        if self.is_over {
            return;
        }
        let missing = distance(next, last);
        if missing > 0 {
            if !self.out_of_order.is_empty() || !self.is_acknowledged(last) {
                return;
            }
            self.pass(missing.unsigned_abs(), reader);
        }
        self.is_over = true;
        self.forget(reader);
        reader.end(self.ready);
    }

    /// Leaves out what waits, which can belong nowhere.
    fn forget(&mut self, reader: &mut dyn Reader) {
        let segments = core::mem::take(&mut self.out_of_order).into_iter();
        let bytes: u64 = segments.map(|segment| u64::from(segment.wire_len)).sum();
        reader.stats().unseen_bytes += bytes;
        self.out_of_order_bytes = 0;
    }

    /// Whether the other side has all that is before `sequence`.
    fn is_acknowledged(&self, sequence: u32) -> bool {
        self.acknowledged
            .is_some_and(|known| distance(sequence, known) >= 0)
    }

    /// Nothing of what was known about the order holds any more.
    fn restart(&mut self, sequence: u32, reader: &mut dyn Reader) {
        self.forget(reader);
        (self.last, self.acknowledged) = (None, None);
        self.next = Some(sequence);
        reader.hole(None, self.ready);
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
            if self.is_lost(next, missing, reader) {
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

    /// Whether this many bytes from `next` on do not come any more, or are not needed.
    fn is_lost(&self, next: u32, missing: u32, reader: &dyn Reader) -> bool {
        self.is_acknowledged(next.wrapping_add(missing)) || reader.can_skip(missing)
    }

    /// Goes on over bytes that were not seen.
    fn pass(&mut self, length: u32, reader: &mut dyn Reader) {
        reader.stats().unseen_bytes += u64::from(length);
        reader.hole(Some(length), self.ready);
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
            acknowledged: part.acknowledged,
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
        self.ready = self.ready.max(part.time);
        if seen > 0 {
            reader.bytes(&Piece {
                data: payload,
                sequence: next,
                acknowledged: part.acknowledged,
                came: part.time,
                now: self.ready,
            });
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
                if !self.is_lost(next, missing, reader) {
                    return;
                }
                self.pass(missing, reader);
            }
            let out_of_order = self.out_of_order.remove(0);
            self.out_of_order_bytes -= out_of_order.payload.len();
            let part = Arrived {
                sequence: out_of_order.sequence,
                acknowledged: out_of_order.acknowledged,
                payload: &out_of_order.payload,
                wire_len: out_of_order.wire_len,
                is_last: false,
                time: out_of_order.time,
            };
            self.deliver(&part, reader);
        }
    }
}
