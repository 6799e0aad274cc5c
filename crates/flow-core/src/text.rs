//! Untrusted text: bytes of a packet or a process are escaped before a person sees them.

use core::fmt::{self, Write};

/// Displays untrusted bytes so that no terminal can be fooled by them.
///
/// Text passes as it is, but for: control characters (C0, C1, DEL), characters that change the
/// direction of text or break lines (Unicode bidirectional controls, U+2028, U+2029), other
/// invisible format characters, and the backslash. Those become `\n`-like escapes or
/// `\u{202e}`; bytes that are not UTF-8 become `\xff`. Distinct inputs give distinct outputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs, reason = "a value and nothing else")]
pub struct Escaped<'a>(pub &'a [u8]);

impl<'a> Escaped<'a> {
    /// Escapes a string.
    #[must_use]
    pub const fn text(text: &'a str) -> Self {
        Self(text.as_bytes())
    }
}

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for chunk in self.0.utf8_chunks() {
            for letter in chunk.valid().chars() {
                match letter {
                    '\\' => f.write_str("\\\\")?,
                    '\n' => f.write_str("\\n")?,
                    '\r' => f.write_str("\\r")?,
                    '\t' => f.write_str("\\t")?,
                    _ if is_hazard(letter) => write!(f, "\\u{{{:x}}}", u32::from(letter))?,
                    _ => f.write_char(letter)?,
                }
            }
            for byte in chunk.invalid() {
                write!(f, "\\x{byte:02x}")?;
            }
        }
        Ok(())
    }
}

/// Whether a character acts on a terminal or hides: controls, and the format and default-ignorable
/// characters of Unicode (properties `Cf` and `Default_Ignorable_Code_Point`) that have no shape.
#[must_use]
pub fn is_hazard(letter: char) -> bool {
    letter.is_control()
        || matches!(
            letter,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
                | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
                | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
                | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}'
        )
}

#[cfg(test)]
pub(crate) mod tests {
    use std::string::{String, ToString};
    use std::vec::Vec;

    use proptest::prelude::*;

    use super::*;

    /// Whether text holds a C0 or C1 control, DEL, a control of direction or a line separator.
    pub(crate) fn is_dangerous(text: &str) -> bool {
        text.chars().any(|letter| {
            matches!(
                u32::from(letter),
                0..=0x1f
                    | 0x7f..=0x9f
                    | 0x61c
                    | 0x200e
                    | 0x200f
                    | 0x2028..=0x202e
                    | 0x2066..=0x2069
            )
        })
    }

    /// The inverse of [`Escaped`].
    fn unescape(text: &str) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut rest = text.chars();
        while let Some(letter) = rest.next() {
            let mut push = |letter: char| {
                bytes.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
            };
            if letter != '\\' {
                push(letter);
                continue;
            }
            match rest.next().expect("a letter after the backslash") {
                '\\' => push('\\'),
                'n' => push('\n'),
                'r' => push('\r'),
                't' => push('\t'),
                'u' => {
                    assert_eq!(rest.next(), Some('{'));
                    let digits: String = rest.by_ref().take_while(|c| *c != '}').collect();
                    let number = u32::from_str_radix(&digits, 16).expect("a number");
                    push(char::from_u32(number).expect("a character"));
                }
                'x' => {
                    let digits: String = rest.by_ref().take(2).collect();
                    bytes.push(u8::from_str_radix(&digits, 16).expect("a byte"));
                }
                other => panic!("escape {other}"),
            }
        }
        bytes
    }

    #[test]
    fn what_a_terminal_would_obey_is_spelled_out() {
        for (bytes, text) in [
            (&b"plain text"[..], "plain text"),
            ("grüß 漢字 🦀".as_bytes(), "grüß 漢字 🦀"),
            (b"\x1b[31mred", "\\u{1b}[31mred"),
            (b"a\nb\r\t", "a\\nb\\r\\t"),
            (b"\x7f", "\\u{7f}"),
            ("\u{9b}2J".as_bytes(), "\\u{9b}2J"),
            ("evil\u{202e}gpj".as_bytes(), "evil\\u{202e}gpj"),
            ("zero\u{200b}width".as_bytes(), "zero\\u{200b}width"),
            (b"\xff\xfe", "\\xff\\xfe"),
            (b"back\\slash", "back\\\\slash"),
            (b"", ""),
        ] {
            assert_eq!(Escaped(bytes).to_string(), text);
        }
    }

    #[test]
    fn every_character_is_harmless_or_spelled_out() {
        for letter in '\0'..=char::MAX {
            let text = Escaped::text(letter.encode_utf8(&mut [0; 4])).to_string();
            assert!(!is_dangerous(&text), "{:x}", u32::from(letter));
            let shown = text.chars().eq([letter]);
            assert!(shown || text.is_ascii(), "{:x}", u32::from(letter));
        }
    }

    proptest! {
        /// Nothing dangerous comes out, and what went in can be restored from it.
        #[test]
        fn distinct_bytes_give_distinct_harmless_text(
            bytes in prop_oneof![
                proptest::collection::vec(any::<u8>(), 0..64),
                any::<String>().prop_map(String::into_bytes),
                "[\\\\nrtux{}\u{1b}\u{202e}\u{9b}a]{0,32}".prop_map(String::into_bytes),
            ],
        ) {
            let text = Escaped(&bytes).to_string();
            prop_assert!(!is_dangerous(&text), "{:?}", text);
            prop_assert_eq!(unescape(&text), bytes);
        }
    }
}
