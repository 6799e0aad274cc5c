//! Strings of JSON.

use std::vec::Vec;

use flow_core::text::is_hazard;

const HEX: &[u8; 16] = b"0123456789abcdef";

/// Appends text for the inside of a JSON string (RFC 8259 section 7).
///
/// What a terminal would obey is written as `\u` and four digits, so that the line is harmless
/// where it is printed, and the same string where it is read. What is not UTF-8 becomes U+FFFD.
#[inline(always)]
pub(super) fn escape(out: &mut Vec<u8>, value: &[u8]) {
    if is_plain(value) {
        out.extend_from_slice(value);
    } else {
        escape_slowly(out, value);
    }
}

/// Whether every byte is printable ASCII that stands for itself.
#[inline(always)]
fn is_plain(value: &[u8]) -> bool {
    let (words, rest) = value.as_chunks::<8>();
    let mut suspicious = 0;
    for word in words {
        suspicious |= suspects(u64::from_le_bytes(*word));
    }
    if !rest.is_empty() {
        // Spaces fill the word up.
        let mut word = [b' '; 8];
        word[..rest.len()].copy_from_slice(rest);
        suspicious |= suspects(u64::from_le_bytes(word));
    }
    suspicious == 0
}

/// The high bit of each byte that must be looked at; higher ones than the lowest may be wrong.
#[inline(always)]
const fn suspects(word: u64) -> u64 {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    const HIGH: u64 = ONES << 7;
    const fn zeros(word: u64) -> u64 {
        word.wrapping_sub(ONES) & !word
    }
    // Below a space, or from DEL on.
    let controls = word.wrapping_sub(ONES * 0x20) | word.wrapping_add(ONES);
    let quotes = zeros(word ^ (ONES * b'"' as u64));
    let backslashes = zeros(word ^ (ONES * b'\\' as u64));
    (word | controls | quotes | backslashes) & HIGH
}

#[cold]
fn escape_slowly(out: &mut Vec<u8>, value: &[u8]) {
    for chunk in value.utf8_chunks() {
        for letter in chunk.valid().chars() {
            match letter {
                '"' | '\\' => out.extend_from_slice(&[b'\\', letter as u8]),
                '\n' => out.extend_from_slice(b"\\n"),
                '\r' => out.extend_from_slice(b"\\r"),
                '\t' => out.extend_from_slice(b"\\t"),
                _ if is_hazard(letter) => {
                    for unit in letter.encode_utf16(&mut [0; 2]) {
                        unit_escape(out, *unit);
                    }
                }
                _ => out.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes()),
            }
        }
        if !chunk.invalid().is_empty() {
            out.extend_from_slice("\u{fffd}".as_bytes());
        }
    }
}

fn unit_escape(out: &mut Vec<u8>, unit: u16) {
    out.extend_from_slice(b"\\u");
    for shift in [12, 8, 4, 0] {
        out.push(HEX[usize::from(unit >> shift & 0xf)]);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use std::string::String;

    use super::*;

    fn escaped(value: &[u8]) -> String {
        let mut out = Vec::new();
        escape(&mut out, value);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn what_a_terminal_obeys_is_spelled_out() {
        for (value, expected) in [
            (&b"k8s:app=web"[..], "k8s:app=web"),
            (b"", ""),
            (b"a\"b\\c", "a\\\"b\\\\c"),
            (b"\n\r\t\x00\x1b\x7f", "\\n\\r\\t\\u0000\\u001b\\u007f"),
            ("gr\u{fc}\u{df}".as_bytes(), "gr\u{fc}\u{df}"),
            ("\u{9b}\u{202e}".as_bytes(), "\\u009b\\u202e"),
            ("\u{e0001}".as_bytes(), "\\udb40\\udc01"),
            (b"a\xffb", "a\u{fffd}b"),
        ] {
            assert_eq!(escaped(value), expected);
        }
    }

    #[test]
    fn each_byte_at_each_place_is_looked_at() {
        for byte in 0..=u8::MAX {
            let plain = matches!(byte, b' '..0x7f) && byte != b'"' && byte != b'\\';
            for length in 1..20 {
                for place in 0..length {
                    let mut text = std::vec![b'~'; length];
                    text[place] = byte;
                    assert_eq!(is_plain(&text), plain, "{byte:#x} at {place} of {length}");
                }
            }
        }
    }

    proptest! {
        #[test]
        fn read_again_it_is_the_same(text in any::<String>(), bytes in any::<Vec<u8>>()) {
            for value in [text.as_bytes(), &bytes] {
                let line = std::format!("\"{}\"", escaped(value));
                prop_assert!(!line.chars().any(is_hazard));
                let read: String = serde_json::from_str(&line).unwrap();
                prop_assert_eq!(read, String::from_utf8_lossy(value));
            }
        }
    }
}
