//! tcpdump's primitives: `host 10.0.0.1`, `src net 10.0.0.0/8`, `tcp dst port 53`.

use super::ast::{Ast, Comparison, FieldName, Item, Literal, Name, Operand, Operator};
use super::error::Fault;
use super::lexer::{Token, cut};
use super::reader::Reader;
use super::span::Span;

/// What a primitive compares.
const KINDS: [&str; 4] = ["host", "net", "port", "portrange"];
/// Protocols that stand before `port`.
const PROTOCOLS: [&str; 3] = ["tcp", "udp", "sctp"];

/// Reads a primitive; `None` where there is none, and nothing is read then.
pub(super) fn primitive(parser: &mut Reader<'_>) -> Result<Option<Ast>, Fault> {
    let Token::Word(word) = parser.token else {
        return Ok(None);
    };
    if PROTOCOLS.contains(&word) {
        let follows = match parser.peek() {
            Some(Token::Word(next)) => KINDS[2..].contains(&next) || is_end(next),
            _ => false,
        };
        if !follows {
            return Ok(None);
        }
        let (_, span) = parser.advance()?;
        parser.count_term(span)?;
        let ends = directed(parser)?;
        let ends = ends.ok_or_else(|| parser.unexpected("`port`", &parser.token))?;
        return Ok(Some(Ast::And(vec![Ast::Bare(field(word, span)), ends])));
    }
    directed(parser)
}

fn is_end(word: &str) -> bool {
    matches!(word, "src" | "dst")
}

/// Reads a primitive without a protocol.
fn directed(parser: &mut Reader<'_>) -> Result<Option<Ast>, Fault> {
    let Token::Word(word) = parser.token else {
        return Ok(None);
    };
    let start = parser.span;
    let mut end = "";
    if is_end(word) {
        match parser.peek() {
            Some(Token::Word(next)) if KINDS.contains(&next) => end = word,
            _ => return Ok(None),
        }
        parser.advance()?;
    }
    let Token::Word(kind) = parser.token else {
        return Ok(None);
    };
    if !KINDS.contains(&kind) || !parser.is_followed_by_value() {
        return match end {
            "" => Ok(None),
            _ => {
                parser.advance()?;
                Err(parser.unexpected("a value", &parser.token))
            }
        };
    }
    let (_, kind_span) = parser.advance()?;
    let value = parser.literal("a value")?;
    let (name, operator) = match kind {
        "host" => ("ip", Operator::Equal),
        "net" => ("ip", Operator::In),
        "port" => ("port", Operator::Equal),
        _ => ("port", Operator::In),
    };
    let value_span = value.span;
    let item = match kind {
        "portrange" => range(value)?,
        _ => Item::One(value),
    };
    let name = match end {
        "" => name.to_owned(),
        end => format!("{end}.{name}"),
    };
    Ok(Some(Ast::Compare(Box::new(Comparison {
        quantifier: None,
        field: field(&name, start.to(kind_span)),
        operator,
        operator_span: kind_span,
        operand: Operand {
            items: vec![item],
            is_set: false,
            span: value_span,
        },
    }))))
}

fn field(name: &str, span: Span) -> FieldName {
    FieldName {
        name: Name {
            text: name.to_owned(),
            span,
        },
        key: None,
    }
}

/// `1-1024`, as tcpdump writes it.
fn range(value: Literal) -> Result<Item, Fault> {
    let Some((from, to)) = value.text.split_once('-') else {
        let found = format!("`{}`", cut(&value.text));
        return Err(Fault::expected(
            "a range such as `1-1024`",
            found,
            value.span,
        ));
    };
    let end = |text: &str| Literal {
        text: text.to_owned(),
        ..value.clone()
    };
    Ok(Item::Range(end(from), end(to)))
}
