//! Texts and bytes in quotes.

use super::error::Fault;

/// What stands in quotes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Literal {
    Text(String),
    Bytes(Vec<u8>),
}

/// Reads a literal at the start of a text, if one is there; also returns its length.
pub(crate) fn text(text: &str) -> Result<Option<(Literal, usize)>, Fault> {
    let (mut is_raw, mut is_bytes) = (false, false);
    let mut rest = text;
    if let Some(after) = rest.strip_prefix(['b', 'B']) {
        (is_bytes, rest) = (true, after);
    }
    if let Some(after) = rest.strip_prefix(['r', 'R']) {
        (is_raw, rest) = (true, after);
    }
    let quotes = ["\"\"\"", "'''", "\"", "'"];
    let Some(quote) = quotes.into_iter().find(|quote| rest.starts_with(quote)) else {
        return Ok(None);
    };
    let start = text.len() - rest.len() + quote.len();
    let mut reader = Reader {
        text,
        at: start,
        is_bytes,
        bytes: Vec::new(),
    };
    loop {
        let rest = &text[reader.at..];
        if rest.starts_with(quote) {
            break;
        }
        match rest.chars().next() {
            None => return Err(Fault::new(0, "text without closing quote")),
            Some('\n' | '\r') if quote.len() == 1 => {
                return Err(Fault::new(0, "text without closing quote on its line"));
            }
            Some('\\') if is_raw => reader.raw_escape(),
            Some('\\') => reader.escape()?,
            Some(letter) => reader.letter(letter),
        }
    }
    let length = reader.at + quote.len();
    let literal = if is_bytes {
        Literal::Bytes(reader.bytes)
    } else {
        let text = String::from_utf8(reader.bytes);
        Literal::Text(text.map_err(|_| Fault::new(0, "text that is no UTF-8"))?)
    };
    Ok(Some((literal, length)))
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    is_bytes: bool,
    bytes: Vec<u8>,
}

impl Reader<'_> {
    fn letter(&mut self, letter: char) {
        self.push(letter);
        self.at += letter.len_utf8();
    }

    fn push(&mut self, letter: char) {
        let mut buffer = [0; 4];
        self.bytes
            .extend_from_slice(letter.encode_utf8(&mut buffer).as_bytes());
    }

    /// A backslash and what follows it, both as they are.
    fn raw_escape(&mut self) {
        for letter in self.text[self.at..].chars().take(2).collect::<Vec<char>>() {
            self.letter(letter);
        }
    }

    fn escape(&mut self) -> Result<(), Fault> {
        let at = self.at;
        let fail = || Fault::new(at, "invalid escape sequence");
        let rest = &self.text[at + 1..];
        let letter = rest.chars().next().ok_or_else(fail)?;
        let plain = match letter {
            'a' => '\u{7}',
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'v' => '\u{b}',
            '\\' | '?' | '"' | '\'' | '`' => letter,
            _ => {
                let (start, length, radix) = match letter {
                    'x' | 'X' => (1, 2, 16),
                    'u' if !self.is_bytes => (1, 4, 16),
                    'U' if !self.is_bytes => (1, 8, 16),
                    '0'..='3' => (0, 3, 8),
                    _ => return Err(fail()),
                };
                let digits = rest.get(start..start + length).ok_or_else(fail)?;
                let are_digits = digits.chars().all(|digit| digit.is_digit(radix));
                let code = u32::from_str_radix(digits, radix).ok();
                let code = code.filter(|_| are_digits).ok_or_else(fail)?;
                self.at += 1 + start + length;
                match u8::try_from(code) {
                    Ok(byte) if self.is_bytes => self.bytes.push(byte),
                    _ => self.push(char::from_u32(code).ok_or_else(fail)?),
                }
                return Ok(());
            }
        };
        self.push(plain);
        self.at += 2;
        Ok(())
    }
}
