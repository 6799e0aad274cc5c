//! From words to requirements.

use super::requirement::{Operator, Requirement};
use super::token::{Kind, Token, tokens};
use super::valid::{self, Reason};

/// Longest selector in bytes.
const LENGTH_LIMIT: usize = 64 * 1024;

/// Why a text is no selector.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected} at character {at}, found {found:?}")]
#[non_exhaustive]
pub struct SelectorError {
    /// What a selector has at this place.
    pub expected: &'static str,
    /// What the text has.
    pub found: String,
    /// Where, in bytes from the start.
    pub at: usize,
}

impl SelectorError {
    fn new(expected: &'static str, found: &str, at: usize) -> Self {
        Self {
            expected,
            found: found.into(),
            at,
        }
    }
}

/// Reads a selector.
pub(super) fn parse(text: &str) -> Result<Vec<Requirement>, SelectorError> {
    if text.len() > LENGTH_LIMIT {
        let expected = "a selector of at most 65536 bytes";
        return Err(SelectorError::new(expected, "a longer one", LENGTH_LIMIT));
    }
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let tokens = tokens(text);
    let mut parser = Parser {
        tokens: &tokens,
        at: 0,
    };
    let mut requirements = Vec::new();
    loop {
        requirements.push(parser.requirement()?);
        let token = parser.next();
        match token.kind {
            Kind::End => return Ok(requirements),
            Kind::Comma => {}
            _ => return Err(unexpected("a comma or the end", token)),
        }
    }
}

fn unexpected(expected: &'static str, token: Token<'_>) -> SelectorError {
    SelectorError::new(expected, token.text, token.at)
}

struct Parser<'t, 'a> {
    tokens: &'t [Token<'a>],
    at: usize,
}

impl<'a> Parser<'_, 'a> {
    /// The next word; the end again and again.
    fn peek(&self) -> Token<'a> {
        self.tokens[self.at.min(self.tokens.len() - 1)]
    }

    fn next(&mut self) -> Token<'a> {
        let token = self.peek();
        self.at += 1;
        token
    }

    fn next_is(&self, kinds: &[Kind]) -> bool {
        kinds.contains(&self.peek().kind)
    }

    fn requirement(&mut self) -> Result<Requirement, SelectorError> {
        let is_absent = self.next_is(&[Kind::Not]);
        if is_absent {
            self.next();
        }
        let token = self.word("a key")?;
        let name = qualified(token.text);
        valid::key(&name).map_err(|reason| invalid(reason, token))?;
        if is_absent {
            return Ok(Requirement::new(&name, Operator::Absent));
        }
        if self.next_is(&[Kind::End, Kind::Comma]) {
            return Ok(Requirement::new(&name, Operator::Exists));
        }
        let token = self.next();
        let operator = match token.kind {
            Kind::Equals => Operator::In(vec![self.value()?.text.into()]),
            Kind::NotEquals => Operator::NotIn(vec![self.value()?.text.into()]),
            Kind::In => Operator::In(self.values()?),
            Kind::NotIn => Operator::NotIn(self.values()?),
            Kind::Less => Operator::Less(self.integer()?),
            Kind::Greater => Operator::Greater(self.integer()?),
            _ => {
                let expected = "one of '=', '==', '!=', 'in', 'notin', '<' and '>'";
                return Err(unexpected(expected, token));
            }
        };
        Ok(Requirement::new(&name, operator))
    }

    /// A key or a value: `in` and `notin` are words too.
    fn word(&mut self, expected: &'static str) -> Result<Token<'a>, SelectorError> {
        let token = self.next();
        match token.kind {
            Kind::Name | Kind::In | Kind::NotIn => Ok(token),
            _ => Err(unexpected(expected, token)),
        }
    }

    /// One value, which may be left out.
    fn value(&mut self) -> Result<Token<'a>, SelectorError> {
        if self.next_is(&[Kind::End, Kind::Comma]) {
            return Ok(Token {
                text: "",
                ..self.peek()
            });
        }
        let token = self.word("a value")?;
        valid::value(token.text).map_err(|reason| invalid(reason, token))?;
        Ok(token)
    }

    fn integer(&mut self) -> Result<i64, SelectorError> {
        let token = self.value()?;
        let number = token.text.parse();
        number.map_err(|_| unexpected("an integer", token))
    }

    /// Values in brackets: each may be left out, and all of them.
    fn values(&mut self) -> Result<Vec<Box<str>>, SelectorError> {
        let open = self.next();
        if open.kind != Kind::Open {
            return Err(unexpected("'('", open));
        }
        let mut values: Vec<Box<str>> = Vec::new();
        if self.next_is(&[Kind::Close]) {
            self.next();
            return Ok(values);
        }
        loop {
            if self.next_is(&[Kind::Comma, Kind::Close]) {
                values.push("".into());
            } else {
                let token = self.word("a value, ',' or ')'")?;
                valid::value(token.text).map_err(|reason| invalid(reason, token))?;
                values.push(token.text.into());
            }
            let token = self.next();
            match token.kind {
                Kind::Comma => {}
                Kind::Close => {
                    values.sort_unstable();
                    values.dedup();
                    return Ok(values);
                }
                _ => return Err(unexpected("',' or ')'", token)),
            }
        }
    }
}

fn invalid(reason: Reason, token: Token<'_>) -> SelectorError {
    unexpected(reason, token)
}

/// A key with its source and a dot before it, the form in which Kubernetes checks it.
fn qualified(key: &str) -> String {
    match key.split_once(':') {
        Some((source, key)) => format!("{source}.{key}"),
        None => format!("any.{key}"),
    }
}
