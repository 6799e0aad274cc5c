//! Puts the handshake together from CRYPTO frames, which come in any order.

/// Parts with gaps between them that are remembered; clients that shuffle on purpose send about
/// a dozen.
const MAX_PARTS: usize = 64;

/// Bytes of the handshake, as far as they came.
#[derive(Debug)]
pub(super) struct CryptoStream<'r> {
    room: &'r mut [u8],
    /// What is there: from and to, in order, with gaps between.
    parts: [(u32, u32); MAX_PARTS],
    count: usize,
    is_over_limit: bool,
}

impl<'r> CryptoStream<'r> {
    pub(super) fn new(room: &'r mut [u8]) -> Self {
        Self {
            room,
            parts: [(0, 0); MAX_PARTS],
            count: 0,
            is_over_limit: false,
        }
    }

    /// The bytes from the beginning on up to the first gap.
    pub(super) fn bytes(&self) -> &[u8] {
        let end = match self.parts[..self.count] {
            [(0, end), ..] => end as usize,
            _ => 0,
        };
        self.room.get(..end).unwrap_or_default()
    }

    /// Whether something came that lies beyond the room, or there were too many gaps.
    pub(super) const fn is_over_limit(&self) -> bool {
        self.is_over_limit
    }

    pub(super) fn add(&mut self, offset: usize, data: &[u8]) {
        let length = data.len().min(self.room.len().saturating_sub(offset));
        self.is_over_limit |= length < data.len();
        let end = offset.saturating_add(length);
        let (Ok(from), Ok(to)) = (u32::try_from(offset), u32::try_from(end)) else {
            return;
        };
        if length > 0
            && self.mark(from, to)
            && let Some(part) = self.room.get_mut(offset..end)
        {
            part.copy_from_slice(&data[..length]);
        }
    }

    /// Notes that a part is there; whether there is room for that.
    fn mark(&mut self, mut from: u32, mut to: u32) -> bool {
        // Parts that touch the new one become one with it.
        let first = self.parts[..self.count].partition_point(|part| part.1 < from);
        let last = self.parts[..self.count].partition_point(|part| part.0 <= to);
        if first < last {
            from = from.min(self.parts[first].0);
            to = to.max(self.parts[last - 1].1);
            self.parts.copy_within(last..self.count, first + 1);
            self.count -= last - first - 1;
        } else if self.count < MAX_PARTS {
            self.parts.copy_within(first..self.count, first + 1);
            self.count += 1;
        } else {
            self.is_over_limit = true;
            return false;
        }
        self.parts[first] = (from, to);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn parts_in_any_order_become_one() {
        let mut room = [0; 16];
        let mut stream = CryptoStream::new(&mut room);
        for (offset, data) in [(6, "gh"), (2, "cd"), (9, "j"), (0, "a"), (4, "ef")] {
            stream.add(offset, data.as_bytes());
        }
        assert_eq!((stream.bytes(), stream.count), (&b"a"[..], 3));
        stream.add(1, b"bcde");
        assert_eq!(stream.bytes(), b"abcdefgh");
        stream.add(8, b"i");
        assert_eq!((stream.bytes(), stream.count), (&b"abcdefghij"[..], 1));
        assert!(!stream.is_over_limit());
        stream.add(10, b"0123456789");
        assert_eq!(stream.bytes().len(), 16);
        assert!(stream.is_over_limit());
    }

    #[test]
    fn too_many_gaps_are_flagged() {
        let mut room = [0; 300];
        let mut stream = CryptoStream::new(&mut room);
        for index in 0..70 {
            stream.add(2 * index, b"x");
        }
        assert!(stream.is_over_limit());
        assert_eq!((stream.count, stream.bytes()), (MAX_PARTS, &b"x"[..]));
    }

    proptest! {
        #[test]
        fn what_is_handed_out_is_what_came(
            parts in prop::collection::vec((0_usize..40, 1_usize..12), 0..30),
        ) {
            let text: Vec<u8> = (0..60).collect();
            let mut room = [0; 48];
            let mut stream = CryptoStream::new(&mut room);
            let mut is_there = [false; 48];
            for (offset, length) in parts {
                stream.add(offset, &text[offset..offset + length]);
                for flag in is_there.iter_mut().skip(offset).take(length) {
                    *flag = true;
                }
                let end = is_there.iter().position(|flag| !flag).unwrap_or(48);
                prop_assert_eq!(stream.bytes(), &text[..end]);
                let parts = &stream.parts[..stream.count];
                prop_assert!(parts.windows(2).all(|pair| pair[0].1 < pair[1].0));
            }
        }
    }
}
