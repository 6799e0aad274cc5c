//! Words of an expression.

use super::error::Fault;
use super::literal;

/// A word and the byte at which it begins.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(crate) at: usize,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Kind {
    /// A name, or a word that is kept for other use.
    Name(String),
    /// A name in back-quotes, which only a field has.
    Quoted(String),
    /// Digits of an integer, and whether they are hexadecimal.
    Int(String, bool),
    Uint(u64),
    Double(f64),
    Text(String),
    Bytes(Vec<u8>),
    /// Operators and brackets.
    Mark(&'static str),
    End,
}

/// Longer marks stand before those that they begin with.
const MARKS: [&str; 28] = [
    "==", "!=", "<=", ">=", "&&", "||", ".?", "[?", "{?", "<", ">", "+", "-", "*", "/", "%", "!",
    "?", ":", ".", ",", "[", "]", "{", "}", "(", ")", "=",
];

/// Splits an expression into words; the last one is [`Kind::End`].
pub(crate) fn tokens(text: &str) -> Result<Vec<Token>, Fault> {
    let mut tokens = Vec::new();
    let mut at = 0;
    loop {
        at += blank(&text[at..]);
        let rest = &text[at..];
        if rest.is_empty() {
            tokens.push(Token {
                kind: Kind::End,
                at,
            });
            return Ok(tokens);
        }
        let (kind, length) = token(rest).map_err(|fault| Fault {
            at: at + fault.at,
            ..fault
        })?;
        tokens.push(Token { kind, at });
        at += length;
    }
}

/// Length of the blanks and comments at the start.
fn blank(text: &str) -> usize {
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches([' ', '\t', '\r', '\n', '\u{c}']);
        match rest.strip_prefix("//") {
            Some(comment) => rest = comment.find('\n').map_or("", |end| &comment[end..]),
            None => return text.len() - rest.len(),
        }
    }
}

fn token(text: &str) -> Result<(Kind, usize), Fault> {
    if let Some((kind, length)) = literal::text(text)? {
        return Ok((kind.into(), length));
    }
    let bytes = text.as_bytes();
    match bytes[0] {
        b'0'..=b'9' => return number(text),
        b'.' if bytes.get(1).is_some_and(u8::is_ascii_digit) => return number(text),
        b'_' | b'a'..=b'z' | b'A'..=b'Z' => {
            let is_end = |letter: char| !letter.is_ascii_alphanumeric() && letter != '_';
            let length = text.find(is_end).unwrap_or(text.len());
            return Ok((Kind::Name(text[..length].into()), length));
        }
        b'`' => {
            let is_inner =
                |letter: char| letter.is_ascii_alphanumeric() || "_.-/ ".contains(letter);
            let inner = text[1..].split_once('`').map(|(inner, _)| inner);
            let inner = inner.filter(|inner| !inner.is_empty() && inner.chars().all(is_inner));
            let inner = inner.ok_or_else(|| Fault::new(0, "expected a field in back-quotes"))?;
            return Ok((Kind::Quoted(inner.into()), inner.len() + 2));
        }
        _ => {}
    }
    let mark = MARKS.iter().find(|mark| text.starts_with(**mark));
    match mark {
        Some(mark) if *mark != "=" => Ok((Kind::Mark(mark), mark.len())),
        Some(_) => Err(Fault::new(0, "unexpected '=', expected '=='")),
        None => {
            let letter = text.chars().next().unwrap_or_default();
            Err(Fault::new(0, format!("unexpected character {letter:?}")))
        }
    }
}

impl From<literal::Literal> for Kind {
    fn from(literal: literal::Literal) -> Self {
        match literal {
            literal::Literal::Text(text) => Self::Text(text),
            literal::Literal::Bytes(bytes) => Self::Bytes(bytes),
        }
    }
}

fn digits(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

fn number(text: &str) -> Result<(Kind, usize), Fault> {
    if let Some(hexadecimal) = text.strip_prefix("0x") {
        let length = hexadecimal
            .bytes()
            .take_while(u8::is_ascii_hexdigit)
            .count();
        if length > 0 {
            return integer(text, 2, 2 + length, 16);
        }
    }
    let whole = digits(text);
    let mut length = whole;
    let mut is_double = false;
    if let Some(fraction) = text[length..].strip_prefix('.') {
        let places = digits(fraction);
        if places > 0 {
            length += 1 + places;
            is_double = true;
        }
    }
    if let Some(exponent) = text[length..].strip_prefix(['e', 'E']) {
        let unsigned = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        let places = digits(unsigned);
        if places > 0 {
            length += 1 + (exponent.len() - unsigned.len()) + places;
            is_double = true;
        }
    }
    if !is_double {
        return integer(text, 0, length, 10);
    }
    let number = text[..length]
        .parse()
        .map_err(|_| Fault::new(0, "invalid double literal"))?;
    Ok((Kind::Double(number), length))
}

fn integer(text: &str, start: usize, end: usize, radix: u32) -> Result<(Kind, usize), Fault> {
    let digits = &text[start..end];
    if !text[end..].starts_with(['u', 'U']) {
        return Ok((Kind::Int(digits.into(), radix == 16), end));
    }
    let number =
        u64::from_str_radix(digits, radix).map_err(|_| Fault::new(0, "invalid uint literal"))?;
    Ok((Kind::Uint(number), end + 1))
}
