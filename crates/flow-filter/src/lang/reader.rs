//! Reads tokens, one after the other.

use super::ast::{Literal, Style};
use super::error::Fault;
use super::lexer::{Lexer, Token};
use super::limits::Limits;
use super::span::Span;

/// Words that are no values unless they are quoted.
pub(super) const RESERVED: [&str; 12] = [
    "and", "or", "not", "xor", "in", "has", "any", "all", "contains", "matches", "wildcard",
    "select",
];

/// The current token of a text, and what was counted before it.
pub(super) struct Reader<'t> {
    lexer: Lexer<'t>,
    pub(super) token: Token<'t>,
    pub(super) span: Span,
    pub(super) limits: Limits,
    pub(super) depth: usize,
    terms: usize,
    pub(super) entries: usize,
}

impl<'t> Reader<'t> {
    pub(super) fn new(text: &'t str, limits: Limits) -> Result<Self, Fault> {
        let mut lexer = Lexer::new(text);
        let (token, span) = lexer.next()?;
        Ok(Self {
            lexer,
            token,
            span,
            limits,
            depth: 0,
            terms: 0,
            entries: 0,
        })
    }

    /// Goes to the next token; returns the one before and its place.
    pub(super) fn advance(&mut self) -> Result<(Token<'t>, Span), Fault> {
        let next = self.lexer.next()?;
        let last = (self.token, self.span);
        (self.token, self.span) = next;
        Ok(last)
    }

    /// The token after the current one.
    pub(super) fn peek(&self) -> Option<Token<'t>> {
        self.lexer.clone().next().ok().map(|(token, _)| token)
    }

    pub(super) fn unexpected(&self, expected: &str, found: &Token<'_>) -> Fault {
        Fault::expected(expected, found.describe(), self.span)
    }

    pub(super) fn is_sign(&self, sign: &str) -> bool {
        matches!(self.token, Token::Sign(found) if found == sign)
    }

    pub(super) fn is_word(&self, word: &str) -> bool {
        matches!(self.token, Token::Word(found) if found == word)
    }

    pub(super) fn expect(&mut self, sign: &str) -> Result<Span, Fault> {
        match self.is_sign(sign) {
            true => Ok(self.advance()?.1),
            false => Err(self.unexpected(&format!("`{sign}`"), &self.token)),
        }
    }

    /// Counts a comparison.
    pub(super) fn count_term(&mut self, span: Span) -> Result<(), Fault> {
        self.terms += 1;
        match self.terms > self.limits.terms {
            true => Err(Fault::limit(
                "comparisons",
                self.limits.terms,
                self.terms,
                span,
            )),
            false => Ok(()),
        }
    }

    pub(super) fn literal(&mut self, expected: &str) -> Result<Literal, Fault> {
        let (text, style) = match self.token {
            Token::Word(text) if !RESERVED.contains(&text) => (text, Style::Word),
            Token::Quoted(text) => (text, Style::Quoted),
            Token::Raw(text) => (text, Style::Raw),
            other => return Err(self.unexpected(expected, &other)),
        };
        let (_, span) = self.advance()?;
        Ok(Literal {
            text: text.to_owned(),
            style,
            span,
        })
    }

    /// Whether the token after the current one is a value.
    pub(super) fn is_followed_by_value(&self) -> bool {
        match self.peek() {
            Some(Token::Word(word)) => !RESERVED.contains(&word),
            Some(Token::Quoted(_)) => true,
            _ => false,
        }
    }
}
