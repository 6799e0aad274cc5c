//! Untrusted text: what a packet or a process says is escaped before a person sees it.

use core::fmt::{self, Write};

/// Displays untrusted bytes so that no terminal can be fooled by them.
///
/// Text passes as it is, but for: control characters (C0, C1, DEL), characters that change the
/// direction of text or break lines (Unicode bidirectional controls, U+2028, U+2029), other
/// invisible format characters, and the backslash. Those become `\n`-like escapes or
/// `\u{202e}`; bytes that are not UTF-8 become `\xff`. Distinct inputs give distinct outputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

/// Whether a character acts on a terminal or hides.
fn is_hazard(letter: char) -> bool {
    letter.is_control()
        || matches!(
            letter,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}
