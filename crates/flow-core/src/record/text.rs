//! Text that came from the network, owned.

use core::cmp::Ordering;
use core::fmt;
use core::hash::{Hash, Hasher};
use std::borrow::Cow;
use std::string::String;
use std::sync::Arc;
use std::vec::Vec;

use crate::text::Escaped;

/// Bytes that are meant to be text. `Display` and `Debug` escape what could fool a terminal:
/// see [`Escaped`].
///
/// Most texts of a record are short or always the same: up to [`Text::INLINE`] bytes are held in
/// place, and a clone of a longer text shares its bytes.
#[derive(Clone)]
pub struct Text(Repr);

#[derive(Clone)]
enum Repr {
    Inline {
        length: u8,
        bytes: [u8; Text::INLINE],
    },
    Static(&'static [u8]),
    Shared(Arc<[u8]>),
}

const _: () = assert!(size_of::<Text>() == 24);

impl Text {
    /// Bytes that are held in place.
    pub const INLINE: usize = 22;

    /// A text that is part of the program.
    #[must_use]
    pub const fn from_static(text: &'static str) -> Self {
        Self(Repr::Static(text.as_bytes()))
    }

    /// The bytes as they were.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Repr::Inline { length, bytes } => bytes.get(..usize::from(*length)).unwrap_or(bytes),
            Repr::Static(bytes) => bytes,
            Repr::Shared(bytes) => bytes,
        }
    }

    /// As a string; what is not UTF-8 becomes U+FFFD. Not escaped: not for a terminal.
    #[must_use]
    pub fn to_str_lossy(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(self.as_bytes())
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.as_bytes().is_empty()
    }

    /// Bytes on the heap, which clones share.
    #[must_use]
    pub fn heap_len(&self) -> usize {
        match &self.0 {
            Repr::Inline { .. } | Repr::Static(_) => 0,
            Repr::Shared(bytes) => bytes.len(),
        }
    }
}

impl Default for Text {
    fn default() -> Self {
        Self::from_static("")
    }
}

impl From<&[u8]> for Text {
    fn from(text: &[u8]) -> Self {
        let mut bytes = [0; Self::INLINE];
        Self(match bytes.get_mut(..text.len()) {
            Some(place) => {
                place.copy_from_slice(text);
                let length = text.len() as u8;
                Repr::Inline { length, bytes }
            }
            None => Repr::Shared(text.into()),
        })
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self::from(text.as_bytes())
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self::from(text.as_bytes())
    }
}

impl From<Vec<u8>> for Text {
    fn from(bytes: Vec<u8>) -> Self {
        Self::from(&*bytes)
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl Eq for Text {}

impl PartialOrd for Text {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Text {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_bytes().cmp(other.as_bytes())
    }
}

impl Hash for Text {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_bytes().hash(state);
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&Escaped(self.as_bytes()), f)
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}

#[cfg(test)]
mod tests {
    use std::string::ToString;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_text_is_the_same_wherever_its_bytes_are() {
        for text in [
            "",
            "GET",
            "0123456789012345678901",
            "01234567890123456789012",
        ] {
            let copied = Text::from(text);
            let lasting = Text::from_static(text);
            assert_eq!(copied, lasting);
            assert_eq!(copied.cmp(&lasting), Ordering::Equal);
            assert_eq!(copied.to_string(), text);
            let expected = if text.len() > Text::INLINE {
                text.len()
            } else {
                0
            };
            assert_eq!((copied.heap_len(), lasting.heap_len()), (expected, 0));
        }
        assert!(Text::default().is_empty());
    }

    proptest! {
        #[test]
        fn bytes_survive(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            let text = Text::from(&*bytes);
            prop_assert_eq!(text.as_bytes(), &*bytes);
            prop_assert_eq!(text.clone(), text);
        }
    }
}
