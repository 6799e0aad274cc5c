//! From characters to tokens.

use super::error::Fault;
use super::span::Span;

/// A token; texts are as they are written, without their quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Token<'t> {
    /// A name, a number, an address, … which of them is not known here.
    Word(&'t str),
    Quoted(&'t str),
    Raw(&'t str),
    /// `$name`
    List(&'t str),
    /// Operators and brackets.
    Sign(&'static str),
    End,
}

impl Token<'_> {
    /// What it is, for messages.
    pub(crate) fn describe(&self) -> String {
        match self {
            Self::Word(text) | Self::Quoted(text) | Self::Raw(text) => format!("`{}`", cut(text)),
            Self::List(name) => format!("`${}`", cut(name)),
            Self::Sign(sign) => format!("`{sign}`"),
            Self::End => "the end of the filter".to_owned(),
        }
    }
}

/// At most 64 characters of a text.
pub(crate) fn cut(text: &str) -> String {
    match text.char_indices().nth(64) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

/// Longest first.
const SIGNS: [&str; 22] = [
    "&&", "||", "^^", "==", "!=", "<=", ">=", "!~", "=~", "..", "&", "|", "!", "=", "<", ">", "~",
    "(", ")", "{", "}", ",",
];
const BRACKETS: [&str; 2] = ["[", "]"];

/// Reads tokens of a text.
#[derive(Clone, Debug)]
pub(crate) struct Lexer<'t> {
    text: &'t str,
    at: usize,
}

const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'_' | b'.' | b':' | b'/' | b'-' | b'*' | b'+' | b'@' | b'%'
        )
}

impl<'t> Lexer<'t> {
    pub(crate) const fn new(text: &'t str) -> Self {
        Self { text, at: 0 }
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Passes over blanks and comments, which go from `#` to the end of the line.
    fn skip(&mut self) {
        loop {
            let rest = self.rest();
            let blank = rest.len() - rest.trim_start().len();
            self.at += blank;
            match self.rest().strip_prefix('#') {
                Some(comment) => self.at += 1 + comment.find('\n').unwrap_or(comment.len()),
                None => break,
            }
        }
    }

    /// The next token and its place.
    pub(crate) fn next(&mut self) -> Result<(Token<'t>, Span), Fault> {
        self.skip();
        let (start, rest) = (self.at, self.rest());
        let token = self.token(rest)?;
        Ok((token, Span::new(start, self.at)))
    }

    fn token(&mut self, rest: &'t str) -> Result<Token<'t>, Fault> {
        if let Some(text) = rest.strip_prefix("r\"") {
            let end = text.find('"').ok_or_else(|| self.unclosed(rest))?;
            self.at += 2 + end + 1;
            return Ok(Token::Raw(&text[..end]));
        }
        if let Some(text) = rest.strip_prefix('"') {
            let end = end_of_text(text).ok_or_else(|| self.unclosed(rest))?;
            self.at += 1 + end + 1;
            return Ok(Token::Quoted(&text[..end]));
        }
        let word = self.word_len(rest);
        if word > 0 {
            self.at += word;
            return Ok(Token::Word(&rest[..word]));
        }
        if let Some(name) = rest.strip_prefix('$') {
            let length = name.bytes().take_while(|byte| is_name(*byte)).count();
            self.at += 1 + length;
            return match length {
                0 => Err(Fault::expected(
                    "the name of a list after `$`",
                    "none",
                    Span::new(self.at - 1, self.at),
                )),
                _ => Ok(Token::List(&name[..length])),
            };
        }
        for sign in SIGNS.iter().chain(&BRACKETS) {
            if rest.starts_with(sign) {
                self.at += sign.len();
                return Ok(Token::Sign(sign));
            }
        }
        match rest.chars().next() {
            None => Ok(Token::End),
            Some(other) => Err(Fault::expected(
                "a field, a value or an operator",
                format!("`{other}`"),
                Span::new(self.at, self.at + other.len_utf8()),
            )
            .with_help("text that is not ASCII stands in quotes")),
        }
    }

    /// Length of a word, which ends before `..`.
    fn word_len(&self, rest: &str) -> usize {
        let bytes = rest.as_bytes();
        let mut length = 0;
        while let Some(byte) = bytes.get(length) {
            if !is_word(*byte) || bytes[length..].starts_with(b"..") {
                break;
            }
            length += 1;
        }
        length
    }

    fn unclosed(&self, rest: &str) -> Fault {
        let line = rest.find('\n').unwrap_or(rest.len());
        Fault::expected(
            "`\"` at the end of the text",
            "none",
            Span::new(self.at, self.at + line),
        )
    }
}

const fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

/// Where the closing quote of a text stands.
fn end_of_text(text: &str) -> Option<usize> {
    let mut is_escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => return Some(at),
            _ => {}
        }
    }
    None
}
