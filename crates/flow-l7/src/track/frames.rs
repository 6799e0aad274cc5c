//! Messages that have their length before them, put together.

use core::marker::PhantomData;
use core::mem;
use std::borrow::Cow;
use std::vec::Vec;

/// How the length of a message is encoded.
pub(super) trait Prefix {
    /// Bytes of it.
    const LEN: usize;

    /// The length in bytes that these bytes, [`LEN`](Self::LEN) of them, tell; `None` where no
    /// message has it.
    fn length(bytes: &[u8]) -> Option<u32>;
}

/// One direction of a stream of such messages.
pub(super) struct Frames<P> {
    state: State,
    /// What is there of a message that is not whole, with its length.
    bytes: Vec<u8>,
    began: u64,
    prefix: PhantomData<P>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// In a message, or before one.
    Message,
    /// In the rest of a message of which enough is known.
    Rest(u32),
    /// Where messages begin is not known.
    Search,
}

/// A message, as far as it is wanted.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Frame<'d> {
    pub(super) data: Cow<'d, [u8]>,
    /// Length in bytes as its length prefix says.
    pub(super) length: u32,
    pub(super) began: u64,
}

/// What the next bytes came to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step<'d> {
    /// They are used up.
    More,
    Frame(Frame<'d>),
    /// No message has the length that they tell.
    Bad,
}

impl<P: Prefix> Frames<P> {
    pub(super) const fn new(is_joined: bool) -> Self {
        Self {
            state: if is_joined {
                State::Search
            } else {
                State::Message
            },
            bytes: Vec::new(),
            began: 0,
            prefix: PhantomData,
        }
    }

    /// Whether the beginning of a message has to be found first.
    pub(super) fn is_lost(&self) -> bool {
        self.state == State::Search
    }

    /// A message begins with the next byte.
    pub(super) fn found(&mut self) {
        self.state = State::Message;
    }

    pub(super) fn heap_len(&self) -> usize {
        self.bytes.capacity()
    }

    pub(super) fn is_unfinished(&self) -> bool {
        self.bytes.len() > P::LEN
    }

    /// Whether this many bytes are of no interest.
    pub(super) fn can_skip(&self, length: u32) -> bool {
        matches!(self.state, State::Rest(left) if length <= left)
    }

    /// Takes bytes from `data`, up to the end of a message of which at most `most` bytes are
    /// wanted.
    pub(super) fn step<'d>(&mut self, data: &mut &'d [u8], time: u64, most: usize) -> Step<'d> {
        loop {
            match self.state {
                _ if data.is_empty() => return Step::More,
                State::Search => {
                    *data = &[];
                    return Step::More;
                }
                State::Rest(left) => {
                    let taken = data.len().min(left as usize);
                    *data = &data[taken..];
                    self.rest(left - taken as u32);
                }
                State::Message => return self.message(data, time, most),
            }
        }
    }

    /// This much of the last message is still to come.
    fn rest(&mut self, left: u32) {
        self.state = match left {
            0 => State::Message,
            left => State::Rest(left),
        };
    }

    fn message<'d>(&mut self, data: &mut &'d [u8], time: u64, most: usize) -> Step<'d> {
        if self.bytes.is_empty() {
            self.began = time;
            if let Some((prefix, rest)) = data.split_at_checked(P::LEN) {
                let Some(length) = P::length(prefix) else {
                    return self.bad(data);
                };
                let wanted = (length as usize).min(most);
                if let Some((message, rest)) = rest.split_at_checked(wanted) {
                    *data = rest;
                    self.rest(length - wanted as u32);
                    return Step::Frame(Frame {
                        data: Cow::Borrowed(message),
                        length,
                        began: time,
                    });
                }
            }
        }
        let held = self.bytes.len();
        if held < P::LEN {
            let (part, rest) = data.split_at(data.len().min(P::LEN - held));
            self.bytes.extend_from_slice(part);
            *data = rest;
            if self.bytes.len() < P::LEN {
                return Step::More;
            }
        }
        let Some(length) = P::length(&self.bytes) else {
            return self.bad(data);
        };
        let wanted = (length as usize).min(most);
        let missing = (P::LEN + wanted).saturating_sub(self.bytes.len());
        if missing > data.len() {
            self.bytes.reserve_exact(missing);
            self.bytes.extend_from_slice(data);
            *data = &[];
            return Step::More;
        }
        let (part, rest) = data.split_at(missing);
        *data = rest;
        let mut bytes = mem::take(&mut self.bytes);
        bytes.extend_from_slice(part);
        self.rest(length - wanted as u32);
        Step::Frame(Frame {
            data: Cow::Owned(bytes.split_off(P::LEN)),
            length,
            began: self.began,
        })
    }

    #[cold]
    fn bad<'d>(&mut self, data: &mut &'d [u8]) -> Step<'d> {
        self.lose();
        *data = &[];
        Step::Bad
    }

    /// Where messages begin is not known any more.
    pub(super) fn lose(&mut self) {
        self.state = State::Search;
        self.bytes = Vec::new();
    }

    /// Bytes were not seen; `None`: it is not known how many. Gives the message that goes no
    /// further.
    pub(super) fn hole(&mut self, length: Option<u32>) -> Option<Frame<'static>> {
        let mut bytes = mem::take(&mut self.bytes);
        let state = mem::replace(&mut self.state, State::Search);
        let whole = (bytes.len() >= P::LEN).then(|| P::length(&bytes)).flatten();
        let left = match (state, whole) {
            (State::Rest(left), _) => left,
            (State::Message, Some(whole)) => {
                let have = u32::try_from(bytes.len() - P::LEN).unwrap_or(u32::MAX);
                whole.saturating_sub(have)
            }
            _ => return None,
        };
        if let Some(length) = length.filter(|length| *length <= left) {
            self.rest(left - length);
        }
        let (State::Message, Some(length)) = (state, whole) else {
            return None;
        };
        Some(Frame {
            data: Cow::Owned(bytes.split_off(P::LEN)),
            length,
            began: self.began,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use std::vec;

    use super::*;

    struct Two;

    impl Prefix for Two {
        const LEN: usize = 2;

        fn length(bytes: &[u8]) -> Option<u32> {
            let length = u16::from_be_bytes([bytes[0], bytes[1]]);
            (length > 0).then_some(u32::from(length))
        }
    }

    fn stream(messages: &[Vec<u8>]) -> Vec<u8> {
        let length = |message: &[u8]| (message.len() as u16).to_be_bytes();
        let with = |message: &Vec<u8>| [&length(message)[..], message].concat();
        messages.iter().flat_map(with).collect()
    }

    fn read(frames: &mut Frames<Two>, mut data: &[u8], most: usize, to: &mut Vec<Vec<u8>>) {
        loop {
            match frames.step(&mut data, 7, most) {
                Step::More => return,
                Step::Bad => panic!("bad"),
                Step::Frame(frame) => to.push(frame.data.into_owned()),
            }
        }
    }

    proptest! {
        #[test]
        fn cuts_do_not_matter(
            messages in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..40), 0..8),
            cuts in prop::collection::vec(1..9_usize, 1..9),
            most in 1..60_usize,
        ) {
            let bytes = stream(&messages);
            let (mut frames, mut found) = (Frames::new(false), Vec::new());
            let mut rest = &bytes[..];
            for cut in cuts.iter().cycle() {
                let (part, after) = rest.split_at(rest.len().min(*cut));
                read(&mut frames, part, most, &mut found);
                prop_assert!(frames.heap_len() <= most + 2 + 8);
                rest = after;
                if rest.is_empty() {
                    break;
                }
            }
            let wanted: Vec<_> = messages.iter().map(|m| m[..m.len().min(most)].to_vec()).collect();
            prop_assert_eq!(found, wanted);
        }

        #[test]
        fn a_hole_in_a_message_leaves_the_next_ones(
            first in prop::collection::vec(any::<u8>(), 2..40),
            next in prop::collection::vec(any::<u8>(), 1..40),
            at in any::<prop::sample::Index>(),
            length in 1..40_u32,
        ) {
            let at = at.index(first.len() - 1) + 1;
            let length = length.min((first.len() - at) as u32);
            let bytes = stream(&[first.clone(), next.clone()]);
            let (mut frames, mut found) = (Frames::new(false), Vec::new());
            read(&mut frames, &bytes[..2 + at], 100, &mut found);
            let part = frames.hole(Some(length)).expect("a part");
            prop_assert_eq!((&*part.data, part.length), (&first[..at], first.len() as u32));
            read(&mut frames, &bytes[2 + at + length as usize..], 100, &mut found);
            prop_assert_eq!(found, vec![next]);
        }
    }

    #[test]
    fn what_is_lost_has_to_be_found() {
        let (mut frames, mut found) = (Frames::<Two>::new(true), Vec::new());
        read(&mut frames, &[0, 1, 9], 100, &mut found);
        assert!(frames.is_lost() && found.is_empty());
        frames.found();
        read(&mut frames, &[0, 1, 9], 100, &mut found);
        assert_eq!(found, [[9]]);
        assert_eq!(frames.step(&mut &[0, 0][..], 0, 9), Step::Bad);
        assert!(frames.is_lost());
        frames.found();
        assert_eq!(frames.hole(None), None);
        assert!(frames.is_lost());
    }
}
