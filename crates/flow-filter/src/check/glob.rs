//! Patterns of text with `*` and `?`.

/// A part of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    Literal(Vec<u8>),
    /// One byte.
    One,
    /// Any number of bytes.
    Many,
}

/// A pattern of text; without `*` and `?` it is a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Glob {
    pieces: Vec<Piece>,
}

impl Glob {
    /// Adds a byte that stands for itself.
    pub(crate) fn push(&mut self, byte: u8) {
        match self.pieces.last_mut() {
            Some(Piece::Literal(bytes)) => bytes.push(byte),
            _ => self.pieces.push(Piece::Literal(vec![byte])),
        }
    }

    pub(crate) fn push_one(&mut self) {
        self.pieces.push(Piece::One);
    }

    pub(crate) fn push_many(&mut self) {
        if self.pieces.last() != Some(&Piece::Many) {
            self.pieces.push(Piece::Many);
        }
    }

    pub(crate) fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// Whether it is the pattern of an empty text.
    pub(crate) fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// Changes letters to lower case.
    pub(crate) fn make_lower_case(&mut self) {
        for piece in &mut self.pieces {
            if let Piece::Literal(bytes) = piece {
                bytes.make_ascii_lowercase();
            }
        }
    }

    /// Takes a dot at the end away.
    pub(crate) fn trim_final_dot(&mut self) {
        if let Some(Piece::Literal(bytes)) = self.pieces.last_mut()
            && bytes.last() == Some(&b'.')
        {
            bytes.pop();
            if bytes.is_empty() {
                self.pieces.pop();
            }
        }
    }

    /// Splits it at the first `/` that stands for itself.
    pub(crate) fn split_at_slash(self) -> (Option<Self>, Self) {
        let (mut before, mut after) = (Self::default(), Self::default());
        let mut is_found = false;
        for piece in self.pieces {
            let Piece::Literal(bytes) = piece else {
                match is_found {
                    true => after.pieces.push(piece),
                    false => before.pieces.push(piece),
                }
                continue;
            };
            for byte in bytes {
                match byte {
                    b'/' if !is_found => is_found = true,
                    _ if is_found => after.push(byte),
                    _ => before.push(byte),
                }
            }
        }
        match is_found {
            true => (Some(before), after),
            false => (None, before),
        }
    }

    /// Returns whether the pattern is that of `text`. Takes time in proportion to the product of both
    /// lengths at worst.
    pub(crate) fn matches(&self, text: &[u8], ignore_case: bool) -> bool {
        let (mut piece, mut at) = (0, 0);
        // Where to go on after the last `*`, should the rest not match.
        let mut retry: Option<(usize, usize)> = None;
        loop {
            let step = match self.pieces.get(piece) {
                None => (at == text.len()).then_some(0),
                Some(Piece::Many) => {
                    retry = Some((piece, at));
                    piece += 1;
                    continue;
                }
                Some(Piece::One) => (at < text.len()).then_some(1),
                Some(Piece::Literal(bytes)) => {
                    starts_with(&text[at..], bytes, ignore_case).then_some(bytes.len())
                }
            };
            match (step, retry) {
                (Some(_), _) if piece == self.pieces.len() => return true,
                (Some(length), _) => {
                    at += length;
                    piece += 1;
                }
                (None, Some((many, from))) if from < text.len() => {
                    retry = Some((many, from + 1));
                    (piece, at) = (many + 1, from + 1);
                }
                (None, _) => return false,
            }
        }
    }
}

fn starts_with(text: &[u8], start: &[u8], ignore_case: bool) -> bool {
    text.get(..start.len())
        .is_some_and(|text| match ignore_case {
            true => text.eq_ignore_ascii_case(start),
            false => text == start,
        })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn glob(text: &str) -> Glob {
        let mut glob = Glob::default();
        for byte in text.bytes() {
            match byte {
                b'*' => glob.push_many(),
                b'?' => glob.push_one(),
                byte => glob.push(byte),
            }
        }
        glob
    }

    #[test]
    fn stars_stand_for_any_text() {
        for (pattern, text, is_match) in [
            ("", "", true),
            ("", "a", false),
            ("*", "", true),
            ("a*", "a", true),
            ("a*b", "acb", true),
            ("a*b", "ab", true),
            ("a*b", "abc", false),
            ("*a*a*", "aa", true),
            ("*a*a*", "ab", false),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("*?b", "aab", true),
        ] {
            assert_eq!(
                glob(pattern).matches(text.as_bytes(), false),
                is_match,
                "{pattern} {text}"
            );
        }
        assert!(glob("A*C").matches(b"abc", true) && !glob("A*C").matches(b"abc", false));
    }

    #[test]
    fn a_qualifier_ends_at_the_first_slash() {
        assert_eq!(
            glob("a*/b/c").split_at_slash(),
            (Some(glob("a*")), glob("b/c"))
        );
        assert_eq!(glob("/b").split_at_slash(), (Some(glob("")), glob("b")));
        assert_eq!(glob("b*").split_at_slash(), (None, glob("b*")));
    }

    /// What a pattern means, in as few words as possible.
    fn naive(pattern: &[u8], text: &[u8]) -> bool {
        match pattern.split_first() {
            None => text.is_empty(),
            Some((b'*', rest)) => (0..=text.len()).any(|at| naive(rest, &text[at..])),
            Some((b'?', rest)) => !text.is_empty() && naive(rest, &text[1..]),
            Some((byte, rest)) => text.first() == Some(byte) && naive(rest, &text[1..]),
        }
    }

    proptest! {
        #[test]
        fn patterns_match_what_they_mean(pattern in "[ab*?]{0,8}", text in "[ab]{0,8}") {
            let found = glob(&pattern).matches(text.as_bytes(), false);
            prop_assert_eq!(found, naive(pattern.as_bytes(), text.as_bytes()));
        }
    }
}
